//! Markdown for a pull request, read by a Markdown parser.
use expect_test::expect;
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
                    "<br>",
                    "<a href=\"https://docs.example/",
                ];
                assert!(known.iter().any(|tag| html.trim().starts_with(tag)), "{html}");
            }
            _ => {}
        }
    }
    let outside = crate::hostile::without_code_blocks(&text);
    assert!(!outside.contains("@team"), "{outside}");
}

#[test]
fn the_counts_stand_in_a_table() {
    let fixture = fixture().calm();
    let text = report::markdown(&fixture.scan());
    assert!(text.contains("| 2 | 2 | 1 | 2 | 1 |"), "{text}");
}

#[test]
fn the_way_of_the_data_and_the_changed_lines_are_shown() {
    let mut fixture = fixture().calm();
    fixture.findings.retain(|finding| !finding.path.is_empty());
    let text = report::markdown(&fixture.scan());
    let block =
        text.split("- <code>greet").nth(1).unwrap().split("\n<details><summary>1 problem").next().unwrap();
    expect![[r#"
        </code> runs a command that <code>event.body</code> is a part of
          <code>src/app.py&#58;11&#58;5</code>

          ```text
            11  os.system("echo " + who + KEY)  # one
          ```

          <details open><summary>How the data comes here, in 3 steps</summary>

          1. <code>src/app.py&#58;6&#58;12</code> <code>event.body</code> is chosen by who sends the event<br><code>name = event&#91;"body"&#93;</code>
          2. <code>src/app.py&#58;7&#58;5</code> it is passed as <code>who</code><br><code>greet(name)</code>
          3. <code>src/app.py&#58;11&#58;25</code> it ends in <code>os.system</code>

          </details>

          Fix: run the program without a shell (may change behaviour)

          ```diff
          + import subprocess
          ```

          ```diff
          -     os.system("echo " + who + KEY)  # one
          +     subprocess.run(["echo", who + KEY], check=True)  # one
          ```

        </details>
    "#]].assert_eq(block);
}
