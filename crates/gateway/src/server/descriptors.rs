//! File descriptors: each connection is one, and most have another one to an upstream.
use crate::config::Limits;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Listeners, logs, rules, state, requests of our own.
const OWN: u64 = 256;

/// Takes as many as the configuration can use, as far as the system lets this process.
pub(super) fn raise(limits: &Limits) {
    let known = getrlimit(Resource::Nofile);
    let most = limits.connections_max as u64;
    let wanted = most.saturating_mul(2).saturating_add(OWN);
    let current = known.maximum.map_or(wanted, |maximum| wanted.min(maximum));
    if known.current.is_some_and(|now| now < current) {
        let raised = Rlimit { current: Some(current), maximum: known.maximum };
        // Where it fails, `warning` has told what is missing.
        let _unraised = setrlimit(Resource::Nofile, raised);
    }
}

/// What the owner must know: connections that the limits allow, and the system does not.
pub(crate) fn warning(limits: &Limits) -> Option<String> {
    let maximum = getrlimit(Resource::Nofile).maximum?;
    let most = limits.connections_max as u64;
    (maximum < most.saturating_add(OWN)).then(|| {
        format!(
            "limits.connections-max: {most} connections need as many file descriptors, and as many again towards upstreams; the system gives this process {maximum}: raise its hard limit (`ulimit -Hn`, `LimitNOFILE=` of systemd)"
        )
    })
}
