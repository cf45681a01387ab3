//! Arguments of `buckler guard`.
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Reading;

#[derive(Debug, Args)]
pub(crate) struct GuardArguments {
    #[command(subcommand)]
    pub command: GuardCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum GuardCommand {
    /// Write the Lambda layer: the guard, its hooks, the signed policy
    Layer(LayerArguments),
    /// Add the layer and its variables to each function, in its template
    Patch(Box<PatchArguments>),
    /// Say what this machine gives a sandbox: enforced, degraded or absent
    Probe(ProbeArguments),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Architecture {
    #[value(name = "x86_64")]
    X86,
    #[value(name = "arm64")]
    Arm,
}

#[derive(Debug, Args)]
pub(crate) struct LayerArguments {
    /// The layer's zip file
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// The functions' architecture; the program must be built for it
    #[arg(long, value_enum, default_value = "x86_64")]
    pub arch: Architecture,
    /// The guard's program [default: `buckler-guard` beside this program]
    #[arg(long, value_name = "FILE")]
    pub program: Option<PathBuf>,
    /// The preload library [default: `libbuckler_preload.so` beside the guard's program, where there is one]
    #[arg(long, value_name = "FILE")]
    pub preload: Option<PathBuf>,
    /// The signed policy bundle of `buckler policy build`
    #[arg(long, value_name = "FILE", requires = "key")]
    pub policy: Option<PathBuf>,
    /// The public key that the policy is signed with, PEM
    #[arg(long, value_name = "FILE", requires = "policy")]
    pub key: Option<PathBuf>,
    /// Put the guard in as `bootstrap` too, for functions on `provided.*`
    #[arg(long)]
    pub bootstrap: bool,
    /// Print what was written as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PatchArguments {
    #[command(flatten)]
    pub reading: Reading,
    /// The layer's version as it was published (its ARN), or a resource of the same template
    #[arg(long, value_name = "ARN")]
    pub layer: Option<String>,
    /// The layer for functions on arm64, where it is another one
    #[arg(long, value_name = "ARN")]
    pub layer_arm64: Option<String>,
    /// Change the templates; without it the change is only shown
    #[arg(long, conflicts_with = "diff")]
    pub write: bool,
    /// Print the change only, as a unified diff
    #[arg(long, conflicts_with = "json")]
    pub diff: bool,
    /// Only this function; may be repeated
    #[arg(long, value_name = "NAME")]
    pub function: Vec<String>,
    /// Print what was done as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ProbeArguments {
    /// Print as JSON
    #[arg(long)]
    pub json: bool,
}
