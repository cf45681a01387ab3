//! Arguments of `buckler attack`.
use std::path::PathBuf;

use attack::Family;
use clap::{Args, ValueEnum};

use super::Reading;

#[derive(Debug, Args)]
pub(crate) struct AttackArguments {
    #[command(flatten)]
    pub reading: Reading,
    /// Where the application answers requests, such as http://127.0.0.1:3000 (`buckler run` prints it)
    #[arg(long, value_name = "URL")]
    pub url: String,
    /// Where the `Invoke` operation is, for triggers that are no requests
    #[arg(long, value_name = "URL")]
    pub invoke_url: Option<String>,
    /// The host of `--url`, typed once more: you own it, and it may be attacked; needed for any host but this machine
    #[arg(long, value_name = "HOST")]
    pub confirm: Option<String>,
    /// Honest requests and events to begin with, a JSON object a line
    #[arg(long, value_name = "FILE")]
    pub requests: Option<PathBuf>,
    /// The events that guard and gateway write, to tell what stopped an attack
    #[arg(long, value_name = "FILE")]
    pub events: Option<PathBuf>,
    /// Only these families; may be repeated [default: all]
    #[arg(long = "family", value_name = "FAMILY", value_parser = family)]
    pub families: Vec<Family>,
    /// Only these functions; may be repeated
    #[arg(long = "function", value_name = "NAME")]
    pub functions: Vec<String>,
    /// Shots a second, at most
    #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub rate: u32,
    /// Attacks in all, at most; those that the code asks for come first
    #[arg(long, value_name = "NUMBER", default_value_t = 3000)]
    pub attacks_max: usize,
    /// Attacks on one input, at most, beside those that the code asks for
    #[arg(long, value_name = "NUMBER", default_value_t = 40)]
    pub per_input_max: usize,
    /// Exit with 1 unless every attack is stopped or without effect, and with 3 when one could not be tried
    #[arg(long, value_enum)]
    pub expect: Option<Expectation>,
    /// How to print the report
    #[arg(long, short, value_enum, default_value_t = AttackFormat::Text)]
    pub format: AttackFormat,
    /// Same as `--format json`
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Expectation {
    Blocked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum AttackFormat {
    Text,
    Json,
    /// A test case an attack, for CI
    Junit,
}

fn family(text: &str) -> Result<Family, String> {
    Family::from_name(text).ok_or_else(|| {
        let names: Vec<&str> = Family::ALL.iter().map(|family| family.name()).collect();
        format!("families are {}", names.join(", "))
    })
}
