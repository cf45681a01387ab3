//! What an operation of an SDK needs: the action of its own name, unless a table says otherwise.
//!
//! `operations.txt` is kept by hand; its first lines tell the grammar. `sdk.txt` is generated: services and their
//! prefixes, operations that need no permission, roles that are passed on, parameters that name resources. Together
//! they are a page for each service of the SDKs, read when it is first asked for.
use std::collections::BTreeMap;
use std::sync::OnceLock;

use model::Aws;

use super::packed::Book;
use super::{Binding, NameKind, Permission, ResourceType, When, actions};

const BOOK: Book = Book {
    index: include!(concat!(env!("OUT_DIR"), "/sdk.rs")),
    bytes: include_bytes!(concat!(env!("OUT_DIR"), "/sdk")),
};
/// Services that were read, and their texts.
static SERVICES: [OnceLock<Service>; BOOK.index.len()] = [const { OnceLock::new() }; BOOK.index.len()];
static TEXTS: [OnceLock<String>; BOOK.index.len()] = [const { OnceLock::new() }; BOOK.index.len()];

/// A service of the SDKs.
#[derive(Default)]
struct Service {
    prefix: &'static str,
    /// Needs no permission.
    free: Vec<&'static str>,
    /// Passes a role on: the operation, and the parameter that names the role.
    roles: Vec<(&'static str, &'static str)>,
    /// The action is a method of HTTP: method, path, operation.
    methods: Vec<(&'static str, &'static str, &'static str)>,
    /// What names resources: `type|variable|parameter|kind|operations`.
    bindings: Vec<&'static str>,
    /// What the hand-kept table says of operations.
    hand: BTreeMap<&'static str, Vec<Permission>>,
    /// Lines of the hand-kept table that say nothing: misspelt actions. A test keeps this empty.
    wrong: Vec<&'static str>,
}

impl Service {
    fn read(text: &'static str) -> Self {
        let (generated, hand) = text.split_once("\n=\n").unwrap_or((text, ""));
        let mut service = Self::default();
        let mut lines = generated.lines();
        service.prefix = lines.next().unwrap_or_default();
        for line in lines {
            if let Some(names) = line.strip_prefix('-') {
                service.free.extend(names.split(','));
            } else if let Some(role) = line.strip_prefix('^') {
                service.roles.extend(role.split_once(' '));
            } else if let Some((method, path, operation)) = line.strip_prefix('=').and_then(three) {
                service.methods.push((method, path, operation));
            } else {
                service.bindings.push(line);
            }
        }
        hand.lines().for_each(|line| service.read_hand(line));
        service
    }

    fn read_hand(&mut self, line: &'static str) {
        let Some((operations, texts)) = line.split_once(' ') else { return };
        let mut permissions = Vec::new();
        for text in texts.split_whitespace().filter(|text| *text != "-") {
            let found = permissions_of(self.prefix, text);
            if found.is_empty() {
                self.wrong.push(line);
            }
            permissions.extend(found);
        }
        self.hand.extend(operations.split(',').map(|operation| (operation, permissions.clone())));
    }
}

fn page(number: usize) -> Option<&'static Service> {
    let (service, text) = SERVICES.get(number).zip(TEXTS.get(number))?;
    Some(service.get_or_init(|| Service::read(text.get_or_init(|| BOOK.text(number)))))
}

fn service(name: &str) -> Option<&'static Service> {
    BOOK.page_of(name).and_then(page)
}

fn three(line: &'static str) -> Option<(&'static str, &'static str, &'static str)> {
    let (first, rest) = line.split_once(' ')?;
    let (second, third) = rest.split_once(' ')?;
    Some((first, second, third))
}

/// `PutItem`, `iam:PassRole@role:RoleArn?RoleArn`, `GetObject@object:CopySource`: one for each condition.
fn permissions_of(prefix: &str, text: &'static str) -> Vec<Permission> {
    let (text, condition) = text.split_once('?').map_or((text, None), |(text, when)| (text, Some(when)));
    let (name, on) = text.split_once('@').unwrap_or((text, ""));
    let on = on.split_once(':').unwrap_or((on, ""));
    let action =
        if name.contains(':') { actions::named(name) } else { actions::named(&format!("{prefix}:{name}")) };
    let Some(action) = action else { return Vec::new() };
    let one = |when| Permission { action, when, on };
    let Some(condition) = condition else { return vec![one(When::Always)] };
    let words =
        |words: &'static str| -> &'static [&'static str] { words.split('|').collect::<Vec<_>>().leak() };
    if condition == "~" {
        vec![one(When::Sometimes)]
    } else if let Some(parameter) = condition.strip_prefix('!') {
        vec![one(When::Absent(parameter))]
    } else if let Some((parameter, texts)) = condition.split_once('=') {
        vec![one(When::Is(parameter, words(texts)))]
    } else if let Some((parameter, texts)) = condition.split_once('^') {
        vec![one(When::Begins(parameter, words(texts)))]
    } else {
        condition.split('|').map(|parameter| one(When::Given(parameter))).collect()
    }
}

/// The prefix of a service's actions: `stepfunctions` to `states`.
pub(super) fn prefix(service: &str) -> Option<&'static str> {
    self::service(service).map(|service| service.prefix).filter(|prefix| *prefix != "-")
}

pub(super) fn permissions(operation: &Aws) -> Option<Vec<Permission>> {
    let name = operation.operation.as_str();
    let service = service(&operation.service)?;
    let mut permissions = match service.hand.get(name) {
        Some(permissions) => permissions.clone(),
        None if service.free.contains(&name) => return Some(Vec::new()),
        None => vec![own(service, name)?],
    };
    let passes = permissions.iter().any(|permission| permission.action.name == "PassRole");
    if !passes && let Some(pass) = actions::named("iam:PassRole") {
        let roles = service.roles.iter().filter(|(operation, _)| *operation == name);
        let pass = |role| Permission { action: pass, when: When::Given(role), on: ("role", role) };
        permissions.extend(roles.map(|(_, role)| pass(*role)));
    }
    Some(permissions)
}

