//! What one invocation leaves to the next: nothing, or the execution environment ends.
//!
//! ```text
//! before the first event:  what the initialisation left is remembered: processes, descriptors, files
//! after each answer:       processes end  ->  the temporary folder is emptied, and looked at again
//!                          new descriptors are told; a listener or a hidden file ends the environment
//! ```
//! The runtime's inside (variables, working directory, module-level state) is put back by the hooks (`crate::hooks`).
//!
//! INVARIANT: what cannot be removed or ended ends the environment.
mod descriptors;
mod files;
mod processes;
mod sockets;

use crate::{Action, Aftermath, Invocation, Layer, Occurrence, Part, Places, Preparation, Report, clock};
use policy::Mode;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Names of leftovers that one occurrence shows.
const SHOWN_MAX: usize = 10;

/// Why isolation cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum IsolationError {
    /// The kernel refuses what is needed.
    #[error("isolation between invocations cannot be set up: {0}")]
    System(std::io::Error),
}

/// Cleans up between invocations, and says when an environment is to end.
pub struct Isolation {
    mode: Mode,
    policy: policy::Isolation,
    temporary: PathBuf,
    /// Processes in which the runtime works on invocations, at most: 0 where it has one at a time.
    workers_max: usize,
    watch: Arc<Watch>,
    runtime: AtomicU32,
    state: Mutex<State>,
}

/// What is known of the environment.
#[derive(Default)]
struct State {
    /// Milliseconds since 1970 at which the runtime started.
    started_ms: u64,
    invocations: u64,
    /// Invocations that run now: nothing is cleaned under them.
    running: u32,
    baseline: Option<Baseline>,
}

/// What the initialisation left.
struct Baseline {
    files: files::Known,
    processes: processes::Known,
    descriptors: descriptors::Known,
}

/// Passes occurrences on, and remembers whether one was hostile.
struct Watch {
    inner: Arc<dyn Report>,
    hostile: AtomicBool,
    /// The first event has come. What the initialisation alone does, no input has caused: the next environment would do the same.
    serves: AtomicBool,
}

