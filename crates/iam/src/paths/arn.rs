//! The ARNs that statements name and that nodes have, in one form.
use model::{App, Data, Kind, Node, NodeId, Ref, Tri, Value};

use super::text::compare;
use crate::{Pattern, Piece};

/// What one entry of `Resource` is about.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Reach {
    Everything,
    /// Exactly this node: a reference to it.
    Node(NodeId),
    Arn(Box<Arn>),
    /// Not known before deployment.
    Unclear,
}

/// The parts of an ARN that tell resources apart. Partition and region do not.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Arn {
    pub service: Vec<Piece>,
    pub account: Vec<Piece>,
    pub resource: Vec<Piece>,
}

/// The account that the application is deployed to.
const OWN: &str = "own account";

impl Reach {
    /// `username`: what `${aws:username}` stands for.
    pub(crate) fn of(app: &App, value: &Value, username: Option<&str>) -> Self {
        if value.as_str() == Some("*") {
            return Self::Everything;
        }
        if let Data::Ref(reference) = &value.data {
            return match app.named(&reference.target) {
                Some(node) if names_it(node, reference) => Self::Node(node.id),
                _ => Self::Unclear,
            };
        }
        let mut pieces = Vec::new();
        push(app, value, &mut pieces);
        substitute(&mut pieces, username);
        match Arn::split(&pieces) {
            Some(arn) if arn.is_everything() => Self::Everything,
            Some(arn) => Self::Arn(Box::new(arn)),
            None if pieces.iter().all(|piece| matches!(piece, Piece::Any)) => Self::Everything,
            None => Self::Unclear,
        }
    }
}

/// A reference to a data source or an attribute that is no identity of the node is about something else.
fn names_it(node: &Node, reference: &Ref) -> bool {
    !node.provider_type.starts_with("data.")
        && reference.attribute.as_deref().is_none_or(|attribute| {
            let lower = attribute.to_ascii_lowercase();
            lower.ends_with("arn") || matches!(lower.as_str(), "id" | "name")
        })
}

/// `${aws:username}` is the user's own name; in the policy of a role it stands for nothing.
fn substitute(pieces: &mut [Piece], username: Option<&str>) {
    for piece in pieces {
        match piece {
            Piece::Variable(name) if name.eq_ignore_ascii_case("aws:username") => {
                *piece = match username {
                    Some(username) => Piece::Text(username.to_owned()),
                    None => Piece::Text("\u{0}".to_owned()),
                };
            }
            _ => {}
        }
    }
}

impl Arn {
    fn is_everything(&self) -> bool {
        [&self.service, &self.resource].iter().all(|part| **part == [Piece::Any])
    }

    /// Splits at the first five colons; what wildcards hide, they stand for.
    pub(crate) fn split(pieces: &[Piece]) -> Option<Self> {
        let mut parts: Vec<Vec<Piece>> = vec![Vec::new()];
        for piece in pieces {
            let Piece::Text(text) = piece else {
                parts.last_mut()?.push(piece.clone());
                continue;
            };
            let mut rest = text.as_str();
            while parts.len() < 6 {
                let Some((before, after)) = rest.split_once(':') else { break };
                push_text(parts.last_mut()?, before);
                parts.push(Vec::new());
                rest = after;
            }
            push_text(parts.last_mut()?, rest);
        }
        let [scheme, _, service, _, account, resource] = <[Vec<Piece>; 6]>::try_from(parts).ok()?;
        (scheme == [Piece::Text("arn".to_owned())]).then_some(Self { service, account, resource })
    }

    /// Whether this pattern stands for that resource, or for something in it.
    pub(crate) fn meets(&self, other: &Self) -> Tri {
        let service = compare(&self.service, &other.service);
        if service.is_false() || !same_account(&self.account, &other.account) {
            return Tri::False;
        }
        let own = Pattern { pieces: self.resource.clone() };
        let inside = ["", "/*", ":*"].iter().map(|end| {
            let mut whole = Pattern { pieces: other.resource.clone() };
            whole.pieces.extend(Pattern::parse(end).pieces);
            whole.meets(&own)
        });
        service & Tri::any(inside)
    }

