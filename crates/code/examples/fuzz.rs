//! Mutates the corpus of cases and runs the whole analysis on it: parser, lowering and interpreter.
//!
//!     cargo run --release -p code --example fuzz -- python 180
//!
//! Targets are `python`, `javascript` and `typescript`; then seconds, then a seed. The input that runs is kept
//! in `target/fuzz-TARGET`, so that one which ends the process is not lost. A find becomes a test.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers, not shipped")]
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use model::MemorySource;

/// Slower than this is a find too.
const RUN_SECONDS_MAX: u64 = 5;

/// A generator that needs no crate: xorshift of 64 bits.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).unwrap_or(0)
    }
}

fn corpus(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    Ok(paths.iter().map(std::fs::read_to_string).collect::<Result<_, _>>()?)
}

/// A piece of a text, from one line to another or from one sign to another.
fn piece<'t>(text: &'t str, dice: &mut Dice) -> &'t str {
    let mut ends = [dice.below(text.len() + 1), dice.below(text.len() + 1)];
    ends.sort_unstable();
    let [mut start, mut end] = ends.map(|end| text.floor_char_boundary(end));
    if dice.below(2) == 0 {
        let before = text.get(..start).unwrap_or_default();
        start = before.rfind('\n').map_or(0, |at| at + 1);
        let after = text.get(end..).unwrap_or_default();
        end += after.find('\n').map_or(after.len(), |at| at + 1);
    }
    text.get(start..end).unwrap_or_default()
}

const WORDS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "`",
    "${",
    "\"",
    "'",
    "'''",
    "\\",
    "\n",
    "\t",
    "    ",
    "\r",
    "\u{feff}",
    "\u{2028}",
    "é",
    "\0",
    ":",
    "=>",
    "...",
    "**",
    "*",
    "lambda x: ",
    "async ",
    "await ",
    "yield ",
    "class A: ",
    "class A { ",
    "def f(",
    "function f(",
    "import ",
    "from . import *",
    "f\"{x}\"",
    "/*",
    "//",
    "#",
    "<a>",
    "</a>",
    "match x:\n    case ",
    "switch (x) { case ",
    "event",
    "exports.handler = ",
    "global x\n",
    "for x in ",
    "while (1) ",
    "try:\n",
    "if ",
    "else",
    "=",
    "9999999999999999999999",
    "0x",
];

fn mutated(texts: &[String], dice: &mut Dice) -> String {
    let mut text = texts.get(dice.below(texts.len())).cloned().unwrap_or_default();
    for _ in 0..=dice.below(6) {
        let at = text.floor_char_boundary(dice.below(text.len() + 1));
        let other = texts.get(dice.below(texts.len())).map_or("", String::as_str);
        match dice.below(6) {
            0 => {
                let gone = piece(&text, dice).to_owned();
                text = text.replacen(&gone, "", 1);
            }
            1 => text.insert_str(at, piece(other, dice)),
            2 => {
                let twice = piece(&text, dice).to_owned();
                text.insert_str(at, &twice);
            }
            3 => {
                let word = WORDS.get(dice.below(WORDS.len())).copied().unwrap_or_default();
                let times = if dice.below(20) == 0 { 1_000 } else { 1 };
                text.insert_str(at, &word.repeat(times));
            }
            4 => text.truncate(at),
            _ => {
                let gone = piece(&text, dice).to_owned();
                text = text.replacen(&gone, piece(other, dice), 1);
            }
        }
    }
    text
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let target = arguments.next().ok_or("name a target: python, javascript, typescript")?;
    let seconds = arguments.next().map_or(Ok(60), |seconds| seconds.parse())?;
    let mut dice = Dice(arguments.next().map_or(Ok(1), |seed| seed.parse())?);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let texts = corpus(&root.join("tests/cases").join(&target))?;
    let (file, runtime) = match target.as_str() {
        "python" => ("app.py", "python3.13"),
        "javascript" => ("app.js", "nodejs22.x"),
        _ => ("app.ts", "nodejs22.x"),
    };
    let template = format!(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Run:\n    Type: AWS::Serverless::Function\n    Properties: \
         {{ CodeUri: ., Handler: app.handler, Runtime: {runtime} }}\n"
    );
    let kept = root.join("../../target").join(format!("fuzz-{target}"));
    let begin = Instant::now();
    let (mut runs, mut flows, mut slowest) = (0_u64, 0_usize, Duration::ZERO);
    while begin.elapsed().as_secs() < seconds {
        let text = mutated(&texts, &mut dice);
        std::fs::write(&kept, &text)?;
        let source = MemorySource::new([("template.yaml", template.as_str()), (file, text.as_str())]);
        let mut project = iac::read(&source, &iac::Options::default());
        let start = Instant::now();
        code::attach(&mut project, &source, &code::Limits::default());
        let took = start.elapsed();
        if took.as_secs() >= RUN_SECONDS_MAX {
            std::fs::write(kept.with_extension("slow"), &text)?;
            return Err(format!("an input took {took:?}: it is in {}.slow", kept.display()).into());
        }
        slowest = slowest.max(took);
        runs += 1;
        flows += project.apps.iter().flat_map(|app| &app.code).map(|code| code.flows.len()).sum::<usize>();
    }
    println!("{target}: {runs} runs in {seconds} s, {flows} flows, the slowest took {slowest:?}");
    Ok(())
}
