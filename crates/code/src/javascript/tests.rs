//! Small sources and what becomes of them.
//!
//! A source that begins with `// ts` or `// jsx` is of that language.
mod broken;
mod deep;
mod expressions;
mod functions;
mod jsx;
mod modules;
mod names;
mod statements;

use expect_test::Expect;
use model::FileId;

use super::lower;
use crate::Limits;
use crate::ir::Module;
use crate::testing::ir_text;

fn lowered(path: &str, source: &str) -> Module {
    lower(FileId(0), path, source, &Limits::default())
}

#[expect(clippy::needless_pass_by_value, reason = "an `expect!` is written in the call")]
fn check(source: &str, expected: Expect) {
    let path = match source.lines().next() {
        Some("// ts") => "a.ts",
        Some("// jsx") => "a.jsx",
        _ => "a.js",
    };
    expected.assert_eq(&ir_text(&lowered(path, source), source));
}
