//! Permissions of one function, and nothing more: its own role, or SAM's `Policies`.
//!
//! A SAM function gets `Policies`, from which SAM makes a role of its own with what every function needs. Elsewhere
//! the function's role gets exactly these policies when nobody else uses it, and a new role when others do.
use model::{
    App, Condition, Data, Effect, Framework, NewNode, Node, Policy, PolicyOrigin, Relation, Statement, Value,
};

use super::content::{Content, Template, Words, content};
use super::yaml::{self, Doc, Step};
use super::{Editor, NotWritten, hcl, place, service};

const VERSION: &str = "2012-10-17";

/// Nodes whose permissions change.
pub(super) fn names(app: &App, function: &str) -> Vec<String> {
    let mut names =
        vec![format!("{function}Role"), format!("{}LambdaRole", place::logical_id(app, function))];
    if let Some(node) = app.named(function) {
        names.extend(app.targets(node, Relation::Assumes).map(|role| role.name.clone()));
        let label = label(node);
        names.push(format!("aws_iam_role.{label}_role"));
        names.push(format!("aws_iam_role_policy.{label}_role"));
    }
    names
}

/// Lets a function (or workflow) have these permissions.
pub(super) fn write(
    editor: &mut Editor<'_>,
    app: &App,
    function: &str,
    policies: &[Policy],
) -> Result<(), NotWritten> {
    let node = app.named(function).ok_or_else(|| NotWritten::new(format!("`{function}` is gone")))?;
    place::may_write(app)?;
    let written = match app.framework {
        Framework::Terraform => terraform(editor, app, node, policies),
        Framework::Serverless => serverless(editor, app, node, policies),
        _ if node.provider_type.starts_with("AWS::Serverless::") => sam(editor, app, node, policies),
        _ => cloudformation(editor, app, node, policies),
    };
    written.map_err(|why| why.at(node.name_at))
}

fn key(step: &str) -> Step {
    Step::Key(step.to_owned())
}

fn below(path: &[Step], steps: &[&str]) -> Vec<Step> {
    path.iter().cloned().chain(steps.iter().map(|step| key(step))).collect()
}

/// `Policies` of a SAM function, without a role of others.
fn sam(editor: &mut Editor<'_>, app: &App, node: &Node, policies: &[Policy]) -> Result<(), NotWritten> {
    let file = node.name_at.file;
    let original = Doc::parse(editor.original(file)?)?;
    let properties = place::properties(&original, node)?;
    let words = Template { app, prefix: place::prefix(&node.name) };
    let mut wanted = Vec::new();
    for policy in policies {
        match &policy.origin {
            // As it stands there: the parameters are part of it.
            PolicyOrigin::Template(name) => match original.entry_value_at(policy.at.start as usize) {
                Some(parameters) => wanted.push(parameters.inside(name)),
                None => wanted.push(sam_document(policy, &words)?),
            },
            PolicyOrigin::Managed(arn) => wanted.push(managed(arn)),
            _ => wanted.push(sam_document(policy, &words)?),
        }
    }
    let draft = editor.draft(file)?;
    let role = below(&properties, &["Role"]);
    let doc = Doc::parse(draft.text())?;
    let section = if node.provider_type.ends_with("StateMachine") { "StateMachine" } else { "Function" };
    let globals = |name: &str| doc.value(&[key("Globals"), key(section), key(name)]).is_some();
    if globals("Role") || globals("Policies") {
        return Err(NotWritten::new("`Globals` gives every function the same permissions"));
    }
    if doc.value(&role).is_some() {
        yaml::unset(draft, &role, properties.len())?;
    }
    let path = below(&properties, &["Policies"]);
    if wanted.is_empty() {
        let has = Doc::parse(draft.text())?.value(&path).is_some();
        return if has { yaml::unset(draft, &path, properties.len()) } else { Ok(()) };
    }
    yaml::set(draft, &path, &Content::List(wanted))
}

