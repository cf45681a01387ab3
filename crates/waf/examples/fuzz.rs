//! Mutates rules, bodies, events and values, and runs one parser on them.
//!
//!     cargo run --profile fuzz -p waf --example fuzz -- TARGET 600 [FOLDER] [SEED]
//!
//! TARGET is a name of the table below; without FOLDER it begins with the pieces of its target. The input that runs is kept in
//! `target/fuzz-waf-TARGET`, so that one which ends the process is not lost. A find becomes a test. To add a parser, add
//! a line to `TARGETS` and a function that takes bytes.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers, not shipped")]
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

#[path = "fuzz/bodies.rs"]
mod bodies;
#[path = "fuzz/choices.rs"]
mod choices;
#[path = "fuzz/event.rs"]
mod event;
#[path = "fuzz/plan.rs"]
mod plan;
#[path = "fuzz/schema.rs"]
mod schema;
#[path = "fuzz/seclang.rs"]
mod seclang;
#[path = "fuzz/upload.rs"]
mod upload;
#[path = "fuzz/values.rs"]
mod values;

/// Slower than this is a find too.
const RUN_SECONDS_MAX: u64 = 5;
const SEEDS_MAX: usize = 2_000;
const SEED_BYTES_MAX: u64 = 200_000;

/// A parser under test.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// Inputs to begin with.
    pub(crate) seeds: &'static [&'static [u8]],
    /// What mutation puts in.
    pub(crate) pieces: &'static [&'static [u8]],
    /// Endings of the files of FOLDER that are seeds.
    pub(crate) endings: &'static [&'static str],
    pub(crate) run: fn(&[u8]),
}

/// Every target. One line each; helpers add theirs at the end.
const TARGETS: &[Target] = &[
    event::EVENT,
    seclang::SECLANG,
    seclang::EXACT,
    bodies::FORM,
    bodies::JSON,
    bodies::MULTIPART,
    bodies::XML,
    bodies::GRAPHQL,
    bodies::CODINGS,
    values::TRANSFORM,
    values::OPERATOR,
    values::INJECTION,
    plan::PLAN,
    schema::SCHEMA,
    upload::UPLOAD,
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

    fn piece(&mut self, target: &Target) -> &'static [u8] {
        target.pieces.get(self.below(target.pieces.len())).copied().unwrap_or_default()
    }
}

fn corpus(folder: &Path, target: &Target, found: &mut Vec<Vec<u8>>) -> Result<(), Box<dyn Error>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_symlink() || name == ".git" || found.len() >= SEEDS_MAX {
            continue;
        }
        if path.is_dir() {
            corpus(&path, target, found)?;
        } else if target.endings.iter().any(|end| name.ends_with(end))
            && path.metadata()?.len() <= SEED_BYTES_MAX
        {
            found.push(std::fs::read(&path)?);
        }
    }
    Ok(())
}

fn mutated(seed: &[u8], other: &[u8], target: &Target, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(6) {
        let at = dice.below(bytes.len() + 1);
        match dice.below(6) {
            0 => drop(bytes.splice(at..at, dice.piece(target).iter().copied())),
            1 => {
                let end = (at + dice.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            2 => {
                let from = dice.below(other.len() + 1);
                let end = (from + dice.below(200)).min(other.len());
                drop(bytes.splice(at..at, other.get(from..end).unwrap_or_default().iter().copied()));
            }
            3 => {
                let many = dice.piece(target).repeat(1 + dice.below(2_000));
                drop(bytes.splice(at..at, many));
            }
            4 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << dice.below(8);
                }
            }
            _ => bytes.truncate(at.max(1)),
        }
    }
    bytes
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    let target = TARGETS
        .iter()
        .find(|target| target.name == name)
        .ok_or_else(|| format!("name a target: {}", names.join(", ")))?;
    let seconds: u64 = arguments.next().unwrap_or_else(|| "60".to_owned()).parse()?;
    let mut seeds: Vec<Vec<u8>> = target.seeds.iter().map(|seed| seed.to_vec()).collect();
    if let Some(folder) = arguments.next().filter(|folder| !folder.is_empty()) {
        corpus(Path::new(&folder), target, &mut seeds)?;
    }
    let mut dice = Dice(arguments.next().unwrap_or_else(|| "20261122".to_owned()).parse()?);
    let kept = format!("target/fuzz-waf-{name}");
    std::fs::create_dir_all("target")?;
    let (mut runs, mut slowest) = (0_u64, Duration::ZERO);
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(seconds) {
        let first = seeds.get(dice.below(seeds.len())).ok_or("no seed is there")?;
        let second = seeds.get(dice.below(seeds.len())).ok_or("no seed is there")?;
        let bytes = mutated(first, second, target, &mut dice);
        std::fs::write(&kept, &bytes)?;
        let begun = Instant::now();
        (target.run)(&bytes);
        let took = begun.elapsed();
        slowest = slowest.max(took);
        if took > Duration::from_secs(RUN_SECONDS_MAX) {
            return Err(format!("{} bytes took {took:?}: see {kept}", bytes.len()).into());
        }
        runs += 1;
    }
    println!("{runs} runs from {} seeds, slowest {slowest:?}", seeds.len());
    Ok(())
}
