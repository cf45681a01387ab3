//! Statements on every resource, on the application's own resources instead.
use model::{App, Data, Fix, Kind, Node, Patch, Safety, Statement};

use crate::repair::is_terraform;

/// More resources than these are no narrow statement.
const RESOURCES_MAX: usize = 10;

/// A fix that names the application's own resources in each of these statements. `None` when one of them is about
/// several services, or the application has no such resource.
pub(super) fn narrow<'a>(
    app: &App,
    node: &Node,
    statements: impl Iterator<Item = &'a Statement>,
) -> Option<Fix> {
    let patches: Vec<Patch> =
        statements.map(|statement| narrowed(app, node, statement)).collect::<Option<_>>()?;
    let title = "name the application's own resources".to_owned();
    (!patches.is_empty()).then_some(Fix { title, safety: Safety::Risky, patches })
}

fn narrowed(app: &App, node: &Node, statement: &Statement) -> Option<Patch> {
    let [only] = statement.resources.as_slice() else { return None };
    if statement.at.is_empty() || statement.actions.is_empty() || only.first_reference().is_some() {
        return None;
    }
    let service = |text: &str| text.split_once(':').map(|(service, _)| service.to_ascii_lowercase());
    let mut services = statement.actions.iter().map(|action| action.as_str().and_then(service));
    let first = services.next()??;
    if !services.all(|other| other.as_ref() == Some(&first)) {
        return None;
    }
    let kind = kind_of(&first)?;
    let own = |other: &&Node| {
        other.id != node.id && !other.implicit && !other.name.contains('.') || is_root(node, other)
    };
    let resources: Vec<Data> = app.all(kind).filter(own).flat_map(|resource| arns(node, resource)).collect();
    let few = (1..=RESOURCES_MAX).contains(&resources.len());
    few.then(|| statement.put(&["Resource"], Data::list(resources)))
}

/// Both stand in Terraform's root module.
fn is_root(node: &Node, other: &Node) -> bool {
    let in_root = |node: &Node| is_terraform(node) && !node.name.starts_with("module.");
    let named = node.provider_type.starts_with("aws_") || node.name.starts_with("data.");
    other.id != node.id && named && in_root(other) && !other.implicit && !node.name.starts_with("module.")
}

fn kind_of(service: &str) -> Option<Kind> {
    Some(match service {
        "s3" => Kind::Bucket,
        "dynamodb" => Kind::Table,
        "sqs" => Kind::Queue,
        "sns" => Kind::Topic,
        "kinesis" => Kind::Stream,
        "secretsmanager" => Kind::Secret,
        "kms" => Kind::Key,
        "lambda" => Kind::Function,
        "iam" | "sts" => Kind::Role,
        "states" => Kind::StateMachine,
        _ => return None,
    })
}

/// What a policy calls a resource, and what is inside.
fn arns(node: &Node, resource: &Node) -> Vec<Data> {
    // CloudFormation's references to these are their ARNs.
    let by_reference = matches!(resource.kind, Kind::Topic | Kind::Secret | Kind::StateMachine);
    let arn = || {
        if by_reference && !is_terraform(node) && !node.name.starts_with("data.") {
            Data::reference(&resource.name)
        } else {
            Data::attribute(&resource.name, "Arn")
        }
    };
    let inside = |end: &str| Data::joined([arn(), end.into()]);
    match resource.kind {
        Kind::Bucket => vec![arn(), inside("/*")],
        Kind::Table => vec![arn(), inside("/index/*")],
        _ => vec![arn()],
    }
}
