//! The HTML page: read by a browser's parser, and by `html-validate` where it is installed.
use std::path::Path;
use std::process::Command;

use scraper::{Html, Selector};

use crate::fixture::{HOSTILE, fixture};

fn select(selector: &str) -> Selector {
    Selector::parse(selector).unwrap()
}

fn page() -> String {
    report::html(&fixture().scan())
}

#[test]
fn a_browsers_parser_has_nothing_to_repair() {
    let page = page();
    let html = Html::parse_document(&page);
    assert!(html.errors.is_empty(), "{:?}", html.errors);
}

#[test]
fn the_page_runs_and_loads_nothing() {
    let page = page();
    let html = Html::parse_document(&page);
    for forbidden in [
        "script",
        "img",
        "link",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "[style]",
        "[src]",
        "[srcset]",
        "[onerror]",
    ] {
        assert_eq!(html.select(&select(forbidden)).count(), 0, "{forbidden}");
    }
    let policy = html.select(&select("meta[http-equiv='Content-Security-Policy']")).next().unwrap();
    let policy = policy.value().attr("content").unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    let style: String =
        html.select(&select("style")).flat_map(|style| style.text().collect::<Vec<_>>()).collect();
    assert!(!style.contains("url(") && !style.contains("@import"));
}

#[test]
fn every_finding_problem_and_acceptance_is_on_the_page() {
    let fixture = fixture();
    let page = report::html(&fixture.scan());
    let html = Html::parse_document(&page);
    let rows = |id: &str| html.select(&select(&format!("#{id} tbody tr"))).count();
    assert_eq!(html.select(&select("article.finding")).count(), fixture.findings.len());
    assert_eq!(rows("problems"), 2);
    assert_eq!(rows("accepted"), 2);
    assert_eq!(rows("stale"), 3);
    assert_eq!(html.select(&select("table > caption")).count(), html.select(&select("table")).count());
    assert!(!page.contains(HOSTILE));
}

#[test]
fn every_input_has_a_label_and_headings_do_not_skip() {
    let page = page();
    let html = Html::parse_document(&page);
    for input in html.select(&select("input, select")) {
        let id = input.value().attr("id").unwrap();
        assert_eq!(html.select(&select(&format!("label[for='{id}']"))).count(), 1, "{id}");
    }
    let mut previous = 0;
    for heading in html.select(&select("h1, h2, h3, h4, h5, h6")) {
        let level: usize = heading.value().name().trim_start_matches('h').parse().unwrap();
        assert!(level <= previous + 1, "h{level} after h{previous}");
        previous = level;
    }
}

/// `cargo xtask tools` installs the validator; without it this test says so and leaves it at that.
#[test]
#[expect(clippy::disallowed_methods, reason = "the validator reads a file")]
fn html_validate_accepts_the_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let tool = root.join("target/tools/node_modules/.bin/html-validate");
    if !tool.exists() {
        println!("skipped: {} is not installed (npm package html-validate)", tool.display());
        return;
    }
    let folder = root.join("target/tools/html");
    std::fs::create_dir_all(&folder).unwrap();
    let config = r#"{"root": true, "extends": ["html-validate:standard"]}"#;
    std::fs::write(folder.join(".htmlvalidate.json"), config).unwrap();
    let file = folder.join("scan.html");
    std::fs::write(&file, page()).unwrap();
    let output = Command::new(tool).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
