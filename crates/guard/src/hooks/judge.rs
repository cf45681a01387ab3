//! One question, one decision: does input change the structure of what is to be done, and does the policy allow it at all?
use super::ground::Ground;
use super::inputs::Inputs;
use super::question::{Answer, Message};
use super::{code, command, data, file, host, sql};
use crate::{Action, Invocation, Layer, Occurrence, Report};
use policy::Mode;
use std::collections::BTreeSet;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::Arc;

/// Questions of one invocation; a runtime that asks more is refused.
const QUESTIONS_MAX: u64 = 200_000;
/// Things told once that are remembered.
const TOLD_MAX: usize = 4_096;
/// Addresses of resolved names that are remembered.
const ADDRESSES_MAX: usize = 4_096;
/// Letters of a value that an occurrence shows.
const SHOWN_MAX: usize = 80;
/// Fragments that a hook is asked about.
const FRAGMENTS_MAX: usize = 64;

/// Something that speaks against going on.
#[derive(Debug)]
pub(super) struct Suspicion {
    pub(super) rule: &'static str,
    pub(super) reason: String,
    /// Parts of the sink's text that seem to come from the event. Where the application's own code holds each of them in
    /// a text, they do not, and the suspicion falls.
    pub(super) fragments: Vec<String>,
    pub(super) hostile: bool,
    /// Refused in mode block; else only told.
    pub(super) enforced: bool,
    pub(super) facts: Vec<(&'static str, String)>,
    /// Told only once in the life of the environment.
    pub(super) once: Option<String>,
    /// The invocation whose input it is, where that is known.
    pub(super) request_id: Option<String>,
}

impl Suspicion {
    /// Input that changes the structure of a sink.
    pub(super) fn attack(rule: &'static str, reason: impl Into<String>, fragment: &str) -> Self {
        Self {
            rule,
            reason: reason.into(),
            fragments: if fragment.is_empty() { Vec::new() } else { vec![fragment.to_owned()] },
            hostile: true,
            enforced: true,
            facts: vec![("input", shown(fragment))],
            once: None,
            request_id: None,
        }
    }

    /// Beyond a list of the policy.
    pub(super) fn undeclared(
        rule: &'static str,
        reason: impl Into<String>,
        fact: (&'static str, &str),
    ) -> Self {
        Self {
            rule,
            reason: reason.into(),
            fragments: Vec::new(),
            hostile: true,
            enforced: true,
            facts: vec![(fact.0, shown(fact.1))],
            once: None,
            request_id: None,
        }
    }

    /// Never seen, where the policy has no list.
    pub(super) fn new_to_us(
        rule: &'static str,
        reason: impl Into<String>,
        fact: (&'static str, &str),
    ) -> Self {
        Self {
            rule,
            reason: reason.into(),
            fragments: Vec::new(),
            hostile: false,
            enforced: false,
            facts: vec![(fact.0, shown(fact.1))],
            once: Some(format!("{rule} {}", fact.1)),
            request_id: None,
        }
    }

    /// Whether another invocation's input gives rise to the very same.
    fn is_as(&self, other: &Self) -> bool {
        (self.rule, &self.reason, &self.fragments, &self.facts)
            == (other.rule, &other.reason, &other.fragments, &other.facts)
    }
}

/// What waits for details.
pub(super) struct Pending {
    api: String,
    suspicions: Vec<Suspicion>,
}

/// What sinks are judged with.
pub(super) struct Context<'a> {
    pub(super) policy: &'a policy::Function,
    pub(super) places: &'a Ground,
    pub(super) inputs: &'a Inputs,
    /// Addresses of names that were resolved and may be reached.
    pub(super) addresses: &'a BTreeSet<IpAddr>,
}

/// An invocation that runs.
struct Running {
    invocation: Invocation,
    /// Made by the first question.
    inputs: Option<Arc<Inputs>>,
    answered: bool,
}

impl Running {
    fn inputs(&mut self) -> Arc<Inputs> {
        Arc::clone(self.inputs.get_or_insert_with(|| Arc::new(Inputs::of(&self.invocation))))
    }
}

/// Everything that decides.
pub(super) struct Judge {
    policy: policy::Function,
    report: Arc<dyn Report>,
    places: Ground,
    /// The invocations that run, and the last one where none does.
    running: Vec<Running>,
    last: Option<Running>,
    questions: u64,
    told: BTreeSet<String>,
    addresses: BTreeSet<IpAddr>,
}

impl Judge {
    pub(super) fn new(policy: &policy::Function, report: Arc<dyn Report>, places: &Ground) -> Self {
        Self {
            policy: policy.clone(),
            report,
            places: places.clone(),
            running: Vec::new(),
            last: None,
            questions: 0,
            told: BTreeSet::new(),
            addresses: BTreeSet::new(),
        }
    }

