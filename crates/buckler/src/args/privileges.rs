//! Arguments of `buckler privileges`.
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use model::Date;

use super::Reading;

#[derive(Debug, Args)]
pub(crate) struct PrivilegesArguments {
    #[command(flatten)]
    pub reading: Reading,
    /// How to print the permissions; iam is the least policies as IAM documents, patch a diff of the templates
    #[arg(long, short, value_enum, default_value_t = PrivilegesFormat::Text)]
    pub format: PrivilegesFormat,
    /// Same as `--format json`
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Only functions whose name is or holds this (`*` for anything); may be repeated
    #[arg(long = "function", value_name = "NAME")]
    pub functions: Vec<String>,
    /// What was really used: CloudTrail records (files, folders, `s3://BUCKET/PREFIX`), or a CSV of Athena; may be repeated
    #[arg(long, value_name = "CLOUDTRAIL")]
    pub used: Vec<String>,
    /// Tell which permissions were not used since this day, beside what the code says
    #[arg(long, value_name = "DATE", requires = "used")]
    pub unused_since: Option<Date>,
    /// Compare with what was: a git revision, or a folder; tells which permissions a change widens
    #[arg(long, value_name = "OLD")]
    pub diff: Option<String>,
    /// Exit with 1 when a change widens a permission that nobody approved; `--check=unneeded` lets pass what the code
    /// needs. Without `--diff`, compares with where the branch left its upstream, else with the last commit
    #[arg(long, value_enum, value_name = "WHAT", num_args = 0..=1, require_equals = true, default_missing_value = "widened")]
    pub check: Option<Checked>,
    /// Write a review file with every broad permission that nobody has approved yet
    #[arg(long, value_name = "FILE")]
    pub write_review: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrivilegesFormat {
    Text,
    Json,
    Html,
    Markdown,
    Iam,
    Patch,
}

/// Which changes `--check` lets fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Checked {
    Widened,
    Unneeded,
}
