//! Which requests go where, and how strict each layer is there.
use crate::layers;
use serde::Deserialize;
use std::collections::BTreeSet;

/// One kind of request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Route {
    /// Its name in logs, metrics and policies.
    pub name: String,
    /// Host names without port (`*.example.com` stands for one label); empty: any.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// `/exact`, `/users/{id}` (one segment), `/files/*` (the rest).
    #[serde(default = "everything")]
    pub path: String,
    /// Empty: any.
    #[serde(default)]
    pub methods: BTreeSet<String>,
    /// The name of an upstream.
    pub upstream: String,
    /// What the inspecting layers (schema, WAF, response filter) do with what they find.
    #[serde(default)]
    pub mode: Mode,
    /// Oddities of paths that are put in order here instead of being refused.
    #[serde(default)]
    pub path_oddities: BTreeSet<PathOddity>,
    /// Takes the path's literal beginning away before the request goes on.
    #[serde(default)]
    pub strip_prefix: bool,
    /// Replaces `limits.body_bytes_max`.
    #[serde(default)]
    pub body_bytes_max: Option<u64>,
    /// Replaces `limits.request_total_ms`.
    #[serde(default)]
    pub request_total_ms: Option<u64>,
    /// Replaces `limits.stream_total_ms`.
    #[serde(default)]
    pub stream_total_ms: Option<u64>,
    /// gRPC: bodies of requests with its media type are streams, which nobody inspects.
    #[serde(default)]
    pub grpc: bool,
    /// Answers leave as they come, as server-sent events do everywhere: only their heads are inspected.
    #[serde(default)]
    pub streamed: bool,
    /// WebSocket and other upgrades.
    #[serde(default)]
    pub upgrade: bool,
    /// Names of `authentication` sources, any of which is enough; empty: anybody.
    #[serde(default)]
    pub authentication: Vec<String>,
    /// Who of those may.
    #[serde(default)]
    pub authorization: layers::authorize::RouteSettings,
    /// Names of `rate` limits that hold here beside the general ones.
    #[serde(default)]
    pub rate: Vec<String>,
    /// What a request costs against limits.
    #[serde(default = "one")]
    pub cost: u32,
    /// Who goes first when places run short.
    #[serde(default)]
    pub priority: access::concurrency::Priority,
    #[serde(default)]
    pub schema: layers::schema::RouteSettings,
    #[serde(default)]
    pub upload: layers::upload::RouteSettings,
    #[serde(default)]
    pub response: layers::response::RouteSettings,
    #[serde(default)]
    pub cache: layers::cache::RouteSettings,
    #[serde(default)]
    pub challenge: layers::challenge::RouteSettings,
    #[serde(default)]
    pub login: layers::login::RouteSettings,
}

fn everything() -> String {
    "/*".to_owned()
}

fn one() -> u32 {
    1
}

/// What an inspecting layer does with what it finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Logs, and lets pass.
    Detect,
    #[default]
    Block,
    /// Does not look.
    Off,
}

/// What two readers of a path may see differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathOddity {
    /// `/./`, `/../`, also percent-encoded.
    DotSegment,
    /// `//`
    EmptySegment,
    /// `%2f`
    EncodedSlash,
    /// `\`, `%5c`
    Backslash,
    /// `;`
    Parameter,
    /// `%25` followed by two hexadecimal digits
    DoubleEncoding,
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// Control characters except NUL, which is always refused.
    Control,
}

impl Route {
    /// A route with a name, nothing else said, and no upstream.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            hosts: Vec::new(),
            path: everything(),
            methods: BTreeSet::new(),
            upstream: String::new(),
            mode: Mode::default(),
            path_oddities: BTreeSet::new(),
            strip_prefix: false,
            body_bytes_max: None,
            request_total_ms: None,
            stream_total_ms: None,
            grpc: false,
            streamed: false,
            upgrade: false,
            authentication: Vec::new(),
            authorization: layers::authorize::RouteSettings::default(),
            rate: Vec::new(),
            cost: one(),
            priority: access::concurrency::Priority::default(),
            schema: layers::schema::RouteSettings::default(),
            upload: layers::upload::RouteSettings::default(),
            response: layers::response::RouteSettings::default(),
            cache: layers::cache::RouteSettings::default(),
            challenge: layers::challenge::RouteSettings::default(),
            login: layers::login::RouteSettings::default(),
        }
    }
}
