//! Resources that no parameter names plainly: models, and what stands behind an address.
use model::{Data, Kind, Node, Relation, Span, Unknown, Value};

use super::bindings;
use super::meaning::{Place, starred};
use super::resources::{Asked, Found};
use crate::arn;

/// The resources of a permission that is about something special; `None` for all others.
pub(super) fn of(asked: Asked<'_>) -> Option<Found> {
    let action = asked.permission.action;
    match (action.service, action.name) {
        ("bedrock", "InvokeModel" | "InvokeModelWithResponseStream") => Some(models(asked)),
        ("execute-api", "ManageConnections") => {
            let method = match asked.call.aws.as_ref().map(|aws| aws.operation.as_str()) {
                Some("DeleteConnection") => "DELETE",
                Some("GetConnection") => "GET",
                _ => "POST",
            };
            Some(behind(asked, &format!("/*/{method}/@connections/*")))
        }
        ("execute-api", "Invoke") => Some(behind(asked, "/*")),
        ("appsync", "GraphQL") => Some(behind(asked, "/*")),
        ("es", name) if name.starts_with("ESHttp") => Some(behind(asked, "/*")),
        ("aoss", "APIAccessAll") => Some(behind(asked, "")),
        ("apigateway", _) if asked.permission.on.1.starts_with('/') => Some(path(asked)),
        _ => None,
    }
}

/// Prefixes of profiles that spread calls over regions: `us.anthropic.claude-…`.
const REGIONS: &[&str] =
    &["us.", "us-gov.", "eu.", "apac.", "ap.", "jp.", "au.", "ca.", "sa.", "mx.", "global."];

/// The foundation model, and the profile that spreads calls over regions.
fn models(asked: Asked<'_>) -> Found {
    let mut found = Found::default();
    let mut values = bindings::at(asked.call, "modelId");
    if values.is_empty() {
        values.push(Data::unknown("no parameter names it"));
    }
    for value in values {
        let value = starred(&Value::new(Span::NONE, value));
        let shown = value.display();
        if shown.starts_with("arn:") || shown.ends_with("Arn}") {
            found.resources.push(value);
            continue;
        }
        if shown == "*" {
            found.open = Some("the model is known only at run time".to_owned());
        }
        let profile = REGIONS.iter().find_map(|region| shown.strip_prefix(region));
        if let Some(model) = profile {
            let model = Value::text(Span::NONE, model);
            found.resources.push(arn::joined(parts("bedrock", Some(true), "inference-profile/", value)));
            found.resources.push(arn::joined(parts("bedrock", None, "foundation-model/", model)));
        } else {
            found.resources.push(arn::joined(parts("bedrock", Some(false), "foundation-model/", value)));
        }
    }
    found
}

/// An ARN of the region: with the account or without; `None`: of any region, without.
fn parts(service: &str, place: Option<bool>, before: &str, name: Value) -> Vec<Value> {
    let text = |text: &str| Value::text(Span::NONE, text);
    let region = if place.is_some() { arn::symbol("${AWS::Region}") } else { text("*") };
    let account = if place == Some(true) { arn::symbol("${AWS::AccountId}") } else { text("") };
    let head = [text("arn:"), arn::symbol("${AWS::Partition}"), text(&format!(":{service}:"))];
    head.into_iter().chain([region, text(":"), account, text(":"), text(before), name]).collect()
}

/// The path of a request to API Gateway itself, filled with the call's parameters.
fn path(asked: Asked<'_>) -> Found {
    let text = |text: &str| Value::text(Span::NONE, text);
    let mut all = parts("apigateway", Some(false), "", text(""));
    let mut open = None;
    for (position, piece) in asked.permission.on.1.split(['{', '}']).enumerate() {
        if position % 2 == 0 {
            all.push(text(piece));
            continue;
        }
        let name = piece.trim_end_matches('+').replace('_', "");
        let is_it = |given: &&model::Argument| {
            given.name.as_deref().is_some_and(|given| name.eq_ignore_ascii_case(given))
        };
        let given = asked.call.arguments.iter().find(is_it);
        let value = given.map(|given| starred(&Value::new(Span::NONE, given.value.clone())));
        if value.as_ref().is_none_or(|value| value.display() == "*") {
            open = Some(format!("`{name}` is known only at run time"));
        }
        all.push(value.unwrap_or_else(|| text("*")));
    }
    Found { resources: vec![arn::joined(all)], open }
}

