//! `buckler access explain`: why a request would be allowed or denied.
use std::fmt::Write;

use access::policy::{Authorizer, Decision, Near, Question, find, identity_of, method_of, routes};
use serde_json::{Map, Value, json};

use super::{CommandError, Named, read, text};
use crate::args::AccessExplainArguments;
use crate::exit::Exit;
use crate::{clock, output};

pub(super) fn run(arguments: &AccessExplainArguments) -> Result<Exit, CommandError> {
    let wrong = |why: String| CommandError::Access { why };
    let Named { config, files, gateway } = read(&arguments.files)?;
    let known = routes(&config);
    let authorizer = Authorizer::new(config, &files).map_err(|problems| {
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        wrong(told.join("\n"))
    })?;
    let method = method_of(&arguments.authentication)
        .ok_or_else(|| wrong(format!("`{}` is no way to authenticate", arguments.authentication)))?;
    let identity = match &arguments.identity {
        Some(path) => {
            let claims: Map<String, Value> = serde_json::from_str(&text(path)?)
                .map_err(|error| wrong(format!("`{}` has no claims: {error}", path.display())))?;
            Some(identity_of(&claims, method))
        }
        None => None,
    };
    let asked = arguments.method.to_ascii_uppercase();
    let (route, mut parameters) = match &arguments.route {
        Some(route) => {
            let named = std::iter::once(route.clone()).collect();
            (route.clone(), find(&named, &asked, &arguments.path).map(|(_, found)| found).unwrap_or_default())
        }
        None if gateway.is_some() => {
            let config = gateway.unwrap_or_default();
            let fitting = gateway::fitting(&config, &arguments.host, &arguments.path, &asked);
            fitting.map_err(|error| wrong(error.to_string()))?.unwrap_or_default()
        }
        None => find(&known, &asked, &arguments.path).unwrap_or_default(),
    };
    parameters.retain(|(name, _)| !arguments.parameters.iter().any(|(own, _)| own == name));
    parameters.extend(arguments.parameters.iter().cloned());
    let borrowed: Vec<(&str, &str)> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let question = Question {
        identity: identity.as_ref(),
        route: &route,
        method: &asked,
        path: &arguments.path,
        parameters: &borrowed,
        host: &arguments.host,
        address: arguments.address,
        now: clock::seconds(),
        mutual_tls: arguments.mtls,
    };
    let decision = authorizer.decide(&question);
    let near = if decision.allowed { Vec::new() } else { authorizer.near(&question) };
    let text = if arguments.json {
        let told = json!({
            "route": route,
            "parameters": parameters.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
            "decision": decision,
            "status": if decision.allowed { Value::Null } else { json!(decision.status()) },
            "challenge": decision.challenge(),
            "near": near,
        });
        format!("{told:#}\n")
    } else {
        written(&route, &decision, &near)
    };
    output::put(&arguments.files.writing, &text)?;
    Ok(if decision.allowed { Exit::Clean } else { Exit::Findings })
}

fn written(route: &str, decision: &Decision, near: &[Near]) -> String {
    let mut text = String::new();
    let mut line = |written: String| writeln!(text, "{written}").unwrap_or_default();
    let route = if route.is_empty() { "none fits" } else { route };
    line(format!("{} (route: {route})", if decision.allowed { "allowed" } else { "denied" }));
    for policy in &decision.policies {
        let does = match policy.effect {
            access::policy::Effect::Permit => "permits",
            access::policy::Effect::Forbid => "forbids",
        };
        line(format!("  `{}` {does} ({})", policy.id, policy.at));
        for (name, value) in policy.annotations.iter().filter(|(name, _)| *name != "id") {
            line(format!("      @{name}: {value}"));
        }
    }
    for error in &decision.errors {
        line(format!("  error: {error}"));
    }
    for missing in &decision.missing {
        line(format!("  missing: {missing}"));
    }
    if !decision.allowed {
        let challenge = decision.challenge().map_or_else(String::new, |challenge| format!(", {challenge}"));
        line(format!("  answer: {}{challenge}", decision.status()));
    }
    let permits = near.iter().filter(|one| one.effect == access::policy::Effect::Permit);
    for one in permits {
        let parts = [
            ("principal", one.principal),
            ("action", one.action),
            ("resource", one.resource),
            ("conditions", one.conditions || !(one.principal && one.action && one.resource)),
        ];
        let other: Vec<&str> = parts.iter().filter(|(_, fits)| !fits).map(|(name, _)| *name).collect();
        if !other.is_empty() {
            line(format!("  `{}` ({}) does not fit: {}", one.id, one.at, other.join(", ")));
        }
    }
    text
}
