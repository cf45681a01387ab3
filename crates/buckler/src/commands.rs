//! The commands, one module each, and what may go wrong in any of them.
mod access;
mod advisories;
mod attack;
mod checks;
mod completions;
mod explain;
mod fix;
mod gateway;
mod graph;
mod guard;
mod host;
mod init;
mod policy;
mod privileges;
mod reading;
mod sbom;
mod scan;
mod waf;

use std::path::PathBuf;

use crate::args::{Arguments, Command};
use crate::config::ConfigError;
use crate::exit::Exit;

/// What stops a command before it judged anything.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error("`{path}` cannot be scanned: {why}")]
    Path { path: PathBuf, why: String },
    #[error("`{path}` could not be written: {why}")]
    Write { path: PathBuf, why: String },
    #[error("`{path}` could not be read: {why}")]
    Read { path: PathBuf, why: String },
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("{0}")]
    Check(String),
    #[error("the pattern `{pattern}` is wrong: {why}")]
    Exclude { pattern: String, why: String },
    #[error("git does not say what changed: {why}")]
    Git { why: String },
    #[error("the fixes could not be committed: {why}")]
    Commit { why: String },
    #[error("no function is called `{name}`")]
    Function { name: String },
    #[error("`{path}` is no baseline: {why}")]
    Baseline { path: PathBuf, why: String },
    #[error("the history could not be read: {why}")]
    History { why: String },
    #[error("advisories: {why}")]
    Advisories { why: String },
    #[error("the rules cannot be used: {why}")]
    Rules { why: String },
    #[error("{why}")]
    Access { why: String },
    #[error("`{path}`: {why}")]
    Policy { path: PathBuf, why: String },
    #[error("the gateway cannot run: {why}")]
    Gateway { why: String },
    #[error("{why}")]
    Host { why: String },
    #[error("{why}")]
    Guard { why: String },
    #[error("the attack cannot begin: {why}")]
    Attack { why: String },
    #[error("`{host}` is not this machine; nothing is attacked that its owner did not confirm")]
    Unconfirmed { host: String },
    #[error("`{url}` is no server to test")]
    Target { url: String },
    #[error("`{path}` exists already")]
    Exists { path: PathBuf },
}

impl CommandError {
    /// The next step, where there is one.
    pub(crate) fn help(&self) -> Option<&'static str> {
        Some(match self {
            Self::Path { .. } => "name the folder of the application, or one template",
            Self::Write { .. } => "choose another `--output`",
            Self::Config(_) => "`buckler init` writes a commented example",
            Self::Exclude { .. } => "patterns are written as in .gitignore",
            Self::Git { .. } => {
                "this needs a git checkout and a revision that it knows, such as `origin/main`"
            }
            Self::Baseline { .. } => "write a new one with `buckler scan --write-baseline FILE`",
            Self::History { .. } => "`--history` needs a folder inside of a git repository",
            Self::Advisories { .. } => {
                "name sources in `[advisories]` of `buckler.toml`, or with `--source`, and run `buckler advisories update`"
            }
            Self::Commit { .. } => {
                "`--commit` needs a git checkout whose files are committed; `--apply` does without"
            }
            Self::Function { .. } => "`buckler privileges` without `--function` lists them",
            Self::Exists { .. } => "`--force` replaces it",
            Self::Unconfirmed { .. } => "if it is yours and may be attacked, say so with `--confirm HOST`",
            Self::Target { .. } => "write `http://HOST:PORT`",
            Self::Read { .. }
            | Self::Access { .. }
            | Self::Policy { .. }
            | Self::Attack { .. }
            | Self::Guard { .. }
            | Self::Check(_)
            | Self::Rules { .. }
            | Self::Host { .. }
            | Self::Gateway { .. } => return None,
        })
    }
}

/// Runs the command of the arguments.
pub(crate) fn run(arguments: &Arguments) -> Result<Exit, CommandError> {
    match &arguments.command {
        Command::Scan(arguments) => scan::run(arguments),
        Command::Fix(arguments) => fix::run(arguments),
        Command::Privileges(arguments) => privileges::run(arguments),
        Command::Model(arguments) => graph::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Checks(arguments) => checks::run(arguments),
        Command::Sbom(arguments) => sbom::run(arguments),
        Command::Advisories(arguments) => advisories::run(arguments),
        Command::Access(arguments) => access::run(arguments),
        Command::Attack(arguments) => attack::run(arguments),
        Command::Gateway(arguments) => gateway::run(arguments),
        Command::Policy(arguments) => policy::run(arguments),
        Command::Waf(arguments) => waf::run(arguments),
        Command::Guard(arguments) => guard::run(arguments),
        Command::Run(arguments) => host::run(arguments),
        Command::Invoke(arguments) => host::invoke(arguments),
        Command::Events(arguments) => host::events(arguments),
        Command::Init(arguments) => init::run(arguments),
        Command::Completions(arguments) => completions::run(arguments),
    }
}
