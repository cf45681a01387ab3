//! Edges of functions that no attribute says: their log group by its name, and what their environment
//! refers to.
use model::{Kind, NodeId, Relation, Span, Value};

use crate::lower::Lowering;

/// Where Lambda writes the logs of a function unless told otherwise.
const LOG_GROUP: &str = "/aws/lambda/";

pub(super) fn link(lowering: &mut Lowering<'_>) {
    let mut found: Vec<(NodeId, Relation, NodeId, Span)> = Vec::new();
    for group in lowering.app.all(Kind::LogGroup) {
        let Some(name) = group.attrs.get("name") else { continue };
        let text = name.display();
        let Some(rest) = text.strip_prefix(LOG_GROUP) else { continue };
        let named = |id: NodeId| lowering.node(id).is_some_and(|node| node.kind == Kind::Function);
        let by_reference = lowering.target(name).filter(|id| named(*id));
        let function = by_reference.or_else(|| {
            let mut functions = lowering.app.functions();
            let same =
                functions.find(|node| node.attrs.get("name").is_some_and(|name| name.display() == rest));
            same.map(|node| node.id)
        });
        found.extend(function.map(|function| (function, Relation::LogsTo, group.id, name.at)));
    }
    for function in lowering.app.functions() {
        let variables = function.attrs.get("environment").map_or(&[][..], Value::entries);
        for entry in variables {
            let target = lowering.target(&entry.value).filter(|to| *to != function.id);
            // A text that happens to be the name of a node is no reference.
            let target = target.filter(|_| entry.value.first_reference().is_some());
            found.extend(target.map(|to| (function.id, Relation::Uses, to, entry.value.at)));
        }
    }
    for (from, relation, to, at) in found {
        lowering.edge(from, relation, to, at);
    }
}
