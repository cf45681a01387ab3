//! No name, message or reason of a template gets out of its place, in any format, and no secret is
//! shown.
use pulldown_cmark::{Event, Options, Parser, Tag};
use report::{Colour, Detail, Look};

use crate::fixture::{CODE_SECRET, HOSTILE, SECRET, UNNAMED, fixture};

/// Every format by name.
fn formats() -> Vec<(&'static str, String)> {
    let fixture = fixture();
    let scan = fixture.scan();
    let app = &fixture.project.apps[0];
    vec![
        ("text", report::text(&scan, Look { colour: Colour::Never, detail: Detail::Full })),
        ("json", report::json(&scan)),
        ("sarif", report::sarif(&scan)),
        ("junit", report::junit(&scan)),
        ("markdown", report::markdown(&scan)),
        ("html", report::html(&scan)),
        ("graph json", report::graph_json(&fixture.project)),
        ("mermaid", report::graph_mermaid(app)),
        ("dot", report::graph_dot(app)),
        ("mermaid of files", report::graph_mermaid(&fixture.project.apps[1])),
        ("dot of files", report::graph_dot(&fixture.project.apps[1])),
        ("baseline", report::Baseline::of(&fixture.project, &fixture.findings).write()),
    ]
}

#[test]
fn no_format_holds_a_character_that_acts_unseen() {
    for (name, text) in formats() {
        let hidden = |c: &char| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c);
        assert_eq!(text.chars().find(hidden), None, "{name}");
    }
}

#[test]
fn no_format_breaks_a_line_where_a_name_does() {
    // The part after the line break would become a heading, a new finding, a new statement.
    for (name, text) in formats() {
        assert!(!text.contains(HOSTILE), "{name}");
        assert!(!text.lines().any(|line| line.trim_start().starts_with("# @team")), "{name}");
    }
}

/// The Markdown outside of its code blocks, as a Markdown parser sees them.
pub(crate) fn without_code_blocks(text: &str) -> String {
    let mut out = text.to_owned();
    let events: Vec<_> = Parser::new_ext(text, Options::all()).into_offset_iter().collect();
    for (event, range) in events.into_iter().rev() {
        if matches!(event, Event::Start(Tag::CodeBlock(_))) {
            out.replace_range(range, "");
        }
    }
    out
}

#[test]
fn markup_formats_hold_no_tag_of_a_name() {
    for (name, text) in formats() {
        // Code in a fence is no markup.
        let text = if name == "markdown" { without_code_blocks(&text) } else { text };
        if ["junit", "markdown", "html", "mermaid"].contains(&name) {
            assert!(!text.contains("<img") && !text.contains("</script"), "{name}");
        }
    }
}

#[test]
fn no_format_shows_a_secret() {
    for (name, text) in formats() {
        assert!(!text.contains(SECRET), "{name}");
        assert!(!text.contains(CODE_SECRET), "{name}");
        // The graph is written without findings.
        let findings = !["graph json", "mermaid", "dot", "baseline"].contains(&name);
        assert!(!findings || !text.contains(UNNAMED), "{name}");
    }
}
