//! Two bundles compared by what they allow: wider, narrower, or only other.
#[cfg(test)]
mod tests;

use crate::{Bundle, Function, Mode, SchemaOrigin, Treatment};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// Which way a change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// More is allowed, or less is looked at.
    Wider,
    /// Less is allowed.
    Narrower,
    /// Cannot be said; judge it yourself.
    Other,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Change {
    /// Empty for the whole bundle.
    pub function: String,
    /// `egress.hosts`
    pub place: String,
    pub direction: Direction,
    pub what: String,
}

/// Compares; the order is that of functions and places.
#[must_use]
pub fn diff(old: &Bundle, new: &Bundle) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut told = Told { function: String::new(), changes: &mut changes };
    bundle(old, new, &mut told);
    let names: BTreeSet<&String> = old.functions.keys().chain(new.functions.keys()).collect();
    for name in names {
        told.function.clone_from(name);
        match (old.functions.get(name), new.functions.get(name)) {
            (Some(old), Some(new)) => function(old, new, &mut told),
            (None, Some(_)) => told.add("", Direction::Other, "the function is new".to_owned()),
            (Some(_), None) => {
                told.add("", Direction::Wider, "the function has no policy any more".to_owned())
            }
            (None, None) => {}
        }
    }
    changes
}

/// Whether something is wider.
#[must_use]
pub fn is_wider(changes: &[Change]) -> bool {
    changes.iter().any(|change| change.direction == Direction::Wider)
}

struct Told<'a> {
    function: String,
    changes: &'a mut Vec<Change>,
}

impl Told<'_> {
    fn add(&mut self, place: &str, direction: Direction, what: String) {
        let (function, place) = (self.function.clone(), place.to_owned());
        self.changes.push(Change { function, place, direction, what });
    }

    /// A list of what is allowed; `None` allows everything and only tells.
    fn list(&mut self, place: &str, old: Option<BTreeSet<String>>, new: Option<BTreeSet<String>>) {
        match (old, new) {
            (None, Some(_)) => self.add(place, Direction::Narrower, "the list is closed now".to_owned()),
            (Some(_), None) => self.add(
                place,
                Direction::Wider,
                "the list is open now: what is not in it is only told".to_owned(),
            ),
            (Some(old), Some(new)) => {
                for name in new.difference(&old) {
                    self.add(place, Direction::Wider, format!("`{name}` is allowed now"));
                }
                for name in old.difference(&new) {
                    self.add(place, Direction::Narrower, format!("`{name}` is not allowed any more"));
                }
            }
            (None, None) => {}
        }
    }

    /// A set of which more means that more is looked at or hidden.
    fn guarded(&mut self, place: &str, old: &BTreeSet<String>, new: &BTreeSet<String>) {
        for name in old.difference(new) {
            self.add(place, Direction::Wider, format!("`{name}` is not guarded any more"));
        }
        for name in new.difference(old) {
            self.add(place, Direction::Narrower, format!("`{name}` is guarded now"));
        }
    }

    /// A number of which more allows more; none has no limit.
    fn limit(&mut self, place: &str, old: Option<u64>, new: Option<u64>) {
        let shown =
            |value: Option<u64>| value.map_or_else(|| "no limit".to_owned(), |value| value.to_string());
        let direction = match (old, new) {
            (old, new) if old == new => return,
            (Some(old), Some(new)) if new < old => Direction::Narrower,
            (None, Some(_)) => Direction::Narrower,
            _ => Direction::Wider,
        };
        self.add(place, direction, format!("{} instead of {}", shown(new), shown(old)));
    }

    /// A switch that guards when it is on.
    fn switch(&mut self, place: &str, old: bool, new: bool) {
        if old != new {
            let direction = if new { Direction::Narrower } else { Direction::Wider };
            self.add(place, direction, (if new { "on now" } else { "off now" }).to_owned());
        }
    }

    fn other<T: PartialEq + Serialize>(&mut self, place: &str, old: &T, new: &T) {
        if old != new {
            self.add(place, Direction::Other, "it is another".to_owned());
        }
    }

    fn treatment(&mut self, place: &str, old: Treatment, new: Treatment) {
        let rank = |treatment: Treatment| match treatment {
            Treatment::Tell => 0,
            Treatment::Mask => 1,
            Treatment::Refuse => 2,
        };
        if old != new {
            let direction = if rank(new) > rank(old) { Direction::Narrower } else { Direction::Wider };
            self.add(place, direction, format!("{new:?} instead of {old:?}").to_lowercase());
        }
    }

    /// Something that guards once it is there.
    fn present<T: PartialEq>(&mut self, place: &str, old: Option<&T>, new: Option<&T>) {
        match (old, new) {
            (None, Some(_)) => self.add(place, Direction::Narrower, "it is there now".to_owned()),
            (Some(_), None) => self.add(place, Direction::Wider, "it is gone".to_owned()),
            (Some(old), Some(new)) if old != new => {
                self.add(place, Direction::Other, "it is another".to_owned())
            }
            _ => {}
        }
    }
}

