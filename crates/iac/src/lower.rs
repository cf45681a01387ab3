//! Resources to nodes: the engine under the tables of `aws`.
//!
//! A [`Mapping`] says which kind a provider type is, and where each attribute of the kind's schema
//! stands among the type's properties. The same table that reads an attribute can later write it.
mod describe;
mod embedded;
mod policy;
pub(crate) mod table;

use std::collections::BTreeMap;

use model::{
    App, Data, Edge, Effect, Node, NodeId, Policy, PolicyOrigin, Provider, Relation, Span, Value, schema,
};

use crate::aws;
use crate::reader::Reader;
use crate::resource::Resource;

pub use describe::describe_patch;
pub(crate) use embedded::embedded;
pub(crate) use policy::read_policy;
pub(crate) use table::{Field, Mapping, each, equals, exists, field, flag, flag_not, policy, trust};

/// One application being lowered: what a mapping's hook may see and change.
pub(crate) struct Lowering<'a> {
    pub app: &'a mut App,
    /// Resources by name, for hooks that follow references.
    pub resources: &'a BTreeMap<String, Resource>,
    nodes_by_name: BTreeMap<String, NodeId>,
}

/// A resource, its table and its node.
struct Mapped<'a> {
    resource: &'a Resource,
    mapping: Option<&'static Mapping>,
    id: NodeId,
}

/// Where a node is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Site {
    pub block: Span,
    pub name: Span,
}

/// Lowers the resources of one application into `app`.
pub(crate) fn lower(reader: &mut Reader<'_>, app: &mut App, resources: Vec<Resource>) {
    // A name written twice stands for both: references mean the first one, nothing is lost.
    let mut by_name: BTreeMap<String, Resource> = BTreeMap::new();
    let mut order: Vec<Result<String, Resource>> = Vec::new();
    for resource in resources {
        if by_name.contains_key(&resource.name) {
            order.push(Err(resource));
        } else {
            order.push(Ok(resource.name.clone()));
            by_name.insert(resource.name.clone(), resource);
        }
    }
    let mut lowering = Lowering { app, resources: &by_name, nodes_by_name: BTreeMap::new() };
    let mut mappings: Vec<Mapped<'_>> = Vec::new();
    for place in &order {
        let resource = place.as_ref().map_or_else(Some, |name| by_name.get(name));
        let Some(resource) = resource else { continue };
        let mapping = aws::mapping(&resource.provider_type);
        mappings.push(Mapped { resource, mapping, id: lowering.add_resource(resource, mapping) });
    }
    // Hooks run when every node exists, so that they can link to nodes that come later.
    for mapped in &mappings {
        if let Some(hook) = mapped.mapping.and_then(|mapping| mapping.hook) {
            hook(&mut lowering, mapped.resource, mapped.id);
        }
    }
    lowering.own(&mappings);
    lowering.link();
    aws::finish(&mut lowering, reader);
    tell_unsupported(&mappings, reader);
    tell_unknown_policies(lowering.app, reader);
    lowering.app.edges.sort_unstable();
    lowering.app.edges.dedup();
}

