//! Kernel controls around the runtime's process: applied between `fork` and `exec`, inherited by everything it starts.
//!
//! No new privileges and no capabilities, limits of resources, no core dumps, Landlock (files, TCP ports, signals, abstract
//! sockets), a filter of system calls, and the guard's answer to each start of a program.
//!
//! INVARIANT: a control that [`crate::probe`] did not see at work is never counted; one that was seen and then cannot be
//! applied stops the start.
//! INVARIANT: nothing is allocated after `fork`.
pub(crate) mod apply;
mod calls;
pub(crate) mod files;
pub(crate) mod filter;
pub(crate) mod limits;
mod profile;
mod watch;

#[cfg(test)]
mod tests;

pub(crate) use profile::{ASKING, find, folders, interpreters, only_asks};

use crate::preload::Connects;
use crate::probe::{Probed, State, Trial};
use crate::{Action, Layer, Occurrence, Places, Preparation, Report};
use policy::{Control, Demand, Function, Mode};
use std::io;
use std::sync::Arc;

/// Why a function does not start in its sandbox.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The bundle insists on a control that this platform does not give.
    #[error(
        "the policy demands `{control}`, which is {state} here ({why}): run on a platform that has it, or take it out of `sandbox.demands`"
    )]
    Demanded { control: &'static str, state: &'static str, why: String },
    /// A system call that is not known by that name.
    #[error("the policy's `sandbox.system_calls` names `{0}`, which is no system call of this architecture")]
    UnknownCall(String),
    /// The filter could not be compiled.
    #[error("the filter of system calls could not be compiled: {0}")]
    Filter(String),
    /// The preload library cannot get its rules.
    #[error("the preload library cannot be prepared: {0}")]
    Preload(String),
    /// Landlock refused what it said it has.
    #[error("the Landlock rules could not be made: {0}")]
    Landlock(String),
    /// The operating system refused something that every system has.
    #[error("the sandbox could not be prepared: {0}")]
    System(#[from] io::Error),
}

/// What the sandbox does for one function, and what was found of every control.
///
/// # Errors
/// A demanded control is not there, the policy names unknown calls, or the system refuses.
pub fn prepare(
    function: &Function,
    places: &Places,
    report: &Arc<dyn Report>,
) -> Result<(Preparation, Vec<Probed>), SandboxError> {
    prepare_with(function, places, report, (Trial::begin(), None))
}

/// The same with a trial that has begun, and where connections are judged by their address too.
///
/// # Errors
/// As [`prepare`].
pub(crate) fn prepare_with(
    function: &Function,
    places: &Places,
    report: &Arc<dyn Report>,
    (trial, connects): (Trial, Option<Arc<Connects>>),
) -> Result<(Preparation, Vec<Probed>), SandboxError> {
    let mut probed = trial.finish(places);
    let plan = profile::Plan::new(function, places, &probed)?.judging(connects);
    plan.restate(&mut probed);
    demanded(&function.sandbox.demands, &probed)?;
    let mut preparation = Preparation::default();
    if function.mode != Mode::Off {
        preparation.before_exec.push(apply::before_exec(plan.ready(function, places, report)?));
    }
    tell(&probed, report);
    Ok((preparation, probed))
}

/// Protects the guard itself: its memory, environment and descriptors are closed to processes of the same user, and it leaves
/// no core dump. Once, at the guard's start, before it reads a secret.
///
/// # Errors
/// The kernel refuses, which no kernel does.
#[expect(unsafe_code, reason = "`prctl` has no safe form here")]
pub fn harden_self() -> io::Result<()> {
    limits::no_core()?;
    // SAFETY: changes a flag of this process; no memory is passed.
    if unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Whether every demand is met.
///
/// # Errors
/// Names the first that is not.
pub fn demanded<'a>(
    demands: impl IntoIterator<Item = &'a Demand>,
    probed: &[Probed],
) -> Result<(), SandboxError> {
    for demand in demands {
        let state = probed.iter().find(|one| one.control == demand.control).map(|one| &one.state);
        let met = match state {
            Some(State::Enforced) => true,
            Some(State::Degraded(_)) => demand.degraded,
            Some(State::Absent(_)) | None => false,
        };
        if !met {
            return Err(SandboxError::Demanded {
                control: demand.control.name(),
                state: state.map_or("absent", State::name),
                why: state.and_then(State::why).unwrap_or("nothing is known of it").to_owned(),
            });
        }
    }
    Ok(())
}

/// The table, once a start: one occurrence with every control's state.
fn tell(probed: &[Probed], report: &Arc<dyn Report>) {
    let weak = probed.iter().filter(|one| one.state != State::Enforced).count();
    let facts = probed.iter().map(|one| {
        let text = one.state.why().map_or_else(String::new, |why| format!(": {why}"));
        (one.control.name(), format!("{}{text}", one.state.name()))
    });
    report.report(Occurrence {
        layer: Layer::Sandbox,
        action: Action::Told,
        hostile: false,
        request_id: None,
        reason: format!("{} of {} controls are enforced in full", probed.len() - weak, probed.len()),
        rule: Some("probe".to_owned()),
        facts: facts.collect(),
    });
}

/// A control that is in force for a function, by the survey.
pub(crate) fn usable(probed: &[Probed], control: Control) -> bool {
    probed.iter().any(|one| one.control == control && !matches!(one.state, State::Absent(_)))
}
