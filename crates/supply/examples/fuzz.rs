//! Mutates real manifests and lock files and reads them.
//!
//!     cargo run --release -p supply --example fuzz -- FOLDER 180
//!
//! FOLDER holds the files to begin with; then seconds, then a seed. The input that runs is kept in
//! `target/fuzz-supply`, so that one which ends the process is not lost. A find becomes a test.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers, not shipped")]
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use model::{MemorySource, Project};

/// Slower than this is a find too.
const RUN_SECONDS_MAX: u64 = 5;
const SEEDS_MAX: usize = 500;
const SEED_BYTES_MAX: u64 = 200_000;

/// Endings of names that some reader may know.
const NAMES: &[&str] =
    &["lock", "json", "toml", "txt", "xml", "mod", "sum", "cfg", "setup.py", "yaml", "gradle", "Gemfile"];

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "\n",
    ":",
    ",",
    "==",
    ">=",
    "^",
    "~",
    "*",
    "@",
    "/",
    "#",
    "-",
    "1.2.3",
    "9999999999999999999",
    "<dependency>",
    "${project.version}",
    "- ",
    "  ",
    "&a",
    "*a",
    "é",
    "null",
    "=",
];

/// A generator that needs no crate: xorshift of 64 bits.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).unwrap_or(0)
    }

    fn piece(&mut self) -> &'static str {
        PIECES.get(self.below(PIECES.len())).copied().unwrap_or_default()
    }
}

fn corpus(folder: &Path, found: &mut Vec<(String, String)>) -> Result<(), Box<dyn Error>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_symlink() || name == ".git" || found.len() >= SEEDS_MAX {
            continue;
        }
        if path.is_dir() {
            corpus(&path, found)?;
            continue;
        }
        let is_wanted =
            NAMES.iter().any(|end| name.ends_with(end)) && path.metadata()?.len() <= SEED_BYTES_MAX;
        let text = is_wanted.then(|| std::fs::read_to_string(&path)).and_then(Result::ok);
        found.extend(text.map(|text| (name, text)));
    }
    Ok(())
}

fn mutated(text: &str, other: &str, dice: &mut Dice) -> String {
    let mut text = text.to_owned();
    for _ in 0..=dice.below(6) {
        let at = text.floor_char_boundary(dice.below(text.len() + 1));
        match dice.below(4) {
            0 => text.insert_str(at, dice.piece()),
            1 => {
                let end = text.floor_char_boundary((at + dice.below(40)).min(text.len()));
                text.replace_range(at..end.max(at), "");
            }
            2 => {
                let from = other.floor_char_boundary(dice.below(other.len() + 1));
                let end = other.floor_char_boundary((from + dice.below(200)).min(other.len()));
                text.insert_str(at, other.get(from..end.max(from)).unwrap_or_default());
            }
            _ => {
                let many = 1 + dice.below(2_000);
                text.insert_str(at, &dice.piece().repeat(many));
            }
        }
    }
    text
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name a folder with manifests")?;
    let seconds: u64 = arguments.next().unwrap_or_else(|| "60".to_owned()).parse()?;
    let mut dice = Dice(arguments.next().unwrap_or_else(|| "20261122".to_owned()).parse()?);
    let mut seeds = Vec::new();
    corpus(Path::new(&folder), &mut seeds)?;
    let (mut runs, mut packages) = (0_u64, 0_usize);
    let mut slowest = Duration::ZERO;
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(seconds) {
        let Some((name, text)) = seeds.get(dice.below(seeds.len())) else {
            return Err("no manifest is there".into());
        };
        let other = seeds.get(dice.below(seeds.len())).map_or("", |(_, text)| text);
        let text = mutated(text, other, &mut dice);
        std::fs::write("target/fuzz-supply", format!("{name}\n{text}"))?;
        let begun = Instant::now();
        let mut project = Project::default();
        supply::read(&MemorySource::new([(name.as_str(), text)]), &mut project);
        packages += project.apps.iter().map(|app| app.packages.len()).sum::<usize>();
        let took = begun.elapsed();
        slowest = slowest.max(took);
        if took > Duration::from_secs(RUN_SECONDS_MAX) {
            return Err(format!("`{name}` took {took:?}: see target/fuzz-supply").into());
        }
        runs += 1;
    }
    println!("{runs} runs from {} files, {packages} packages, slowest {slowest:?}", seeds.len());
    Ok(())
}
