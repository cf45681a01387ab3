//! A chain of steps leads from an identity to all permissions, or to those of a stronger one.
use iam::paths::{Certainty, End, Escalation, Hop, escalations};
use model::{Related, Undecided};

use crate::prelude::*;

check! {
    /// # Escalation path
    ///
    /// A role or user can become another one of this application, step by step, and has all permissions in the end or
    /// those of a stronger role.
    ///
    /// ## Why it matters
    ///
    /// Whoever takes over a function has the function's role, and everything that the role can make of itself. A role
    /// that may pass an administrator's role to a new function, change the code of a function that has one, or open a
    /// shell on a machine with one, is an administrator with one more command. No single statement shows it: the check
    /// follows the real roles, functions and machines of the template, what denies and bounds them, and whom they trust.
    ///
    /// ## What to do
    ///
    /// Break the chain at its first step: name the one role in `iam:PassRole` and the service in a condition on
    /// `iam:PassedToService`, name the one function or instance that may be changed, and give the role at the end no more
    /// than it needs.
    ///
    /// The steps and their conditions are those of published research: Rhino Security Labs, "AWS IAM privilege
    /// escalation methods"; Bishop Fox, iam-vulnerable; Datadog, pathfinding.cloud.
    ///
    /// ```yaml fires
    /// Worker:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument:
    ///           Statement:
    ///             - { Effect: Allow, Action: iam:PassRole, Resource: !GetAtt Deployer.Arn }
    ///             - { Effect: Allow, Action: [lambda:CreateFunction, lambda:InvokeFunction], Resource: '*' }
    /// Deployer:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']
    /// ```
    /// ```yaml quiet
    /// Worker:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     Policies:
    ///       - PolicyName: p
    ///         PolicyDocument:
    ///           Statement:
    ///             - Effect: Allow
    ///               Action: iam:PassRole
    ///               Resource: !GetAtt Deployer.Arn
    ///               Condition: { StringEquals: { 'iam:PassedToService': cloudformation.amazonaws.com } }
    ///             - { Effect: Allow, Action: [lambda:CreateFunction, lambda:InvokeFunction], Resource: '*' }
    /// Deployer:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_role" "worker" {
    ///   assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }] })
    /// }
    /// resource "aws_iam_role_policy" "worker" {
    ///   role   = aws_iam_role.worker.name
    ///   policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "ssm:SendCommand", Resource = "*" }] })
    /// }
    /// resource "aws_iam_role" "machine" {
    ///   assume_role_policy  = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }] })
    ///   managed_policy_arns = ["arn:aws:iam::aws:policy/AdministratorAccess"]
    /// }
    /// resource "aws_iam_instance_profile" "machine" {
    ///   role = aws_iam_role.machine.name
    /// }
    /// resource "aws_instance" "machine" {
    ///   ami                  = "ami-0123456789abcdef0"
    ///   iam_instance_profile = aws_iam_instance_profile.machine.name
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_role" "worker" {
    ///   assume_role_policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }] })
    /// }
    /// resource "aws_iam_role_policy" "worker" {
    ///   role   = aws_iam_role.worker.name
    ///   policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "ssm:SendCommand", Resource = "*" }] })
    /// }
    /// resource "aws_instance" "machine" {
    ///   ami = "ami-0123456789abcdef0"
    /// }
    /// ```
    ESCALATION_PATH = "escalation-path" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-269", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: escalation_path,
    }
}

fn escalation_path(app: &App, findings: &mut Findings) {
    // Nobody can become somebody else where nobody is.
    if app.any(&[Kind::Role, Kind::User]).next().is_none() {
        return;
    }
    let result = escalations(app);
    for node in app.any(&[Kind::Role, Kind::User]) {
        let mut ways = result.found.iter().filter(|way| way.from == node.id);
        let told = ways.clone().find(|way| way.certainty == Certainty::Certain && is_new(app, node, way));
        if let Some(way) = told {
            findings.push(finding(app, node, way));
        } else if ways.any(|way| way.to == End::Administrator && way.certainty == Certainty::Possible) {
            findings.when(Tri::Unknown, || ESCALATION_PATH.at(node, String::new()));
        }
    }
    if let (Some(cut), Some(node)) = (&result.cut, app.any(&[Kind::Role, Kind::User]).next()) {
        let (node, reason) = (node.name.clone(), cut.clone());
        findings.undecided.push(Undecided { check: &ESCALATION_PATH, app: 0, node, reason });
    }
}

