//! Arguments of `buckler run`, `buckler invoke` and `buckler events`.
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Reading, pair};

/// How functions are run.
#[derive(Debug, Args)]
pub(crate) struct HostArguments {
    /// Where calls of AWS services go: `local` (a moto server of its own), `none`, or the URL of an endpoint
    #[arg(long, value_name = "local|none|URL", default_value = "none", value_parser = aws)]
    pub aws: AwsChoice,
    /// Run functions bare, without the guard around them
    #[arg(long)]
    pub no_guard: bool,
    /// The guard's program [default: `BUCKLER_GUARD`, else `buckler-guard` beside this program]
    #[arg(long, value_name = "FILE")]
    pub guard: Option<PathBuf>,
    /// What guard and gateway do with what they find
    #[arg(long, value_enum, default_value_t = GuardMode::Block)]
    pub mode: GuardMode,
    /// File of variables, NAME=VALUE a line, or JSON by function as `sam local` reads it; replaces what the template says
    #[arg(long, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
    /// Folder of packages that the runtime finds, as a layer or with a `node_modules` in it; may be repeated
    #[arg(long, value_name = "FOLDER")]
    pub packages: Vec<PathBuf>,
    /// Folder of a function's code where it is not where the template says; may be repeated
    #[arg(long = "code", value_name = "FUNCTION=FOLDER", value_parser = pair)]
    pub code: Vec<(String, String)>,
    /// Interpreter for Python functions [default: `pythonX.Y` of the template, else `python3`]
    #[arg(long, value_name = "FILE")]
    pub python: Option<PathBuf>,
    /// Node.js [default: `node`]
    #[arg(long, value_name = "FILE")]
    pub node: Option<PathBuf>,
    /// Environments of one function at once, where nothing is reserved
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    pub environments: usize,
    /// Let functions call what their role does not allow; such calls are still told
    #[arg(long)]
    pub no_enforce: bool,
    /// Do not end functions that use more memory than the template gives them
    #[arg(long)]
    pub no_memory_limit: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AwsChoice {
    None,
    Local,
    Url(String),
}

fn aws(text: &str) -> Result<AwsChoice, String> {
    match text {
        "none" => Ok(AwsChoice::None),
        "local" => Ok(AwsChoice::Local),
        url if url.starts_with("http://") => Ok(AwsChoice::Url(url.trim_end_matches('/').to_owned())),
        other => Err(format!("`{other}` is none of `local`, `none` and `http://HOST:PORT`")),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GuardMode {
    Detect,
    Block,
}

#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    #[command(flatten)]
    pub reading: Reading,
    #[command(flatten)]
    pub host: HostArguments,
    /// Port of the first API or function URL; the next ones follow. 0: any free port
    #[arg(long, default_value_t = 3000)]
    pub port: u16,
    /// Port of the AWS endpoint, which also takes `Invoke`. 0: any free port
    #[arg(long, default_value_t = 4566)]
    pub aws_port: u16,
    /// The host's own server listens at the public ports, without the gateway in front
    #[arg(long, conflicts_with = "gateway")]
    pub no_gateway: bool,
    /// Settings of the gateway in the place of `[gateway]` of `buckler.toml`, over what the templates say
    #[arg(long, value_name = "FILE")]
    pub gateway: Option<PathBuf>,
    /// Milliseconds before the first retry of an asynchronous event (AWS waits a minute)
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 1000)]
    pub retry: u64,
    /// Do not look for changed code and templates
    #[arg(long)]
    pub no_reload: bool,
    /// Write what happens as JSON, one object a line, on the standard output
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct InvokeArguments {
    /// The function: its name in the account or in the template
    pub function: String,
    #[command(flatten)]
    pub host: HostArguments,
    /// The event: a file of JSON, or `-` for the standard input
    #[arg(long, short, value_name = "FILE", conflicts_with = "sample")]
    pub event: Option<PathBuf>,
    /// Call with the sample event of this kind (see `buckler events`)
    #[arg(long, value_name = "KIND")]
    pub sample: Option<String>,
    /// Do not wait for the answer
    #[arg(long = "async")]
    pub later: bool,
    /// AWS endpoint of a running host [default: http://127.0.0.1:4566; where none answers, a host is started for this call]
    #[arg(long)]
    pub url: Option<String>,
    /// The application's folder, or one template
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub app: PathBuf,
    /// Value of a template parameter; may be repeated
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = pair)]
    pub parameters: Vec<(String, String)>,
}

#[derive(Debug, Args)]
pub(crate) struct EventsArguments {
    #[command(flatten)]
    pub reading: Reading,
    /// Only for this function
    #[arg(long, value_name = "FUNCTION")]
    pub function: Option<String>,
    /// Only of this kind: `rest-api`, `http-api`, `function-url`, `queue`, `object-store`, …
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
}
