//! Folders that mean harm: bounded, told, never a crash.
use std::fmt::Write as _;
use std::os::unix::fs::symlink;

use crate::run::{Folder, OPEN_URL};

#[test]
fn links_are_not_followed_in_circles_or_outside() {
    let folder = Folder::new(&[("app/template.yaml", OPEN_URL)]);
    symlink(folder.path(), folder.path().join("app/loop")).unwrap();
    symlink("/etc/hostname", folder.path().join("app/outside.yaml")).unwrap();
    let ran = folder.buckler(&["scan", "--json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(ran.out.matches("answers anyone").count(), 1, "{}", ran.out);
    assert!(ran.out.contains("outside.yaml"), "{}", ran.out);
}

#[test]
fn a_template_cannot_read_outside_of_the_folder() {
    let template = "service: x\nprovider: { name: aws, runtime: nodejs22.x }\ncustom: ${file(../../../../etc/passwd)}\nfunctions: { a: { handler: h.x, environment: { P: '${self:custom}' } } }\n";
    let folder = Folder::new(&[("app/serverless.yml", template)]);
    let ran = folder.buckler(&["model", "app"]);
    assert!(!ran.out.contains("root:"), "{}", ran.out);
}

#[test]
fn a_huge_file_is_told_and_not_read() {
    let folder = Folder::new(&[("template.yaml", OPEN_URL)]);
    let file = std::fs::File::create(folder.path().join("huge.yaml")).unwrap();
    file.set_len(100 << 20).unwrap();
    let ran = folder.buckler(&["scan", "--fail-on", "never", "--json"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("huge.yaml") && ran.out.contains("too large"), "{}", ran.out);
}

#[test]
fn multiplying_aliases_and_deep_nesting_are_told() {
    let mut laughs =
        "AWSTemplateFormatVersion: '2010-09-09'\nResources: {}\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..10 {
        let below = vec![format!("*a{}", level - 1); 10].join(",");
        writeln!(laughs, "a{level}: &a{level} [{below}]").unwrap();
    }
    let deep = format!(
        "Resources:\n  A: {{Type: AWS::SQS::Queue, Properties: {}{}}}\n",
        "[".repeat(1_000),
        "]".repeat(1_000)
    );
    let folder = Folder::new(&[("laughs.yaml", &laughs), ("deep.yaml", &deep)]);
    let ran = folder.buckler(&["scan", "--json", "--fail-on", "never"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("laughs.yaml") && ran.out.contains("deep.yaml"), "{}", ran.out);
}

#[test]
fn names_with_escapes_and_markup_stay_harmless() {
    let template = OPEN_URL.replace("Open:", "\"\\e[31m<script>alert(1)</script>\\n|`x`\":");
    let folder = Folder::new(&[("template.yaml", &template)]);
    for format in ["text", "json", "sarif", "junit", "markdown", "html"] {
        let ran = folder.buckler(&["scan", "--format", format]);
        assert_eq!(ran.code, 1, "{format}: {}", ran.err);
        assert!(!ran.out.contains('\u{1b}'), "{format}");
        let is_markup = matches!(format, "html" | "junit");
        assert!(!is_markup || !ran.out.contains("<script>alert"), "{format}");
    }
}
