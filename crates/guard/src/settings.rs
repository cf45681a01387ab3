//! Settings: variables whose names begin with `BUCKLER_`, listed in `docs/guard.md`.
//!
//! INVARIANT: a variable that is not understood is an error, so that a misspelt one never weakens anything silently.
use policy::Mode;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;
use url::Url;

#[cfg(test)]
mod tests;

/// Environment variables of the process, as it was started.
pub type Variables = BTreeMap<OsString, OsString>;

/// Where the platform's API listens: `127.0.0.1:9001`.
pub const RUNTIME_API: &str = "AWS_LAMBDA_RUNTIME_API";
/// What begins the names of our settings.
pub const PREFIX: &str = "BUCKLER_";

const POLICY: &str = "/opt/buckler/policy.json";
const POLICY_KEY: &str = "/opt/buckler/policy.pub";
const CONNECTIONS_MAX: usize = 128;
/// Says to the runtimes of managed instances how many invocations they have at once.
const CONCURRENCY: &str = "AWS_LAMBDA_MAX_CONCURRENCY";
/// What begins the names of variables that say where the keys of an issuer are: `docs/policy.md`.
pub(crate) const JWKS_PREFIX: &str = "BUCKLER_JWKS_";
/// The most that Lambda gives one environment.
const CONCURRENCY_MAX: usize = 1600;

/// Where events go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum EventsTo {
    /// The guard's own standard output: the function's log.
    #[default]
    Output,
    File(PathBuf),
    /// A descriptor that was inherited.
    Descriptor(i32),
    Nowhere,
}

/// An address, shown without what may be a signature in it.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(pub(crate) Url);

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.clone();
        shown.set_query(None);
        shown.set_fragment(None);
        write!(formatter, "{shown}")
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// What the owner decided.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Host and port of the platform's Runtime API.
    pub runtime_api: Option<String>,
    /// `BUCKLER_MODE`: instead of the policy's own mode.
    pub mode: Option<Mode>,
    /// `BUCKLER_POLICY`, and whether it was named at all.
    pub policy: PathBuf,
    /// `BUCKLER_POLICY`, where it is an address; [`Self::policy`] is then the layer's, for when the address does not answer.
    pub policy_address: Option<Address>,
    pub policy_named: bool,
    /// `BUCKLER_POLICY_KEY`: a file with public keys in PEM.
    pub policy_key: PathBuf,
    /// `BUCKLER_POLICY_UNSIGNED=1`: a bundle without a signature is taken. For development; told loudly.
    pub policy_unsigned: bool,
    /// `BUCKLER_POLICY_AGE_MAX_S`: seconds since a bundle was issued at most.
    pub policy_age_max_s: Option<u64>,
    /// `BUCKLER_FUNCTION`: the function's name in the bundle, where `AWS_LAMBDA_FUNCTION_NAME` does not find it.
    pub function: Option<String>,
    /// `BUCKLER_EVENTS`.
    pub events: EventsTo,
    /// `BUCKLER_EXEC_WRAPPER`: the user's own wrapper, started by the guard with the runtime's command line.
    pub wrapper: Option<OsString>,
    /// `BUCKLER_BOOTSTRAP`: what the guard starts when it is the `bootstrap` itself.
    pub bootstrap: Option<OsString>,
    /// `BUCKLER_LAYER`: the folder with hooks and preload library.
    pub layer: PathBuf,
    /// `BUCKLER_TEMPORARY`: the folder that the function may write, emptied between invocations. None outside of Lambda:
    /// nobody's `/tmp` is emptied by accident.
    pub temporary: Option<PathBuf>,
    /// `LAMBDA_TASK_ROOT` and `LAMBDA_RUNTIME_DIR`.
    pub code: PathBuf,
    pub runtime: PathBuf,
    /// `BUCKLER_PORTS`: TCP ports on this machine that the function reaches beside, with commas.
    pub ports: Vec<u16>,
    /// `BUCKLER_READABLE`: folders beyond code, layer and runtime that the function may read, with colons.
    pub readable: Vec<PathBuf>,
    /// `AWS_LAMBDA_MAX_CONCURRENCY`: invocations that the runtime has at once.
    pub concurrency: usize,
    /// `BUCKLER_CONNECTIONS_MAX`: connections of the runtime at once.
    pub connections_max: usize,
    /// `BUCKLER_PORT`: of the proxy on loopback; 0: any.
    pub port: u16,
}

