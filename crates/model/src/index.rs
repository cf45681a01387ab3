//! Look-ups in a graph, made once: a check that asks for each node stays linear in the graph.
use std::collections::HashMap;

use crate::{Edge, Node, NodeId};

/// Where nodes and edges of an application are found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    names: HashMap<String, NodeId>,
    /// Positions in the list of edges, by the node that they leave, reach, or the node that owns.
    outgoing: Vec<Vec<usize>>,
    incoming: Vec<Vec<usize>>,
    parts: Vec<Vec<NodeId>>,
}

impl Index {
    pub(crate) fn new(nodes: &[Node], edges: &[Edge]) -> Self {
        let mut index = Self {
            names: HashMap::with_capacity(nodes.len()),
            outgoing: vec![Vec::new(); nodes.len()],
            incoming: vec![Vec::new(); nodes.len()],
            parts: vec![Vec::new(); nodes.len()],
        };
        for node in nodes {
            index.names.entry(node.name.clone()).or_insert(node.id);
            if let Some(parts) = node.owner.and_then(|owner| index.parts.get_mut(owner.0 as usize)) {
                parts.push(node.id);
            }
        }
        for (position, edge) in edges.iter().enumerate() {
            for (list, end) in [(&mut index.outgoing, edge.from), (&mut index.incoming, edge.to)] {
                if let Some(positions) = list.get_mut(end.0 as usize) {
                    positions.push(position);
                }
            }
        }
        index
    }

    pub(crate) fn named(&self, name: &str) -> Option<NodeId> {
        self.names.get(name).copied()
    }

    pub(crate) fn outgoing(&self, id: NodeId) -> &[usize] {
        self.outgoing.get(id.0 as usize).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn incoming(&self, id: NodeId) -> &[usize] {
        self.incoming.get(id.0 as usize).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn parts(&self, id: NodeId) -> &[NodeId] {
        self.parts.get(id.0 as usize).map_or(&[], Vec::as_slice)
    }
}
