//! Where requests go.
use serde::Deserialize;
use std::path::PathBuf;

/// One place that answers requests, at one address or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Upstream {
    pub kind: Kind,
    /// `http://127.0.0.1:3000`, `https://id.lambda-url.eu-west-1.on.aws`; for `invoke`, the endpoint of Lambda
    /// (`https://lambda.eu-west-1.amazonaws.com`) or of an emulator.
    pub addresses: Vec<String>,
    /// `invoke`: the function's name or ARN.
    #[serde(default)]
    pub function: Option<String>,
    /// `invoke`: asks for a response stream (`InvokeWithResponseStream`), and streams the answer.
    #[serde(default)]
    pub streamed: bool,
    /// Signs requests with SigV4.
    #[serde(default)]
    pub sign: Option<Sign>,
    /// A token that we show: our own, or the client's exchanged.
    #[serde(default)]
    pub token: Option<crate::upstream::token::Settings>,
    /// HTTP/2 to the upstream (needed for gRPC).
    #[serde(default)]
    pub http2: bool,
    /// Hands the client's `Host` on; else the address' own.
    #[serde(default)]
    pub keep_host: bool,
    /// Authorities that are trusted, in PEM; those of the system's bundle where left out.
    #[serde(default)]
    pub authorities: Option<PathBuf>,
    /// A certificate and key to show, in PEM.
    #[serde(default)]
    pub certificate: Option<super::Certificate>,
    /// Milliseconds to connect, with TLS.
    #[serde(default = "Upstream::connect_ms")]
    pub connect_ms: u64,
    /// Milliseconds from the request's end to the answer's first byte.
    #[serde(default = "Upstream::first_byte_ms")]
    pub first_byte_ms: u64,
    /// Milliseconds between two pieces of an answer.
    #[serde(default = "Upstream::idle_ms")]
    pub idle_ms: u64,
    /// Connections kept open, for each worker and address.
    #[serde(default = "Upstream::idle_connections_max")]
    pub idle_connections_max: usize,
    /// Milliseconds that a connection is kept without use.
    #[serde(default = "Upstream::keep_alive_ms")]
    pub keep_alive_ms: u64,
    /// Bytes of an answer that must be held whole (`invoke`).
    #[serde(default = "Upstream::answer_bytes_max")]
    pub answer_bytes_max: usize,
    #[serde(default)]
    pub retry: Retry,
    #[serde(default)]
    pub breaker: Breaker,
    /// Requests at once, as many as it can take; not counted when left out.
    #[serde(default)]
    pub concurrency: Option<crate::layers::concurrency::Settings>,
}

impl Upstream {
    fn connect_ms() -> u64 {
        3_000
    }
    fn first_byte_ms() -> u64 {
        30_000
    }
    fn idle_ms() -> u64 {
        60_000
    }
    fn idle_connections_max() -> usize {
        128
    }
    fn keep_alive_ms() -> u64 {
        30_000
    }
    fn answer_bytes_max() -> usize {
        8 << 20
    }
}

/// What answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// HTTP or HTTPS.
    Http,
    /// A Lambda function URL.
    FunctionUrl,
    /// Lambda's `Invoke`.
    Invoke,
    /// The local function host, or the Runtime Interface Emulator.
    Local,
}

/// SigV4. The keys come from the environment, a file, or the role of the container or instance, never from the configuration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sign {
    pub region: String,
    /// `lambda` for functions.
    #[serde(default = "Sign::service")]
    pub service: String,
    /// Left out: the file that `credentials` names, else the variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and
    /// `AWS_SESSION_TOKEN`, else the container's role.
    #[serde(default)]
    pub from: Option<KeysFrom>,
    /// A file in the form of `~/.aws/credentials`.
    #[serde(default)]
    pub credentials: Option<PathBuf>,
    #[serde(default = "Sign::profile")]
    pub profile: String,
    /// Of `container` and `instance`: where keys are asked for, in the place of what AWS' variables say.
    #[serde(default)]
    pub endpoint: Option<String>,
}

/// Where access keys come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeysFrom {
    Environment,
    File,
    /// ECS tasks, and pods of EKS.
    Container,
    /// The instance's metadata service (IMDSv2).
    Instance,
}

impl Sign {
    fn service() -> String {
        "lambda".to_owned()
    }
    fn profile() -> String {
        "default".to_owned()
    }
}

/// When a request is sent again.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Retry {
    /// Times a request is sent again at most.
    pub times_max: u32,
    /// Retries in a hundred requests at most, so that retries never become the flood.
    pub percent_max: u32,
    /// Statuses that are tried again, for methods that are safe to repeat.
    pub statuses: Vec<u16>,
}

impl Default for Retry {
    fn default() -> Self {
        Self { times_max: 1, percent_max: 20, statuses: vec![502, 503, 504] }
    }
}

/// When an upstream is left alone for a while.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Breaker {
    /// Failures in a row that eject one address (no connection, no answer in time, 502, 503, 504).
    pub failures_max: u32,
    /// Milliseconds that an ejected address rests the first time; twice as long each time after.
    pub rest_ms: u64,
    pub rest_ms_max: u64,
    /// Addresses in a hundred that may rest at once; past it all are used again, while one is the only one the circuit opens.
    pub ejected_percent_max: u32,
    /// Requests at once to the upstream; more are refused with 503.
    pub requests_max: usize,
}

impl Default for Breaker {
    fn default() -> Self {
        Self {
            failures_max: 5,
            rest_ms: 5_000,
            rest_ms_max: 60_000,
            ejected_percent_max: 50,
            requests_max: 10_000,
        }
    }
}
