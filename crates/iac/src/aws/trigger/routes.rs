//! Routes of APIs that a function answers.
use model::{Kind, Node, NodeId, Relation, Value};

use super::derived::{Derived, function_at};
use crate::lower::{Lowering, text_like};

pub(super) fn find(lowering: &Lowering<'_>) -> Vec<Derived> {
    let mut found = Vec::new();
    let app = &lowering.app;
    for route in app.all(Kind::ApiRoute) {
        let api = route.owner.or_else(|| lowering.target(route.attrs.get("api")?));
        let protocol = api.and_then(|id| lowering.node(id)).and_then(|api| api.attrs.get("protocol"));
        let event = match protocol.and_then(Value::as_str) {
            Some("HTTP") => "http-api",
            Some("WEBSOCKET") => "websocket",
            _ => "rest-api",
        };
        let invoked = app.edges.iter().filter(|edge| edge.from == route.id);
        for edge in invoked.filter(|edge| edge.relation == Relation::Invokes) {
            let Some(function) = function_at(lowering, edge.to) else { continue };
            let mut more: Vec<(&'static str, Value)> = ["method", "path"]
                .into_iter()
                .filter_map(|name| Some((name, route.attrs.get(name)?.clone())))
                .collect();
            // Callers of a WebSocket API prove who they are once, when they connect.
            let asked = if event == "websocket" { connect_of(lowering, api).unwrap_or(route) } else { route };
            if let Some(auth) = asked.attrs.get("auth").filter(|auth| auth.as_str().is_some()) {
                // An API key tells callers apart; it does not prove who they are.
                let open = matches!(auth.as_str(), Some("none" | "api-key"));
                let exposure = if open { "public" } else { "authenticated" };
                more.push(("auth", auth.clone()));
                more.push(("exposure", text_like(auth, exposure)));
            }
            found.push(Derived { function, event, source: api, by: route.id, at: route.name_at, more });
        }
    }
    found
}

/// The route that opens a connection.
fn connect_of<'a>(lowering: &'a Lowering<'_>, api: Option<NodeId>) -> Option<&'a Node> {
    let owner = |route: &Node| route.owner.or_else(|| lowering.target(route.attrs.get("api")?));
    lowering.app.all(Kind::ApiRoute).find(|route| {
        let path = route.attrs.get("path").and_then(Value::as_str);
        path == Some("$connect") && owner(route) == api
    })
}
