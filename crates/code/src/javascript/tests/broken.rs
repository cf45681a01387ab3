//! Sources that are not quite right.
use expect_test::expect;
use model::Language;

use super::{check, lowered};
use crate::ir::{ExprKind, Pattern, StmtKind};
use crate::testing::slice;

#[test]
fn nothing_of_a_broken_file_but_its_error() {
    check(
        r##"f(; g();"##,
        expect![[r#"
        fn0 () locals[]
        lost ";": Unexpected token
    "#]],
    );
}

#[test]
fn what_is_recovered_is_kept() {
    check(
        r##"const a = 1; const a = 2; f(a"##,
        expect![[r#"
        fn0 () locals[]
        lost "": Expected `)` but found `EOF`
    "#]],
    );
}

#[test]
fn errors_are_at_most_twenty() {
    let module = lowered("a.ts", &"abstract let a;".repeat(30));
    assert_eq!(module.lost.len(), 20);
}

#[test]
fn spans_count_from_the_first_byte_whatever_it_is() {
    for start in ["", "\u{FEFF}", "#!/usr/bin/env node\n", "\u{FEFF}// \u{e9}\u{1F600}\n"] {
        let source = format!("{start}const name = call(\"\u{e9}\", argument);");
        let module = lowered("a.js", &source);
        let StmtKind::Assign { target: Pattern::Name(_, name_at), value } = &module.functions[0].body[0].kind
        else {
            panic!("no assignment")
        };
        let ExprKind::Call(call) = &value.kind else { panic!("no call") };
        assert_eq!(slice(&source, *name_at), "name");
        assert_eq!(slice(&source, value.at), "call(\"\u{e9}\", argument)");
        assert_eq!(slice(&source, call.arguments[1].at), "argument");
        assert_eq!(slice(&source, module.functions[0].at), source);
    }
}

#[test]
fn spans_of_functions_and_members() {
    let source = "class A { async go(x) { this.a.b(...x); } }";
    let module = lowered("a.js", source);
    let go = &module.functions[1];
    assert_eq!(slice(source, go.at), "async go(x) { this.a.b(...x); }");
    assert_eq!(slice(source, go.name_at), "go");
    let StmtKind::Expr(call) = &go.body[0].kind else { panic!("no expression") };
    let ExprKind::Call(call) = &call.kind else { panic!("no call") };
    assert_eq!(slice(source, call.callee.at), "this.a.b");
    assert_eq!(slice(source, call.arguments[0].at), "...x");
}

#[test]
fn the_language_is_told_by_the_ending() {
    for (path, language) in [
        ("a.js", Language::JavaScript),
        ("a.cjs", Language::JavaScript),
        ("a.mjs", Language::JavaScript),
        ("a.jsx", Language::JavaScript),
        ("a.ts", Language::TypeScript),
        ("a.cts", Language::TypeScript),
        ("a.mts", Language::TypeScript),
        ("a.tsx", Language::TypeScript),
    ] {
        let module = lowered(path, "export const a = require(\"b\");");
        assert_eq!((module.language, module.lost.len(), module.functions[0].body.len()), (language, 0, 2));
    }
}

#[test]
fn flow_is_told() {
    check(
        "// @flow\ntype A = {| +b: ?number |};\nexport opaque type C = A;",
        expect![[r#"
        fn0 () locals[]
        lost "// @flow\ntype A = {| +b: ?numb": is written in Flow
        lost "// @flow": Flow is not supported
    "#]],
    );
}

#[test]
fn a_script_in_a_js_file() {
    check(
        r##"with (a) b(); var await = 1; x = 017;"##,
        expect![[r#"
        fn0 () locals[await]
          a
          block
            b()
          await = 1
          x = 15
    "#]],
    );
}

#[test]
fn return_at_the_top() {
    check(
        r##"if (a) return; b();"##,
        expect![[r#"
        fn0 () locals[]
          if a
            return
          b()
    "#]],
    );
}

#[test]
fn await_at_the_top() {
    check(
        r##"const a = await b();"##,
        expect![[r#"
        fn0 () locals[a]
          a = (await b())
    "#]],
    );
}

#[test]
fn an_empty_file() {
    check(
        r##""##,
        expect![[r#"
        fn0 () locals[]
    "#]],
    );
}

#[test]
fn a_definition_file_has_only_types() {
    for path in ["a.d.ts", "a.d.mts", "a.d.cts"] {
        let module = lowered(path, "export const a: string; export function f(): void; declare class B {}");
        assert_eq!((module.lost.len(), module.functions.len()), (0, 1));
    }
}
