//! What the host is told by its owner.
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Where calls of AWS services go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aws {
    /// Nowhere but to the host's own `lambda`; other services answer with an error.
    None,
    /// To a moto server that the host starts and ends.
    Local,
    /// To this endpoint (`http://127.0.0.1:5000`).
    Url(String),
}

/// The gateway in front of APIs and function URLs.
#[derive(Clone, Debug, Default)]
pub struct Gateway {
    /// Over what the application's graph gives, in the words of `gateway.toml`.
    pub config: toml::Table,
    /// The folder that its paths are relative to.
    pub folder: PathBuf,
}

/// The host's settings.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder that paths of the application are relative to.
    pub folder: PathBuf,
    /// Port of the first way in over HTTP; the next ones follow. 0: any free port each.
    pub port: u16,
    /// Port of the AWS endpoint, which also takes `Invoke`. 0: any free port.
    pub aws_port: u16,
    pub aws: Aws,
    pub region: String,
    /// Twelve digits.
    pub account: String,
    /// The guard's program; none: functions run bare.
    pub guard: Option<PathBuf>,
    /// The gateway in front of HTTP; none: the host's own server listens at the public ports.
    pub gateway: Option<Gateway>,
    /// Guard and gateway tell what they find, and refuse nothing that they only inspect.
    pub detect: bool,
    /// `[guard]` of the owner's configuration, for the policy.
    pub guard_config: toml::Table,
    /// The text of that configuration, for errors that name a line.
    pub guard_text: String,
    /// Rule files that `[guard.rules]` names, with their texts.
    pub guard_rules: Vec<(String, String)>,
    /// Files of the guard's hooks, by their path below `hooks`.
    pub guard_files: Vec<(String, String)>,
    /// Folder with `policy.json`, its signature and `policy.pub`, which the guard reads. None: the host makes one.
    pub policy: Option<PathBuf>,
    /// Interpreter for Python functions; none: `python3.X` of the template, else `python3`.
    pub python: Option<PathBuf>,
    /// Node.js; none: `node`.
    pub node: Option<PathBuf>,
    /// Interpreter that has `moto[server]`; none: `BUCKLER_MOTO`, `moto_server`, then `python3 -m moto.server`.
    pub moto: Option<PathBuf>,
    /// Folders that are merged under what would be `/opt`: `python/`, `nodejs/node_modules/`, or `node_modules/`.
    pub packages: Vec<PathBuf>,
    /// Code folder by function, where it is not where the template says.
    pub code: BTreeMap<String, PathBuf>,
    /// Variables that replace or add to a function's, by function; the empty name is for all.
    pub environment: BTreeMap<String, BTreeMap<String, String>>,
    /// Environments of one function at once, where nothing is reserved.
    pub environments_max: usize,
    /// Milliseconds of the init phase; a start that takes longer is done again in the invocation (Lambda: 10000).
    pub init_ms: u64,
    /// Milliseconds after which an environment without work ends.
    pub idle_ms: u64,
    /// Milliseconds before the first retry of an asynchronous event; the second waits twice as long (Lambda: 60000).
    pub retry_ms: u64,
    /// Milliseconds between looks at the time of code files; 0: never.
    pub watch_ms: u64,
    /// The access key that may do anything at the AWS endpoint.
    pub owner_key: String,
    /// `Invoke` is taken from callers that do not sign; else they hear `MissingAuthenticationTokenException`, as in AWS.
    pub unsigned_invoke: bool,
    /// The function's role is enforced on its calls.
    pub enforce: bool,
    /// Environments that use more memory than the function has are ended.
    pub memory_limits: bool,
    /// Where the host keeps its files; none: a folder of its own, removed at the end.
    pub work: Option<PathBuf>,
}

impl Settings {
    /// Settings for an application's folder.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            port: 3000,
            aws_port: 4566,
            aws: Aws::None,
            region: "us-east-1".to_owned(),
            account: "000000000000".to_owned(),
            guard: None,
            gateway: None,
            detect: false,
            guard_config: toml::Table::new(),
            guard_text: String::new(),
            guard_rules: Vec::new(),
            guard_files: Vec::new(),
            policy: None,
            python: None,
            node: None,
            moto: None,
            packages: Vec::new(),
            code: BTreeMap::new(),
            environment: BTreeMap::new(),
            environments_max: 10,
            init_ms: 10_000,
            idle_ms: 300_000,
            retry_ms: 1_000,
            watch_ms: 1_000,
            owner_key: format!(
                "AKIA{}",
                crate::clock::hex(&crate::clock::random::<8>()).to_ascii_uppercase()
            ),
            unsigned_invoke: false,
            enforce: true,
            memory_limits: true,
            work: None,
        }
    }
}