fn bundle(old: &Bundle, new: &Bundle, told: &mut Told<'_>) {
    told.switch("rules.own", old.rules.own != Some(false), new.rules.own != Some(false));
    told.other("rules.files", &old.rules.files, &new.rules.files);
    let names: BTreeSet<&String> = old.issuers.keys().chain(new.issuers.keys()).collect();
    for name in names {
        let place = format!("issuers.{name}");
        match (old.issuers.get(name), new.issuers.get(name)) {
            // With one more, tokens of more people are taken; with none, nobody verifies any.
            (None, Some(_)) if old.issuers.is_empty() => {
                told.add(&place, Direction::Narrower, "tokens are verified now".to_owned())
            }
            (None, Some(_)) => told.add(&place, Direction::Wider, "its tokens are taken now".to_owned()),
            (Some(_), None) if new.issuers.is_empty() => {
                told.add(&place, Direction::Wider, "no token is verified any more".to_owned())
            }
            (Some(_), None) => {
                told.add(&place, Direction::Narrower, "its tokens are not taken any more".to_owned())
            }
            (Some(old), Some(new)) => told.other(&place, old, new),
            (None, None) => {}
        }
    }
    told.other("keys", &old.keys, &new.keys);
}

fn function(old: &Function, new: &Function, told: &mut Told<'_>) {
    let rank = |mode: Mode| mode as u8;
    if old.mode != new.mode {
        let direction = if rank(new.mode) > rank(old.mode) { Direction::Narrower } else { Direction::Wider };
        told.add("mode", direction, format!("{:?} instead of {:?}", new.mode, old.mode).to_lowercase());
    }
    triggers(old, new, told);
    schema("input", old.input.as_ref(), new.input.as_ref(), told);
    schema("output", old.output.as_ref(), new.output.as_ref(), told);
    told.present(
        "access.authorization",
        old.access.authorization.as_ref(),
        new.access.authorization.as_ref(),
    );
    told.present("access.cedar", old.access.cedar.as_ref(), new.access.cedar.as_ref());
    let unknown = |function: &Function| function.access.unknown_tokens.unwrap_or(Treatment::Refuse);
    told.treatment("access.unknown_tokens", unknown(old), unknown(new));
    let (before, after) = (&old.limits, &new.limits);
    for (place, old, new) in [
        ("limits.event_bytes", before.event_bytes, after.event_bytes),
        ("limits.response_bytes", before.response_bytes, after.response_bytes),
        ("limits.at_once_per_identity", before.at_once_per_identity, after.at_once_per_identity),
        ("limits.duration_ms", before.duration_ms, after.duration_ms),
        ("limits.processes", before.processes, after.processes),
        ("limits.file_bytes", before.file_bytes, after.file_bytes),
        ("limits.open_files", before.open_files, after.open_files),
        ("limits.memory_bytes", before.memory_bytes, after.memory_bytes),
    ] {
        told.limit(place, old, new);
    }
    told.present("limits.rates", before.rates.as_ref(), after.rates.as_ref());
    let (before, after) = (&old.response, &new.response);
    told.treatment("response.secrets", before.secrets, after.secrets);
    told.treatment("response.personal", before.personal, after.personal);
    told.treatment("response.errors", before.errors, after.errors);
    told.switch("response.encode", before.encode, after.encode);
    told.other("response.headers", &before.headers, &after.headers);
    told.switch("redaction.secrets", old.redaction.secrets, new.redaction.secrets);
    told.switch("redaction.personal", old.redaction.personal, new.redaction.personal);
    told.switch("redaction.control", old.redaction.control, new.redaction.control);
    told.guarded("redaction.variables", &old.redaction.variables, &new.redaction.variables);
    lists(old, new, told);
}

