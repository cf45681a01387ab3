//! An application as a Graphviz digraph.
use model::App;

use super::diagram::{Form, diagram, form, label};

/// The graph of an application in the DOT language.
#[must_use]
pub fn graph_dot(app: &App) -> String {
    let diagram = diagram(app);
    let mut out = format!("digraph \"{}\" {{\n  rankdir=LR;\n", literal(&app.name));
    out.push_str("  node [fontname=\"sans-serif\", fontsize=11, style=\"filled,rounded\"];\n");
    out.push_str("  edge [fontname=\"sans-serif\", fontsize=9, color=\"#707070\"];\n");
    for node in diagram.nodes {
        let look = form(node.kind);
        let (fill, line) = look.colours();
        let [name, kind] = label(node);
        // The line break between the two is the only escape that Graphviz sees in the label.
        let text = format!("\"{}\\n{}\"", literal(&name), literal(&kind));
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
