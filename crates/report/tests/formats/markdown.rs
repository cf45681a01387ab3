//! Markdown for a pull request, read by a Markdown parser.
use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::fixture::{HOSTILE, fixture};

#[test]
fn a_comment_fits_whatever_is_found() {
    let mut fixture = fixture();
    fixture.findings = fixture.findings.iter().cycle().take(7_000).cloned().collect();
    let text = report::markdown(&fixture.scan());
    assert!(text.len() <= 65_536, "{}", text.len());
    assert!(text.contains("left out**: no room in one comment"));
    assert_eq!(text.matches("<details").count(), text.matches("</details>").count());
}

#[test]
fn names_bring_no_link_no_image_and_no_html() {
    let fixture = fixture();
    let text = report::markdown(&fixture.scan());
    assert!(!text.contains(HOSTILE));
    for event in Parser::new_ext(&text, Options::all()) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => panic!("{dest_url}"),
            Event::Html(html) | Event::InlineHtml(html) => {
                let known = [
                    "<details",
                    "</details>",
                    "<summary>",
                    "<code>",
                    "</code>",
                    "<b>",
                    "<a href=\"https://docs.example/",
                ];
                assert!(known.iter().any(|tag| html.trim().starts_with(tag)), "{html}");
            }
            _ => {}
        }
    }
    assert!(!text.contains("@team"), "{text}");
}

#[test]
fn the_counts_stand_in_a_table() {
    let fixture = fixture().calm();
    let text = report::markdown(&fixture.scan());
    assert!(text.contains("| 2 | 1 | 1 | 2 | 1 |"), "{text}");
}
