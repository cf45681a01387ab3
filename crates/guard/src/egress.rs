//! Where connections may go: one decision for the proxy, the hooks and the preload library, and the proxy itself.
//!
//! The proxy is in the guard's process, on loopback. It resolves names itself, looks at every address of the answer, and
//! connects to the very address that it looked at. On the port of TLS the name inside of the first record must be the name that
//! was asked for.
//!
//! INVARIANT: metadata and credential addresses are refused however they are spelt, unless the policy declares them.
mod address;
mod decision;
mod hello;
mod proxy;

#[cfg(test)]
mod tests;

pub use address::{Kind, literal};
pub use decision::{Decision, Rules};

use crate::{Action, Aftermath, Invocation, Layer, Occurrence, Part, Places, Preparation, Report};
use policy::{Function, Mode};
use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Why there is no egress control.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// A host of the policy that can match nothing.
    #[error("the policy's egress host `{0}` is no name, `*.name`, address, prefix or `aws:SERVICE`")]
    Host(String),
    /// Loopback is not there.
    #[error("the egress proxy cannot listen on 127.0.0.1: {0}")]
    Listen(#[source] io::Error),
}

/// What every connection of the proxy shares.
pub(crate) struct Shared {
    rules: Rules,
    mode: Mode,
    report: Arc<dyn Report>,
    /// The invocations that run now.
    running: Mutex<BTreeSet<String>>,
}

impl Shared {
    fn running(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The invocation that a connection belongs to. Of several nobody knows which one's it is.
    fn request_id(&self) -> Option<String> {
        let running = self.running();
        running.first().filter(|_| running.len() == 1).cloned()
    }

    /// Tells, and says whether to go on.
    pub(crate) fn passes(&self, host: &str, port: u16, decision: &Decision) -> bool {
        let (reason, action) = match decision {
            Decision::Allow => return true,
            Decision::Tell(reason) => (reason, Action::Told),
            Decision::Refuse(reason) if self.mode == Mode::Block => (reason, Action::Blocked),
            Decision::Refuse(reason) => (reason, Action::Told),
        };
        self.report.report(Occurrence {
            layer: Layer::Egress,
            action,
            hostile: matches!(decision, Decision::Refuse(_)),
            request_id: self.request_id(),
            reason: reason.clone(),
            rule: Some(format!("{}:{port}", decision::shown(host))),
            facts: vec![("host", decision::shown(host)), ("port", port.to_string())],
        });
        action == Action::Told
    }
}

/// Egress control of one function.
pub struct Egress {
    shared: Arc<Shared>,
    port: Option<u16>,
}

impl std::fmt::Debug for Egress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Egress").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Egress {
    /// Starts the proxy where the policy has hosts. [`Egress::port`] then belongs into [`Places::egress_port`].
    ///
    /// # Errors
    /// A host of the policy is not understood, or loopback cannot be listened on.
    pub fn new(
        function: &Function,
        places: &Places,
        report: Arc<dyn Report>,
    ) -> Result<(Self, Preparation), EgressError> {
        let rules = Rules::new(function, places)?;
        let proxied = function.egress.hosts.is_some() && function.mode != Mode::Off;
        let shared = Arc::new(Shared { rules, mode: function.mode, report, running: Mutex::default() });
        let mut preparation = Preparation::default();
        let mut port = None;
        if proxied {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(EgressError::Listen)?;
            let found = listener.local_addr().map_err(EgressError::Listen)?.port();
            proxy::start(listener, Arc::clone(&shared)).map_err(EgressError::Listen)?;
            preparation.environment = environment(found);
            port = Some(found);
        }
        Ok((Self { shared, port }, preparation))
    }

    /// The proxy's TCP port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The decision, for hooks: a name or an address as the code has it.
    #[must_use]
    pub fn judge(&self, host: &str, port: u16) -> Decision {
        self.shared.rules.judge(host, port)
    }
}

/// What programs ask for a proxy. Loopback is reached directly: the Runtime API of the guard is there.
fn environment(port: u16) -> Vec<(OsString, Option<OsString>)> {
    let proxy = OsString::from(format!("http://127.0.0.1:{port}"));
    let none = OsString::from("127.0.0.1,localhost,::1");
    let proxies = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];
    let proxies = proxies.map(|name| (OsString::from(name), Some(proxy.clone())));
    let none = ["NO_PROXY", "no_proxy"].map(|name| (OsString::from(name), Some(none.clone())));
    // Node 24 and 22.21 read the variables only when they are told to.
    let node = (OsString::from("NODE_USE_ENV_PROXY"), Some(OsString::from("1")));
    proxies.into_iter().chain(none).chain([node]).collect()
}

impl Part for Egress {
    fn begin(&self, invocation: &Invocation) {
        self.shared.running().insert(invocation.request_id.clone());
    }

    fn end(&self, invocation: &Invocation) -> Aftermath {
        self.shared.running().remove(&invocation.request_id);
        Aftermath::Keep
    }
}
