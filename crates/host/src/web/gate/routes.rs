//! The gateway's routes for those of an API.
//!
//! INVARIANT: whatever the host's server takes for a route of the API, the gateway takes for the same one: the order is
//! that of the server, and a path may have the stage in front and a slash at its end.
use super::UPSTREAM;
use super::identity::Identities;
use super::throttle::Throttles;
use crate::plan::{Route, Way, WayKind};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The name of the route for everything that the API has no route for: the server answers it.
const OTHERS: &str = "others";

/// The routes, the most special first.
pub(super) fn of(way: &Way, identities: &Identities, throttles: &Throttles, detect: bool) -> Vec<Value> {
    let mut order: Vec<(usize, &Route)> = way.routes.iter().map(|route| (penalty(route), route)).collect();
    order.sort_by_key(|(penalty, _)| *penalty);
    let mut names = BTreeSet::from([OTHERS.to_owned()]);
    let mut routes = Vec::new();
    for (_, route) in order {
        let mut common = common(way, detect);
        identities.settle(route, &mut common);
        if let Some(limit) = throttles.of(route) {
            common.insert("rate".to_owned(), json!([limit]));
        }
        if route.method != "ANY" && !route.method.is_empty() {
            common.insert("methods".to_owned(), json!([route.method]));
        }
        let name = name(route);
        for (number, path) in paths(way, route).into_iter().enumerate() {
            let mut one = common.clone();
            let wanted = if number == 0 { name.clone() } else { format!("{name} ({path})") };
            one.insert("name".to_owned(), json!(unused(&mut names, &wanted)));
            one.insert("path".to_owned(), json!(path));
            routes.push(Value::Object(one));
        }
    }
    let mut others = common(way, detect);
    identities.settle_others(&mut others);
    others.insert("name".to_owned(), json!(OTHERS));
    routes.push(Value::Object(others));
    routes
}

/// What every route of a way in has.
fn common(way: &Way, detect: bool) -> Map<String, Value> {
    let mut all = Map::new();
    all.insert("upstream".to_owned(), json!(UPSTREAM));
    all.insert("mode".to_owned(), json!(if detect { "detect" } else { "block" }));
    if way.streamed {
        // What is looked at as a whole does not stream; the guard masks pieces.
        all.insert("streamed".to_owned(), json!(true));
    }
    all
}

/// As `buckler gateway init` calls it.
pub(super) fn name(route: &Route) -> String {
    let path = patterned(&route.path);
    match route.method.as_str() {
        "" | "ANY" => format!("{} {path}", route.function),
        method => format!("{} {path}", method.to_ascii_lowercase()),
    }
}

fn unused(names: &mut BTreeSet<String>, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while !names.insert(name.clone()) {
        name = format!("{wanted} {number}");
        number += 1;
    }
    name
}

/// Less is better, as [`Route::fits`] counts it.
fn penalty(route: &Route) -> usize {
    let any = usize::from(route.method == "ANY" || route.method.is_empty());
    if route.path == "$default" || route.path == "/*" {
        return 1_000_000 + any;
    }
    let parts = route.path.trim_matches('/').split('/');
    let of_part = |part: &str| match part {
        part if part.starts_with('{') && part.ends_with("+}") => 10_000,
        part if part.starts_with('{') && part.ends_with('}') => 10,
        _ => 0,
    };
    any + parts.map(of_part).sum::<usize>()
}

/// The path in the gateway's words: `{proxy+}` is the rest of the path, what it has no words for is any segment.
fn patterned(path: &str) -> String {
    if path == "$default" {
        return "/*".to_owned();
    }
    let mut out = String::new();
    for (number, part) in path.trim_matches('/').split('/').enumerate() {
        if part == "*" || (part.starts_with('{') && part.ends_with("+}")) {
            out.push_str("/*");
            return out;
        }
        out.push('/');
        let is_parameter = part.starts_with('{') && part.ends_with('}') && part.len() > 2;
        if !is_parameter && part.contains(['{', '}', '*', '?', '#', '%']) {
            out.push_str(&format!("{{part-{number}}}"));
        } else {
            out.push_str(part);
        }
    }
    out
}

/// Every form of the path that the server takes for this route.
fn paths(way: &Way, route: &Route) -> Vec<String> {
    let path = patterned(&route.path);
    let mut all = vec![path.clone()];
    let is_open = path.ends_with("/*");
    if path != "/" && !is_open {
        all.push(format!("{path}/"));
    }
    let has_stage = way.kind != WayKind::LoadBalancer && !way.stage.is_empty() && way.stage != "$default";
    if has_stage && path != "/*" {
        let staged: Vec<String> = all.iter().map(|path| format!("/{}{path}", way.stage)).collect();
        all.extend(staged);
        if path == "/" {
            all.push(format!("/{}", way.stage));
        }
    }
    all
}
