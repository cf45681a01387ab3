//! From documents to nodes. A keyword that says nothing that can be enforced is a problem with its place.
mod keyword;

use super::super::Problem;
use super::super::read::escape;
use super::resources::{DEPTH_MAX, Draft, Place, Resources};
use super::rule::{Graph, Id, Node, Rule, Rules};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Nodes that every graph begins with.
const ANYTHING: Id = 0;
const NOTHING: Id = 1;

/// Compiles the schemas of documents, each once.
#[derive(Debug)]
pub(in crate::schema) struct Compiler<'r, 'd> {
    resources: &'r Resources<'d>,
    graph: Graph,
    known: BTreeMap<Place, Id>,
    /// Something refers to them.
    pending: Vec<(Place, Id)>,
    problems: Vec<Problem>,
}

/// The schema that is read.
#[derive(Clone, Copy)]
struct Here<'h, 'd> {
    place: &'h Place,
    members: &'d Map<String, Value>,
    resource: usize,
    draft: Draft,
    depth: usize,
}

impl<'r, 'd> Compiler<'r, 'd> {
    pub(in crate::schema) fn new(resources: &'r Resources<'d>) -> Self {
        let graph = Graph { nodes: vec![Node::Anything, Node::Nothing], is_dynamic: false };
        Self { resources, graph, known: BTreeMap::new(), pending: Vec::new(), problems: Vec::new() }
    }

    /// Compiles a schema, and all that it refers to.
    pub(in crate::schema) fn schema(&mut self, document: usize, pointer: &str) -> Id {
        let id = self.reference(Place { document, pointer: pointer.to_owned() });
        while let Some((place, id)) = self.pending.pop() {
            if let Some(schema) = self.resources.value(place.document, &place.pointer) {
                let resource = self.resources.resource_of(&place);
                let node = self.node(&place, schema, (resource, 0));
                self.put(id, node);
            }
        }
        id
    }

    /// The nodes, or what is wrong with the schemas.
    pub(in crate::schema) fn finish(mut self) -> Result<Graph, Vec<Problem>> {
        if !self.problems.is_empty() {
            return Err(self.problems);
        }
        mark_circles(&mut self.graph.nodes);
        self.graph.nodes.shrink_to_fit();
        Ok(self.graph)
    }

    fn put(&mut self, id: Id, node: Node) {
        if let Some(place) = self.graph.nodes.get_mut(id as usize) {
            *place = node;
        }
    }

    fn reserve(&mut self, place: Place) -> Id {
        let id = Id::try_from(self.graph.nodes.len()).unwrap_or(NOTHING);
        self.graph.nodes.push(Node::Nothing);
        self.known.insert(place, id);
        id
    }

    /// A schema that is compiled later, unless it is known.
    fn reference(&mut self, place: Place) -> Id {
        if let Some(known) = self.known.get(&place) {
            return *known;
        }
        let id = self.reserve(place.clone());
        self.pending.push((place, id));
        id
    }

    /// A schema within one.
    fn child(&mut self, here: Here<'_, 'd>, names: &[&str], schema: &'d Value) -> Id {
        match schema {
            Value::Bool(true) => return ANYTHING,
            Value::Bool(false) => return NOTHING,
            Value::Object(members) if members.is_empty() => return ANYTHING,
            _ => {}
        }
        let mut place = here.place.clone();
        for name in names {
            place.pointer.push('/');
            place.pointer.push_str(&escape(name));
        }
        if let Some(known) = self.known.get(&place) {
            return *known;
        }
        let id = self.reserve(place.clone());
        let resource = self.resources.resource_at(&place).unwrap_or(here.resource);
        let node = self.node(&place, schema, (resource, here.depth + 1));
        self.put(id, node);
        id
    }

    fn problem(&mut self, place: String, message: &str) {
        self.problems.push(Problem { place, message: format!("the schema cannot be used: {message}") });
    }

