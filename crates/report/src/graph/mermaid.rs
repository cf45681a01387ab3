//! An application as a Mermaid flowchart, which code hosts draw in Markdown.
use model::{App, Framework};

use super::diagram::{Form, diagram, form, label};

/// The graph of an application as a Mermaid flowchart; empty for files without a function.
#[must_use]
pub fn graph_mermaid(app: &App) -> String {
    let diagram = diagram(app);
    // A folder with packages only is no graph.
    if app.framework == Framework::Files && diagram.nodes.is_empty() {
        return String::new();
    }
    let mut out = "flowchart LR\n".to_owned();
    for node in diagram.nodes {
        let look = form(node.kind);
        let [name, kind] = label(node);
        let (open, close) = brackets(look);
        let kind = if kind.is_empty() { kind } else { format!("<br/><small>{}</small>", quote(&kind)) };
        let (id, name, class) = (node.id.0, quote(&name), class(look));
        out.push_str(&format!("  n{id}{open}\"{name}{kind}\"{close}:::{class}\n"));
    }
    for arrow in diagram.arrows {
        out.push_str(&format!("  n{} -->|{}| n{}\n", arrow.from.0, arrow.label, arrow.to.0));
    }
    for look in Form::ALL {
        let (fill, line) = look.colours();
        out.push_str(&format!("  classDef {} fill:{fill},stroke:{line},color:#111\n", class(look)));
    }
    out
}

/// Class names must not be words of the language.
fn class(form: Form) -> String {
    format!("is-{}", form.class())
}

fn brackets(form: Form) -> (&'static str, &'static str) {
    match form {
        Form::Function => ("[", "]"),
        Form::Entry => (">", "]"),
        Form::Role => ("{{", "}}"),
        Form::Store => ("[(", ")]"),
        Form::Channel => ("[/", "/]"),
        Form::Other => ("(", ")"),
    }
}

/// Text inside a quoted label: everything but letters, digits and spaces is an entity, in Mermaid's
/// own form (`#35;`), so that no name ends the quote, adds markup or a link.
fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_alphanumeric() || matches!(character, ' ' | '_' | '…') {
            out.push(character);
        } else {
            out.push_str(&format!("#{};", u32::from(character)));
        }
    }
    out
}