    pub(super) fn begin(&mut self, invocation: &Invocation) {
        self.running.push(Running { invocation: invocation.clone(), inputs: None, answered: false });
        self.last = None;
        self.questions = 0;
    }

    /// The runtime has answered. Whether that was not known.
    pub(super) fn answered(&mut self, invocation: &Invocation) -> bool {
        let known = self.running.iter_mut().find(|one| one.invocation.request_id == invocation.request_id);
        known.is_some_and(|one| !std::mem::replace(&mut one.answered, true))
    }

    /// It is over. Whether it was not answered before.
    pub(super) fn end(&mut self, invocation: &Invocation) -> bool {
        let ended = |one: &Running| one.invocation.request_id == invocation.request_id;
        let Some(at) = self.running.iter().position(ended) else { return false };
        let one = self.running.swap_remove(at);
        let was_open = !one.answered;
        if self.running.is_empty() {
            // What still runs behind an answer is judged by the event that started it.
            self.last = Some(one);
        }
        was_open
    }

    fn request_id(&self) -> Option<String> {
        let one = match self.running.as_slice() {
            [one] => Some(one),
            [] => self.last.as_ref(),
            _ => None,
        };
        one.map(|one| one.invocation.request_id.clone())
    }

    /// What every invocation that runs brought: a question does not say which one's it is.
    fn brought(&mut self) -> Vec<(Option<String>, Arc<Inputs>)> {
        let each = |one: &mut Running| (Some(one.invocation.request_id.clone()), one.inputs());
        let mut brought: Vec<_> = self.running.iter_mut().chain(&mut self.last).map(each).collect();
        if brought.is_empty() {
            brought.push((None, Arc::default()));
        }
        brought
    }

    /// A message that is none, or longer than a message may be.
    pub(super) fn malformed(&mut self, length: usize) -> Answer {
        self.refused(
            "hook-question",
            "a hook's question could not be read; it was refused",
            vec![("bytes", length.to_string())],
        );
        Answer::no("hook-question")
    }

