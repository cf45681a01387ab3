//! Who functions run as: the role that all share, roles of their own, or one that is named.
use model::{Data, Entry, ProblemKind, Span, Value};

use super::build::{Properties, arn_by_name, arn_of, entry_of, is_intrinsic, list, map, set};
use super::service::{Function, Service};
use super::template::{Origin, Template};
use super::variables::Variables;

pub(super) const SHARED: &str = "IamRoleLambdaExecution";

/// What was decided about the roles of a service.
#[derive(Debug, Default)]
pub(super) struct Roles {
    /// Functions with a role of their own: key, and the role's logical id.
    own: Vec<(String, String)>,
}

impl Roles {
    /// The role of a function, as its property says it.
    pub(super) fn of(&self, service: &Service, function: &Function) -> Value {
        let at = function.key.at;
        if let Some((_, id)) = self.own.iter().find(|(key, _)| *key == function.key.text) {
            return arn_of(at, id);
        }
        match named_role(service, Some(function)) {
            Some(role) => role,
            None => arn_of(at, SHARED),
        }
    }
}

/// A role that the service names in place of having one made.
fn named_role(service: &Service, function: Option<&Function>) -> Option<Value> {
    let of_function = function
        .and_then(|function| function.own("role").or_else(|| function.own("iam.role")).filter(names_role));
    let of_provider = || service.setting("role").or_else(|| service.setting("iam.role").filter(names_role));
    let role = of_function.or_else(of_provider)?;
    Some(match role.as_str() {
        Some(name) if !name.contains(':') => arn_by_name(role.at, name),
        _ => role.clone(),
    })
}

/// Not settings of a role that is made, but one that is there.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that `Option::filter` asks for")]
fn names_role(role: &&Value) -> bool {
    matches!(role.data, Data::Text(_)) || is_intrinsic(role)
}

/// Adds the roles that the framework makes.
pub(super) fn add(variables: &mut Variables<'_, '_>, service: &Service, template: &mut Template) -> Roles {
    let mut roles = Roles::default();
    let mut shared_is_used = service.functions.is_empty();
    for function in &service.functions {
        if let Some(role) = own_role(variables, service, function) {
            let id = format!("{}{SHARED}", function.prefix());
            template.add(&id, "AWS::IAM::Role", role.origin, role.properties);
            roles.own.push((function.key.text.clone(), id));
        } else if named_role(service, Some(function)).is_none() {
            shared_is_used = true;
        }
    }
    let shared = shared_role(service);
    // Permissions that nobody has are still judged: the next function gets them.
    let is_made = shared_is_used && !service.functions.is_empty() || !shared.origin.implicit;
    if is_made && named_role(service, None).is_none() {
        template.add(SHARED, "AWS::IAM::Role", shared.origin, shared.properties);
    }
    roles
}

struct Role {
    origin: Origin,
    properties: Properties,
}

/// The role of all functions: `iam.role`, or its older spellings.
fn shared_role(service: &Service) -> Role {
    const WRITTEN: &[&str] = &["iamRoleStatements", "iamManagedPolicies", "rolePermissionsBoundary", "iam"];
    let written = WRITTEN.iter().find_map(|name| service.entry(name));
    // `iam: { role: { … } }`: the role is the block to point at.
    let written = match written {
        Some(iam) if iam.key.text == "iam" => {
            let role = entry_of(&iam.value, "role").or(Some(iam));
            role.filter(|role| !role.value.entries().is_empty())
        }
        other => other,
    };
    let origin = written.map_or_else(|| Origin::implied_by(service.provider_at), Origin::entry);
    let origin = origin.construct("provider.iam.role");
    let mut properties = assumed_by_lambda(origin.name_at);
    let name = Value::text(origin.name_at, format!("{}-lambda", service.prefix()));
    properties.put("Policies", inline(&name, &shared_statements(service), origin.span));
    properties.put("ManagedPolicyArns", both(service, "iam.role.managedPolicies", "iamManagedPolicies"));
    let boundary = ["iam.role.permissionsBoundary", "iam.role.permissionBoundary", "rolePermissionsBoundary"];
    let boundary = boundary.iter().find_map(|path| service.setting(path));
    properties.put("PermissionsBoundary", boundary.cloned());
    properties.copy(&service.provider, &[("RoleName", "iam.role.name"), ("Path", "iam.role.path")]);
    Role { origin, properties }
}

fn shared_statements(service: &Service) -> Vec<Value> {
    let written =
        service.setting("iam.role.statements").into_iter().chain(service.setting("iamRoleStatements"));
    written.flat_map(|statements| statements_of(statements, 0)).collect()
}

