//! The parts around the runtime, in the order in which they prepare its process: hooks, egress, sandbox.
use crate::egress::{Egress, EgressError};
use crate::events::Events;
use crate::hooks::{Hooks, HooksError};
use crate::isolation::{Isolation, IsolationError};
use crate::pace::Pace;
use crate::preload::Preload;
use crate::probe::Trial;
use crate::sandbox::{self, SandboxError};
use crate::{Action, Layer, Occurrence, Part, Places, Preparation, Report};
use policy::{Function, Mode};
use std::sync::Arc;

/// Why a part is not there, so that the function does not start.
#[derive(Debug, thiserror::Error)]
pub enum AroundError {
    #[error(transparent)]
    Hooks(#[from] HooksError),
    #[error(transparent)]
    Isolation(#[from] IsolationError),
    #[error(transparent)]
    Egress(#[from] EgressError),
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
}

/// All parts, ready.
pub(crate) struct Around {
    pub(crate) parts: Vec<Arc<dyn Part>>,
    pub(crate) preparations: Vec<Preparation>,
}

impl Around {
    pub(crate) fn new(
        function: &Function,
        mut places: Places,
        events: &Arc<Events>,
        trial: Trial,
    ) -> Result<Self, AroundError> {
        let events = Arc::clone(events) as Arc<dyn Report>;
        let (isolation, isolated) = Isolation::new(function, Arc::clone(&events), &places)?;
        // Attacks that the other parts see end the environment: they report through it.
        let report = isolation.report();
        let (egress, proxied) = Egress::new(function, &places, Arc::clone(&report))?;
        places.egress_port = egress.port();
        let mut parts: Vec<Arc<dyn Part>> = Vec::new();
        if function.mode != Mode::Off {
            parts.push(Arc::new(Pace::new(Arc::clone(&events))));
        }
        let mut preparations = Vec::new();
        match Hooks::new(function, Arc::clone(&report), &places) {
            Ok((hooks, hooked)) => {
                parts.push(Arc::new(hooks));
                preparations.push(hooked);
            }
            // Told as absent; a policy that demands hooks stops the start below, in the sandbox.
            Err(why @ HooksError::Missing(_)) => absent(&*events, &why.to_string()),
            Err(why) => return Err(why.into()),
        }
        parts.push(Arc::new(egress));
        preparations.push(proxied);
        let (preload, preloaded) = Preload::new(function, &places, Arc::clone(&report))?;
        let connects = Some(preload.connects());
        parts.push(Arc::new(preload));
        preparations.push(preloaded);
        preparations.push(isolated);
        if function.mode != Mode::Off {
            let (boxed, _) = sandbox::prepare_with(function, &places, &report, (trial, connects))?;
            preparations.push(boxed);
        }
        // Last: what is left is cleaned when every other part is done with the invocation.
        parts.push(Arc::new(isolation));
        Ok(Self { parts, preparations })
    }
}

fn absent(events: &dyn Report, why: &str) {
    events.report(Occurrence {
        layer: Layer::Hook,
        action: Action::Told,
        hostile: false,
        request_id: None,
        reason: format!("the function runs without hooks: {why}"),
        rule: Some("hooks-absent".to_owned()),
        facts: Vec::new(),
    });
}
