//! Identities of an application and everything that gives or limits their permissions.
use model::{App, Kind, Node, Policy, Relation};

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
}

/// Every identity of an application.
#[must_use]
pub fn identities(app: &App) -> Vec<Identity<'_>> {
    app.any(&[Kind::Role, Kind::User]).map(|node| identity(app, node)).collect()
}

/// The identity that a function (or workflow) runs as: the role that it assumes.
#[must_use]
pub fn identity_of<'a>(app: &'a App, function: &'a Node) -> Option<Identity<'a>> {
    app.targets(function, Relation::Assumes).next().map(|role| identity(app, role))
}

fn identity<'a>(_app: &'a App, node: &'a Node) -> Identity<'a> {
    let policies = node.policies.clone();
    Identity { node, policies, boundaries: Vec::new(), trust: node.trust().collect() }
}