fn both(service: &Service, first: &str, second: &str) -> Option<Value> {
    let found: Vec<&Value> = service.setting(first).into_iter().chain(service.setting(second)).collect();
    match found.as_slice() {
        [] => None,
        [only] => Some((*only).clone()),
        [one, ..] => {
            let items = found.iter().flat_map(|list| list.one_or_many()).cloned().collect();
            Some(list(one.at, items))
        }
    }
}

/// A role that the function describes: the plugin serverless-iam-roles-per-function, or `iam.role`.
fn own_role(variables: &mut Variables<'_, '_>, service: &Service, function: &Function) -> Option<Role> {
    const PLUGIN: &str = "serverless-iam-roles-per-function";
    let plugin = entry_of(&function.settings, "iamRoleStatements");
    let native = entry_of(&function.settings, "iam")
        .and_then(|iam| entry_of(&iam.value, "role"))
        .filter(|role| !names_role(&&role.value));
    let written: &Entry = plugin.or(native)?;
    if plugin.is_some() && !service.has_plugin(PLUGIN) {
        let message = format!("`iamRoleStatements` of a function needs the plugin `{PLUGIN}`");
        let help = "list it under `plugins`; without it the function gets the permissions of all";
        variables.tell(ProblemKind::Suspicious, written.key.at, message, help);
    }
    let origin = Origin::entry(written);
    let mut statements: Vec<Value> = match plugin {
        Some(plugin) => statements_of(&plugin.value, 0),
        None => set(&written.value, "statements").map_or_else(Vec::new, |value| statements_of(value, 0)),
    };
    let inherit = function.own("iamRoleStatementsInherit").or_else(|| function.own("iam.inheritStatements"));
    if inherit.map_or(service.inherits_statements, |inherit| !inherit.truth().is_false()) {
        statements.extend(shared_statements(service));
    }
    let mut properties = assumed_by_lambda(origin.name_at);
    let name = Value::text(origin.name_at, format!("{}-{}-lambda", service.prefix(), function.key.text));
    properties.put("Policies", inline(&name, &statements, origin.span));
    properties.copy(
        &function.settings,
        &[
            ("RoleName", "iamRoleStatementsName"),
            ("RoleName", "iam.role.name"),
            ("ManagedPolicyArns", "iam.role.managedPolicies"),
            ("PermissionsBoundary", "iamPermissionsBoundary"),
            ("PermissionsBoundary", "iam.role.permissionsBoundary"),
        ],
    );
    if !properties.has("PermissionsBoundary") {
        let shared = ["iam.role.permissionsBoundary", "rolePermissionsBoundary"];
        properties.put("PermissionsBoundary", shared.iter().find_map(|path| service.setting(path)).cloned());
    }
    Some(Role { origin, properties })
}

/// Statements, also of lists inside the list. One that is not known may allow anything.
fn statements_of(written: &Value, depth: usize) -> Vec<Value> {
    let mut statements = Vec::new();
    for item in written.one_or_many() {
        match &item.data {
            Data::Map(entries) if !entries.is_empty() => statements.push(item.clone()),
            Data::List(_) if depth < 4 => statements.extend(statements_of(item, depth + 1)),
            Data::Unknown(_) | Data::Joined(_) | Data::Ref(_) => statements.push(map(
                item.at,
                [
                    ("Effect", Value::text(item.at, "Allow")),
                    ("Action", item.clone()),
                    ("Resource", item.clone()),
                ],
            )),
            _ => {}
        }
    }
    statements
}

fn inline(name: &Value, statements: &[Value], at: Span) -> Option<Value> {
    let first = statements.first()?;
    let whole = statements.last().map_or(first.at, |last| first.at.to(last.at));
    let document = map(
        whole,
        [("Version", Value::text(at, "2012-10-17")), ("Statement", list(whole, statements.to_vec()))],
    );
    let policy = map(whole, [("PolicyName", name.clone()), ("PolicyDocument", document)]);
    Some(list(whole, vec![policy]))
}

pub(super) fn assumed_by_lambda(at: Span) -> Properties {
    assumed_by(at, "lambda.amazonaws.com")
}

pub(super) fn assumed_by(at: Span, principal: &str) -> Properties {
    let text = |text: &str| Value::text(at, text);
    let statement = map(
        at,
        [
            ("Effect", text("Allow")),
            ("Principal", map(at, [("Service", list(at, vec![text(principal)]))])),
            ("Action", list(at, vec![text("sts:AssumeRole")])),
        ],
    );
    let document = map(at, [("Version", text("2012-10-17")), ("Statement", list(at, vec![statement]))]);
    let mut properties = Properties::default();
    properties.put("AssumeRolePolicyDocument", Some(document));
    properties
}

/// The inline policy of a role that a plugin makes.
pub(super) fn permissions(name: &str, written: &Value) -> Option<Value> {
    inline(&Value::text(written.at, name), &statements_of(written, 0), written.at)
}
