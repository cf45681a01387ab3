//! `package.json`, of the application and of an installed package.
use model::{Data, Origin, Package, Scope, SettingKind, Span, Value};

use super::{Found, Input, json, require, text};

pub(super) fn package_json(input: Input<'_>) -> Found {
    if let Some(at) = input.path.rfind("node_modules/") {
        return installed(input, input.path.get(at + "node_modules/".len()..).unwrap_or_default());
    }
    let mut found = Found::new("npm", Origin::Manifest);
    let root = json(input, &mut found);
    let name = text(root.get("name"));
    found.name = Some(name.to_owned()).filter(|name| !name.is_empty());
    found.version = root.get("version").and_then(Value::as_str).map(str::to_owned);
    let sections = [
        ("dependencies", Scope::Runtime),
        ("optionalDependencies", Scope::Optional),
        ("devDependencies", Scope::Development),
    ];
    for (section, scope) in sections {
        for entry in root.get(section).map(Value::entries).unwrap_or_default() {
            let mut package = found.package(&entry.key.text, entry.key.at);
            package.scope = scope;
            if let Some(wanted) = entry.value.as_str() {
                wanted_as(&mut package, wanted, entry.value.at);
            }
            found.packages.push(package);
        }
    }
    for script in ["preinstall", "install", "postinstall"] {
        if let Some(value) = root.path("scripts").and_then(|scripts| scripts.get(script)) {
            found.setting(SettingKind::InstallScript, text(Some(value)), value.at);
        }
    }
    found
}

/// What a dependency of `package.json` asks for: a range, a tag, an alias, an address.
fn wanted_as(package: &mut Package, wanted: &str, at: Span) {
    package.version_at = Some(at);
    if let Some(alias) = wanted.strip_prefix("npm:") {
        let split = alias.rfind('@').filter(|split| *split > 0);
        let (name, range) = split.and_then(|split| alias.split_at_checked(split)).unwrap_or((alias, ""));
        name.clone_into(&mut package.name);
        let range = range.trim_start_matches('@');
        let end = at.end as usize;
        require(package, range, Span::new(at.file, end.saturating_sub(range.len()), end));
        return;
    }
    if let Some(range) = wanted.strip_prefix("workspace:") {
        package.source = Some(format!("workspace:{range}"));
        return;
    }
    if is_address(wanted) {
        package.source = Some(wanted.to_owned());
        return;
    }
    require(package, wanted, at);
}

/// A dependency that does not come from a registry.
pub(super) fn is_address(wanted: &str) -> bool {
    let schemes = [
        "git",
        "github:",
        "gitlab:",
        "bitbucket:",
        "gist:",
        "http:",
        "https:",
        "file:",
        "link:",
        "portal:",
        "patch:",
        "catalog:",
        "exec:",
    ];
    let is_path = wanted.starts_with(['.', '/', '~']) && wanted.contains('/');
    let is_short = wanted.contains('/') && !wanted.contains([' ', '<', '>']) && !wanted.starts_with('@');
    schemes.iter().any(|scheme| wanted.starts_with(scheme)) || is_path || is_short
}

/// `node_modules/NAME/package.json`: one installed package.
fn installed(input: Input<'_>, inner: &str) -> Found {
    let mut found = Found::new("npm", Origin::Installed);
    let folder = inner.strip_suffix("/package.json").unwrap_or_default();
    // Deeper files of a package (fixtures, `dist/cjs/package.json`) are not packages.
    let parts_max = if folder.starts_with('@') { 2 } else { 1 };
    if folder.is_empty() || folder.split('/').count() != parts_max {
        return found;
    }
    let root = json(input, &mut found);
    let Some(name) = root.get("name") else { return found };
    let mut package = found.package(text(Some(name)), name.at);
    super::decide(&mut package, root.get("version"));
    package.license = license(&root);
    package.deprecated = root.get("deprecated").and_then(Value::as_str).map(str::to_owned);
    package.install_script = ["preinstall", "install", "postinstall"]
        .iter()
        .any(|script| root.path("scripts").is_some_and(|scripts| scripts.get(script).is_some()));
    let needs = root.get("dependencies").map(Value::entries).unwrap_or_default();
    package.requires = needs.iter().map(|need| need.key.text.clone()).collect();
    found.packages.push(package);
    found
}

/// `"MIT"`, `{ "type": "MIT" }`, `[{ "type": "MIT" }]`.
pub(super) fn license(value: &Value) -> Option<String> {
    let license = value.get("license").or_else(|| value.get("licenses"))?;
    match &license.data {
        Data::Text(text) => Some(text.clone()),
        Data::Map(_) => license.get("type").and_then(Value::as_str).map(str::to_owned),
        Data::List(items) => {
            let names: Vec<&str> = items
                .iter()
                .filter_map(|item| item.as_str().or_else(|| item.get("type")?.as_str()))
                .collect();
            (!names.is_empty()).then(|| names.join(" OR "))
        }
        _ => None,
    }
}
