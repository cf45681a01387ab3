//! What each event and each answer is checked for, in order.
//!
//! An event: size and form, trigger and where it comes from, signature of a webhook, token, authorization, limits, schema,
//! rules. An answer: size, schema, errors and stack traces, secrets, personal data, markup, headers.
//!
//! INVARIANT: what cannot be decided is refused in block mode, and told in detect mode.
mod answer;
mod batch;
mod caller;
mod crowd;
mod event;
mod keys;
mod leak;
mod needle;
mod page;
mod problem;
mod refuse;
mod route;
mod rules;
mod schema;
mod source;
mod stream;
mod surroundings;
#[cfg(test)]
pub(crate) mod tests;
mod token;

use crate::{Action, Answer, Invocation, Layer, Occurrence, Outcome, Refusal, Report};
use answer::{Cleaned, Cleaner};
use leak::Treated;
use policy::{Bundle, Function, Mode, Treatment};
use problem::Problem;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use waf::event::{EventLimits, Trigger};

pub use stream::Stream;
pub use surroundings::Surroundings;

/// Bytes of an answer when the policy does not say: what the platform takes of one that streams.
const RESPONSE_BYTES_MAX: u64 = 200 << 20;

/// Why an inspector cannot be made: the function must not start.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// Neither the graph's nor the account's name is in the bundle.
    #[error(
        "the policy has no function `{0}`; it has {1}; build the policy again, or set `BUCKLER_FUNCTION`"
    )]
    NoFunction(String, String),
    /// Something in the policy that cannot be enforced.
    #[error("the policy of the function `{function}` cannot be enforced: {why}")]
    Policy { function: String, why: String },
}

/// What goes back to the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnswerOutcome {
    /// What the function said.
    Same(Vec<u8>),
    /// This instead: masked, encoded, with headers.
    Changed(Vec<u8>),
    /// Nothing of it.
    Refused(Refusal, Answer),
}

/// Checks the events and answers of one function.
pub struct Inspector {
    policy: Function,
    limits: EventLimits,
    sources: Vec<source::Known>,
    tokens: Arc<token::Tokens>,
    refresher: Option<surroundings::Refresher>,
    callers: caller::Callers,
    input: Option<schema::Checker>,
    output: Option<schema::Checker>,
    rules: rules::Ready,
    needles: RwLock<Arc<needle::Needles>>,
    dropped: Mutex<batch::Refused>,
    report: Arc<dyn Report>,
}

impl std::fmt::Debug for Inspector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Inspector").field("mode", &self.policy.mode).finish_non_exhaustive()
    }
}

/// The policy of a function, by its name in the graph or in the account.
#[must_use]
pub fn function_of<'b>(bundle: &'b Bundle, name: &str) -> Option<&'b Function> {
    let deployed = || bundle.functions.values().find(|one| one.deployed.as_deref() == Some(name));
    bundle.functions.get(name).or_else(deployed)
}

impl Inspector {
    /// Makes everything ready that the policy of a function says, with the environment of this process.
    ///
    /// # Errors
    /// The policy does not know the function, or says something that cannot be enforced.
    pub fn new(bundle: &Bundle, function: &str, report: Arc<dyn Report>) -> Result<Self, InspectError> {
        Self::with(bundle, function, report, &Surroundings::of_process())
    }

