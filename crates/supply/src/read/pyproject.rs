//! `pyproject.toml` (PEP 621, PEP 735, Poetry, PDM, uv) and `Pipfile`.
use model::{Data, Entry, Origin, Scope, SettingKind, Span, Value};

use super::requirements::{normal_name, pep508};
use super::{Found, Input, inside, require, text, toml};
use crate::doc::Trouble;

pub(super) fn pyproject(input: Input<'_>) -> Found {
    let mut found = Found::new("PyPI", Origin::Manifest);
    let root = toml(input, &mut found);
    let project = root.get("project");
    found.name = project.and_then(|project| project.get("name")).and_then(Value::as_str).map(str::to_owned);
    found.version =
        project.and_then(|project| project.get("version")).and_then(Value::as_str).map(str::to_owned);
    if let Some(project) = project {
        list(project.get("dependencies"), Scope::Runtime, input, &mut found);
        for entry in project.get("optional-dependencies").map(Value::entries).unwrap_or_default() {
            list(Some(&entry.value), Scope::Optional, input, &mut found);
        }
        let dynamic = project.get("dynamic").map(Value::items).unwrap_or_default();
        if let Some(at) = dynamic.iter().find(|item| item.as_str() == Some("dependencies")) {
            let mut trouble = Trouble::unreadable(at.at, "the dependencies are computed when it is built");
            trouble.kind = model::ProblemKind::Unresolved;
            trouble.help = "the packages of the lock file were read, when there is one".to_owned();
            found.troubles.push(trouble);
        }
    }
    for group in root.get("dependency-groups").map(Value::entries).unwrap_or_default() {
        list(Some(&group.value), Scope::Development, input, &mut found);
    }
    list(root.path("tool.uv.dev-dependencies"), Scope::Development, input, &mut found);
    for group in root.path("tool.pdm.dev-dependencies").map(Value::entries).unwrap_or_default() {
        list(Some(&group.value), Scope::Development, input, &mut found);
    }
    if let Some(poetry) = root.path("tool.poetry") {
        found.name =
            found.name.or_else(|| Some(text(poetry.get("name")).to_owned()).filter(|name| !name.is_empty()));
        poetry_tables(poetry, &mut found);
    }
    for source in root
        .path("tool.poetry.source")
        .or_else(|| root.path("tool.uv.index"))
        .map(Value::items)
        .unwrap_or_default()
    {
        index(source, &mut found);
    }
    found
}

fn index(source: &Value, found: &mut Found) {
    let Some(url) = source.get("url") else { return };
    let is_default = source.get("default").is_some_and(|value| value.data == Data::Bool(true));
    let priority = text(source.get("priority"));
    let kind = if is_default || matches!(priority, "default" | "explicit") || source.get("explicit").is_some()
    {
        SettingKind::Index
    } else {
        SettingKind::ExtraIndex
    };
    found.setting(kind, text(Some(url)), url.at);
}

fn list(items: Option<&Value>, scope: Scope, input: Input<'_>, found: &mut Found) {
    for item in items.map(Value::items).unwrap_or_default() {
        let Some(written) = item.as_str() else { continue };
        let is_plain = item.at.len() == written.len();
        match pep508(written, item.at.start as usize, input) {
            Some(mut package) => {
                package.scope = scope;
                if !is_plain {
                    package.at = item.at;
                    package.version_at = None;
                }
                found.packages.push(package);
            }
            None => {
                let message = format!("`{written}` is no requirement");
                found.troubles.push(Trouble::unreadable(item.at, message));
            }
        }
    }
}

fn poetry_tables(poetry: &Value, found: &mut Found) {
    table(poetry.get("dependencies"), Scope::Runtime, found);
    table(poetry.get("dev-dependencies"), Scope::Development, found);
    for group in poetry.get("group").map(Value::entries).unwrap_or_default() {
        table(group.value.get("dependencies"), Scope::Development, found);
    }
}

fn table(table: Option<&Value>, scope: Scope, found: &mut Found) {
    let entries = table.map(Value::entries).unwrap_or_default();
    for entry in entries.iter().filter(|entry| entry.key.text != "python") {
        for choice in entry.value.one_or_many() {
            named(entry, choice, scope, found);
        }
    }
}

/// `name = "^1"`, `name = { version = "^1", git = … }`.
fn named(entry: &Entry, value: &Value, scope: Scope, found: &mut Found) {
    let mut package = found.package(&normal_name(&entry.key.text), entry.key.at);
    package.scope = scope;
    let wanted = if matches!(value.data, Data::Map(_)) { value.get("version") } else { Some(value) };
    if let Some(wanted) = wanted
        && let Some(written) = wanted.as_str()
    {
        require(&mut package, written, inside(wanted, 0, written.len()));
    }
    let origin = ["git", "url", "path", "file"].iter().find_map(|key| Some((*key, value.get(key)?)));
    if let Some((key, origin)) = origin {
        let prefix = if key == "git" && !text(Some(origin)).starts_with("git") { "git+" } else { "" };
        package.source = Some(format!("{prefix}{}", text(Some(origin))));
        package.version_at = Some(origin.at);
    }
    if value.get("optional").is_some_and(|value| value.data == Data::Bool(true)) {
        package.scope = Scope::Optional;
    }
    let marker = text(value.get("markers"));
    package.condition = Some(marker.to_owned()).filter(|marker| !marker.is_empty());
    found.packages.push(package);
}

pub(super) fn pipfile(input: Input<'_>) -> Found {
    let mut found = Found::new("PyPI", Origin::Manifest);
    let root = toml(input, &mut found);
    table(root.get("packages"), Scope::Runtime, &mut found);
    table(root.get("dev-packages"), Scope::Development, &mut found);
    let sources = root.get("source").map(Value::items).unwrap_or_default();
    for (position, source) in sources.iter().enumerate() {
        let Some(url) = source.get("url") else { continue };
        let kind = if position == 0 { SettingKind::Index } else { SettingKind::ExtraIndex };
        found.setting(kind, text(Some(url)), url.at);
        if let Some(verify) = source.get("verify_ssl").filter(|value| value.data == Data::Bool(false)) {
            found.setting(SettingKind::TrustedHost, text(Some(url)), verify.at);
        }
    }
    // A quoted `"*"` asks for anything.
    for package in &mut found.packages {
        if package.requirement.as_deref() == Some("") {
            package.version_at = package.version_at.or(Some(Span::new(input.file, 0, 0)));
        }
    }
    found
}
