//! An application as a Graphviz digraph.
use model::{App, Framework};

use super::diagram::{Form, diagram, form, label};
use crate::scan::title;

/// The graph of an application in the DOT language; empty for files without a function.
#[must_use]
pub fn graph_dot(app: &App) -> String {
    let diagram = diagram(app);
    // A folder with packages only is no graph.
    if app.framework == Framework::Files && diagram.nodes.is_empty() {
        return String::new();
    }
    let mut out = format!("digraph \"{}\" {{\n  rankdir=LR;\n", literal(title(app)));
    out.push_str("  node [fontname=\"sans-serif\", fontsize=11, style=\"filled,rounded\"];\n");
    out.push_str("  edge [fontname=\"sans-serif\", fontsize=9, color=\"#707070\"];\n");
    for node in diagram.nodes {
        let look = form(node.kind);
        let (fill, line) = look.colours();
        let [name, kind] = label(node);
        // The line break between the two is the only escape that Graphviz sees in the label.
        let kind = if kind.is_empty() { kind } else { format!("\\n{}", literal(&kind)) };
        let text = format!("\"{}{kind}\"", literal(&name));
        out.push_str(&format!(
            "  n{} [label={text}, class=\"{}\", shape={}, fillcolor=\"{fill}\", color=\"{line}\"];\n",
            node.id.0,
            look.class(),
            shape(look),
        ));
    }
    for arrow in diagram.arrows {
        out.push_str(&format!("  n{} -> n{} [label=\"{}\"];\n", arrow.from.0, arrow.to.0, arrow.label));
    }
    out.push_str("}\n");
    out
}

fn shape(form: Form) -> &'static str {
    match form {
        Form::Function => "box",
        Form::Entry => "cds",
        Form::Role => "octagon",
        Form::Store => "cylinder",
        Form::Channel => "parallelogram",
        Form::Other => "ellipse",
    }
}

/// The inside of a quoted string in which nothing is an escape or markup.
fn literal(text: &str) -> String {
    let text = crate::visible::line(text);
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}
