//! The arguments of `buckler fix`.
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use model::Severity;

use super::Reading;

#[derive(Debug, Args)]
pub(crate) struct FixArguments {
    #[command(flatten)]
    pub reading: Reading,
    /// Write every fix without asking
    #[arg(long, conflicts_with = "dry_run")]
    pub apply: bool,
    /// Show what would change, and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Fixes that may change what the application does, too
    #[arg(long)]
    pub risky: bool,
    /// Fix only what these checks find; other tools' names work, too; may be repeated
    #[arg(long, value_name = "CHECK")]
    pub only: Vec<String>,
    /// Leave out what these checks find; may be repeated
    #[arg(long, value_name = "CHECK")]
    pub skip: Vec<String>,
    /// Leave out findings below this severity [default: info]
    #[arg(long, value_name = "SEVERITY")]
    pub severity: Option<Severity>,
    /// How to print what was done
    #[arg(long, short, value_enum, default_value_t = FixFormat::Text)]
    pub format: FixFormat,
    /// Same as `--format json`
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Write the changes as a unified diff to this file, for `git apply`, and leave the sources alone
    #[arg(long, value_name = "FILE", conflicts_with_all = ["apply", "commit"])]
    pub patch: Option<PathBuf>,
    /// Write the fixes on a new git branch, and commit them with a message that says what was fixed
    #[arg(long, conflicts_with = "dry_run")]
    pub commit: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FixFormat {
    Text,
    Json,
}
