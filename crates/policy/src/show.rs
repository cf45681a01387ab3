//! A bundle for people.
use crate::{Bundle, Function, Mode};
use std::fmt::Write;

/// A bundle as text, one block for each function.
#[must_use]
pub fn text(bundle: &Bundle) -> String {
    let mut out = String::new();
    line(
        &mut out,
        0,
        &format!("application {} (format {}, expires {})", bundle.application, bundle.format, bundle.expires),
    );
    let own = if bundle.rules.own == Some(false) { "none of ours" } else { "ours" };
    let files: Vec<&str> = bundle.rules.files.iter().map(|(name, _)| name.as_str()).collect();
    line(
        &mut out,
        0,
        &format!(
            "rules: {own}{}",
            if files.is_empty() { String::new() } else { format!(", {}", files.join(", ")) }
        ),
    );
    for (name, issuer) in &bundle.issuers {
        let url = issuer.get("issuer").and_then(serde_json::Value::as_str).unwrap_or_default();
        line(&mut out, 0, &format!("issuer {name}: {url}"));
    }
    for (name, function) in &bundle.functions {
        out.push('\n');
        function_text(&mut out, name, function);
    }
    out
}

fn line(out: &mut String, indent: usize, text: &str) {
    // Writing to a string cannot fail.
    writeln!(out, "{:indent$}{text}", "", indent = indent * 2).unwrap_or_default();
}

fn function_text(out: &mut String, name: &str, function: &Function) {
    let mode = match function.mode {
        Mode::Off => "off",
        Mode::Detect => "detect",
        Mode::Block => "block",
    };
    line(out, 0, &format!("function {name} ({mode})"));
    if function.triggers.is_empty() {
        line(out, 1, "triggers: any");
    }
    for trigger in &function.triggers {
        let sources: Vec<&str> = trigger.sources.iter().map(String::as_str).collect();
        line(out, 1, &format!("trigger {} {}", trigger.kind, sources.join(", ")));
        for route in &trigger.routes {
            let issuers: Vec<&str> = route.issuers.iter().map(String::as_str).collect();
            line(out, 2, &format!("{} {} ({}) {}", route.method, route.path, route.auth, issuers.join(", ")));
        }
    }
    match &function.egress.hosts {
        None => line(out, 1, "hosts: not known, new ones are told"),
        Some(hosts) if hosts.is_empty() => line(out, 1, "hosts: none"),
        Some(hosts) => {
            for host in hosts {
                line(out, 1, &format!("host {} ({})", host.host, host.reason));
            }
        }
    }
    for (what, list) in [
        ("programs", &function.programs.allowed),
        ("files read", &function.files.read),
        ("files written", &function.files.write),
    ] {
        match list {
            None => line(out, 1, &format!("{what}: not known, new ones are told")),
            Some(names) if names.is_empty() => line(out, 1, &format!("{what}: none")),
            Some(names) => line(
                out,
                1,
                &format!("{what}: {}", names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
            ),
        }
    }
    if !function.environment.secrets.is_empty() {
        line(
            out,
            1,
            &format!(
                "secret variables: {}",
                function.environment.secrets.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
            ),
        );
    }
    for (what, schema) in [("input", &function.input), ("output", &function.output)] {
        let Some(schema) = schema else { continue };
        let locked = schema.locked_by.as_deref().map(|by| format!(", locked by {by}")).unwrap_or_default();
        line(out, 1, &format!("{what} schema: {:?}{locked}", schema.origin).to_lowercase());
    }
    for (id, why) in &function.exclusions {
        line(out, 1, &format!("rule {id} left out: {why}"));
    }
}
