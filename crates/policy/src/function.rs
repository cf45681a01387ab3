//! What one function may receive, do, reach and answer.
use crate::Demand;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Whether a decision is enforced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// Nothing is looked at.
    Off,
    /// Decisions are told, nothing is refused.
    Detect,
    #[default]
    Block,
}

/// The policy of one function.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Function {
    pub mode: Mode,
    /// The name in the account (`AWS_LAMBDA_FUNCTION_NAME`) where it differs from the graph's.
    pub deployed: Option<String>,
    /// What may start it. Empty: anything, inspected as what its shape says.
    pub triggers: Vec<Trigger>,
    /// What events must look like.
    pub input: Option<Schema>,
    /// What answers must look like.
    pub output: Option<Schema>,
    pub access: Access,
    pub limits: Limits,
    pub response: Response,
    pub redaction: Redaction,
    pub egress: Egress,
    pub programs: Programs,
    pub files: Files,
    pub environment: Environment,
    pub sandbox: Sandbox,
    pub isolation: Isolation,
    /// Rules of inspection that are left out for this function, by id, each with the reason.
    pub exclusions: BTreeMap<u64, String>,
    /// SHA-256 of the function's own package as `policy::package` computes it, in lower-case hexadecimal digits.
    pub package: Option<String>,
    /// Why an entry stands here, by its place (`programs.allowed/ffmpeg`): the call with file and line, or who said so.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reasons: BTreeMap<String, String>,
}

/// What may start a function.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Trigger {
    /// `waf::event::Trigger`'s name: `api-gateway-v2`, `sqs`.
    pub kind: String,
    /// Where its events come from; `*` stands for anything inside one segment of an ARN. Empty: not known.
    pub sources: BTreeSet<String>,
    /// API id and stage that its requests name; empty: any.
    pub apis: BTreeSet<String>,
    pub stages: BTreeSet<String>,
    /// Of an HTTP trigger: the routes that lead here.
    pub routes: Vec<HttpRoute>,
    /// How a webhook is signed, as the gateway's `signature` settings take it (`access::signature::webhook::Config`).
    pub webhook: Option<Value>,
    /// The environment variable that holds the webhook's secret.
    pub webhook_secret: Option<String>,
    /// The function reports which records of a batch failed: bad records are taken out, the others go on.
    pub partial_failures: bool,
}

/// One way in over HTTP.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HttpRoute {
    /// `GET`; `ANY` for all.
    pub method: String,
    /// `/orders/{id}`, `/files/{path+}`, `$default`.
    pub path: String,
    /// How callers are known: `none`, `iam`, `jwt`, `user-pool`, `custom`, `api-key`, `mtls` (the graph's words).
    pub auth: String,
    /// The names of issuers whose tokens are taken; a token that cannot be verified is refused. Empty: tokens that the
    /// trigger verified are believed as it tells them.
    pub issuers: BTreeSet<String>,
    /// Where the token stands: `header:x-token`, `query:token`, `cookie:id`; `header:authorization` when not given.
    pub token: Option<String>,
}

/// Where a schema comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SchemaOrigin {
    /// Written by the owner, or in a template.
    #[default]
    Declared,
    /// From what the code reads of the event.
    Scanned,
    /// From recorded events; enforced only once a person has locked it.
    Learned,
}

/// A schema of events or answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schema {
    pub origin: SchemaOrigin,
    /// Who locked it; a learned schema that nobody locked is only told about.
    pub locked_by: Option<String>,
    /// An OpenAPI 3 document: checks requests and answers of HTTP triggers.
    pub openapi: Option<Value>,
    /// A JSON Schema of what the function reads: the body of a request, each record's payload for triggers that bring
    /// records, `detail` of an EventBridge event, else the whole event.
    pub json: Option<Value>,
}

/// Who may call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Access {
    /// Rules by route, as `[authorization]` of the gateway takes them (`access::policy::Config`).
    pub authorization: Option<Value>,
    /// Cedar policies, asked after the table; both must allow. Needs a guard built with the feature `cedar`.
    pub cedar: Option<String>,
    /// The header that identifies a caller in limits when there is no token.
    pub identity: Option<String>,
    /// What happens with a token in `authorization` that no known issuer signed, where an issuer is known. Default: refused,
    /// since code that reads claims without verifying them would believe it.
    pub unknown_tokens: Option<Treatment>,
}

/// Sizes, rates and times.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of an event.
    pub event_bytes: Option<u64>,
    /// Bytes of an answer.
    pub response_bytes: Option<u64>,
    /// Rates, as `[limits]` of the gateway takes them (`access::limit::Config`); of one execution environment.
    pub rates: Option<Value>,
    /// Invocations of one identity (one address, for nobody) at once in one execution environment. More than one run at once
    /// on Lambda Managed Instances only (`AWS_LAMBDA_MAX_CONCURRENCY`).
    pub at_once_per_identity: Option<u64>,
    /// Milliseconds before the platform's deadline at which the guard answers instead.
    pub deadline_margin_ms: Option<u64>,
    /// Milliseconds that one invocation may take, whatever the platform allows.
    pub duration_ms: Option<u64>,
    /// Processes, files (bytes), open files and memory (bytes) of the function.
    pub processes: Option<u64>,
    pub file_bytes: Option<u64>,
    pub open_files: Option<u64>,
    pub memory_bytes: Option<u64>,
}

