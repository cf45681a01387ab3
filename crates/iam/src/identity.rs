//! Identities of an application and everything that gives or limits their permissions.
mod known;
#[cfg(test)]
mod tests;

use model::{App, Kind, Node, NodeId, Policy, PolicyOrigin, Relation, Span, Value};

pub(crate) use known::Known;

/// A role, user or group with its policies.
#[derive(Debug, Clone)]
pub struct Identity<'a> {
    pub node: &'a Node,
    /// What it may: own, attached and managed policies, these with their known statements; for users also those of
    /// their groups.
    pub policies: Vec<Policy>,
    /// Upper bounds: a permission must be in each of these, too.
    pub boundaries: Vec<Policy>,
    /// Who may become it (roles).
    pub trust: Vec<&'a Policy>,
    /// Groups that a user is in.
    pub groups: Vec<NodeId>,
    /// Policies whose text is not known: what they allow or deny is in none of the lists.
    pub unclear: Vec<Span>,
}

/// Every role and user of an application.
#[must_use]
pub fn identities(app: &App) -> Vec<Identity<'_>> {
    let mut known = Known::default();
    app.any(&[Kind::Role, Kind::User]).map(|node| identity(app, node, &mut known)).collect()
}

/// The identity that a function (or workflow) runs as: the role that it assumes.
#[must_use]
pub fn identity_of<'a>(app: &'a App, function: &'a Node) -> Option<Identity<'a>> {
    app.targets(function, Relation::Assumes)
        .find(|node| node.kind == Kind::Role)
        .map(|role| identity(app, role, &mut Known::default()))
}

/// A role, user or group with everything that gives or limits its permissions.
pub(crate) fn identity<'a>(app: &'a App, node: &'a Node, known: &mut Known) -> Identity<'a> {
    let mut found = Identity {
        node,
        policies: Vec::new(),
        boundaries: Vec::new(),
        trust: node.trust().collect(),
        groups: Vec::new(),
        unclear: Vec::new(),
    };
    add(&mut found, &node.policies, known);
    if node.kind == Kind::User {
        found.groups = groups_of(app, node);
        let groups: Vec<&Node> = found.groups.iter().filter_map(|id| app.node(*id)).collect();
        groups.into_iter().for_each(|group| add(&mut found, &group.policies, known));
    }
    if let Some(value) = node.attrs.get("boundary").filter(|value| !value.is_null()) {
        add_boundary(app, &mut found, value, known);
    }
    found
}

fn add(identity: &mut Identity<'_>, policies: &[Policy], known: &mut Known) {
    for policy in policies {
        let mut policy = policy.clone();
        if !fill(&mut policy, known) {
            identity.unclear.push(policy.at);
        }
        if policy.origin == PolicyOrigin::Boundary {
            identity.boundaries.push(policy);
        } else {
            identity.policies.push(policy);
        }
    }
}

/// Gives a managed policy its statements; `false` when nobody knows them.
fn fill(policy: &mut Policy, known: &mut Known) -> bool {
    if !policy.statements.is_empty() {
        return policy.statements.iter().all(|statement| statement.effect != model::Effect::Unknown);
    }
    match &policy.origin {
        PolicyOrigin::Managed(arn) => match known.statements(arn, policy.at) {
            Some(statements) => {
                policy.statements = statements;
                true
            }
            None => false,
        },
        // A document without statements allows nothing; a document that stands elsewhere and was not found is unknown.
        _ => policy.written_in.is_none(),
    }
}

/// A boundary is a managed policy: of this application, or one that AWS or the account keeps.
fn add_boundary(app: &App, identity: &mut Identity<'_>, value: &Value, known: &mut Known) {
    let own = value.first_reference().and_then(|reference| app.named(&reference.target));
    let own = own.filter(|node| node.kind == Kind::Policy && !node.policies.is_empty());
    let Some(node) = own else {
        let arn = value.display();
        let name = arn.rsplit('/').next().unwrap_or_default().to_owned();
        let statements = known.statements(&arn, value.at);
        if statements.is_none() {
            identity.unclear.push(value.at);
        }
        identity.boundaries.push(Policy {
            name,
            origin: PolicyOrigin::Boundary,
            at: value.at,
            statements: statements.unwrap_or_default(),
            written_in: None,
        });
        return;
    };
    // One boundary may be written as several texts of one node: they count together.
    let mut statements = Vec::new();
    for policy in &node.policies {
        let mut policy = policy.clone();
        if !fill(&mut policy, known) {
            identity.unclear.push(policy.at);
        }
        statements.extend(policy.statements);
    }
    identity.boundaries.push(Policy {
        name: node.name.clone(),
        origin: PolicyOrigin::Boundary,
        at: value.at,
        statements,
        written_in: Some(node.name.clone()),
    });
}

/// Groups that a user is in: written in the user, or on their own.
fn groups_of(app: &App, user: &Node) -> Vec<NodeId> {
    let written = user.attrs.get("groups").map_or(&[][..], Value::one_or_many);
    let mut found: Vec<NodeId> = written.iter().filter_map(|value| named(app, value, Kind::Group)).collect();
    for membership in app.all(Kind::GroupMembership) {
        let list = |name: &str| membership.attrs.get(name).map_or(&[][..], Value::one_or_many);
        if list("users").iter().any(|value| named(app, value, Kind::User) == Some(user.id)) {
            found.extend(list("group").iter().filter_map(|value| named(app, value, Kind::Group)));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The node of a kind that a value names, by reference, by the template's name or by the name in the account.
pub(crate) fn named(app: &App, value: &Value, kind: Kind) -> Option<NodeId> {
    if let Some(reference) = value.first_reference() {
        return app.named(&reference.target).filter(|node| node.kind == kind).map(|node| node.id);
    }
    let text = value.as_str()?;
    let name = text.rsplit(['/', ':']).next().filter(|_| text.starts_with("arn:")).unwrap_or(text);
    let physical = |node: &&Node| node.attrs.get("name").and_then(Value::as_str) == Some(name);
    app.all(kind)
        .find(physical)
        .or_else(|| app.named(text).filter(|node| node.kind == kind))
        .map(|node| node.id)
}