fn sam_document(policy: &Policy, words: &dyn Words) -> Result<Content, NotWritten> {
    let statements = statements(policy, words)?;
    Ok(Content::List(statements).inside("Statement"))
}

/// A policy that AWS keeps, by name where SAM knows it by name.
fn managed(arn: &str) -> Content {
    let name = arn.rsplit('/').next().unwrap_or(arn);
    let is_known = arn.starts_with("arn:aws:iam::aws:policy/service-role/AWSLambda");
    Content::text(if is_known { name } else { arn })
}

/// The role of a function in CloudFormation.
fn cloudformation(
    editor: &mut Editor<'_>,
    app: &App,
    node: &Node,
    policies: &[Policy],
) -> Result<(), NotWritten> {
    let words = Template { app, prefix: place::prefix(&node.name) };
    let name = node.name.rsplit('.').next().unwrap_or(&node.name).to_owned();
    let file = node.name_at.file;
    if let Some(role) = own_role(app, node) {
        let original = Doc::parse(editor.original(role.name_at.file)?)?;
        let properties = place::properties(&original, role)?;
        return rewrite_role(editor, (role, &properties), (&name, policies), &words);
    }
    let original = Doc::parse(editor.original(file)?)?;
    let function = place::properties(&original, node)?;
    let role = format!("{name}Role");
    add_role(editor, (file, &[key("Resources"), key(&role)]), (&name, policies), &words)?;
    let arn = Content::List(vec![Content::text(&role), Content::text("Arn")]).inside("Fn::GetAtt");
    yaml::set(editor.draft(file)?, &below(&function, &["Role"]), &arn)
}

/// The role that only this function assumes, when all that it has is written in it.
fn own_role<'a>(app: &'a App, node: &'a Node) -> Option<&'a Node> {
    let role = app.targets(node, Relation::Assumes).next()?;
    let is_alone = app.sources(role, Relation::Assumes).count() == 1;
    let is_whole = role.policies.iter().all(|policy| policy.written_in.is_none());
    let is_role = matches!(role.provider_type.as_str(), "AWS::IAM::Role" | "aws_iam_role");
    (is_alone && is_whole && is_role && !role.implicit && !role.partial).then_some(role)
}

/// Managed policies with what every function needs.
fn is_base(policy: &Content) -> bool {
    let text = match policy {
        Content::Text(text) => text.as_str(),
        other => match other.call() {
            Some((_, Content::Text(text))) => text.as_str(),
            _ => "",
        },
    };
    let ends = [
        "AWSLambdaBasicExecutionRole",
        "AWSLambdaVPCAccessExecutionRole",
        "AWSXRayDaemonWriteAccess",
        "AWSXrayWriteOnlyAccess",
    ];
    ends.iter().any(|end| text.ends_with(end))
}

fn rewrite_role(
    editor: &mut Editor<'_>,
    (role, properties): (&Node, &[Step]),
    (name, policies): (&str, &[Policy]),
    words: &dyn Words,
) -> Result<(), NotWritten> {
    let draft = editor.draft(role.name_at.file)?;
    let doc = Doc::parse(draft.text())?;
    let attached = below(properties, &["ManagedPolicyArns"]);
    match doc.value(&attached) {
        Some(Content::List(items)) => {
            let kept: Vec<Content> = items.iter().filter(|item| is_base(item)).cloned().collect();
            if kept.is_empty() {
                yaml::unset(draft, &attached, properties.len())?;
            } else if kept.len() < items.len() {
                yaml::set(draft, &attached, &Content::List(kept))?;
            }
        }
        Some(_) => return Err(NotWritten::new("`ManagedPolicyArns` of its role is made by an expression")),
        None => {}
    }
    let path = below(properties, &["Policies"]);
    if policies.iter().all(|policy| policy.statements.is_empty()) {
        let has = Doc::parse(draft.text())?.value(&path).is_some();
        return if has { yaml::unset(draft, &path, properties.len()) } else { Ok(()) };
    }
    yaml::set(draft, &path, &inline(name, policies, words)?)
}