/// A setting that cannot be followed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SettingsError {
    #[error("`{name}` is not a setting of the guard; see `buckler-guard --help`{}", near(.name))]
    Unknown { name: String },
    #[error("`{name}` is `{value}`, but must be {must}")]
    Value { name: &'static str, value: String, must: &'static str },
}

const NAMES: &[&str] = &[
    "BUCKLER_BOOTSTRAP",
    "BUCKLER_CONNECTIONS_MAX",
    "BUCKLER_EVENTS",
    "BUCKLER_EXEC_WRAPPER",
    "BUCKLER_FUNCTION",
    "BUCKLER_LAYER",
    "BUCKLER_MODE",
    "BUCKLER_POLICY",
    "BUCKLER_POLICY_AGE_MAX_S",
    "BUCKLER_POLICY_KEY",
    "BUCKLER_POLICY_UNSIGNED",
    "BUCKLER_PORT",
    "BUCKLER_PORTS",
    "BUCKLER_READABLE",
    "BUCKLER_TEMPORARY",
];

fn near(name: &str) -> String {
    let shared =
        |known: &str| known.bytes().zip(name.bytes()).take_while(|(one, other)| one == other).count();
    let best =
        NAMES.iter().max_by_key(|known| shared(known)).filter(|known| shared(known) > PREFIX.len() + 1);
    best.map(|known| format!(", did you mean `{known}`?")).unwrap_or_default()
}

fn text(value: &OsStr) -> String {
    value.to_string_lossy().chars().take(200).collect()
}

impl Settings {
    /// Reads the variables of a process.
    ///
    /// # Errors
    /// A `BUCKLER_` variable is not known, or its value is not understood.
    pub fn read(variables: &Variables) -> Result<Self, SettingsError> {
        for name in variables.keys().map(|name| name.to_string_lossy()) {
            let known = NAMES.contains(&name.as_ref());
            // `BUCKLER_POLICY_…` variables of a user's application are no settings of ours only if they say so.
            let is_free = name.starts_with("BUCKLER_APP_") || name.starts_with(JWKS_PREFIX);
            if name.starts_with(PREFIX) && !known && !is_free {
                return Err(SettingsError::Unknown { name: name.chars().take(100).collect() });
            }
        }
        let get = |name: &str| variables.get(OsStr::new(name)).filter(|value| !value.is_empty());
        let path =
            |name: &str, default: &str| get(name).map_or_else(|| PathBuf::from(default), PathBuf::from);
        let policy_address =
            get("BUCKLER_POLICY").map_or(Ok(None), |value| address(&value.to_string_lossy()))?;
        let policy_unsigned = switch("BUCKLER_POLICY_UNSIGNED", get("BUCKLER_POLICY_UNSIGNED"))?;
        if policy_address.is_some() && policy_unsigned {
            return Err(SettingsError::Value {
                name: "BUCKLER_POLICY_UNSIGNED",
                value: "1".to_owned(),
                must: "unset where `BUCKLER_POLICY` is an address: what comes over a network is signed",
            });
        }
        // What is no number is for the runtime to refuse.
        let concurrency = get(CONCURRENCY).and_then(|value| text(value).parse().ok()).unwrap_or(1);
        let concurrency = usize::clamp(concurrency, 1, CONCURRENCY_MAX);
        // A worker waits for its event on one connection and may answer on another.
        let connections = CONNECTIONS_MAX.max(concurrency * 2 + 16);
        Ok(Self {
            runtime_api: get(RUNTIME_API).map(|value| text(value)),
            mode: get("BUCKLER_MODE").map(|value| mode(&text(value))).transpose()?,
            policy: if policy_address.is_some() { POLICY.into() } else { path("BUCKLER_POLICY", POLICY) },
            policy_named: get("BUCKLER_POLICY").is_some(),
            policy_address,
            policy_key: path("BUCKLER_POLICY_KEY", POLICY_KEY),
            policy_unsigned,
            policy_age_max_s: number("BUCKLER_POLICY_AGE_MAX_S", get("BUCKLER_POLICY_AGE_MAX_S"))?,
            function: get("BUCKLER_FUNCTION")
                .or_else(|| get("AWS_LAMBDA_FUNCTION_NAME"))
                .map(|value| text(value)),
            events: get("BUCKLER_EVENTS").map_or(Ok(EventsTo::Output), |value| events(value))?,
            wrapper: get("BUCKLER_EXEC_WRAPPER").cloned(),
            bootstrap: get("BUCKLER_BOOTSTRAP").cloned(),
            layer: path("BUCKLER_LAYER", "/opt/buckler"),
            temporary: get("BUCKLER_TEMPORARY").map(PathBuf::from).or_else(|| {
                let in_lambda = get("LAMBDA_TASK_ROOT").is_some_and(|root| root == "/var/task");
                in_lambda.then(|| PathBuf::from("/tmp"))
            }),
            code: path("LAMBDA_TASK_ROOT", "/var/task"),
            runtime: path("LAMBDA_RUNTIME_DIR", "/var/runtime"),
            ports: ports(get("BUCKLER_PORTS"))?,
            readable: get("BUCKLER_READABLE")
                .map(|folders| std::env::split_paths(folders).collect())
                .unwrap_or_default(),
            concurrency,
            connections_max: number("BUCKLER_CONNECTIONS_MAX", get("BUCKLER_CONNECTIONS_MAX"))?
                .map_or(connections, |wanted| {
                    usize::try_from(wanted).unwrap_or(CONNECTIONS_MAX).clamp(1, 4096)
                }),
            port: number("BUCKLER_PORT", get("BUCKLER_PORT"))?.map_or(Ok(0), |port| {
                u16::try_from(port).map_err(|_| SettingsError::Value {
                    name: "BUCKLER_PORT",
                    value: port.to_string(),
                    must: "a port from 0 to 65535",
                })
            })?,
        })
    }
}

