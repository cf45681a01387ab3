//! The command line.
mod access;
mod attack;
mod fix;
mod gateway;
mod guard;
mod host;
mod policy;
mod privileges;
mod waf;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use model::Severity;

use crate::exit::Exit;

pub(crate) use access::{
    AccessArguments, AccessCheckArguments, AccessCommand, AccessExplainArguments, DecodeTokenArguments,
    KeyArguments, KeyCommand, NewKeyArguments, PolicyFiles,
};
pub(crate) use attack::{AttackArguments, AttackFormat};
pub(crate) use fix::{FixArguments, FixFormat};
pub(crate) use gateway::{ConfigArguments, GatewayArguments, GatewayCommand, InitGatewayArguments};
pub(crate) use guard::{Architecture, GuardArguments, GuardCommand, LayerArguments, PatchArguments};
pub(crate) use host::{AwsChoice, EventsArguments, GuardMode, HostArguments, InvokeArguments, RunArguments};
pub(crate) use policy::{
    BuildArguments, DiffArguments, KeyKind, KeygenArguments, LearnArguments, LockArguments, PolicyArguments,
    PolicyCommand, ShowArguments, VerifyArguments,
};
pub(crate) use privileges::{Checked, PrivilegesArguments, PrivilegesFormat};
pub(crate) use waf::{
    CheckArguments, EvalArguments, Rules, TestArguments, TestFormat, TuneArguments, WafArguments, WafCommand,
    WafExplainArguments,
};

/// Secures serverless applications: reads their templates, finds what is weak, says how to repair it.
#[derive(Debug, Parser)]
#[command(name = "buckler", version, propagate_version = true, after_help = Exit::TABLE)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge every application below a folder
    #[command(after_help = Exit::TABLE)]
    Scan(ScanArguments),
    /// Repair what a scan finds, and prove each repair before it is written
    #[command(after_help = Exit::FIX_TABLE)]
    Fix(FixArguments),
    /// Say what each function may do, and what it needs
    #[command(after_help = Exit::PRIVILEGES)]
    Privileges(PrivilegesArguments),
    /// Print the application graph that the checks read
    Model(ModelArguments),
    /// Explain a check: why it matters, what to do, examples
    Explain(ExplainArguments),
    /// List the checks
    Checks(ChecksArguments),
    /// Write a bill of materials of the packages of a folder
    Sbom(SbomArguments),
    /// Fill the local database of advisories, or say what is in it
    Advisories(AdvisoriesArguments),
    /// Try, test, explain and tune the rules that inspect requests
    #[command(after_help = Exit::WAF)]
    Waf(WafArguments),
    /// Try rules, policies and tokens out; make API keys
    #[command(after_help = Exit::ACCESS)]
    Access(AccessArguments),
    /// Stand in front of functions: inspect, authenticate, limit, hand on
    Gateway(GatewayArguments),
    /// Bring the guard into functions: the Lambda layer, and what adds it to a template
    Guard(GuardArguments),
    /// Run the application on this machine, under the guard
    Run(Box<RunArguments>),
    /// Call a function of a running host, or of one that is started for the call
    Invoke(Box<InvokeArguments>),
    /// Print sample events for the triggers of the application
    Events(Box<EventsArguments>),
    /// Build, sign, compare and learn the policy that the guard enforces
    #[command(after_help = Exit::POLICY)]
    Policy(Box<PolicyArguments>),
    /// Attack an application that runs, and say what stopped each attack or how it got through
    #[command(after_help = Exit::ATTACK)]
    Attack(Box<AttackArguments>),
    /// Write a commented `buckler.toml`
    Init(InitArguments),
    /// Print a completion script for a shell
    Completions(CompletionsArguments),
}

/// What every command that reads an application takes.
#[derive(Debug, Args)]
pub(crate) struct Reading {
    /// The application's folder, or one template
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Configuration file [default: `buckler.toml` in the folder or one above it]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Value of a template parameter or Terraform variable; may be repeated
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    pub parameters: Vec<(String, String)>,
    /// Value of a Serverless Framework option (`${opt:NAME}`), such as stage=prod; may be repeated
    #[arg(long = "opt", value_name = "NAME=VALUE", value_parser = pair)]
    pub options: Vec<(String, String)>,
    /// Environment variable that templates may read (`${env:NAME}`); without a value, this process's own
    #[arg(long = "env", value_name = "NAME[=VALUE]")]
    pub environment: Vec<String>,
    /// Region to resolve `AWS::Region` with
    #[arg(long)]
    pub region: Option<String>,
    /// Leave out files that match, as in `.gitignore`; may be repeated
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Read files that `.gitignore` leaves out, too
    #[arg(long)]
    pub no_ignore: bool,
    #[command(flatten)]
    pub writing: Writing,
}