/// What happens with something that should not be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Treatment {
    /// Left as it is, and told.
    Tell,
    /// Replaced by what it is called.
    #[default]
    Mask,
    /// The whole is replaced by an error.
    Refuse,
}

/// What goes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Response {
    pub secrets: Treatment,
    pub personal: Treatment,
    /// Stack traces and the texts of errors.
    pub errors: Treatment,
    /// Headers that HTTP answers get where they have none of that name.
    pub headers: BTreeMap<String, String>,
    /// HTML in an answer of another type is encoded, and types cannot be sniffed.
    pub encode: bool,
}

impl Default for Response {
    fn default() -> Self {
        let headers = [
            ("strict-transport-security", "max-age=31536000"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ];
        Self {
            secrets: Treatment::Mask,
            // What a function may tell its caller of a person is the application's matter: an account page does.
            personal: Treatment::Tell,
            errors: Treatment::Refuse,
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            encode: true,
        }
    }
}

/// What log lines lose before they leave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Redaction {
    pub secrets: bool,
    pub personal: bool,
    /// Line breaks and control characters inside of a message are shown, not carried out.
    pub control: bool,
    /// Environment variables whose values never leave.
    pub variables: BTreeSet<String>,
}

impl Default for Redaction {
    fn default() -> Self {
        Self { secrets: true, personal: true, control: true, variables: BTreeSet::new() }
    }
}

/// Where connections may go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Egress {
    /// None: the policy does not know, and new hosts are told. Some: everything else is refused.
    pub hosts: Option<Vec<HostRule>>,
    /// Metadata addresses (169.254.169.254, fd00:ec2::254, `metadata.google.internal`) are refused unless this says so.
    pub metadata: bool,
}

/// One host.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HostRule {
    /// A name (`api.example.org`), all names below one (`*.example.org`), an address or a prefix (`10.0.0.0/8`).
    pub host: String,
    /// Empty: 443.
    pub ports: BTreeSet<u16>,
    /// Why it stands here: the call and its place, or who said so.
    pub reason: String,
}

/// What may be started.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Programs {
    /// None: not known, and new programs are told. Some: everything else is refused; empty: nothing may be started.
    pub allowed: Option<BTreeSet<String>>,
}

/// What may be opened, beside the function's own code, its runtime and `/tmp`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Files {
    /// None: not known, and new files are told.
    pub read: Option<BTreeSet<String>>,
    pub write: Option<BTreeSet<String>>,
}

/// The function's environment variables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Environment {
    /// Variables that hold secrets.
    pub secrets: BTreeSet<String>,
    /// Credentials and secrets are taken out of the environment of programs that the function starts.
    pub hidden_from_children: bool,
}

impl Default for Environment {
    fn default() -> Self {
        Self { secrets: BTreeSet::new(), hidden_from_children: true }
    }
}

/// The kernel's part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sandbox {
    /// Without these the function does not start.
    pub demands: BTreeSet<Demand>,
    /// System calls that this function needs beside those of the profile, by name.
    pub system_calls: BTreeSet<String>,
    /// TCP ports of this machine that the function listens on, or reaches beside those of `egress`.
    pub ports: BTreeSet<u16>,
}

/// What one invocation leaves to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Isolation {
    /// `/tmp` is emptied after each invocation, but for these paths.
    pub scrub: bool,
    pub keep: BTreeSet<String>,
    /// Environment and working directory are put back.
    pub restore: bool,
    /// Processes and connections that an invocation left are ended.
    pub end_leftovers: bool,
    /// The execution environment ends after an attack, after so many invocations, after so many seconds.
    pub recycle_after_attack: bool,
    pub recycle_after_invocations: Option<u64>,
    pub recycle_after_seconds: Option<u64>,
    /// The environment ends when the tenant changes (`Lambda-Runtime-Aws-Tenant-Id`, or the caller's identity).
    pub recycle_between_tenants: bool,
    /// An event of another tenant (`Lambda-Runtime-Aws-Tenant-Id`) than the one before gets another runtime, in the same environment.
    pub restart_between_tenants: bool,
    /// Where an environment is restored from a snapshot (SnapStart), another runtime initialises itself there: what the one of the snapshot read
    /// (secrets above all) is left behind.
    pub restart_after_restore: bool,
}

impl Default for Isolation {
    fn default() -> Self {
        Self {
            scrub: true,
            keep: BTreeSet::new(),
            restore: true,
            end_leftovers: true,
            recycle_after_attack: true,
            recycle_after_invocations: None,
            recycle_after_seconds: None,
            recycle_between_tenants: false,
            restart_between_tenants: true,
            restart_after_restore: false,
        }
    }
}