/// Whether the way says more than `privilege-escalation`, which judges statements that allow something everywhere, and
/// more than that a role may be assumed, which is what such roles are for.
fn is_new(app: &App, from: &Node, way: &Escalation) -> bool {
    if way.to != End::Administrator {
        // A role that is named to be passed or changed is meant to be.
        let service = from.kind == Kind::Role && way.functions.is_empty();
        let wide = |hop: &Hop| hop.technique.id != "assume-role" && stands_everywhere(app, from, hop);
        return way.to != End::Elsewhere && !service && way.hops.iter().any(wide);
    }
    match way.hops.as_slice() {
        [only] if only.next.is_none_or(|next| next == from.id) => !stands_everywhere(app, from, only),
        _ => true,
    }
}

/// Some statement that allows the step is about every resource.
fn stands_everywhere(app: &App, from: &Node, hop: &Hop) -> bool {
    let groups = app.all(Kind::Group);
    let statements =
        std::iter::once(from).chain(groups).flat_map(|node| &node.policies).flat_map(|p| &p.statements);
    statements.filter(|statement| hop.at.contains(&statement.at)).any(Statement::on_everything)
}

fn finding(app: &App, node: &Node, way: &Escalation) -> model::Finding {
    let public =
        way.functions.iter().filter_map(|id| app.node(*id)).find(|function| is_public(app, function));
    let name = |id: model::NodeId| app.node(id).map_or("", |node| node.name.as_str());
    let end = match way.to {
        End::Administrator => "all permissions".to_owned(),
        End::Identity(id) => format!("the permissions of `{}`", name(id)),
        End::Elsewhere => "other permissions".to_owned(),
    };
    let steps = if way.hops.len() == 1 { "one step".to_owned() } else { format!("{} steps", way.hops.len()) };
    let mut message = format!("`{}` can get {end} in {steps}", node.name);
    if let Some(function) = public {
        message.push_str(&format!("; it is the role of `{}`, which anyone can call", function.name));
    }
    let severity = match (way.to, public) {
        (End::Administrator, Some(_)) => Severity::Critical,
        (End::Administrator, None) => Severity::High,
        _ => Severity::Medium,
    };
    let at = way.hops.first().and_then(|hop| hop.at.first()).copied().unwrap_or(node.name_at);
    let path = way.hops.iter().map(|hop| step(app, hop, node)).collect();
    ESCALATION_PATH.at(node, message).at(at).severity(severity).path(path)
}

fn step(app: &App, hop: &Hop, from: &Node) -> Related {
    let name = |id: model::NodeId| app.node(id).map_or("", |node| node.name.as_str());
    let actions = hop.actions.iter().map(|action| format!("`{action}`")).collect::<Vec<_>>().join(", ");
    let through = hop.through.map(|id| format!(" (`{}`)", name(id))).unwrap_or_default();
    let next =
        hop.next.filter(|next| *next != hop.by).map(|id| format!(": `{}`", name(id))).unwrap_or_default();
    Related {
        at: hop.at.first().copied().unwrap_or(from.name_at),
        message: format!("`{}` {}{through}{next}; {actions}", name(hop.by), hop.technique.does),
    }
}

fn is_public(app: &App, function: &Node) -> bool {
    let triggers = app.sources(function, Relation::Triggers);
    let mut all = triggers.chain(app.parts(function, Kind::Trigger));
    all.any(|trigger| trigger.kind == Kind::Trigger && trigger.text("exposure") == Some("public"))
}
