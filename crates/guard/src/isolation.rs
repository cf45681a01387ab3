//! What one invocation leaves to the next: nothing, or the execution environment ends.
use crate::{Aftermath, Invocation, Occurrence, Part, Places, Preparation, Report};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Why isolation cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum IsolationError {
    /// The kernel refuses what is needed.
    #[error("isolation between invocations cannot be set up: {0}")]
    System(std::io::Error),
}

/// Cleans up between invocations, and says when an environment is to end.
pub struct Isolation {
    policy: policy::Isolation,
    watch: Arc<Watch>,
    invocations: AtomicU64,
}

/// Passes occurrences on, and remembers whether one was hostile.
struct Watch {
    inner: Arc<dyn Report>,
    hostile: AtomicBool,
}

impl Report for Watch {
    fn report(&self, occurrence: Occurrence) {
        if occurrence.hostile {
            self.hostile.store(true, Ordering::Release);
        }
        self.inner.report(occurrence);
    }
}

impl std::fmt::Debug for Isolation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Isolation").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Isolation {
    /// Before the runtime starts.
    ///
    /// # Errors
    /// The kernel refuses what is needed.
    pub fn new(
        policy: &policy::Function,
        report: Arc<dyn Report>,
        _places: &Places,
    ) -> Result<(Self, Preparation), IsolationError> {
        let watch = Arc::new(Watch { inner: report, hostile: AtomicBool::new(false) });
        let isolation = Self { policy: policy.isolation.clone(), watch, invocations: AtomicU64::new(0) };
        Ok((isolation, Preparation::default()))
    }

    /// What every other part is to report to: an attack that one of them tells of ends the environment, where the policy
    /// wants that.
    #[must_use]
    pub fn report(&self) -> Arc<dyn Report> {
        Arc::clone(&self.watch) as Arc<dyn Report>
    }

    /// The runtime's process runs, as the leader of a process group of its own.
    pub fn started(&self, _pid: u32) {}
}

impl Part for Isolation {
    fn begin(&self, _invocation: &Invocation) {}

    fn end(&self, _invocation: &Invocation) -> Aftermath {
        let invocations = self.invocations.fetch_add(1, Ordering::AcqRel) + 1;
        if self.watch.hostile.swap(false, Ordering::AcqRel) && self.policy.recycle_after_attack {
            return Aftermath::Recycle("an attack was seen in the invocation".to_owned());
        }
        match self.policy.recycle_after_invocations {
            Some(most) if invocations >= most => {
                Aftermath::Recycle(format!("it has served {invocations} invocations"))
            }
            _ => Aftermath::Keep,
        }
    }
}
