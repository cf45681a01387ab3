//! What is to be said of each grant.
use std::collections::BTreeSet;

use model::{Tri, Value};

use super::granted::{Area, Granted, Rule};
use super::meaning::Place;
use super::shape::means_nothing;
use super::{Grant, Judgement, Need};
use crate::{Pattern, catalogue};

/// What grants are judged by.
#[derive(Debug)]
pub(super) struct Judge<'a> {
    pub needed: &'a [Need],
    pub base: &'a [Need],
    /// Why nothing can be called unused: the code was not seen whole.
    pub unseen: Option<String>,
    /// Services of which operations are chosen at run time.
    pub dynamic: &'a BTreeSet<String>,
    areas: Vec<Vec<Area<'a>>>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        place: Place<'a>,
        needed: &'a [Need],
        base: &'a [Need],
        dynamic: &'a BTreeSet<String>,
    ) -> Self {
        let of = |need: &Need| need.resources.iter().map(|resource| Area::of(place, resource)).collect();
        let areas = needed.iter().map(of).collect();
        Self { needed, base, unseen: None, dynamic, areas }
    }

    pub(super) fn grants(&self, granted: &Granted<'_>) -> Vec<Grant> {
        granted.allows.iter().flat_map(|rule| self.of_rule(rule)).collect()
    }

    fn of_rule(&self, rule: &Rule<'_>) -> Vec<Grant> {
        let statement = &rule.statement;
        let grant = |action: String, judgement: Judgement| Grant {
            action,
            resources: statement.resources.clone(),
            at: statement.at,
            policy: rule.policy.clone(),
            source: rule.source.clone(),
            judgement,
        };
        if !statement.not_actions.is_empty() {
            let list: Vec<String> = statement.not_actions.iter().map(Value::display).collect();
            let why = format!("it allows everything but {}", list.join(", "));
            return vec![grant(
                "*".to_owned(),
                Judgement::TooBroad { needs: self.under(rule, &Pattern::action("*")), why },
            )];
        }
        let actions = statement.actions.iter().zip(&rule.actions);
        actions
            .map(|(written, pattern)| grant(written.display(), self.judge(rule, written, pattern)))
            .collect()
    }

    /// The needs that a grant helps: those of its actions, on resources that it may be about.
    fn under(&self, rule: &Rule<'_>, action: &Pattern) -> Vec<usize> {
        let mut found = Vec::new();
        for (index, (need, areas)) in self.needed.iter().zip(&self.areas).enumerate() {
            if Pattern::action(&need.action).within(action) == Tri::False {
                continue;
            }
            let meets = |area: &Area<'_>| {
                !rule.not_resources.is_empty()
                    || rule.resources.iter().any(|own| area.meets(own) != Tri::False)
            };
            if areas.iter().any(meets) {
                found.push(index);
            }
        }
        found
    }

    fn judge(&self, rule: &Rule<'_>, written: &Value, action: &Pattern) -> Judgement {
        let Some(text) = written.as_str() else {
            return Judgement::Unknown("its action is known only when deployed".to_owned());
        };
        if !action.has_wildcard() && catalogue::action(text).is_none() {
            return missing_name(text);
        }
        let needs = self.under(rule, action);
        if needs.is_empty() {
            return self.without_need(text, action);
        }
        match self.excess(rule, text, action, &needs) {
            Some(why) => Judgement::TooBroad { needs, why },
            None => Judgement::Needed,
        }
    }

    fn without_need(&self, text: &str, action: &Pattern) -> Judgement {
        if self.base.iter().any(|need| Pattern::action(&need.action).within(action) != Tri::False) {
            return match action.has_wildcard() {
                false => Judgement::Base,
                true => Judgement::TooBroad { needs: Vec::new(), why: self.wide(text, &[]) },
            };
        }
        let service = text.split(':').next().unwrap_or_default();
        if let Some(why) = &self.unseen {
            return Judgement::Unknown(why.clone());
        }
        if self.dynamic.contains(service) || text == "*" && !self.dynamic.is_empty() {
            return Judgement::Unknown(format!(
                "which operations of `{service}` are called is chosen at run time"
            ));
        }
        if let Some(why) = by_the_platform(text) {
            return Judgement::Unknown(why.to_owned());
        }
        Judgement::Unused
    }

    /// What is too wide about a grant that is needed.
    fn excess(&self, rule: &Rule<'_>, text: &str, action: &Pattern, needs: &[usize]) -> Option<String> {
        let mut why = Vec::new();
        if action.has_wildcard() && self.is_wide(text, needs) {
            why.push(self.wide(text, needs));
        }
        let areas: Vec<&Area<'_>> = needs.iter().filter_map(|need| self.areas.get(*need)).flatten().collect();
        if !rule.not_resources.is_empty() {
            why.push("it is about everything but some resources".to_owned());
        }
        for (own, written) in rule.resources.iter().zip(&rule.statement.resources) {
            if !action.has_wildcard() && means_nothing(text, &own.pattern) {
                continue;
            }
            // Inside of what is needed, or the very same.
            let is_needed = Tri::any(areas.iter().map(|area| own.within(area)));
            if is_needed == Tri::False {
                why.push(format!("`{}` is wider than what is needed", written.display()));
            }
        }
        (!why.is_empty()).then(|| why.join("; "))
    }

    /// Whether a wildcard stands for more than what is needed.
    fn is_wide(&self, text: &str, needs: &[usize]) -> bool {
        let needed = needs.iter().filter_map(|need| self.needed.get(*need));
        let needed: BTreeSet<&str> = needed.map(|need| need.action.as_str()).collect();
        catalogue::matching(text).iter().any(|one| !needed.contains(one.display().as_str()))
    }

    /// `dynamodb:*` allows 70 actions, 2 are needed.
    fn wide(&self, text: &str, needs: &[usize]) -> String {
        let mut used: Vec<&str> =
            needs.iter().filter_map(|need| self.needed.get(*need)).map(|need| need.action.as_str()).collect();
        used.sort_unstable();
        used.dedup();
        if used.is_empty() {
            let action = Pattern::action(text);
            let base =
                self.base.iter().filter(|need| Pattern::action(&need.action).within(&action) != Tri::False);
            used = base.map(|need| need.action.as_str()).collect();
        }
        let all = catalogue::matching(text).len();
        let verb = if used.len() == 1 { "is" } else { "are" };
        format!("`{text}` stands for {all} actions, {} {verb} needed", used.len())
    }
}

/// Why a permission may be needed although no code asks for it: the platform does, in the function's name.
fn by_the_platform(action: &str) -> Option<&'static str> {
    let action = action.to_ascii_lowercase();
    match action.split_once(':')? {
        ("lambda", "checkpointdurableexecution" | "getdurableexecutionstate") => {
            Some("durable functions ask for it by themselves")
        }
        ("kafka-cluster", _) => Some("a trigger that signs in to Kafka with IAM asks for it"),
        _ => None,
    }
}

/// An action that the catalogue does not have.
fn missing_name(text: &str) -> Judgement {
    match text.split_once(':') {
        // A service that came after the catalogue may have any action.
        Some((service, _)) if !catalogue::is_service(&service.to_ascii_lowercase()) => {
            Judgement::Unknown(format!("the catalogue does not know the service `{service}`"))
        }
        _ => Judgement::NotExisting,
    }
}
