//! An application as a Mermaid flowchart, which code hosts draw in Markdown.
use model::App;

use super::diagram::{Form, diagram, form, label};

/// The graph of an application as a Mermaid flowchart.
#[must_use]
pub fn graph_mermaid(app: &App) -> String {
    let diagram = diagram(app);
    let mut out = "flowchart LR\n".to_owned();
    for node in diagram.nodes {
        let look = form(node.kind);
        let [name, kind] = label(node);
        let (open, close) = brackets(look);
        out.push_str(&format!(
            "  n{}{open}\"{}<br/><small>{}</small>\"{close}:::{}\n",
            node.id.0,
            quote(&name),
            quote(&kind),
            class(look),
        ));
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
