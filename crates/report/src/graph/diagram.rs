//! What a diagram shows of an application: what runs, what starts it, what it may touch.
//!
//! Settings, firewalls of subnets and everything else that nothing flows through stays out, so that
//! a picture of fifty resources still reads.
use std::collections::BTreeSet;

use model::{App, Edge, Kind, Node, NodeId, Relation};

use crate::visible;

/// Characters of one label line.
const LABEL_CHARS_MAX: usize = 60;

/// The look of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Function,
    Entry,
    Role,
    Store,
    Channel,
    Other,
}

impl Form {
    pub(super) const ALL: [Self; 6] =
        [Self::Function, Self::Entry, Self::Role, Self::Store, Self::Channel, Self::Other];

    /// The class of the node in both languages.
    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Entry => "entry",
            Self::Role => "role",
            Self::Store => "store",
            Self::Channel => "channel",
            Self::Other => "other",
        }
    }

    /// Fill and line colours, readable under black text.
    pub(super) fn colours(self) -> (&'static str, &'static str) {
        match self {
            Self::Function => ("#e3ecfb", "#3763b0"),
            Self::Entry => ("#fbe9e3", "#b04a37"),
            Self::Role => ("#f1e8fa", "#7a4bb0"),
            Self::Store => ("#e5f3e8", "#2f7d43"),
            Self::Channel => ("#fdf3d6", "#96700f"),
            Self::Other => ("#f0f0f0", "#707070"),
        }
    }
}

/// Nodes and arrows of a diagram, in the order of the template.
pub(super) struct Diagram<'a> {
    pub(super) nodes: Vec<&'a Node>,
    pub(super) arrows: Vec<Arrow>,
}

/// An edge in the direction in which events and data go.
pub(super) struct Arrow {
    pub(super) from: NodeId,
    pub(super) to: NodeId,
    pub(super) label: &'static str,
}

pub(super) fn diagram(app: &App) -> Diagram<'_> {
    let assuming: BTreeSet<NodeId> =
        app.edges.iter().filter(|edge| edge.relation == Relation::Assumes).map(|edge| edge.from).collect();
    // What a role grants is drawn from the role, not again from each function that has it.
    let again = |edge: &Edge| edge.relation == Relation::Grants && assuming.contains(&edge.from);
    let in_picture = |id: NodeId| app.node(id).is_some_and(|node| node.kind != Kind::InvokePermission);
    let edges = app.edges.iter().filter(|edge| flows(edge.relation) && !again(edge));
    let arrows: Vec<Arrow> = edges
        .filter(|edge| in_picture(edge.from) && in_picture(edge.to))
        .map(|edge| match edge.relation {
            Relation::FedBy => Arrow { from: edge.to, to: edge.from, label: "feeds" },
            relation => Arrow { from: edge.from, to: edge.to, label: relation.as_str() },
        })
        .collect();
    let linked: BTreeSet<NodeId> = arrows.iter().flat_map(|arrow| [arrow.from, arrow.to]).collect();
    let shown = |node: &&Node| form(node.kind) == Form::Function || linked.contains(&node.id);
    Diagram { nodes: app.nodes.iter().filter(shown).collect(), arrows }
}

/// Whether data, events or permissions go along this relation.
fn flows(relation: Relation) -> bool {
    match relation {
        Relation::Triggers
        | Relation::FedBy
        | Relation::Invokes
        | Relation::Assumes
        | Relation::Grants
        | Relation::DeadLetters
        | Relation::SendsTo => true,
        Relation::AttachedTo
        | Relation::PartOf
        | Relation::EncryptedBy
        | Relation::RunsIn
        | Relation::LogsTo
        | Relation::Protects
        | Relation::Uses => false,
    }
}

pub(super) fn form(kind: Kind) -> Form {
    match kind {
        Kind::Function | Kind::FunctionVersion | Kind::StateMachine => Form::Function,
        Kind::Trigger
        | Kind::FunctionUrl
        | Kind::Api
        | Kind::ApiStage
        | Kind::ApiRoute
        | Kind::GraphqlApi
        | Kind::LoadBalancer
        | Kind::Cdn
        | Kind::Schedule
        | Kind::UserPool
        | Kind::IdentityPool => Form::Entry,
        Kind::Role | Kind::Policy | Kind::User | Kind::Group => Form::Role,
        Kind::Bucket
        | Kind::Table
        | Kind::Database
        | Kind::DatabaseCluster
        | Kind::Cache
        | Kind::FileSystem
        | Kind::SearchDomain
        | Kind::Warehouse
        | Kind::Ledger
        | Kind::TimeSeries
        | Kind::Secret
        | Kind::Parameter
        | Kind::Key => Form::Store,
        Kind::Queue
        | Kind::Topic
        | Kind::Stream
        | Kind::DeliveryStream
        | Kind::EventBus
        | Kind::EventRule
        | Kind::Broker => Form::Channel,
        _ => Form::Other,
    }
}

/// Name and kind of a node, each safe to quote: one line, nothing hidden, of a bounded length.
pub(super) fn label(node: &Node) -> [String; 2] {
    [short(&node.name), short(&node.provider_type)]
}

fn short(text: &str) -> String {
    let text = visible::line(text);
    if text.chars().count() <= LABEL_CHARS_MAX {
        return text;
    }
    text.chars().take(LABEL_CHARS_MAX - 1).chain(['…']).collect()
}