impl Lowering<'_> {
    fn add_resource(&mut self, resource: &Resource, mapping: Option<&'static Mapping>) -> NodeId {
        let kind = mapping.map_or(model::Kind::Other, |mapping| mapping.kind);
        let site = Site { block: resource.span, name: resource.name_at };
        let id = self.add(kind, &resource.name, &resource.provider_type, site);
        let Some(node) = self.node_mut(id) else { return id };
        node.skips.clone_from(&resource.skips);
        node.implicit = resource.implicit;
        // What CDK and the reader of serverless.yml say in a resource's metadata.
        let construct = ["aws:cdk:path", "serverless:path"]
            .iter()
            .find_map(|name| resource.settings.path("Metadata").and_then(|metadata| metadata.get(name)));
        node.construct = construct.and_then(Value::as_str).map(str::to_owned);
        for field in mapping.map_or(&[][..], |mapping| mapping.fields) {
            field.read_into(node, &resource.properties);
        }
        id
    }

    /// Adds a node that no resource stands for by itself: a SAM event, an implicit role.
    pub(crate) fn add(&mut self, kind: model::Kind, name: &str, provider_type: &str, site: Site) -> NodeId {
        let id = NodeId(u32::try_from(self.app.nodes.len()).unwrap_or(u32::MAX));
        self.app.nodes.push(Node {
            id,
            kind,
            name: name.to_owned(),
            provider: provider_of(provider_type),
            provider_type: provider_type.to_owned(),
            construct: None,
            span: site.block,
            name_at: site.name,
            attrs: BTreeMap::new(),
            policies: Vec::new(),
            resource_policies: Vec::new(),
            owner: None,
            skips: Vec::new(),
            implicit: false,
            partial: false,
        });
        self.nodes_by_name.entry(name.to_owned()).or_insert(id);
        id
    }

    pub(crate) fn find(&self, name: &str) -> Option<NodeId> {
        self.nodes_by_name.get(name).copied()
    }

    pub(crate) fn node(&self, id: NodeId) -> Option<&Node> {
        self.app.nodes.get(id.0 as usize)
    }

    pub(crate) fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.app.nodes.get_mut(id.0 as usize)
    }

    /// Sets an attribute of a node, as the kind's schema names it.
    pub(crate) fn set(&mut self, id: NodeId, attr: &'static str, value: Value) {
        if let Some(node) = self.node_mut(id) {
            debug_assert!(schema::has(node.kind, attr), "{:?} has no `{attr}`", node.kind);
            node.attrs.insert(attr, value);
        }
    }

    pub(crate) fn edge(&mut self, from: NodeId, relation: Relation, to: NodeId, at: Span) {
        self.app.edges.push(Edge { from, relation, to, at });
    }

    /// The node that a value is about: a reference, an ARN expression with one, or a literal name or
    /// ARN of a resource of this application.
    pub(crate) fn target(&self, value: &Value) -> Option<NodeId> {
        if let Some(reference) = value.first_reference() {
            return self.find(&reference.target);
        }
        let text = value.as_str()?;
        self.find(text).or_else(|| {
            let name = text.rsplit([':', '/']).next()?;
            (text.starts_with("arn:")).then(|| self.find(name)).flatten()
        })
    }

    /// Parts find their owner; those that only hold settings give them to it.
    fn own(&mut self, mappings: &[Mapped<'_>]) {
        for Mapped { mapping, id, .. } in mappings {
            let id = *id;
            let Some(owner_attr) = mapping.and_then(|mapping| mapping.owner) else { continue };
            let owners: Vec<NodeId> =
                self.node(id).and_then(|node| node.attrs.get(owner_attr)).map_or_else(Vec::new, |value| {
                    value.one_or_many().iter().filter_map(|value| self.target(value)).collect()
                });
            let merges = mapping.is_some_and(|mapping| mapping.merge);
            for owner in owners.into_iter().filter(|owner| *owner != id) {
                if let Some(node) = self.node_mut(id) {
                    node.owner.get_or_insert(owner);
                }
                if merges {
                    self.merge(id, owner, owner_attr);
                }
            }
        }
    }

    fn merge(&mut self, part: NodeId, owner: NodeId, owner_attr: &str) {
        let Some(from) = self.node(part).cloned() else { return };
        let Some(into) = self.node_mut(owner) else { return };
        for (name, value) in from.attrs {
            if name != owner_attr && schema::has(into.kind, name) {
                into.attrs.entry(name).or_insert(value);
            }
        }
        for mut policy in from.resource_policies {
            policy.written_in.get_or_insert_with(|| from.name.clone());
            into.resource_policies.push(policy);
        }
        for mut policy in from.policies {
            policy.written_in.get_or_insert_with(|| from.name.clone());
            into.policies.push(policy);
        }
    }

    /// Every reference in a link attribute becomes an edge.
    fn link(&mut self) {
        let edges: Vec<Edge> = self.app.nodes.iter().flat_map(|node| self.links(node)).collect();
        self.app.edges.extend(edges);
    }

    fn links(&self, node: &Node) -> Vec<Edge> {
        let attrs = node.attrs.iter();
        let links = attrs.filter_map(|(name, value)| Some((schema::relation(node.kind, name)?, value)));
        let items =
            links.flat_map(|(relation, value)| value.one_or_many().iter().map(move |item| (relation, item)));
        let edge = |(relation, item): (Relation, &Value)| {
            let to = self.target(item).filter(|to| *to != node.id)?;
            Some(Edge { from: node.id, relation, to, at: item.at })
        };
        items.filter_map(edge).collect()
    }
}

