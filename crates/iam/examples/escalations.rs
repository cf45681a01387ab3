//! Prints the ways to more permissions in the templates of a folder, one line each, for judges.
//!
//! `cargo run -p iam --example escalations -- FOLDER`
#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a tool for developers, not shipped")]
use std::path::Path;

use iam::paths::{Certainty, End, Escalation, escalations};
use model::{App, NodeId};

fn main() {
    let Some(root) = std::env::args().nth(1) else { return };
    let mut files = Vec::new();
    collect(Path::new(&root), Path::new(&root), &mut files);
    let project = testkit::project(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    for app in project.templates() {
        let result = escalations(app);
        for id in &result.administrators {
            println!("{}\tadmin\t{}", app.name, name(app, *id));
        }
        for id in &result.unclear {
            println!("{}\tunclear\t{}", app.name, name(app, *id));
        }
        if let Some(cut) = &result.cut {
            println!("{}\tcut\t{cut}", app.name);
        }
        for way in &result.found {
            println!("{}\t{}", app.name, line(app, way));
        }
    }
}

fn line(app: &App, way: &Escalation) -> String {
    let end = match way.to {
        End::Administrator => "ADMIN".to_owned(),
        End::Identity(id) => name(app, id),
        End::Elsewhere => "ELSEWHERE".to_owned(),
    };
    let hops: Vec<String> = way
        .hops
        .iter()
        .map(|hop| {
            let through = hop.through.map(|id| format!(" [{}]", name(app, id))).unwrap_or_default();
            let next = hop.next.map_or_else(|| "?".to_owned(), |id| name(app, id));
            format!("{}{through} -> {next} (also {})", hop.technique.id, hop.also.join(","))
        })
        .collect();
    let sure = if way.certainty == Certainty::Certain { "certain" } else { "possible" };
    format!("{sure}\t{}\t{end}\t{}\t{}", name(app, way.from), hops.join(" | "), way.gains.join("; "))
}

/// The template's name, and the name in the account when it is written.
fn name(app: &App, id: NodeId) -> String {
    let Some(node) = app.node(id) else { return String::new() };
    match node.attrs.get("name").and_then(model::Value::as_str) {
        Some(own) => format!("{}|{own}", node.name),
        None => node.name.clone(),
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, String)>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if !path.ends_with("node_modules") && !path.ends_with(".git") {
                collect(root, &path, files);
            }
            continue;
        }
        let wanted = ["tf", "tfvars", "yaml", "yml", "json", "template"];
        if !path.extension().is_some_and(|end| wanted.iter().any(|wanted| end == *wanted)) {
            continue;
        }
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let relative = path.strip_prefix(root).unwrap_or(&path);
        files.push((relative.to_string_lossy().into_owned(), text));
    }
}