    /// Whether this pattern stands for that resource, or for all that is in it.
    pub(crate) fn holds(&self, other: &Self) -> Tri {
        let mut inside = other.clone();
        inside.resource.extend(Pattern::parse("/*").pieces);
        self.covers(other) | self.covers(&inside)
    }

    /// Whether this pattern stands for that resource.
    pub(crate) fn covers(&self, other: &Self) -> Tri {
        let service = compare(&self.service, &other.service);
        if service.is_false() || !same_account(&self.account, &other.account) {
            return Tri::False;
        }
        service & compare(&self.resource, &other.resource)
    }
}

/// AWS's own resources are never the application's; other accounts are told apart only when both are written.
fn same_account(pattern: &[Piece], own: &[Piece]) -> bool {
    match (pattern, own) {
        ([], own) => own.is_empty(),
        ([Piece::Text(one)], [Piece::Text(other)]) => one == other,
        ([Piece::Text(one)], _) => one != "aws",
        (_, []) => pattern.iter().all(|piece| matches!(piece, Piece::Any)),
        _ => true,
    }
}

fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    if text.is_empty() {
        return;
    }
    match pieces.last_mut() {
        Some(Piece::Text(before)) => before.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

fn push(app: &App, value: &Value, pieces: &mut Vec<Piece>) {
    match &value.data {
        Data::Text(text) => {
            for piece in Pattern::parse(text).pieces {
                match piece {
                    Piece::Text(text) => push_text(pieces, &text),
                    piece => pieces.push(piece),
                }
            }
        }
        Data::Joined(parts) => parts.iter().for_each(|part| push(app, part, pieces)),
        Data::Ref(reference) => match app.named(&reference.target) {
            Some(node) if !node.provider_type.starts_with("data.") => {
                push_node(app, node, reference, pieces);
            }
            _ => pieces.push(Piece::Symbol(value.display())),
        },
        _ => pieces.push(Piece::Symbol(value.display())),
    }
}

fn push_node(app: &App, node: &Node, reference: &Ref, pieces: &mut Vec<Piece>) {
    let attribute = reference.attribute.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is_arn = attribute.ends_with("arn")
        || (attribute.is_empty() && matches!(node.kind, Kind::Topic | Kind::Secret | Kind::StateMachine))
        || (is_managed_policy(node) && matches!(attribute.as_str(), "" | "id"));
    match arn_pieces(app, node).filter(|_| is_arn) {
        Some(own) => own.into_iter().for_each(|piece| match piece {
            Piece::Text(text) => push_text(pieces, &text),
            piece => pieces.push(piece),
        }),
        None if is_arn || !matches!(attribute.as_str(), "" | "id" | "name" | "function_name") => {
            pieces.push(Piece::Symbol(format!("{}.{attribute}", node.name)));
        }
        None => push_name(app, node, pieces),
    }
}

/// The node's name in the account: as the template says, else a name that is equal only to itself.
fn push_name(app: &App, node: &Node, pieces: &mut Vec<Piece>) {
    match node.attrs.get("name").filter(|value| !value.is_null()) {
        Some(name) if name.first_reference().is_none_or(|inner| inner.target != node.name) => {
            push(app, name, pieces);
        }
        _ => pieces.push(Piece::Symbol(node.name.clone())),
    }
}

/// A policy with an ARN of its own that can have versions.
pub(crate) fn is_managed_policy(node: &Node) -> bool {
    matches!(node.provider_type.as_str(), "AWS::IAM::ManagedPolicy" | "aws_iam_policy")
}

/// The ARN of a node.
pub(crate) fn arn_of(app: &App, node: &Node) -> Option<Arn> {
    arn_pieces(app, node).and_then(|pieces| Arn::split(&pieces))
}

fn arn_pieces(app: &App, node: &Node) -> Option<Vec<Piece>> {
    let (service, before) = shape(node)?;
    let mut pieces = vec![Piece::Text(format!("arn:aws:{service}::"))];
    if service == "s3" {
        push_text(&mut pieces, ":");
    } else {
        pieces.push(Piece::Symbol(OWN.to_owned()));
        push_text(&mut pieces, ":");
    }
    push_text(&mut pieces, before);
    if service == "iam" {
        push_path(app, node, &mut pieces);
    }
    if service == "ssm" {
        push_parameter(app, node, &mut pieces);
    } else {
        push_name(app, node, &mut pieces);
    }
    let joint = match service {
        "secretsmanager" => "-",
        "cloudformation" | "apprunner" => "/",
        _ => return Some(pieces),
    };
    // Their ARNs end with signs that AWS adds.
    push_text(&mut pieces, joint);
    pieces.push(Piece::Symbol(format!("suffix of {}", node.name)));
    Some(pieces)
}

/// `/service/` between `role` and the name; a single `/` when none is written.
fn push_path(app: &App, node: &Node, pieces: &mut Vec<Piece>) {
    match node.attrs.get("path").filter(|value| !value.is_null()) {
        Some(path) => push(app, path, pieces),
        None => push_text(pieces, "/"),
    }
}

/// A parameter's name begins with the `/` that its ARN has anyway.
fn push_parameter(app: &App, node: &Node, pieces: &mut Vec<Piece>) {
    let mut name = Vec::new();
    push_name(app, node, &mut name);
    for (place, piece) in name.into_iter().enumerate() {
        match piece {
            Piece::Text(text) if place == 0 => push_text(pieces, text.strip_prefix('/').unwrap_or(&text)),
            Piece::Text(text) => push_text(pieces, &text),
            piece => pieces.push(piece),
        }
    }
}

/// Service and beginning of the resource part of the ARNs of a kind.
fn shape(node: &Node) -> Option<(&'static str, &'static str)> {
    let by_type = TYPES.iter().find(|(types, ..)| types.contains(&node.provider_type.as_str()));
    if let Some((_, service, before)) = by_type {
        return Some((service, before));
    }
    match node.kind {
        // A path may stand between these words and the name.
        Kind::Role => Some(("iam", "role")),
        Kind::User => Some(("iam", "user")),
        Kind::Group => Some(("iam", "group")),
        Kind::Policy if is_managed_policy(node) => Some(("iam", "policy")),
        Kind::Policy => None,
        Kind::Secret => Some(("secretsmanager", "secret:")),
        Kind::NestedStack => Some(("cloudformation", "stack/")),
        _ => {
            let form = crate::arn::form(node).filter(|form| form.service != "iam")?;
            let before = form.resource.strip_suffix("{}").filter(|before| !before.contains('*'))?;
            Some((form.service, before))
        }
    }
}

/// Types that share a kind with others.
const TYPES: &[(&[&str], &str, &str)] = &[
    (&["AWS::EC2::Instance", "aws_instance"], "ec2", "instance/"),
    (&["AWS::EC2::LaunchTemplate", "aws_launch_template"], "ec2", "launch-template/"),
    (&["AWS::CodeBuild::Project", "aws_codebuild_project"], "codebuild", "project/"),
    (
        &["AWS::SageMaker::NotebookInstance", "aws_sagemaker_notebook_instance"],
        "sagemaker",
        "notebook-instance/",
    ),
    (&["AWS::Glue::DevEndpoint", "aws_glue_dev_endpoint"], "glue", "devEndpoint/"),
    (&["AWS::Glue::Job", "aws_glue_job"], "glue", "job/"),
    (&["AWS::AppRunner::Service", "aws_apprunner_service"], "apprunner", "service/"),
    // What is opened is a running task; its name is made when it starts.
    (&["AWS::ECS::Service", "aws_ecs_service"], "ecs", "task/"),
    (&["AWS::ECS::TaskDefinition", "aws_ecs_task_definition"], "ecs", "task/"),
    (&["AWS::CloudFormation::StackSet", "aws_cloudformation_stack_set"], "cloudformation", "stackset/"),
];