/// Where results go.
#[derive(Debug, Args)]
pub(crate) struct Writing {
    /// Write the result to a file instead of the standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Say nothing but the result
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ScanArguments {
    #[command(flatten)]
    pub reading: Reading,
    /// How to print the findings
    #[arg(long, short, value_enum, default_value_t = ScanFormat::Text)]
    pub format: ScanFormat,
    /// Same as `--format json`
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Exit with 1 from this severity on, or `never` [default: high]
    #[arg(long, value_name = "SEVERITY", value_parser = threshold)]
    pub fail_on: Option<Threshold>,
    /// Leave out findings below this severity [default: info]
    #[arg(long, value_name = "SEVERITY")]
    pub severity: Option<Severity>,
    /// Run only these checks; other tools' names work, too; may be repeated
    #[arg(long = "check", value_name = "CHECK")]
    pub checks: Vec<String>,
    /// Leave out these checks; may be repeated
    #[arg(long = "skip", value_name = "CHECK")]
    pub skip: Vec<String>,
    /// Report only what this baseline file does not know
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write a baseline file that knows all findings of this scan
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// Report only what changed since this git revision
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
    /// Do not search files for secrets
    #[arg(long, conflicts_with = "history")]
    pub no_secrets: bool,
    /// Search every version of every file in git's history for secrets, too
    #[arg(long)]
    pub history: bool,
    /// Statements of which vulnerabilities do not apply: OpenVEX, CycloneDX or CSAF; may be repeated
    #[arg(long, value_name = "FILE")]
    pub vex: Vec<PathBuf>,
    /// Print low and informational findings one by one
    #[arg(long, short)]
    pub all: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScanFormat {
    Text,
    Json,
    Sarif,
    Junit,
    Markdown,
    Html,
}

/// From which severity on a scan fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Threshold {
    Never,
    At(Severity),
}

#[derive(Debug, Args)]
pub(crate) struct ModelArguments {
    #[command(flatten)]
    pub reading: Reading,
    /// How to print the graph
    #[arg(long, short, value_enum, default_value_t = GraphFormat::Json)]
    pub format: GraphFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    Json,
    Mermaid,
    Dot,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// A check's id, or the name that another tool gives it (CKV_AWS_258)
    pub check: String,
    /// How to print the page
    #[arg(long, short, value_enum, default_value_t = PageFormat::Text)]
    pub format: PageFormat,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PageFormat {
    Text,
    Json,
    Markdown,
}

#[derive(Debug, Args)]
pub(crate) struct ChecksArguments {
    /// Only checks whose id, title, control or other name contains this text
    pub filter: Option<String>,
    /// Only checks of this area: functions, identity, api, network, data, events, logging, supply
    #[arg(long)]
    pub area: Option<String>,
    /// Only checks of at least this severity
    #[arg(long)]
    pub severity: Option<Severity>,
    /// How to print the list
    #[arg(long, short, value_enum, default_value_t = PageFormat::Text)]
    pub format: PageFormat,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Args)]
pub(crate) struct SbomArguments {
    #[command(flatten)]
    pub reading: Reading,
    /// The format of the bill; openvex is statements about known vulnerabilities only
    #[arg(long, short, value_enum, default_value_t = BillFormat::Cyclonedx)]
    pub format: BillFormat,
    /// Add known vulnerabilities, and which of them no code reaches (CycloneDX)
    #[arg(long)]
    pub vex: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BillFormat {
    Cyclonedx,
    Spdx,
    Openvex,
}

#[derive(Debug, Args)]
pub(crate) struct AdvisoriesArguments {
    #[command(subcommand)]
    pub command: AdvisoriesCommand,
    /// Configuration file [default: `buckler.toml` in the folder or one above it]
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// The database file [default: the configuration's, or one in the user's cache directory]
    #[arg(long, value_name = "FILE", global = true)]
    pub database: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    pub json: bool,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AdvisoriesCommand {
    /// Read the sources again and replace the database
    Update {
        /// Folder, archive (zip, tar, tar.xz), git repository or https address [default: the configuration's]
        #[arg(long = "source", value_name = "SOURCE")]
        sources: Vec<String>,
    },
    /// Say where the database is, how old, and what it holds
    Status,
}

#[derive(Debug, Args)]
pub(crate) struct InitArguments {
    /// Folder to write `buckler.toml` into
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Replace the file that is there
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) =
        text.split_once('=').ok_or_else(|| format!("`{text}` has no `=`; write NAME=VALUE"))?;
    Ok((name.to_owned(), value.to_owned()))
}

pub(crate) fn threshold(text: &str) -> Result<Threshold, model::ParseSeverityError> {
    if text.eq_ignore_ascii_case("never") { Ok(Threshold::Never) } else { text.parse().map(Threshold::At) }
}