/// One problem for each type that no table knows, however often it is used.
///
/// What only reads from the account (data sources), configures a provider or calls a module makes
/// nothing by itself; what a custom resource makes, its function does.
fn tell_unsupported(mappings: &[Mapped<'_>], reader: &mut Reader<'_>) {
    let mut unknown: BTreeMap<&str, (usize, Span)> = BTreeMap::new();
    let makes_nothing = |name: &str| {
        name == "module"
            || ["data.", "provider.", "ephemeral.", "Custom::"].iter().any(|start| name.starts_with(start))
    };
    for Mapped { resource, mapping, .. } in mappings {
        if mapping.is_some() || resource.implicit || makes_nothing(&resource.provider_type) {
            continue;
        }
        let seen = unknown.entry(resource.provider_type.as_str()).or_insert((0, resource.name_at));
        seen.0 += 1;
    }
    for (name, (count, at)) in unknown {
        let times = if count == 1 { String::new() } else { format!(" ({count} times)") };
        let message = format!("no check knows the resource type `{name}`{times}");
        let help = "it is in the model without attributes; nothing is said about its safety";
        reader.problem_at(model::ProblemKind::Unsupported, at, message, help);
    }
}

/// Policies of which not even the effect is known: no check of permissions can judge them.
fn tell_unknown_policies(app: &App, reader: &mut Reader<'_>) {
    for node in &app.nodes {
        for policy in node.policies.iter().chain(&node.resource_policies) {
            let Some(at) = unknown_part(policy) else { continue };
            let message = format!("what a policy of `{}` allows is not known", node.name);
            let help = "its permissions are not judged; give the value with `--param`, or scan a plan";
            reader.problem_at(model::ProblemKind::Unresolved, at, message, help);
        }
    }
}

/// Where a policy is not known: a statement, or all of it when its text is made elsewhere.
fn unknown_part(policy: &Policy) -> Option<Span> {
    match &policy.written_in {
        // Of a managed policy the name is judged.
        Some(_) if matches!(policy.origin, PolicyOrigin::Managed(_)) => None,
        Some(_) => policy.statements.is_empty().then_some(policy.at),
        None => {
            let unknown = policy.statements.iter().find(|statement| statement.effect == Effect::Unknown);
            unknown.map(|statement| statement.at)
        }
    }
}

fn provider_of(provider_type: &str) -> Provider {
    let name = provider_type.strip_prefix("data.").unwrap_or(provider_type);
    if name.starts_with("AWS::") || name.starts_with("aws_") || name.starts_with("Alexa::") {
        Provider::Aws
    } else if name.starts_with("azurerm_") || name.starts_with("azuread_") {
        Provider::Azure
    } else if name.starts_with("google_") {
        Provider::Google
    } else {
        Provider::Other
    }
}

/// A text value that stands at the same place as `like`.
pub(crate) fn text_like(like: &Value, text: impl Into<String>) -> Value {
    Value::new(like.at, Data::Text(text.into()))
}
