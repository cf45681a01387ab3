//! Mutates inputs and runs a parser on them, for a time that counts the processor and not the clock.
//!
//! A crate's `examples/fuzz.rs` names its targets and gives a function for each; everything else is here. All take the same
//! arguments:
//!
//!     cargo run --profile fuzz -p CRATE --example fuzz -- TARGET [SECONDS] [SEED] [FOLDER]
//!
//! SECONDS are of processor time, so that a loaded machine does not make a run worth less. The input that runs is kept in
//! `target/fuzz-CRATE-TARGET`, so that one which ends the process is not lost. A find becomes a test.
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers, not shipped")]
mod dice;
mod seeds;

pub use dice::{Dice, Mutator};
pub use seeds::Seed;

use cpu_time::ProcessTime;
use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

/// Slower than this is a find too: processor time of one run.
const RUN_MAX: Duration = Duration::from_secs(5);
const SECONDS: u64 = 60;
const SEED: u64 = 20_261_122;

/// What the developer asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arguments {
    pub target: String,
    /// Processor time of the whole.
    pub budget: Duration,
    /// Of the dice; never 0.
    pub seed: u64,
    /// Files to begin with, beside the target's own.
    pub folder: Option<PathBuf>,
    /// Where the input that runs is kept.
    pub kept: PathBuf,
}

impl Arguments {
    /// Reads those of the process.
    ///
    /// # Errors
    /// No target, or something that is no number.
    pub fn of_process(targets: &[&str]) -> Result<Self, Box<dyn Error>> {
        Self::read(std::env::args().skip(1), targets)
    }

    fn read(mut given: impl Iterator<Item = String>, targets: &[&str]) -> Result<Self, Box<dyn Error>> {
        let target = given.next().unwrap_or_default();
        if !targets.contains(&target.as_str()) {
            return Err(format!("name a target: {}", targets.join(", ")).into());
        }
        let seconds = given.next().map_or(Ok(SECONDS), |text| text.parse())?;
        let seed: u64 = given.next().map_or(Ok(SEED), |text| text.parse())?;
        let folder = given.next().filter(|folder| !folder.is_empty()).map(PathBuf::from);
        Ok(Self {
            target,
            budget: Duration::from_secs(seconds),
            seed: seed.max(1),
            folder,
            kept: PathBuf::from("target"),
        })
    }
}

/// Runs `check` on one mutated seed after the other until the budget is used. `check` says how much it found, for the
/// line at the end: a parser that refuses everything shows there.
///
/// # Errors
/// No seed, a file that cannot be written, what `check` refuses, and a run that takes more than five seconds.
pub fn run(
    tool: &str,
    arguments: &Arguments,
    seeds: &[Seed],
    mutator: &mut Mutator,
    mut check: impl FnMut(&Seed) -> Result<usize, Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let kept = arguments.kept.join(format!("fuzz-{tool}-{}", arguments.target));
    std::fs::create_dir_all(&arguments.kept)?;
    let (mut runs, mut found, mut slowest) = (0_u64, 0_usize, Duration::ZERO);
    let started = ProcessTime::now();
    while started.elapsed() < arguments.budget {
        let seed = mutator.mutated(seeds).ok_or("no seed is there: name a folder")?;
        std::fs::write(&kept, &seed.bytes)?;
        let begun = ProcessTime::now();
        found += check(&seed).map_err(|error| format!("{error}: see {}", kept.display()))?;
        let took = begun.elapsed();
        slowest = slowest.max(took);
        if took > RUN_MAX {
            return Err(format!("{} bytes took {took:?}: see {}", seed.bytes.len(), kept.display()).into());
        }
        runs += 1;
    }
    println!(
        "{tool} {}: {runs} runs in {} s of processor time, {} seeds, {found} found, slowest {slowest:?}",
        arguments.target,
        arguments.budget.as_secs(),
        seeds.len()
    );
    Ok(())
}

#[cfg(test)]
mod tests;