    fn node(&mut self, place: &Place, schema: &'d Value, (resource, depth): (usize, usize)) -> Node {
        let members = match schema {
            Value::Bool(true) => return Node::Anything,
            Value::Bool(false) => return Node::Nothing,
            Value::Object(members) if depth <= DEPTH_MAX => members,
            Value::Object(_) => {
                self.problem(place.pointer.clone(), &format!("it nests more than {DEPTH_MAX} levels"));
                return Node::Nothing;
            }
            _ => {
                self.problem(place.pointer.clone(), "a schema is an object, `true` or `false`");
                return Node::Nothing;
            }
        };
        let draft = self.resources.all.get(resource).map_or(Draft::D2020, |resource| resource.draft);
        let here = Here { place, members, resource, draft, depth };
        let mut rules = Rules { resource: u32::try_from(resource).unwrap_or(u32::MAX), ..Rules::default() };
        let is_alone = draft <= Draft::D7 && members.contains_key("$ref");
        // In their order: types, what most values differ by; then the others; what others have left at last.
        let (mut others, mut last) = (Vec::new(), Vec::new());
        for (name, value) in members {
            if is_alone && name != "$ref" {
                continue;
            }
            match self.keyword(here, name, value) {
                Ok(Some(rule @ Rule::Type(..))) => rules.rules.push(rule),
                Ok(Some(rule @ (Rule::UnevaluatedItems(_) | Rule::UnevaluatedProperties(_)))) => {
                    last.push(rule)
                }
                Ok(Some(rule)) => others.push(rule),
                Ok(None) => {}
                Err(message) => self.problem(format!("{}/{}", place.pointer, escape(name)), &message),
            }
        }
        rules.has_unevaluated = !last.is_empty();
        rules.rules.append(&mut others);
        rules.rules.append(&mut last);
        if rules.rules.is_empty() {
            return Node::Anything;
        }
        rules.rules.shrink_to_fit();
        Node::Rules(Box::new(rules))
    }
}

/// Nodes that a node judges the same value by.
fn same_value(rules: &[Rule]) -> impl Iterator<Item = Id> {
    rules.iter().flat_map(|rule| match rule {
        Rule::Reference(id) | Rule::Not(id, _) => vec![*id],
        Rule::Dynamic { otherwise, by_resource } => {
            by_resource.values().copied().chain([*otherwise]).collect()
        }
        Rule::All(ids) | Rule::Any(ids) | Rule::One(ids) => ids.clone(),
        Rule::If { condition, then, otherwise } => {
            [Some(*condition), *then, *otherwise].into_iter().flatten().collect()
        }
        Rule::DependentSchemas(schemas) => schemas.iter().map(|(_, id)| *id).collect(),
        _ => Vec::new(),
    })
}

/// Marks what may lead back to itself, and what leads there: those that are left when all that surely ends is taken away.
fn mark_circles(nodes: &mut [Node]) {
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    let mut left: Vec<usize> = Vec::with_capacity(nodes.len());
    for (at, node) in nodes.iter().enumerate() {
        let Node::Rules(rules) = node else {
            left.push(0);
            continue;
        };
        let mut used = 0;
        for id in same_value(&rules.rules) {
            used += 1;
            users.get_mut(id as usize).into_iter().for_each(|users| users.push(at));
        }
        left.push(used);
    }
    let mut ended: Vec<usize> = (0..nodes.len()).filter(|at| left.get(*at) == Some(&0)).collect();
    while let Some(at) = ended.pop() {
        for user in users.get(at).into_iter().flatten() {
            if let Some(count) = left.get_mut(*user) {
                *count -= 1;
                if *count == 0 {
                    ended.push(*user);
                }
            }
        }
    }
    for (node, count) in nodes.iter_mut().zip(left) {
        if let Node::Rules(rules) = node {
            rules.is_circular = count > 0;
        }
    }
}