/// A role of its own for a function.
fn add_role(
    editor: &mut Editor<'_>,
    (file, path): (model::FileId, &[Step]),
    (name, policies): (&str, &[Policy]),
    words: &dyn Words,
) -> Result<(), NotWritten> {
    let draft = editor.draft(file)?;
    if Doc::parse(draft.text())?.value(path).is_some() {
        return Err(NotWritten::new("a resource with the name of its new role is there already"));
    }
    let mut properties = vec![("AssumeRolePolicyDocument".to_owned(), trust())];
    if policies.iter().any(|policy| !policy.statements.is_empty()) {
        properties.push(("Policies".to_owned(), inline(name, policies, words)?));
    }
    let role = Content::Map(vec![
        ("Type".to_owned(), Content::text("AWS::IAM::Role")),
        ("Properties".to_owned(), Content::Map(properties)),
    ]);
    yaml::set(draft, path, &role)
}

fn trust() -> Content {
    let statement = Content::Map(vec![
        ("Effect".to_owned(), Content::text("Allow")),
        ("Principal".to_owned(), Content::text("lambda.amazonaws.com").inside("Service")),
        ("Action".to_owned(), Content::text("sts:AssumeRole")),
    ]);
    document(vec![statement])
}

fn document(statements: Vec<Content>) -> Content {
    Content::Map(vec![
        ("Version".to_owned(), Content::text(VERSION)),
        ("Statement".to_owned(), Content::List(statements)),
    ])
}

/// `Policies` of a role: one policy with every statement.
fn inline(name: &str, policies: &[Policy], words: &dyn Words) -> Result<Content, NotWritten> {
    let all =
        policies.iter().map(|policy| statements(policy, words)).collect::<Result<Vec<_>, _>>()?.concat();
    let policy = Content::Map(vec![
        ("PolicyName".to_owned(), Content::text(name)),
        ("PolicyDocument".to_owned(), document(all)),
    ]);
    Ok(Content::List(vec![policy]))
}

fn statements(policy: &Policy, words: &dyn Words) -> Result<Vec<Content>, NotWritten> {
    if let (PolicyOrigin::Managed(name), true) = (&policy.origin, policy.statements.is_empty()) {
        return Err(NotWritten::new(format!("what `{name}` allows is not known")));
    }
    policy.statements.iter().map(|written| statement(written, words)).collect()
}

fn statement(statement: &Statement, words: &dyn Words) -> Result<Content, NotWritten> {
    let list = |values: &[Value]| -> Result<Content, NotWritten> {
        let mut items =
            values.iter().map(|value| content(&value.data, words)).collect::<Result<Vec<_>, _>>()?;
        Ok(match (items.pop(), items.is_empty()) {
            (Some(only), true) => only,
            (last, _) => Content::List(items.into_iter().chain(last).collect()),
        })
    };
    let effect = match statement.effect {
        Effect::Allow => "Allow",
        Effect::Deny => "Deny",
        Effect::Unknown => return Err(NotWritten::new("the effect of a statement is not known")),
    };
    let mut entries = Vec::new();
    entries.extend(statement.sid.as_ref().map(|sid| ("Sid".to_owned(), Content::text(sid))));
    entries.push(("Effect".to_owned(), Content::text(effect)));
    let parts = [
        ("Action", &statement.actions),
        ("NotAction", &statement.not_actions),
        ("Resource", &statement.resources),
        ("NotResource", &statement.not_resources),
    ];
    for (name, values) in parts.into_iter().filter(|(_, values)| !values.is_empty()) {
        entries.push((name.to_owned(), list(values)?));
    }
    if !statement.conditions.is_empty() {
        entries.push(("Condition".to_owned(), conditions(&statement.conditions, &list)?));
    }
    Ok(Content::Map(entries))
}

/// Values of an element, one or many.
type Listed<'a> = &'a dyn Fn(&[Value]) -> Result<Content, NotWritten>;

