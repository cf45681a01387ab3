//! What somebody who takes over a function could reach: with what its role has, and with what it needs.
//!
//! Counted, not guessed: [`Reach`] names nodes, actions and steps, and its score is the sum of parts that say what
//! they are for.
mod grants;
mod score;
#[cfg(test)]
mod tests;

use model::{App, Kind, Node, NodeId, Policy, Relation, Span};

use crate::catalogue::{ActionSet, Level};
use crate::paths::arn::arn_of;
use crate::paths::{Escalation, escalations_with, may_begin};
use crate::{Identity, Pattern, arn, identity_of};
use grants::{Grants, Place};
pub use score::{Part, Score};

/// Functions one after another that invoke each other.
pub const NEXT_MAX: usize = 64;

/// Everything that one set of policies lets its holder do.
#[derive(Debug, Clone, PartialEq)]
pub struct Reach {
    /// Nodes of the application that it may touch, in template order.
    pub nodes: Vec<Access>,
    /// How many actions of each level it allows on anything at all.
    pub levels: Levels,
    /// Statements that reach past the application.
    pub outside: Vec<Outside>,
    /// Functions and workflows that it may start, directly or by what it writes.
    pub next: Vec<Next>,
    /// The surest and shortest way to more permissions.
    pub escalation: Option<Escalation>,
    /// Policies whose text is not known: what they allow is not counted.
    pub unclear: Vec<Span>,
    pub score: Score,
}

/// What may be done to one node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    pub node: NodeId,
    pub read: bool,
    pub write: bool,
    pub delete: bool,
    /// Who may use it can be changed.
    pub administer: bool,
    /// How many actions that are.
    pub actions: usize,
    /// A statement that allows some of it.
    pub at: Span,
    /// Whether it depends on something that only a deployment knows.
    pub certain: bool,
}

/// Counts of actions by level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Levels {
    pub list: usize,
    pub read: usize,
    pub write: usize,
    pub tagging: usize,
    pub permissions: usize,
}

/// A statement that is about resources which the application does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    pub at: Span,
    /// As written: `*`, `arn:aws:s3:::*`.
    pub resource: String,
    /// Services with actions that could be limited to resources.
    pub services: Vec<&'static str>,
    /// How many such actions.
    pub actions: usize,
    /// Some of them change something.
    pub writes: bool,
}

/// A function or workflow that runs because of what the holder does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    pub node: NodeId,
    /// What starts it: the holder itself, another function, or a store or queue that triggers it.
    pub by: Option<NodeId>,
    pub hops: usize,
    /// What it may touch that the holder may not.
    pub more: Vec<NodeId>,
}

/// What a function's role lets it reach now; `None` when the template does not say which role it has.
#[must_use]
pub fn reach(app: &App, function: &Node) -> Option<Reach> {
    let identity = identity_of(app, function)?;
    let way = escalations_with(app, identity.node.id, &identity.policies).found.into_iter().next();
    Some(measure(app, &identity, way))
}

/// The same when the ways to more permissions are known already: of the role's, the first one.
#[must_use]
pub fn reach_by(app: &App, function: &Node, way: Option<Escalation>) -> Option<Reach> {
    Some(measure(app, &identity_of(app, function)?, way))
}

/// What it would reach with exactly these policies.
#[must_use]
pub fn reach_with(app: &App, function: &Node, policies: &[Policy]) -> Option<Reach> {
    let mut identity = identity_of(app, function)?;
    let way = match may_begin(policies) {
        true => escalations_with(app, identity.node.id, policies).found.into_iter().next(),
        false => None,
    };
    identity.policies = policies.to_vec();
    identity.unclear.clear();
    Some(measure(app, &identity, way))
}

fn measure(app: &App, identity: &Identity<'_>, escalation: Option<Escalation>) -> Reach {
    let grants = Grants::of(app, identity);
    let places = places(app);
    let nodes = touched(&grants, &places);
    let all = grants.everything();
    let mut reach = Reach {
        next: next(app, &nodes, &places),
        levels: levels(&all),
        outside: grants.outside(),
        nodes,
        escalation,
        unclear: identity.unclear.clone(),
        score: Score::default(),
    };
    reach.score = Score::of(app, &reach);
    reach
}

fn levels(actions: &ActionSet) -> Levels {
    let mut levels = Levels::default();
    for action in actions.iter() {
        *(match action.level {
            Level::List => &mut levels.list,
            Level::Read => &mut levels.read,
            Level::Write => &mut levels.write,
            Level::Tagging => &mut levels.tagging,
            Level::Permissions => &mut levels.permissions,
        }) += 1;
    }
    levels
}