/// The action with the operation's own name, or the method of HTTP that it is.
fn own(service: &Service, name: &str) -> Option<Permission> {
    let method = service.methods.iter().find(|(_, _, operation)| *operation == name);
    let (name, on) = method.map_or((name, ("", "")), |(method, path, _)| (*method, ("", *path)));
    let action = actions::named(&format!("{}:{name}", service.prefix))?;
    Some(Permission { action, when: When::Always, on })
}

/// Variables that say where, and not which.
const EVERYWHERE: &[&str] = &["Partition", "Region", "Account"];

pub(super) fn binding(operation: &Aws, permission: &Permission, resource: &ResourceType) -> Vec<Binding> {
    let (kind, parameter) = permission.on;
    let is_said = !parameter.is_empty() && (kind.is_empty() || kind == resource.name);
    let mut found = if is_said { said(parameter, resource.arn) } else { Vec::new() };
    let own = service(&operation.service);
    // The resources of another service are named by the hand-kept table alone.
    let own = own.filter(|own| own.prefix == permission.action.service);
    let lines = own.map_or(&[] as &[_], |own| own.bindings.as_slice());
    let all = lines.iter().filter_map(|line| read_binding(line, resource.name));
    let is_for = |operations: &str| operations.split(',').any(|name| name == operation.operation);
    let (exact, usual): (Vec<_>, Vec<_>) = all
        .filter(|(_, operations)| operations.is_empty() || is_for(operations))
        .partition(|(_, operations)| !operations.is_empty());
    let named: Vec<&str> = found.iter().map(|one| one.variable).collect();
    // What the permission names itself needs no other name.
    let is_named = |variable: &str| {
        !named.is_empty() && (named.contains(&"") || variable.is_empty() || named.contains(&variable))
    };
    let rest = exact.into_iter().chain(usual).map(|(binding, _)| binding);
    found.extend(rest.filter(|binding| !is_named(binding.variable)));
    found
}

pub(super) fn parameters(operation: &Aws, service: &str, kind: &str, variable: &str) -> Vec<&'static str> {
    let Some(own) = self::service(&operation.service).filter(|own| own.prefix == service) else {
        return Vec::new();
    };
    let all = own.bindings.iter().filter_map(|line| read_binding(line, kind));
    let is_for = |operations: &str| {
        operations.is_empty() || operations.split(',').any(|name| name == operation.operation)
    };
    let fitting = all.filter(|(binding, operations)| {
        // A name deep inside a request is one of many things that the request is about.
        let is_near = !binding.parameter.contains('.');
        is_near && is_for(operations) && (binding.variable == variable || binding.variable.is_empty())
    });
    fitting.map(|(binding, _)| binding.parameter).collect()
}

/// What a permission says of its own parameter: one for the last variable, or `A+B` for the variables in their order.
fn said(parameter: &'static str, arn: &'static str) -> Vec<Binding> {
    if parameter.contains('+') {
        let pairs = variables(arn).zip(parameter.split('+'));
        return pairs
            .map(|(variable, parameter)| Binding { variable, parameter, kind: NameKind::Name })
            .collect();
    }
    let kind = kind_of(parameter);
    let is_whole = matches!(kind, NameKind::Arn | NameKind::Path);
    let variable = if is_whole { "" } else { variables(arn).last().unwrap_or_default() };
    vec![Binding { variable, parameter, kind }]
}

fn kind_of(parameter: &str) -> NameKind {
    let lower = parameter.trim_end_matches("[]").to_ascii_lowercase();
    match lower.rsplit('.').next().unwrap_or_default() {
        "copysource" | "outputlocation" | "mediafileuri" | "s3uri" | "templateurl" => NameKind::Path,
        "statement" => NameKind::Statement,
        _ if lower.starts_with('/') => NameKind::Path,
        last if last.ends_with("arn") || last.ends_with("arns") => NameKind::Arn,
        last if last.ends_with("url") => NameKind::Url,
        _ => NameKind::Name,
    }
}

fn variables(arn: &'static str) -> impl Iterator<Item = &'static str> {
    let names = arn.split("${").skip(1).filter_map(|rest| rest.split('}').next());
    names.filter(|name| !EVERYWHERE.contains(name))
}

/// `table|TableName|TableName|name|GetItem,PutItem`; `*` is every type.
fn read_binding(line: &'static str, resource: &str) -> Option<(Binding, &'static str)> {
    let mut fields = line.split('|');
    fields.next().filter(|kind| *kind == resource || *kind == "*")?;
    let (variable, parameter) = (fields.next()?, fields.next()?);
    let kind = match fields.next()? {
        "arn" => NameKind::Arn,
        "url" => NameKind::Url,
        "path" => NameKind::Path,
        _ => NameKind::Name,
    };
    Some((Binding { variable, parameter, kind }, fields.next()?))
}

#[cfg(test)]
pub(super) fn wrong() -> Vec<&'static str> {
    let services = (0..SERVICES.len()).filter_map(page);
    services.flat_map(|service| service.wrong.iter().copied()).collect()
}

#[cfg(test)]
pub(super) fn hand() -> impl Iterator<Item = &'static Permission> {
    (0..SERVICES.len()).filter_map(page).flat_map(|service| service.hand.values().flatten())
}

#[cfg(test)]
pub(super) fn bytes() -> usize {
    BOOK.size()
}