/// What an address leads to.
fn behind(asked: Asked<'_>, suffix: &str) -> Found {
    let service = asked.permission.action.service;
    let place = asked.place;
    let addresses = bindings::at(asked.call, "Endpoint");
    let node = addresses.iter().find_map(|address| led_to(place, service, address));
    let node = node.or_else(|| only_of_environment(place, service));
    let suffix = Value::text(Span::NONE, suffix);
    if let Some(known) = node.and_then(|node| arn::of(place.app, node)) {
        return Found { resources: vec![arn::joined([known, suffix])], open: None };
    }
    let before = match service {
        "appsync" => "apis/*",
        "es" => "domain/*",
        "aoss" => "collection/*",
        _ => "*",
    };
    let mut all = arn::head(service);
    all.extend([Value::text(Span::NONE, before), suffix]);
    Found {
        resources: vec![arn::joined(all)],
        open: Some("its address is known only at run time".to_owned()),
    }
}

/// The node of a service that an address is made from.
fn led_to<'a>(place: Place<'a>, service: &str, address: &Data) -> Option<&'a Node> {
    if let Data::Unknown(unknown) = address
        && let Some(api) = own_api(place, unknown)
    {
        return Some(api).filter(|_| service == "execute-api");
    }
    let value = Value::new(Span::NONE, address.clone());
    let mut references = Vec::new();
    value.references(&mut references);
    let found = references.iter().find_map(|(reference, _)| {
        let node = arn::node_of(place.app, reference)?;
        of_service(place, service, node)
    });
    let open = |part: &Value| match &part.data {
        Data::Unknown(unknown) => own_api(place, unknown),
        _ => None,
    };
    found.or_else(|| arn::parts(&value).iter().find_map(open).filter(|_| service == "execute-api"))
}

/// The node itself, or the API of a stage.
fn of_service<'a>(place: Place<'a>, service: &str, node: &'a Node) -> Option<&'a Node> {
    let is_it = |node: &Node| arn::form(node).is_some_and(|form| form.service == service);
    if is_it(node) {
        return Some(node);
    }
    let whole = place.app.targets(node, Relation::PartOf).chain(place.app.owner(node));
    let mut whole = whole.filter(|node| is_it(node));
    whole.next()
}

/// The WebSocket API that a request came through: `event.requestContext.domainName`.
fn own_api<'a>(place: Place<'a>, unknown: &Unknown) -> Option<&'a Node> {
    if !unknown.reason.contains("requestContext.") {
        return None;
    }
    let triggers = place.app.sources(place.function, Relation::Triggers);
    let apis = triggers.flat_map(|trigger| place.app.targets(trigger, Relation::FedBy));
    let mut apis = apis.filter_map(|api| of_service(place, "execute-api", api));
    let first = apis.next()?;
    apis.all(|other| other.id == first.id).then_some(first)
}

/// The only resource of a service that the function's environment names.
fn only_of_environment<'a>(place: Place<'a>, service: &str) -> Option<&'a Node> {
    let mut references = Vec::new();
    if let Some(environment) = place.function.get("environment") {
        environment.references(&mut references);
    }
    let named = references.iter().filter_map(|(reference, _)| arn::node_of(place.app, reference));
    let mut nodes = named.filter_map(|node| of_service(place, service, node));
    let first = nodes.next()?;
    let is_only = nodes.all(|other| other.id == first.id);
    (is_only && first.kind != Kind::Function).then_some(first)
}
