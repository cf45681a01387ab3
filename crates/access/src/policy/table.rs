//! The table of routes: what each asks for, without any policy language.
use std::collections::BTreeSet;

use serde_json::Value;

use super::config::{Config, Otherwise, Requirement, Rule, StepUp};
use super::question::{Missing, Question};
use super::{Place, Problem};
use crate::limit::matches;
use crate::{Identity, Method};

/// A way to authenticate, as configurations name it.
#[must_use]
pub const fn method_name(method: Method) -> &'static str {
    match method {
        Method::Jwt => "jwt",
        Method::Introspection => "introspection",
        Method::Certificate => "certificate",
        Method::ApiKey => "api-key",
        Method::Signature => "signature",
        Method::Session => "session",
    }
}

const METHODS: [&str; 6] = ["jwt", "introspection", "certificate", "api-key", "signature", "session"];

/// What is wanted, what is there, and what is missing when they have nothing in common.
type OneOf<'a> = (&'a BTreeSet<String>, &'a BTreeSet<String>, fn(BTreeSet<String>) -> Missing);

/// What the table says to a question.
pub(super) enum Said {
    /// Nothing stands there, and nothing is said about the rest.
    Nothing,
    Allowed,
    Missing(Vec<Missing>),
}

/// The rule of a route: its own, else the longest pattern that fits.
pub(super) fn rule<'a>(config: &'a Config, route: &str) -> Option<&'a Rule> {
    let by_pattern = || {
        let fitting = config.routes.iter().filter(|(pattern, _)| matches(pattern, route));
        fitting.max_by_key(|(pattern, _)| pattern.len()).map(|(_, rule)| rule)
    };
    config.routes.get(route).or_else(by_pattern)
}

pub(super) fn ask(config: &Config, question: &Question<'_>) -> Said {
    if question.route.is_empty() {
        return Said::Missing(vec![Missing::Route]);
    }
    let missing = match (rule(config, question.route), config.otherwise) {
        (Some(rule), _) => missing(rule, question),
        (None, Otherwise::Deny) => return Said::Nothing,
        (None, Otherwise::Authenticated) => missing(&Rule::default(), question),
        (None, Otherwise::Public) => Vec::new(),
    };
    if missing.is_empty() { Said::Allowed } else { Said::Missing(missing) }
}

/// Everything that is missing, so that somebody need not find out one by one.
fn missing(rule: &Rule, question: &Question<'_>) -> Vec<Missing> {
    if rule.public {
        return Vec::new();
    }
    let is_anonymous = |one: &Requirement| one.anonymous && (!one.mutual_tls || question.mutual_tls);
    let Some(who) = question.identity else {
        if rule.any_of.iter().any(is_anonymous) && only_any_of(rule) {
            return Vec::new();
        }
        let needed = rule.scopes.clone();
        let scopes = (!needed.is_empty()).then_some(Missing::Scopes(needed));
        return [Missing::Identity].into_iter().chain(scopes).collect();
    };
    let mut missing = Vec::new();
    let lacking: BTreeSet<String> = rule.scopes.difference(&who.scopes).cloned().collect();
    if !lacking.is_empty() {
        missing.push(Missing::Scopes(lacking));
    }
    let method = BTreeSet::from([method_name(who.method).to_owned()]);
    let issuer = BTreeSet::from([who.issuer.clone()]);
    let one_of: [OneOf<'_>; 5] = [
        (&rule.any_scope, &who.scopes, Missing::AnyScope),
        (&rule.roles, &who.roles, Missing::Role),
        (&rule.groups, &who.groups, Missing::Group),
        (&rule.methods, &method, Missing::Method),
        (&rule.issuers, &issuer, Missing::Issuer),
    ];
    for (wanted, there, lacks) in one_of {
        if !wanted.is_empty() && wanted.is_disjoint(there) {
            missing.push(lacks(wanted.clone()));
        }
    }
    for (claim, accepted) in &rule.claims {
        if !who.claims.get(claim).is_some_and(|value| is_one_of(value, |text| accepted.contains(text))) {
            missing.push(Missing::Claim(claim.clone()));
        }
    }
    for (claim, parameter) in &rule.own {
        let wanted = question.parameter(parameter);
        let equals = |value: &Value| wanted.is_some_and(|wanted| is_one_of(value, |text| text == wanted));
        if !who.claims.get(claim).is_some_and(equals) {
            missing.push(Missing::Own { claim: claim.clone(), parameter: parameter.clone() });
        }
    }
    step_up(&rule.step_up, who, question.now, &mut missing);
    if !rule.any_of.is_empty() && !rule.any_of.iter().any(|one| holds(one, who, question)) {
        missing.push(Missing::Requirement);
    }
    missing
}

fn only_any_of(rule: &Rule) -> bool {
    Rule { any_of: Vec::new(), ..rule.clone() } == Rule::default()
}

/// Whether a claim, or a member of a list, is accepted. Numbers and booleans count as their JSON text.
fn is_one_of(value: &Value, accepts: impl Fn(&str) -> bool) -> bool {
    let accepts = |value: &Value| match value {
        Value::String(text) => accepts(text),
        Value::Number(_) | Value::Bool(_) => accepts(&value.to_string()),
        _ => false,
    };
    match value {
        Value::Array(members) => members.iter().any(accepts),
        other => accepts(other),
    }
}

fn step_up(wanted: &StepUp, who: &Identity, now: u64, missing: &mut Vec<Missing>) {
    let has = &who.authentication;
    if !wanted.acr.is_empty() && !has.context.as_ref().is_some_and(|context| wanted.acr.contains(context)) {
        missing.push(Missing::Acr(wanted.acr.clone()));
    }
    if !wanted.amr.is_subset(&has.methods) {
        missing.push(Missing::Amr(wanted.amr.clone()));
    }
    if let Some(age) = wanted.max_age {
        let seconds = age.0.as_secs();
        // A time in the future is no proof of freshness: a minute of clock difference is all it gets.
        let is_fresh = has.time.is_some_and(|time| time <= now + 60 && now.saturating_sub(time) <= seconds);
        if !is_fresh {
            missing.push(Missing::Fresh(seconds));
        }
    }
    if wanted.bound && !has.bound {
        missing.push(Missing::Bound);
    }
}

fn holds(one: &Requirement, who: &Identity, question: &Question<'_>) -> bool {
    (one.methods.is_empty() || one.methods.contains(method_name(who.method)))
        && one.scopes.is_subset(&who.scopes)
        && (!one.mutual_tls || question.mutual_tls)
}

/// What cannot be meant.
pub(super) fn check(config: &Config) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut tell = |route: &str, message: String| {
        problems.push(Problem { place: Place::setting(&format!("routes.\"{route}\"")), message });
    };
    for (route, rule) in &config.routes {
        if rule.public && *rule != (Rule { public: true, ..Rule::default() }) {
            tell(route, "`public` lets anybody pass, so nothing else may stand beside it".to_owned());
        }
        let named = rule.methods.iter().chain(rule.any_of.iter().flat_map(|one| &one.methods));
        for unknown in named.filter(|name| !METHODS.contains(&name.as_str())) {
            tell(route, format!("`{unknown}` is no way to authenticate; there are {}", METHODS.join(", ")));
        }
        for parameter in rule.own.values().filter(|name| !route.contains(&format!("{{{name}}}"))) {
            // A gateway's route has a name of its own; only names that are paths can be compared.
            if route.contains('/') && !route.ends_with('*') {
                tell(route, format!("the route has no parameter `{{{parameter}}}`"));
            }
        }
    }
    problems
}
