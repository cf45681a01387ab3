//! What the engine finds in small texts.
use expect_test::{Expect, expect};

use crate::{HashKey, Place, Wanted, scan};

fn check(path: &str, text: &str, expect: Expect) {
    let found = scan(text.as_bytes(), Place::of(path), Wanted::All, &HashKey::new(b"test"));
    let lines: Vec<String> = found
        .iter()
        .map(|found| format!("{}..{} {} {}", found.start, found.end, found.detector, found.preview))
        .collect();
    expect.assert_eq(&lines.join("\n"));
}

#[test]
fn a_password_in_yaml_is_found() {
    check("a.yaml", "password: hunter2-and-more\n", expect![["10..26 password …(16)"]]);
}