fn places(app: &App) -> Vec<Place<'_>> {
    const NO_TARGET: &[Kind] =
        &[Kind::Role, Kind::User, Kind::Group, Kind::Policy, Kind::PolicyDocument, Kind::InstanceProfile];
    let nodes = app.nodes.iter().filter(|node| !NO_TARGET.contains(&node.kind));
    let places = nodes.filter(|node| !node.provider_type.starts_with("data.")).filter_map(|node| {
        let long = arn::long(app, node)?;
        let own = Pattern::of(&long);
        let service = arn::form(node)?.service;
        let arns = ["", "/*"].iter().map(|end| {
            let mut pattern = own.clone();
            pattern.pieces.extend(Pattern::parse(end).pieces);
            pattern
        });
        Some(Place { node, service, arns: arns.collect(), own: arn_of(app, node) })
    });
    places.collect()
}

fn touched(grants: &Grants<'_>, places: &[Place<'_>]) -> Vec<Access> {
    let mut found = Vec::new();
    for place in places {
        let Some(granted) = grants.on(place) else { continue };
        let mut access = Access {
            node: place.node.id,
            read: false,
            write: false,
            delete: false,
            administer: false,
            actions: 0,
            at: granted.at,
            certain: granted.certain,
        };
        for action in
            granted.actions.iter().filter(|action| action.service == place.service && action.restrictable)
        {
            access.actions += 1;
            match action.level {
                Level::List | Level::Read => access.read = true,
                Level::Permissions => access.administer = true,
                Level::Write if is_removal(action.name) => access.delete = true,
                Level::Write | Level::Tagging => access.write = true,
            }
            // Receiving a message reads it, and PartiQL and batch calls read as well, whatever their level is.
            access.read |= action.name.starts_with("Receive") || action.name.starts_with("PartiQLSelect");
        }
        if access.actions > 0 {
            found.push(access);
        }
    }
    found
}

fn is_removal(name: &str) -> bool {
    ["Delete", "Purge", "Remove", "BatchDelete", "PartiQLDelete"].iter().any(|start| name.starts_with(start))
}

/// Functions that run because the holder invokes them or writes where they listen, and what these write in turn.
fn next(app: &App, nodes: &[Access], places: &[Place<'_>]) -> Vec<Next> {
    let mut found: Vec<Next> = Vec::new();
    let own: Vec<NodeId> = nodes.iter().map(|access| access.node).collect();
    let mut waiting: Vec<(Vec<Access>, Option<NodeId>, usize)> = vec![(nodes.to_vec(), None, 1)];
    let mut position = 0;
    while let Some((accesses, by, hops)) = waiting.get(position).cloned() {
        position += 1;
        for (node, through) in started(app, &accesses, by) {
            if found.len() >= NEXT_MAX || found.iter().any(|known| known.node == node.id) {
                continue;
            }
            let reached = identity_of(app, node)
                .map_or_else(Vec::new, |identity| touched(&Grants::of(app, &identity), places));
            let more = reached.iter().map(|access| access.node).filter(|id| !own.contains(id)).collect();
            found.push(Next { node: node.id, by: through, hops, more });
            waiting.push((reached, Some(node.id), hops + 1));
        }
    }
    found
}

/// What starts when these nodes are used: itself, or what listens to it.
fn started<'a>(app: &'a App, accesses: &[Access], by: Option<NodeId>) -> Vec<(&'a Node, Option<NodeId>)> {
    let mut found = Vec::new();
    for access in accesses.iter().filter(|access| access.write) {
        let Some(node) = app.node(access.node) else { continue };
        if matches!(node.kind, Kind::Function | Kind::StateMachine) {
            found.push((node, by));
            continue;
        }
        let triggers = app.sources(node, Relation::FedBy).filter(|trigger| trigger.kind == Kind::Trigger);
        let functions = triggers.flat_map(|trigger| app.targets(trigger, Relation::Triggers));
        found.extend(functions.map(|function| (function, Some(node.id))));
    }
    found
}

impl Reach {
    /// Secrets and parameters that it may read.
    pub fn secrets<'a>(&'a self, app: &'a App) -> impl Iterator<Item = &'a Node> {
        let read = self.nodes.iter().filter(|access| access.read).filter_map(|access| app.node(access.node));
        read.filter(|node| matches!(node.kind, Kind::Secret | Kind::Parameter))
    }
}