fn lists(old: &Function, new: &Function, told: &mut Told<'_>) {
    let hosts = |function: &Function| {
        let hosts = function.egress.hosts.as_ref()?;
        Some(
            hosts
                .iter()
                .map(|rule| {
                    let ports: Vec<String> = rule.ports.iter().map(u16::to_string).collect();
                    if ports.is_empty() {
                        rule.host.clone()
                    } else {
                        format!("{}:{}", rule.host, ports.join(","))
                    }
                })
                .collect(),
        )
    };
    told.list("egress.hosts", hosts(old), hosts(new));
    told.switch("egress.metadata", !old.egress.metadata, !new.egress.metadata);
    told.list("programs.allowed", old.programs.allowed.clone(), new.programs.allowed.clone());
    told.list("files.read", old.files.read.clone(), new.files.read.clone());
    told.list("files.write", old.files.write.clone(), new.files.write.clone());
    told.guarded("environment.secrets", &old.environment.secrets, &new.environment.secrets);
    told.switch(
        "environment.hidden_from_children",
        old.environment.hidden_from_children,
        new.environment.hidden_from_children,
    );
    let demands = |function: &Function| -> BTreeSet<String> {
        function.sandbox.demands.iter().map(|demand| demand.control.name().to_owned()).collect()
    };
    told.guarded("sandbox.demands", &demands(old), &demands(new));
    told.list(
        "sandbox.system_calls",
        Some(old.sandbox.system_calls.clone()),
        Some(new.sandbox.system_calls.clone()),
    );
    let (before, after) = (&old.isolation, &new.isolation);
    told.switch("isolation.scrub", before.scrub, after.scrub);
    told.switch("isolation.restore", before.restore, after.restore);
    told.switch("isolation.end_leftovers", before.end_leftovers, after.end_leftovers);
    told.switch("isolation.recycle_after_attack", before.recycle_after_attack, after.recycle_after_attack);
    told.switch(
        "isolation.recycle_between_tenants",
        before.recycle_between_tenants,
        after.recycle_between_tenants,
    );
    told.switch(
        "isolation.restart_between_tenants",
        before.restart_between_tenants,
        after.restart_between_tenants,
    );
    told.switch("isolation.restart_after_restore", before.restart_after_restore, after.restart_after_restore);
    told.list("isolation.keep", Some(before.keep.clone()), Some(after.keep.clone()));
    told.limit(
        "isolation.recycle_after_invocations",
        before.recycle_after_invocations,
        after.recycle_after_invocations,
    );
    told.limit("isolation.recycle_after_seconds", before.recycle_after_seconds, after.recycle_after_seconds);
    let left_out = |function: &Function| Some(function.exclusions.keys().map(u64::to_string).collect());
    told.list("exclusions", left_out(old), left_out(new));
    told.present("package", old.package.as_ref(), new.package.as_ref());
}

fn triggers(old: &Function, new: &Function, told: &mut Told<'_>) {
    let kinds = |function: &Function| -> Option<BTreeSet<String>> {
        let kinds: BTreeSet<String> = function.triggers.iter().map(|one| one.kind.clone()).collect();
        (!kinds.is_empty()).then_some(kinds)
    };
    told.list("triggers", kinds(old), kinds(new));
    type Of = fn(&crate::Trigger) -> &BTreeSet<String>;
    let parts: [(&str, Of); 3] =
        [("sources", |one| &one.sources), ("apis", |one| &one.apis), ("stages", |one| &one.stages)];
    let both: BTreeSet<String> = old
        .triggers
        .iter()
        .map(|one| one.kind.clone())
        .filter(|kind| new.triggers.iter().any(|one| one.kind == *kind))
        .collect();
    for kind in both {
        for (name, of) in parts {
            // One trigger that names nothing takes everything of its kind.
            let all = |function: &Function| -> Option<BTreeSet<String>> {
                let own: Vec<_> = function.triggers.iter().filter(|one| one.kind == kind).collect();
                if own.iter().any(|one| of(one).is_empty()) {
                    None
                } else {
                    Some(own.iter().flat_map(|one| of(one).iter().cloned()).collect())
                }
            };
            told.list(&format!("triggers.{kind}.{name}"), all(old), all(new));
        }
        let signed = |function: &Function| {
            function.triggers.iter().filter(|one| one.kind == kind).all(|one| one.webhook.is_some())
        };
        told.switch(&format!("triggers.{kind}.webhook"), signed(old), signed(new));
    }
    let routes = |function: &Function| -> BTreeSet<String> {
        let routes = function.triggers.iter().flat_map(|one| &one.routes);
        routes.map(|route| format!("{} {}", route.method, route.path)).collect()
    };
    told.list("triggers.routes", Some(routes(old)), Some(routes(new)));
    let find = |function: &Function, name: &str| {
        let mut routes = function.triggers.iter().flat_map(|one| &one.routes);
        routes.find(|route| format!("{} {}", route.method, route.path) == name).cloned()
    };
    for name in routes(old).intersection(&routes(new)) {
        let (Some(before), Some(after)) = (find(old, name), find(new, name)) else { continue };
        let place = format!("triggers.routes.{name}");
        if before.auth != after.auth {
            let direction = match (before.auth.as_str(), after.auth.as_str()) {
                (_, "none") => Direction::Wider,
                ("none", _) => Direction::Narrower,
                _ => Direction::Other,
            };
            told.add(&place, direction, format!("auth is `{}` instead of `{}`", after.auth, before.auth));
        }
        match (before.issuers.is_empty(), after.issuers.is_empty()) {
            (false, true) => told.add(&place, Direction::Wider, "no token is asked for any more".to_owned()),
            (true, false) => told.add(&place, Direction::Narrower, "a token is asked for now".to_owned()),
            _ => told.list(&format!("{place}.issuers"), Some(before.issuers), Some(after.issuers)),
        }
    }
}

