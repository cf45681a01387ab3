//! Arguments of `buckler waf`.
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{Writing, pair};

#[derive(Debug, Args)]
pub(crate) struct WafArguments {
    #[command(subcommand)]
    pub command: WafCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WafCommand {
    /// Load rules and say what is in them, what is wrong, and what loading costs
    Check(CheckArguments),
    /// Run recorded requests through rules: matched ids, scores and verdict, a line each
    Eval(EvalArguments),
    /// Run rule tests in the go-ftw format
    Test(TestArguments),
    /// Say why a request matches: each rule, the variable, the value, the score; or follow one rule step by step
    Explain(WafExplainArguments),
    /// Propose exclusions from recorded traffic that is known to be honest
    Tune(TuneArguments),
}

/// Which rules.
#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// SecLang file, folder of them, or folder of the Core Rule Set; may be repeated, in order
    #[arg(long = "rules", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Buckler's own rules for serverless applications, too [default: when no `--rules` is given]
    #[arg(long)]
    pub own: bool,
    /// Paranoia level of the Core Rule Set, 1 to 4
    #[arg(long, value_name = "LEVEL", value_parser = clap::value_parser!(u8).range(1..=4))]
    pub paranoia: Option<u8>,
    /// Variable of the rules (`tx.NAME`) to set before any rule, such as arg_length=400; may be repeated
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    pub variables: Vec<(String, String)>,
    /// Only tell, never stop a request
    #[arg(long)]
    pub detect: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub rules: Rules,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Args)]
pub(crate) struct EvalArguments {
    #[command(flatten)]
    pub rules: Rules,
    /// Requests, a JSON object a line: `request` (raw HTTP/1) or `request_base64`, and perhaps `id`, `client`, `response`,
    /// `response_base64`, or `event` (an event of a trigger in place of a request); `-` is the standard input
    #[arg(long, value_name = "FILE")]
    pub requests: PathBuf,
    /// Run everything this many times and print the CPU time a request instead of verdicts
    #[arg(long, value_name = "ROUNDS")]
    pub bench: Option<u32>,
    /// With every match: message, variable, value
    #[arg(long)]
    pub details: bool,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    #[command(flatten)]
    pub rules: Rules,
    /// Files or folders of tests (`*.yaml`) [default: the tests of Buckler's own rules]
    pub tests: Vec<PathBuf>,
    /// What must come out otherwise on this platform, in the format of go-ftw; may be repeated
    #[arg(long, value_name = "FILE")]
    pub overrides: Vec<PathBuf>,
    /// Only tests whose name (`942100-1`) has this text
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
    /// Send the requests to a running server (`http://127.0.0.1:8080`) instead of running them in process
    #[arg(long, value_name = "URL", requires = "log")]
    pub target: Option<String>,
    /// The server's match log, for `--target`
    #[arg(long, value_name = "FILE", requires = "target")]
    pub log: Option<PathBuf>,
    /// How to print the results
    #[arg(long, short, value_enum, default_value_t = TestFormat::Text)]
    pub format: TestFormat,
    /// Same as `--format json`
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TestFormat {
    Text,
    Json,
    Junit,
}

#[derive(Debug, Args)]
pub(crate) struct WafExplainArguments {
    #[command(flatten)]
    pub rules: Rules,
    /// A file with one raw HTTP/1 request, or one JSON line as `eval` takes it; `-` is the standard input
    #[arg(long, value_name = "FILE")]
    pub request: PathBuf,
    /// Follow this rule: every target, every transformation, what the operator said, what skipped it
    #[arg(long, value_name = "ID")]
    pub rule: Option<u64>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub writing: Writing,
}

#[derive(Debug, Args)]
pub(crate) struct TuneArguments {
    #[command(flatten)]
    pub rules: Rules,
    /// Recorded honest requests, in the form that `eval` takes
    #[arg(long, value_name = "FILE")]
    pub requests: PathBuf,
    /// Propose an exclusion only when a rule matched the same parameter in at least this many requests
    #[arg(long, value_name = "COUNT", default_value_t = 2)]
    pub least: usize,
    /// Print JSON instead of SecLang with its reasons as comments
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub writing: Writing,
}
