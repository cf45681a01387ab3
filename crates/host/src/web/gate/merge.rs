//! The owner's settings over what the graph gives.
use super::UPSTREAM;
use toml::{Table, Value};

/// What the host decides; a configuration for another place may say it, and it is told that it does not count here.
const OF_THE_HOST: [&str; 4] = ["listen", "admin", "acme", "workers"];
/// What says which requests a route is for.
const OF_A_ROUTE: [&str; 4] = ["name", "path", "methods", "upstream"];

/// Tables are merged, lists and values replaced; routes are found by their names.
pub(super) fn over(table: &mut Table, own: &Table, notes: &mut Vec<String>) {
    for (name, value) in own {
        match (name.as_str(), value) {
            (name, _) if OF_THE_HOST.contains(&name) => {
                notes.push(format!(
                    "`{name}` of the gateway's settings does not count here: the host has its own"
                ));
            }
            ("route", Value::Array(routes)) => over_routes(table, routes),
            ("upstream", Value::Table(upstreams)) => over_upstreams(table, upstreams, notes),
            (name, value) => put(table, name, value),
        }
    }
}

fn put(table: &mut Table, name: &str, value: &Value) {
    match (table.get_mut(name), value) {
        (Some(Value::Table(before)), Value::Table(after)) => {
            for (name, value) in after {
                put(before, name, value);
            }
        }
        _ => drop(table.insert(name.to_owned(), value.clone())),
    }
}

/// All requests go to the application on this machine, whatever upstreams a configuration names.
fn over_upstreams(table: &mut Table, own: &Table, notes: &mut Vec<String>) {
    for (name, value) in own {
        let before = table.get_mut("upstream").and_then(|all| all.get_mut(UPSTREAM));
        let (Some(Value::Table(before)), Value::Table(after), true) = (before, value, name == UPSTREAM)
        else {
            notes.push(format!("`upstream.{name}` does not count here: requests go to the host"));
            continue;
        };
        for (name, value) in after.iter().filter(|(name, _)| !["kind", "addresses"].contains(&name.as_str()))
        {
            put(before, name, value);
        }
    }
}

/// A route of the graph keeps what it is for and takes everything else; any other stands before them.
fn over_routes(table: &mut Table, own: &[Value]) {
    let Some(Value::Array(routes)) = table.get_mut("route") else { return };
    let mut first = Vec::new();
    for one in own.iter().filter_map(Value::as_table) {
        let name = one.get("name").and_then(Value::as_str).unwrap_or_default();
        let mut is_known = false;
        for route in routes.iter_mut().filter_map(Value::as_table_mut).filter(|route| is_called(route, name))
        {
            is_known = true;
            for (name, value) in one.iter().filter(|(name, _)| !OF_A_ROUTE.contains(&name.as_str())) {
                put(route, name, value);
            }
        }
        if !is_known {
            let mut route = one.clone();
            route.insert("upstream".to_owned(), Value::String(UPSTREAM.to_owned()));
            if !route.contains_key("authentication") && !route.contains_key("authorization") {
                route.insert(
                    "authorization".to_owned(),
                    Value::Table(Table::from_iter([("public".to_owned(), Value::Boolean(true))])),
                );
            }
            first.push(Value::Table(route));
        }
    }
    first.append(routes);
    *routes = first;
}

/// A route, or one of the other forms of its path (`get /orders (/dev/orders)`).
fn is_called(route: &Table, name: &str) -> bool {
    let own = route.get("name").and_then(Value::as_str).unwrap_or_default();
    own == name || own.strip_prefix(name).is_some_and(|rest| rest.starts_with(" (/"))
}
