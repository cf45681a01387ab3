//! What hooks are judged against: the folders, addresses and variables of one execution environment.
use crate::Places;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Folders, variables and addresses of one execution environment.
#[derive(Clone)]
pub(super) struct Ground {
    /// Holds `python` and `node`: the hooks of each language.
    pub(super) hooks: PathBuf,
    /// The function's own code: `LAMBDA_TASK_ROOT`.
    pub(super) task: PathBuf,
    /// The function's folder for temporary files.
    pub(super) temporary: PathBuf,
    /// What belongs to the runtime and to layers, and is no secret of the function.
    pub(super) runtime: Vec<PathBuf>,
    /// The variables that the runtime would have without any part: lists such as `PYTHONPATH` are extended from here.
    pub(super) environment: BTreeMap<OsString, OsString>,
    /// Addresses (`127.0.0.1:9001`, a name or an address with its port) that the platform itself offers to the function.
    pub(super) endpoints: Vec<String>,
    /// Addresses that the function must never reach: the real Runtime API behind the guard's own.
    pub(super) forbidden: Vec<String>,
}

/// Variables that name an address that the platform or the owner offers to the function.
const ENDPOINT_VARIABLES: &[&str] = &[
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_XRAY_DAEMON_ADDRESS",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "http_proxy",
    "https_proxy",
    "OTEL_EXPORTER_OTLP_ENDPOINT",
];

impl Ground {
    /// Of one environment: what the guard itself was started with is what the runtime would have had.
    pub(super) fn of(places: &Places, environment: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let environment: BTreeMap<OsString, OsString> = environment.into_iter().collect();
        let mut endpoints = endpoints(&environment);
        endpoints.extend(
            [places.api_port]
                .into_iter()
                .chain(places.egress_port)
                .chain(places.ports.iter().copied())
                .map(|port| format!("127.0.0.1:{port}")),
        );
        let shared = ["/var/lang", "/opt", "/usr/lib", "/usr/lib64", "/usr/share", "/lib", "/lib64"]
            .map(PathBuf::from);
        Self {
            hooks: places.layer.join("hooks"),
            task: places.code.clone(),
            temporary: places.temporary.clone(),
            runtime: shared
                .into_iter()
                .chain([places.runtime.clone()])
                .chain(places.readable.iter().cloned())
                .collect(),
            endpoints,
            forbidden: places.platform_api.iter().map(ToString::to_string).collect(),
            environment,
        }
    }

    /// Extends a list of paths or options: `ours` comes first.
    pub(super) fn extended(&self, name: &str, ours: &Path, separator: &str) -> OsString {
        let mut list = ours.as_os_str().to_owned();
        if let Some(had) = self.environment.get(std::ffi::OsStr::new(name)).filter(|had| !had.is_empty()) {
            list.push(separator);
            list.push(had);
        }
        list
    }
}

impl std::fmt::Debug for Ground {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Values of variables may be secrets.
        formatter
            .debug_struct("Ground")
            .field("hooks", &self.hooks)
            .field("task", &self.task)
            .field("temporary", &self.temporary)
            .field("runtime", &self.runtime)
            .field("environment", &self.environment.len())
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}

/// Host and port of every variable that names an endpoint: of the platform, of a proxy, of AWS elsewhere.
fn endpoints(environment: &BTreeMap<OsString, OsString>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in environment {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else { continue };
        if ENDPOINT_VARIABLES.contains(&name) || name.starts_with("AWS_ENDPOINT_URL") {
            found.extend(authority(value));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// `host:port` of an URL or of an address; 80 and 443 are added where the URL leaves them out.
fn authority(value: &str) -> Option<String> {
    let (scheme, rest) = value.split_once("://").map_or(("", value), |(scheme, rest)| (scheme, rest));
    let rest = rest.split(['/', '?', '#']).next()?;
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    if host.is_empty() {
        return None;
    }
    let has_port = host.rsplit_once(':').is_some_and(|(name, port)| {
        !port.is_empty()
            && port.bytes().all(|byte| byte.is_ascii_digit())
            && (!name.contains(':') || name.ends_with(']'))
    });
    Some(match (has_port, scheme) {
        (true, _) => host.to_owned(),
        (false, "http") => format!("{host}:80"),
        (false, _) => format!("{host}:443"),
    })
}