    /// Something about the questions themselves.
    fn refused(&self, rule: &str, reason: &str, facts: Vec<(&'static str, String)>) {
        self.report.report(Occurrence {
            layer: Layer::Hook,
            action: Action::Blocked,
            hostile: true,
            request_id: self.request_id(),
            reason: reason.to_owned(),
            rule: Some(rule.to_owned()),
            facts,
        });
    }

    pub(super) fn answer(&mut self, message: Message, pending: &mut Option<Pending>) -> Option<Answer> {
        match message {
            Message::Join {} => return None,
            Message::Hello(hello) => {
                self.report.report(hello.occurrence());
                return None;
            }
            Message::State(left) => {
                let request_id = self.request_id();
                for occurrence in left.occurrences(request_id.as_deref()) {
                    self.report.report(occurrence);
                }
                return None;
            }
            Message::Details { at, constants } => {
                return Some(match pending.take() {
                    Some(pending) => self.conclude(pending, &at, &constants),
                    None => self.malformed(0),
                });
            }
            _ => {}
        }
        self.questions += 1;
        if self.questions > QUESTIONS_MAX {
            if self.questions == QUESTIONS_MAX + 1 {
                let facts = vec![("questions", QUESTIONS_MAX.to_string())];
                self.refused("hook-rate", "the runtime asked more than one invocation may", facts);
            }
            return Some(Answer::no("hook-rate"));
        }
        Some(self.judged(message, pending))
    }

    fn judged(&mut self, message: Message, pending: &mut Option<Pending>) -> Answer {
        let mut api = String::new();
        let mut suspicions: Vec<Suspicion> = Vec::new();
        for (request_id, inputs) in self.brought() {
            let context = Context {
                policy: &self.policy,
                places: &self.places,
                inputs: &inputs,
                addresses: &self.addresses,
            };
            let (name, found) = sink(&context, &message);
            api = name;
            for mut suspicion in found {
                match suspicions.iter_mut().find(|known| known.is_as(&suspicion)) {
                    Some(known) => known.request_id = None,
                    None => {
                        suspicion.request_id.clone_from(&request_id);
                        suspicions.push(suspicion);
                    }
                }
            }
        }
        if let Message::Resolved { addresses, .. } = &message
            && !suspicions.iter().any(|suspicion| suspicion.enforced)
        {
            let parsed = addresses.iter().filter_map(|address| address.parse::<IpAddr>().ok());
            let room = ADDRESSES_MAX.saturating_sub(self.addresses.len());
            self.addresses.extend(parsed.take(room));
        }
        let places = &self.places;
        suspicions.retain(|suspicion| !is_configured(places, suspicion));
        suspicions.retain(|suspicion| suspicion.once.as_ref().is_none_or(|once| !self.told.contains(once)));
        if suspicions.is_empty() {
            return Answer::yes();
        }
        let fragments: Vec<String> =
            suspicions.iter().flat_map(|suspicion| suspicion.fragments.clone()).take(FRAGMENTS_MAX).collect();
        *pending = Some(Pending { api, suspicions });
        Answer { more: Some(fragments), ..Answer::default() }
    }

    fn conclude(&mut self, pending: Pending, at: &str, constants: &[bool]) -> Answer {
        let mut constants = constants.iter();
        let mut refused = None;
        for suspicion in pending.suspicions {
            let count = suspicion.fragments.len();
            let own = count > 0 && constants.by_ref().take(count).filter(|own| **own).count() == count;
            if own || refused.is_some() {
                continue;
            }
            if let Some(once) = suspicion.once.clone()
                && self.told.len() < TOLD_MAX
            {
                self.told.insert(once);
            }
            let is_blocked = suspicion.enforced && self.policy.mode == Mode::Block;
            let mut facts = vec![("sink", shown(&pending.api)), ("at", shown(at))];
            facts.extend(suspicion.facts);
            let action = if is_blocked { Action::Blocked } else { Action::Told };
            self.report.report(Occurrence {
                layer: Layer::Hook,
                action,
                hostile: suspicion.hostile,
                request_id: suspicion.request_id,
                reason: suspicion.reason,
                rule: Some(suspicion.rule.to_owned()),
                facts,
            });
            if is_blocked {
                refused = Some(suspicion.rule);
            }
        }
        refused.map_or_else(Answer::yes, Answer::no)
    }
}

/// A host or a path that an event also names, and that the function's own variables hold: it comes from there.
fn is_configured(places: &Ground, suspicion: &Suspicion) -> bool {
    let holds = |fragment: &String| {
        fragment.len() > 3
            && places
                .environment
                .values()
                .any(|value| value.to_str().is_some_and(|value| value.contains(fragment.as_str())))
    };
    matches!(suspicion.rule, "hook-host" | "hook-file")
        && !suspicion.fragments.is_empty()
        && suspicion.fragments.iter().all(holds)
}

/// The sink's name, and what speaks against it.
fn sink(context: &Context<'_>, message: &Message) -> (String, Vec<Suspicion>) {
    match message {
        Message::Command { api, program, argv, text } => {
            (api.clone(), command::judge(context, program, argv, text.as_deref()))
        }
        Message::Code { api, text } => (api.clone(), code::judge(context, text)),
        Message::Sql { api, text, backslash } => (api.clone(), sql::judge(context, text, *backslash)),
        Message::Operators { api, names } => (api.clone(), sql::operators(context, names)),
        Message::Data { api, format, name, text, base64 } => {
            (api.clone(), data::judge(context, &data::Data { format, name, text, base64 }))
        }
        Message::File { api, path, folder, write } => {
            (api.clone(), file::judge(context, path, folder, *write))
        }
        Message::Host { api, host, port } => (api.clone(), host::judge(context, host, Some(*port))),
        Message::Resolved { host, addresses } => {
            ("resolve".to_owned(), host::resolved(context, host, addresses))
        }
        Message::Module { api, name } => (api.clone(), file::module(context, name)),
        Message::Native { api, name } => (api.clone(), file::native(context, name)),
        Message::Details { .. } | Message::Join {} | Message::Hello(_) | Message::State(_) => {
            (String::new(), Vec::new())
        }
    }
}

/// The text of a range; what is no UTF-8 is replaced.
pub(super) fn part(text: &str, range: &Range<usize>) -> String {
    String::from_utf8_lossy(text.as_bytes().get(range.clone()).unwrap_or_default()).into_owned()
}

/// A short, printable part of a value.
pub(super) fn shown(value: &str) -> String {
    let mut text: String = value
        .chars()
        .take(SHOWN_MAX)
        .map(|letter| if letter.is_control() { '\u{b7}' } else { letter })
        .collect();
    if value.chars().nth(SHOWN_MAX).is_some() {
        text.push('\u{2026}');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::tests::{Heard, invocation};

    fn asks(judge: &mut Judge) -> Option<bool> {
        let question = Message::Code { api: "eval".to_owned(), text: "1 + 1".to_owned() };
        judge.answer(question, &mut None)?.ok
    }

    /// Nobody keeps the guard busy for ever: an invocation has so many questions, and the next one has its own.
    #[test]
    fn an_invocation_has_so_many_questions() {
        let heard = Arc::new(Heard::default());
        let ground = Ground::of(&crate::Places::default(), []);
        let mut judge = Judge::new(&policy::Function::default(), heard.clone(), &ground);
        judge.begin(&invocation(b"{}"));
        let passed = (0..QUESTIONS_MAX + 3).filter(|_| asks(&mut judge) == Some(true)).count();
        assert_eq!(passed as u64, QUESTIONS_MAX);
        let told: Vec<String> = heard.take().into_iter().filter(|one| one.contains("rate")).collect();
        assert_eq!(told, ["hook hook-rate Blocked"]);
        judge.begin(&invocation(b"{}"));
        assert_eq!(asks(&mut judge), Some(true));
    }
}
