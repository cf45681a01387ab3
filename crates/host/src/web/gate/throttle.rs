//! How often the API may be called, as the template says: each throttled route has a budget that all callers share.
use super::Given;
use crate::plan::{Route, Way};
use model::{App, Kind, Node, Relation, Value as Attribute};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Limits that one gateway takes.
const LIMITS_MAX: usize = access::limit::LIMITS_MAX;

/// Limits, and which route has which.
#[derive(Debug, Default)]
pub(super) struct Throttles {
    /// `rate.limits`
    pub(super) limits: Vec<Value>,
    names: BTreeMap<(String, String), String>,
}

/// Requests a second, and at once.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Throttle {
    rate: f64,
    burst: Option<u32>,
}

impl Throttles {
    /// The name of a route's limit.
    pub(super) fn of(&self, route: &Route) -> Option<&str> {
        self.names.get(&(route.method.clone(), route.path.clone())).map(String::as_str)
    }
}

/// The throttles of a way in: a route's own, else the stage's.
pub(super) fn of(way: &Way, given: &Given<'_>) -> Throttles {
    let mut all = Throttles::default();
    let Some(api) = given.app.named(&way.name) else { return all };
    let nodes: Vec<&Node> = given.app.parts(api, Kind::ApiStage).chain(std::iter::once(api)).collect();
    let general = nodes.iter().find_map(|node| throttle(&attrs(node, given, &["rate", "burst"])));
    let methods = of_methods(&nodes, given);
    for route in &way.routes {
        let own = methods.iter().filter(|(path, method, _)| {
            (path == "*" || *path == route.path) && (method == "*" || *method == route.method)
        });
        // What is said of this very route counts before what is said of all.
        let own = own.max_by_key(|(path, method, _)| (path != "*", method != "*")).map(|(.., found)| *found);
        let Some(found) = of_trigger(way, route, given).or(own).or(general) else { continue };
        // One place is left for the owner's own limit.
        if all.limits.len() + 1 >= LIMITS_MAX {
            break;
        }
        let name = format!("route-{}", all.limits.len() + 1);
        all.limits.push(limit(&name, found));
        all.names.insert((route.method.clone(), route.path.clone()), name);
    }
    all
}

/// Fractions of a request a second are whole requests a minute.
fn limit(name: &str, found: Throttle) -> Value {
    let (number, period) = if found.rate >= 1.0 { (found.rate, "1s") } else { (found.rate * 60.0, "1m") };
    let mut limit =
        json!({"name": name, "rate": format!("{:.0}/{period}", number.max(1.0)), "named-only": true});
    if let (Some(burst), Some(limit)) = (found.burst.filter(|burst| *burst > 0), limit.as_object_mut()) {
        limit.insert("burst".to_owned(), json!(burst));
    }
    limit
}

fn attrs(node: &Node, given: &Given<'_>, names: &[&str]) -> Value {
    let value = |name: &&str| {
        let value = node.attrs.get(*name)?;
        Some(((*name).to_owned(), given.names.json(given.app, value)))
    };
    Value::Object(names.iter().filter_map(value).collect::<Map<_, _>>())
}

/// Settings of methods: path (`*` for all), method (`*` for all).
fn of_methods(nodes: &[&Node], given: &Given<'_>) -> Vec<(String, String, Throttle)> {
    let app: &App = given.app;
    let mut found = Vec::new();
    for node in nodes {
        let list = node.attrs.get("methods").map_or(&[][..], Attribute::one_or_many);
        for value in list.iter().map(|value| given.names.json(app, value)) {
            let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or("*").to_owned();
            found.extend(throttle(&value).map(|one| (path_of(&text("path")), text("method"), one)));
        }
    }
    let is_ours = |settings: &&Node| {
        app.targets(settings, Relation::PartOf).any(|owner| nodes.iter().any(|node| node.id == owner.id))
    };
    for settings in app.all(Kind::ApiMethodSettings).filter(is_ours) {
        let written = settings.text("path").unwrap_or("*/*");
        let (path, method) = written.rsplit_once('/').unwrap_or(("*", "*"));
        let value = attrs(settings, given, &["rate", "burst"]);
        found.extend(throttle(&value).map(|one| (path_of(path), method.to_owned(), one)));
    }
    found
}

/// `~1` is a slash in CloudFormation's paths of methods; Terraform leaves the first one out.
fn path_of(path: &str) -> String {
    let path = path.replace("~1", "/");
    match path.trim_start_matches('/') {
        "*" => "*".to_owned(),
        rest => format!("/{rest}"),
    }
}

fn of_trigger(way: &Way, route: &Route, given: &Given<'_>) -> Option<Throttle> {
    let app = given.app;
    let is_its = |trigger: &&Node| {
        trigger.text("path") == Some(route.path.as_str())
            && trigger.text("method").unwrap_or("ANY") == route.method
            && trigger
                .attrs
                .get("api")
                .and_then(Attribute::first_reference)
                .is_none_or(|api| api.target == way.name)
    };
    let trigger = app.all(Kind::Trigger).find(is_its)?;
    throttle(&given.names.json(app, trigger.attrs.get("throttle")?))
}

/// Rate and burst under any of the names that frameworks give them.
fn throttle(value: &Value) -> Option<Throttle> {
    let number = |wanted: &[&str]| {
        let found = value.as_object()?.iter().find(|(name, _)| {
            let plain: String =
                name.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
            wanted.contains(&plain.as_str())
        });
        match found?.1 {
            Value::String(text) => text.parse::<f64>().ok(),
            other => other.as_f64(),
        }
    };
    let rate = number(&["rate", "ratelimit", "throttlingratelimit", "maxrequestspersecond"])?;
    let burst = number(&["burst", "burstlimit", "throttlingburstlimit", "maxconcurrentrequests"]);
    let whole = |burst: f64| format!("{burst:.0}").parse().ok();
    (rate > 0.0 && rate.is_finite()).then_some(Throttle { rate, burst: burst.and_then(whole) })
}