/// An address from which a policy is fetched, if it is one and no path.
fn address(value: &str) -> Result<Option<Address>, SettingsError> {
    if !value.contains("://") {
        return Ok(None);
    }
    let url = Url::parse(value).ok().filter(access::exchange::is_safe);
    // An address may hold a signature: it is not shown.
    let wrong = || SettingsError::Value {
        name: "BUCKLER_POLICY",
        value: "an address".to_owned(),
        must: "a path, or an address that begins with `https://` (`http://` on this machine) and holds no password",
    };
    url.map(|url| Some(Address(url))).ok_or_else(wrong)
}

fn mode(value: &str) -> Result<Mode, SettingsError> {
    match value {
        "off" => Ok(Mode::Off),
        "detect" => Ok(Mode::Detect),
        "block" => Ok(Mode::Block),
        _ => Err(SettingsError::Value {
            name: "BUCKLER_MODE",
            value: value.to_owned(),
            must: "`block`, `detect` or `off`",
        }),
    }
}

fn switch(name: &'static str, value: Option<&OsString>) -> Result<bool, SettingsError> {
    match value.map(|value| text(value)).as_deref() {
        None | Some("0") => Ok(false),
        Some("1") => Ok(true),
        Some(other) => Err(SettingsError::Value { name, value: other.to_owned(), must: "`1` or `0`" }),
    }
}

fn ports(value: Option<&OsString>) -> Result<Vec<u16>, SettingsError> {
    let Some(value) = value.map(|value| text(value)) else { return Ok(Vec::new()) };
    let ports: Option<Vec<u16>> = value.split(',').map(|port| port.trim().parse().ok()).collect();
    ports.ok_or(SettingsError::Value { name: "BUCKLER_PORTS", value, must: "ports with commas: `5000,9229`" })
}

fn number(name: &'static str, value: Option<&OsString>) -> Result<Option<u64>, SettingsError> {
    let Some(value) = value.map(|value| text(value)) else { return Ok(None) };
    value.parse().map(Some).map_err(|_| SettingsError::Value { name, value, must: "a number" })
}

fn events(value: &OsStr) -> Result<EventsTo, SettingsError> {
    let value = text(value);
    let wrong = || SettingsError::Value {
        name: "BUCKLER_EVENTS",
        value: value.clone(),
        must: "`stdout`, `file:PATH`, `fd:NUMBER` or `off`",
    };
    match value.split_once(':') {
        None if value == "stdout" => Ok(EventsTo::Output),
        None if value == "off" => Ok(EventsTo::Nowhere),
        Some(("file", path)) if !path.is_empty() => Ok(EventsTo::File(PathBuf::from(path))),
        Some(("fd", number)) => {
            let number = number.parse().ok().filter(|number| *number > 2);
            number.map(EventsTo::Descriptor).ok_or_else(wrong)
        }
        _ => Err(wrong()),
    }
}