fn schema(place: &str, old: Option<&crate::Schema>, new: Option<&crate::Schema>, told: &mut Told<'_>) {
    let is_enforced =
        |schema: &crate::Schema| schema.origin != SchemaOrigin::Learned || schema.locked_by.is_some();
    match (old, new) {
        (None, Some(new)) if is_enforced(new) => {
            told.add(place, Direction::Narrower, "there is a schema now".to_owned())
        }
        (Some(old), None) if is_enforced(old) => {
            told.add(place, Direction::Wider, "there is no schema any more".to_owned())
        }
        (Some(old), Some(new)) => {
            told.switch(&format!("{place}.enforced"), is_enforced(old), is_enforced(new));
            told.other(&format!("{place}.openapi"), &old.openapi, &new.openapi);
            if let (Some(old), Some(new)) = (&old.json, &new.json) {
                json(place, "", (old, new), told);
            } else {
                told.present(&format!("{place}.json"), old.json.as_ref(), new.json.as_ref());
            }
        }
        _ => {}
    }
}

/// Differences of two JSON Schemas, as far as single keywords say which way they go.
fn json(place: &str, at: &str, (old, new): (&Value, &Value), told: &mut Told<'_>) {
    const LEVELS_MAX: usize = 32;
    if old == new || at.matches('/').count() > LEVELS_MAX {
        return;
    }
    let place_of = |keyword: &str| format!("{place}{at}/{keyword}");
    bounds(&place_of, (old, new), told);
    let names = |value: &Value, keyword: &str| -> Option<BTreeSet<String>> {
        let value = value.get(keyword)?;
        Some(value.as_array().map_or_else(
            || BTreeSet::from([value.to_string()]),
            |items| items.iter().map(Value::to_string).collect(),
        ))
    };
    for keyword in ["type", "enum"] {
        told.list(&place_of(keyword), names(old, keyword), names(new, keyword));
    }
    told.guarded(
        &place_of("required"),
        &names(old, "required").unwrap_or_default(),
        &names(new, "required").unwrap_or_default(),
    );
    told.switch(
        &place_of("additionalProperties"),
        old.get("additionalProperties") == Some(&Value::Bool(false)),
        new.get("additionalProperties") == Some(&Value::Bool(false)),
    );
    for keyword in ["pattern", "format"] {
        told.present(&place_of(keyword), old.get(keyword), new.get(keyword));
    }
    let empty = serde_json::Map::new();
    let members = |value: &Value| {
        value.get("properties").and_then(Value::as_object).cloned().unwrap_or_else(|| empty.clone())
    };
    let (before, after) = (members(old), members(new));
    let all: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in all {
        let inner = format!("{at}/{name}");
        match (before.get(name), after.get(name)) {
            (Some(old), Some(new)) => json(place, &inner, (old, new), told),
            (None, Some(_)) => told.add(
                &format!("{place}{inner}"),
                Direction::Other,
                "the member is described now".to_owned(),
            ),
            _ => told.add(
                &format!("{place}{inner}"),
                Direction::Other,
                "the member is not described any more".to_owned(),
            ),
        }
    }
    if let (Some(old), Some(new)) = (old.get("items"), new.get("items")) {
        json(place, &format!("{at}/items"), (old, new), told);
    }
}

/// Keywords with a number.
fn bounds(place_of: &dyn Fn(&str) -> String, (old, new): (&Value, &Value), told: &mut Told<'_>) {
    let number = |value: &Value, keyword: &str| value.get(keyword).and_then(Value::as_f64);
    for (keyword, more_is_wider) in [
        ("maxLength", true),
        ("maximum", true),
        ("maxItems", true),
        ("maxProperties", true),
        ("minLength", false),
        ("minimum", false),
        ("minItems", false),
    ] {
        let (before, after) = (number(old, keyword), number(new, keyword));
        let direction = match (before, after) {
            (before, after) if before == after => continue,
            (Some(_), None) => Direction::Wider,
            (None, Some(_)) => Direction::Narrower,
            (before, after) if (after > before) == more_is_wider => Direction::Wider,
            _ => Direction::Narrower,
        };
        told.add(&place_of(keyword), direction, "another bound".to_owned());
    }
}
