//! What small functions need, case by case: `cases/README.md` tells the format.
use std::fmt::Write as _;
use std::path::PathBuf;

/// What stands before the code of a case that has no template of its own.
const TEMPLATE: &str = include_str!("cases/template.yaml");

#[test]
fn every_case_needs_what_it_says() {
    let mut wrong = String::new();
    for path in paths() {
        let text = read(&path);
        let (expected, files) = split(&text);
        let found = needs(&files);
        if found == expected.trim_end() {
            continue;
        }
        if std::env::var_os("UPDATE").is_some() {
            let rest = text.strip_prefix(expected.as_str()).unwrap_or_default();
            write(&path, &format!("{found}\n{rest}"));
        }
        writeln!(wrong, "== {}\nexpected:\n{}\nfound:\n{found}\n", path.display(), expected.trim_end())
            .unwrap();
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[expect(clippy::unwrap_used, reason = "tests read their cases")]
fn paths() -> Vec<PathBuf> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort();
    assert!(paths.len() > 20, "the cases are there");
    paths
}

#[expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests read their cases")]
fn read(path: &PathBuf) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[expect(clippy::disallowed_methods, clippy::unwrap_used, reason = "`UPDATE=1` writes what was found")]
fn write(path: &PathBuf, text: &str) {
    std::fs::write(path, text).unwrap();
}

/// What is expected, and the files behind it.
fn split(text: &str) -> (String, Vec<(String, String)>) {
    let mut expected = String::new();
    let mut files: Vec<(String, String)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("--- "), files.last_mut()) {
            (Some(name), _) => files.push((name.trim().to_owned(), String::new())),
            (None, Some((_, text))) => text.push_str(line),
            (None, None) => expected.push_str(line),
        }
    }
    (expected, files)
}

/// A line for each need, then one for each thing that is not known.
fn needs(files: &[(String, String)]) -> String {
    let is_template = |name: &str| name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".tf");
    let has_template = files.iter().any(|(name, _)| is_template(name));
    let is_python = files.iter().any(|(name, _)| name.ends_with(".py"));
    let runtime = if is_python { "python3.14" } else { "nodejs24.x" };
    let own = TEMPLATE.replace("RUNTIME", runtime);
    let mut all: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    if !has_template {
        all.push(("template.yaml", &own));
    }
    let project = testkit::project(all);
    let mut lines: Vec<String> = Vec::new();
    for app in project.templates() {
        let several = app.functions().count() > 1;
        for one in iam::privileges(app) {
            let function = app.node(one.function).map_or("", |node| node.name.as_str());
            if !has_template && function != "F" {
                continue;
            }
            let prefix = if several && has_template { format!("{function}: ") } else { String::new() };
            for need in &one.needed {
                let resources: Vec<String> = need.resources.iter().map(model::Value::display).collect();
                lines.push(format!("{prefix}{} {}", need.action, resources.join(" ")));
            }
            for unresolved in one.unresolved.iter().filter(|one| !one.why.contains("allows is not known")) {
                lines.push(format!("{prefix}? {}", unresolved.why));
            }
        }
    }
    lines.join("\n")
}