fn conditions(conditions: &[Condition], list: Listed<'_>) -> Result<Content, NotWritten> {
    let mut operators: Vec<(String, Content)> = Vec::new();
    for condition in conditions {
        let value = list(&condition.values)?;
        match operators.iter_mut().find(|(operator, _)| *operator == condition.operator) {
            Some((_, Content::Map(keys))) => keys.push((condition.key.clone(), value)),
            _ => operators.push((condition.operator.clone(), value.inside(&condition.key))),
        }
    }
    Ok(Content::Map(operators))
}

/// A function of a service.
fn serverless(
    editor: &mut Editor<'_>,
    app: &App,
    node: &Node,
    policies: &[Policy],
) -> Result<(), NotWritten> {
    let construct = node.construct.as_deref().and_then(|construct| construct.strip_prefix("functions."));
    let construct = construct.ok_or_else(|| NotWritten::new("it is no function of the service"))?;
    let words = Template { app, prefix: String::new() };
    let file = service::file(editor, app).ok_or_else(|| NotWritten::new("the service has no file"))?;
    let all =
        policies.iter().map(|policy| statements(policy, &words)).collect::<Result<Vec<_>, _>>()?.concat();
    let draft = editor.draft(file)?;
    let doc = Doc::parse(draft.text())?;
    let plugins = doc.value(&[key("plugins")]);
    let plugins = match &plugins {
        Some(Content::List(items)) => items.clone(),
        Some(Content::Map(entries)) => entries.iter().map(|(_, value)| value.clone()).collect(),
        _ => Vec::new(),
    };
    let function = [key("functions"), key(construct)];
    let has_own = plugins.contains(&Content::text("serverless-iam-roles-per-function"));
    if doc.value(&below(&function, &["role"])).is_some() && (has_own || app.functions().count() == 1) {
        yaml::unset(draft, &below(&function, &["role"]), function.len())?;
    }
    if has_own {
        return yaml::set(draft, &below(&function, &["iamRoleStatements"]), &Content::List(all));
    }
    if app.functions().count() == 1 {
        let old = [key("provider"), key("iamRoleStatements")];
        let doc = Doc::parse(draft.text())?;
        let new: Vec<Step> = ["provider", "iam", "role", "statements"].map(key).to_vec();
        let path = if doc.value(&old).is_some() { old.to_vec() } else { new };
        return yaml::set(draft, &path, &Content::List(all));
    }
    let name = place::logical_id(app, &node.name);
    let role = format!("{}Role", name.strip_suffix("Function").unwrap_or(&name));
    let path = ["resources", "Resources", role.as_str()].map(key);
    add_role(editor, (file, &path), (&name, policies), &words)?;
    let attached = Content::List(vec![Content::text(
        "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    )]);
    let draft = editor.draft(file)?;
    yaml::set(draft, &below(&path, &["Properties", "ManagedPolicyArns"]), &attached)?;
    yaml::set(draft, &below(&function, &["role"]), &Content::text(&role))
}

/// The last part of a Terraform address, without index.
fn label(node: &Node) -> &str {
    let last = node.name.rsplit('.').next().unwrap_or(&node.name);
    last.split('[').next().unwrap_or(last)
}

/// A role and its policy beside a function in Terraform.
fn terraform(editor: &mut Editor<'_>, app: &App, node: &Node, policies: &[Policy]) -> Result<(), NotWritten> {
    if node.name.ends_with(']') {
        return Err(NotWritten::new("the block makes several functions"));
    }
    let name = format!("{}_role", label(node));
    let words = hcl::Terraform::of(editor, &node.name);
    let all =
        policies.iter().map(|policy| statements(policy, &words)).collect::<Result<Vec<_>, _>>()?.concat();
    hcl::role(editor, node, &name, (trust(), document(all)))?;
    let new = NewNode::new(node, name.as_str(), ["AWS::IAM::Role", "aws_iam_role"]);
    editor.added.insert(new.name.clone(), hcl::Added::Resource("aws_iam_role"));
    let arn: Data = new.attribute("Arn");
    hcl::set(editor, app, (node, "role"), Some(&arn))
}
