//! What the kernel asks about connections (`SECCOMP_RET_USER_NOTIF`): the same decision as the library's, for those that pass
//! by it with a system call of their own.
use super::answers::Shared;
use crate::egress::{Decision, Rules as Hosts};
use crate::{Action, Layer, Occurrence, Report};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// DNS: who may ask it is decided with the names, and by the kind of socket.
const DNS_PORT: u16 = 53;
/// Refusals that are told.
const TOLD_MAX: usize = 1024;

/// The decision about an address.
pub(crate) struct Connects {
    /// Which name had which address; only where the library is there.
    shared: Option<Arc<Shared>>,
    loaded: Arc<AtomicBool>,
    hosts: Hosts,
    report: Arc<dyn Report>,
    told: AtomicUsize,
}

impl std::fmt::Debug for Connects {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Connects").field("loaded", &self.loaded).finish_non_exhaustive()
    }
}

impl Connects {
    pub(super) fn new(
        hosts: Hosts,
        shared: Option<Arc<Shared>>,
        loaded: &Arc<AtomicBool>,
        report: &Arc<dyn Report>,
    ) -> Self {
        let (loaded, report) = (Arc::clone(loaded), Arc::clone(report));
        Self { shared, loaded, hosts, report, told: AtomicUsize::new(0) }
    }

    /// Whether a connection to an address goes on. What is only to be told was told by the library.
    pub(crate) fn goes_on(&self, address: IpAddr, port: u16) -> bool {
        // Port 0 asks the system for a route, and sends nothing.
        if port == DNS_PORT || port == 0 {
            return true;
        }
        let known = self.shared.as_ref().filter(|_| self.loaded.load(Ordering::SeqCst));
        let decision = match known {
            Some(shared) => shared.decision(address, port).1,
            // Nobody knows which name had the address: what is refused by its address alone stays refused.
            None => self.hosts.nameless(address, port),
        };
        let Decision::Refuse(reason) = decision else { return true };
        if self.told.fetch_add(1, Ordering::Relaxed) < TOLD_MAX {
            self.report.report(Occurrence {
                layer: Layer::Egress,
                action: Action::Blocked,
                hostile: true,
                request_id: None,
                reason,
                rule: Some(format!("{address}:{port}")),
                facts: vec![("by", "kernel".to_owned())],
            });
        }
        false
    }
}