impl Report for Watch {
    fn report(&self, occurrence: Occurrence) {
        let caused = occurrence.request_id.is_some() || self.serves.load(Ordering::Acquire);
        if occurrence.hostile && caused {
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
    /// Before the runtime starts. Makes this process the parent of what the runtime's processes leave behind.
    ///
    /// # Errors
    /// The kernel refuses what is needed.
    pub fn new(
        policy: &policy::Function,
        report: Arc<dyn Report>,
        places: &Places,
    ) -> Result<(Self, Preparation), IsolationError> {
        if policy.mode != Mode::Off && policy.isolation.end_leftovers {
            // A daemon's parent is gone: without this it would be found nowhere below us.
            rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
                .map_err(|why| IsolationError::System(why.into()))?;
        }
        let isolation = Self {
            mode: policy.mode,
            policy: policy.isolation.clone(),
            temporary: places.temporary.clone(),
            workers_max: if places.concurrency > 1 { places.concurrency } else { 0 },
            watch: Arc::new(Watch {
                inner: report,
                hostile: AtomicBool::new(false),
                serves: AtomicBool::new(false),
            }),
            runtime: AtomicU32::new(0),
            state: Mutex::default(),
        };
        Ok((isolation, Preparation::default()))
    }

    /// What every other part is to report to: an attack that one of them tells of ends the environment, where the policy
    /// wants that.
    #[must_use]
    pub fn report(&self) -> Arc<dyn Report> {
        Arc::clone(&self.watch) as Arc<dyn Report>
    }

    fn tell(&self, told: Told, request_id: Option<&str>) {
        self.watch.inner.report(Occurrence {
            layer: Layer::Isolation,
            action: told.action,
            hostile: false,
            request_id: request_id.map(ToOwned::to_owned),
            reason: told.reason.to_owned(),
            rule: Some(told.rule.to_owned()),
            facts: told.facts,
        });
    }

    /// What is there before the first event: the initialisation's own, which stays.
    fn remember(&self, state: &mut State) {
        let pid = self.runtime.load(Ordering::Acquire);
        state.baseline = Some(Baseline {
            files: if self.policy.scrub { files::known(&self.temporary) } else { files::Known::default() },
            processes: processes::known(pid, self.workers_max),
            descriptors: descriptors::known(pid),
        });
    }

    /// Ends and removes what an invocation left. Some: the environment cannot go on, with the reason.
    fn clean(&self, baseline: &Baseline, request_id: &str) -> Option<String> {
        let acts = self.mode == Mode::Block;
        let pid = self.runtime.load(Ordering::Acquire);
        let mut ends = None;
        if self.policy.end_leftovers {
            let left = processes::leftover(pid, &baseline.processes);
            if !left.is_empty() {
                let remain = if acts { processes::end(pid, &baseline.processes) } else { Vec::new() };
                let facts = vec![("processes", listed(&left))];
                let action = if acts { Action::Blocked } else { Action::Told };
                let reason = "an invocation left processes behind; they were ended";
                self.tell(Told { rule: "leftover-process", action, reason, facts }, Some(request_id));
                if !remain.is_empty() {
                    ends = Some("a process that an invocation left cannot be ended".to_owned());
                }
            }
        }
        if self.policy.scrub {
            let mut keep = descriptors::listening_files(pid, &self.temporary);
            keep.extend(self.policy.keep.iter().cloned());
            let scrubbed = files::scrub(&self.temporary, &baseline.files, &keep, acts);
            if !scrubbed.removed.is_empty() {
                let facts = vec![("files", scrubbed.count.to_string()), ("names", listed(&scrubbed.removed))];
                let action = if acts { Action::Changed } else { Action::Told };
                let reason = "an invocation left files in the temporary folder; they were removed";
                self.tell(Told { rule: "leftover-file", action, reason, facts }, Some(request_id));
            }
            if acts && let Some(left) = scrubbed.left.first() {
                ends = Some(unremoved(left));
            }
        }
        let new = descriptors::leftover(pid, &baseline.descriptors);
        if !new.told.is_empty() {
            let facts = vec![("descriptors", listed(&new.told))];
            let reason = "an invocation left connections or open files in the runtime";
            self.tell(
                Told { rule: "leftover-descriptor", action: Action::Told, reason, facts },
                Some(request_id),
            );
        }
        if acts && self.policy.end_leftovers {
            ends = ends.or(new.ends);
        }
        ends
    }

    /// Whether the policy wants another environment now.
    fn due(&self, state: &State, invocation: &Invocation) -> Option<String> {
        if self.watch.hostile.swap(false, Ordering::AcqRel) && self.policy.recycle_after_attack {
            return Some("an attack was seen in the invocation".to_owned());
        }
        // Who comes next is not known before the event is here, and then it is too late for another environment.
        if self.policy.recycle_between_tenants
            && (invocation.tenant.is_some() || invocation.cognito_identity.is_some())
        {
            return Some("the next invocation may be another tenant's".to_owned());
        }
        if self.policy.recycle_after_invocations.is_some_and(|most| state.invocations >= most) {
            return Some(format!("it has served {} invocations", state.invocations));
        }
        let age_s = clock::now_ms().saturating_sub(state.started_ms) / 1000;
        self.policy
            .recycle_after_seconds
            .is_some_and(|most| age_s >= most)
            .then(|| format!("it is {age_s} seconds old"))
    }
}

/// One thing to tell.
struct Told {
    rule: &'static str,
    action: Action,
    reason: &'static str,
    facts: Vec<(&'static str, String)>,
}

impl Part for Isolation {
    fn started(&self, pid: u32) {
        self.runtime.store(pid, Ordering::Release);
        self.state.lock().unwrap_or_else(PoisonError::into_inner).started_ms = clock::now_ms();
    }

    fn begin(&self, _invocation: &Invocation) {
        self.watch.serves.store(true, Ordering::Release);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if self.mode != Mode::Off && state.baseline.is_none() {
            self.remember(&mut state);
        }
        state.running = state.running.saturating_add(1);
    }

    /// What a framework kept in the temporary folder was its process's.
    fn replaced(&self) -> Result<(), String> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(baseline) = state.baseline.as_ref().filter(|_| self.policy.scrub) else { return Ok(()) };
        let scrubbed = files::scrub(&self.temporary, &baseline.files, &self.policy.keep, true);
        scrubbed.left.first().map_or(Ok(()), |left| Err(unremoved(left)))
    }

    fn restored(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).started_ms = clock::now_ms();
    }

    fn end(&self, invocation: &Invocation) -> Aftermath {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.running = state.running.saturating_sub(1);
        state.invocations = state.invocations.saturating_add(1);
        if self.mode == Mode::Off {
            return Aftermath::Keep;
        }
        let due = self.due(&state, invocation).filter(|_| self.mode == Mode::Block);
        let unclean = match &state.baseline {
            // Another invocation still works with what is there.
            Some(baseline) if state.running == 0 => self.clean(baseline, &invocation.request_id),
            _ => None,
        };
        due.or(unclean).map_or(Aftermath::Keep, Aftermath::Recycle)
    }
}

fn unremoved(name: &str) -> String {
    format!("`{}` in the temporary folder cannot be removed", shown(name))
}

fn listed(names: &[String]) -> String {
    let mut list = names.iter().take(SHOWN_MAX).map(|name| shown(name)).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN_MAX {
        list.push_str(&format!(" and {} more", names.len() - SHOWN_MAX));
    }
    list
}

/// A name that an attacker may have chosen, short and printable.
fn shown(name: &str) -> String {
    name.chars().take(60).map(|letter| if letter.is_control() { '\u{b7}' } else { letter }).collect()
}

#[cfg(test)]
mod tests;