    /// The same with an environment of the caller's choice.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn with(
        bundle: &Bundle,
        function: &str,
        report: Arc<dyn Report>,
        surroundings: &Surroundings,
    ) -> Result<Self, InspectError> {
        let policy = function_of(bundle, function).ok_or_else(|| {
            let names: Vec<String> = bundle.functions.keys().map(|name| format!("`{name}`")).collect();
            InspectError::NoFunction(function.to_owned(), names.join(", "))
        })?;
        let wrong = |why: String| InspectError::Policy { function: function.to_owned(), why };
        let variable = |name: &str| surroundings.variables.get(name).cloned();
        let given = keys::Given { variable: &variable, fetch: surroundings.fetch };
        keys::stray(surroundings.variables.keys(), &bundle.issuers.keys().collect::<Vec<_>>())
            .map_err(wrong)?;
        let mut issuers = Vec::new();
        for (name, settings) in &bundle.issuers {
            let issuer = keys::Issuer::read(name, settings, bundle.keys.get(name), &given).map_err(wrong)?;
            if issuer.is_none() {
                report.report(unknown_issuer(name));
            }
            issuers.extend(issuer);
        }
        // A token could be of an issuer that this function cannot know.
        let is_complete = issuers.len() == bundle.issuers.len();
        let otherwise = if is_complete { Treatment::Refuse } else { Treatment::Tell };
        let unknown = policy.access.unknown_tokens.unwrap_or(otherwise);
        let tokens = Arc::new(token::Tokens { issuers, unknown });
        let refresher = surroundings.refresher(&tokens);
        let mut limits = EventLimits::default();
        if let Some(most) = policy.limits.event_bytes.and_then(|bytes| usize::try_from(bytes).ok()) {
            limits.bytes_max = most;
        }
        let schema = |schema: &Option<policy::Schema>| schema.as_ref().map(schema::read).transpose();
        let mut names = policy.environment.secrets.clone();
        names.extend(policy.redaction.variables.iter().cloned());
        Ok(Self {
            limits,
            sources: source::read(&policy.triggers).map_err(wrong)?,
            tokens,
            refresher,
            callers: caller::read(policy, &variable).map_err(wrong)?,
            input: schema(&policy.input).map_err(|why| wrong(format!("`input`: {why}")))?,
            output: schema(&policy.output).map_err(|why| wrong(format!("`output`: {why}")))?,
            rules: rules::ready(&bundle.rules, policy, surroundings.background).map_err(wrong)?,
            needles: RwLock::new(Arc::new(needle::Needles::of(&names, &variable))),
            dropped: Mutex::default(),
            policy: policy.clone(),
            report,
        })
    }

    /// Begins what is made ready beside the start of the runtime. Call it once the runtime is started: before, threads of ours would only
    /// take turns with it at the processor and at the allocator.
    pub fn begin(&self) {
        self.rules.begin();
    }

    /// Before an event reaches the function. `now_ms`: milliseconds since 1970.
    #[must_use]
    pub fn event(&self, invocation: &Invocation, now_ms: u64) -> Outcome {
        self.judged(invocation, now_ms).1
    }

    /// The same, with the trigger that the event has by its shape: what the answer is then looked at as. The trigger that the
    /// caller gave stays where nothing was looked at.
    #[must_use]
    pub fn judged(&self, invocation: &Invocation, now_ms: u64) -> (Trigger, Outcome) {
        if self.policy.mode == Mode::Off {
            return (invocation.trigger, Outcome::Pass);
        }
        if let Some(refresher) = &self.refresher {
            refresher.tick(&self.tokens, now_ms / 1000);
        }
        let (trigger, judged) = self.judge(invocation, now_ms);
        let outcome = match judged {
            Ok(outcome) => outcome,
            Err(problem) if self.policy.mode == Mode::Detect => {
                self.tell(Action::Told, &problem, invocation);
                Outcome::Pass
            }
            Err(problem) => {
                self.tell(Action::Blocked, &problem, invocation);
                let answer = refuse::answer(&problem, trigger, invocation);
                Outcome::Refuse(problem.refusal(), answer)
            }
        };
        (trigger, outcome)
    }

    /// Before an answer (`POST …/response`) reaches the platform.
    #[must_use]
    pub fn answer(&self, invocation: &Invocation, answer: Vec<u8>, _now_ms: u64) -> AnswerOutcome {
        if self.policy.mode == Mode::Off {
            return AnswerOutcome::Same(answer);
        }
        let most = self.policy.limits.response_bytes.unwrap_or(RESPONSE_BYTES_MAX);
        let mut cleaned = if answer.len() as u64 > most {
            let reason = format!("the answer has {} bytes; {most} is the most", answer.len());
            let problem = Problem::new(Layer::Response, 502, reason).rule("response_bytes");
            if self.policy.mode == Mode::Detect {
                Cleaned { told: vec![(Action::Told, problem)], ..Cleaned::default() }
            } else {
                let out = refuse::answer(&problem, invocation.trigger, invocation);
                Cleaned { refused: Some((problem, out)), ..Cleaned::default() }
            }
        } else {
            self.cleaner(invocation).answer(&answer)
        };
        let refused =
            self.dropped.lock().unwrap_or_else(PoisonError::into_inner).take(&invocation.request_id);
        if let Some(refused) = refused {
            let current = cleaned.bytes.as_deref().unwrap_or(&answer);
            cleaned.bytes = Some(batch::merged(current, &refused));
        }
        self.outcome(cleaned, answer, invocation)
    }

    /// Before the error object of a runtime (`POST …/error`) reaches the platform.
    #[must_use]
    pub fn error(&self, invocation: &Invocation, error: Vec<u8>, _now_ms: u64) -> AnswerOutcome {
        // The platform delivers the whole batch again.
        drop(self.dropped.lock().unwrap_or_else(PoisonError::into_inner).take(&invocation.request_id));
        if self.policy.mode == Mode::Off {
            return AnswerOutcome::Same(error);
        }
        let cleaned = self.cleaner(invocation).error(&error);
        self.outcome(cleaned, error, invocation)
    }

    /// For an answer that leaves in pieces.
    #[must_use]
    pub fn stream(&self, invocation: &Invocation) -> Stream {
        // What has begun to leave cannot be refused as a whole: the place itself is.
        let masking = |treatment: Treatment| match treatment {
            Treatment::Tell => Treatment::Tell,
            Treatment::Mask | Treatment::Refuse => Treatment::Mask,
        };
        let response = &self.policy.response;
        let treated = (self.policy.mode == Mode::Block)
            .then(|| Treated { secrets: masking(response.secrets), personal: masking(response.personal) });
        Stream::new(self.needles(), treated, &invocation.request_id, Arc::clone(&self.report))
    }

    fn needles(&self) -> Arc<needle::Needles> {
        Arc::clone(&self.needles.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Secrets that came after the start, by name: no answer has them either.
    pub fn learn(&self, secrets: &[(String, String)]) {
        let mut needles = self.needles.write().unwrap_or_else(PoisonError::into_inner);
        *needles = Arc::new(needles.with(secrets));
    }

    fn cleaner<'a>(&'a self, invocation: &'a Invocation) -> Cleaner<'a> {
        Cleaner {
            response: &self.policy.response,
            needles: self.needles(),
            output: self.output.as_ref(),
            sent: &invocation.event,
            trigger: invocation.trigger,
            request_id: &invocation.request_id,
            is_detecting: self.policy.mode == Mode::Detect,
        }
    }

    fn outcome(&self, cleaned: Cleaned, given: Vec<u8>, invocation: &Invocation) -> AnswerOutcome {
        for (action, problem) in &cleaned.told {
            self.tell(*action, problem, invocation);
        }
        if let Some((problem, answer)) = cleaned.refused {
            self.tell(Action::Blocked, &problem, invocation);
            return AnswerOutcome::Refused(problem.refusal(), answer);
        }
        match cleaned.bytes {
            Some(bytes) => AnswerOutcome::Changed(bytes),
            None => AnswerOutcome::Same(given),
        }
    }

    fn tell(&self, action: Action, problem: &Problem, invocation: &Invocation) {
        self.report.report(problem.occurrence(action, &invocation.request_id));
    }
}

fn unknown_issuer(name: &str) -> Occurrence {
    Occurrence {
        layer: Layer::Policy,
        action: Action::Told,
        hostile: false,
        request_id: None,
        reason: format!(
            "the issuer `{name}` names environment variables that this function does not have; its tokens are not verified"
        ),
        rule: Some("issuer".to_owned()),
        facts: Vec::new(),
    }
}
