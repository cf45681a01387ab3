//! Hostile nesting, long chains, and files that a tool wrote.
use crate::ir::{Expr, ExprKind, Module, StmtKind};
use crate::javascript::is_bundle;

use super::lowered;

/// Lowers on a stack as small as a thread's of a test, and drops the result there.
fn lost(path: &'static str, source: String) -> Vec<String> {
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let run = move || lowered(path, &source).lost.into_iter().map(|lost| lost.why).collect();
    thread.spawn(run).unwrap().join().unwrap()
}

fn nested(open: &str, middle: &str, close: &str, levels: usize) -> String {
    format!("{}{middle}{}", open.repeat(levels), close.repeat(levels))
}

const BRACKETS: [(&str, &str, &str, &str); 18] = [
    ("a.js", "(", "a", ")"),
    ("a.js", "[", "a", "]"),
    ("a.js", "{", "a", "}"),
    ("a.js", "f(", "a", ")"),
    ("a.js", "({a:", "a", "})"),
    ("a.js", "function f(){", "a", "}"),
    ("a.js", "(()=>{return ", "a", "})"),
    ("a.js", "(function(){return ", "a", "})"),
    ("a.js", "(class{a=", "a", "})"),
    ("a.js", "({a(){return ", "a", "}})"),
    ("a.js", "`${", "a", "}`"),
    ("a.js", "try{", "a", "}finally{}"),
    ("a.js", "switch(a){case b:", "a", "}"),
    ("a.jsx", "<a>", "", "</a>"),
    ("a.jsx", "<a b={", "1", "}/>"),
    ("a.jsx", "<a>;'`", "", "</a>"),
    ("a.ts", "namespace a{", "a", "}"),
    ("a.ts", "(a as {b:", "c", "})"),
];

const OPERATORS: [(&str, &str, &str, &str); 28] = [
    ("a.js", "!", "a", ""),
    ("a.js", "!\n", "a", ""),
    ("a.js", "typeof ", "a", ""),
    ("a.js", "await ", "a", ""),
    ("a.js", "new ", "a", ""),
    ("a.js", "a**", "a", ""),
    ("a.js", "a.", "a", ""),
    ("a.js", "a\n.", "a", ""),
    ("a.js", "", "a", "()"),
    ("a.js", "", "a", "[0]"),
    ("a.js", "", "a", "``"),
    ("a.js", "a?b:", "a", ""),
    ("a.js", "a\n?b\n:", "a", ""),
    ("a.js", "a?", "a", ":b"),
    ("a.js", "a=", "a", ""),
    ("a.js", "a=>", "a", ""),
    ("a.js", "if(a)", "a", ""),
    ("a.js", "if(a)\n", "a", ""),
    ("a.js", "if(a)b,c;\nelse ", "a", ""),
    ("a.js", "if(a){}else ", "a", ""),
    ("a.js", "for(;;)", "a", ""),
    ("a.js", "do ", "a", ";while(1)"),
    ("a.js", "a:", "a", ""),
    ("a.js", "x=class extends ", "a", "{}"),
    ("a.ts", "let a: A<0,", "b", ">"),
    ("a.ts", "<a>", "b", ""),
    ("a.ts", "", "b", " as a"),
    ("a.ts", "", "b", "!"),
];

#[test]
fn brackets_too_deep_are_told_and_not_parsed() {
    for (path, open, middle, close) in BRACKETS {
        let why = lost(path, nested(open, middle, close, 10_000));
        assert_eq!(why, ["is nested deeper than 400 levels"], "{open}");
    }
}

#[test]
fn deep_brackets_fit_the_stack() {
    for (path, open, middle, close) in BRACKETS {
        lost(path, nested(open, middle, close, 195));
    }
}

#[test]
fn operators_too_many_are_told() {
    for (path, open, middle, close) in OPERATORS {
        for levels in [3_000, 30_000] {
            let why = lost(path, nested(open, middle, close, levels));
            assert_ne!(why, Vec::<String>::new(), "{levels} of {open}{close}");
        }
    }
}

/// Everything in a value, without recursion in the test itself.
fn parts(module: &Module) -> usize {
    let StmtKind::Expr(value) = &module.functions[0].body[0].kind else { panic!("no expression") };
    let mut rest: Vec<&Expr> = vec![value];
    let mut count = 0;
    while let Some(next) = rest.pop() {
        match &next.kind {
            ExprKind::Binary { left, right, .. } => rest.extend([&**left, &**right]),
            _ => count += 1,
        }
    }
    count
}

#[test]
fn a_sum_of_thousands_of_terms_is_read_whole() {
    for operator in ["+", "||", "&&", "??", "*"] {
        let module = lowered("a.js", &format!("a{}", format!("\n{operator} a").repeat(9_000)));
        assert_eq!((module.lost.len(), parts(&module)), (0, 9_001), "{operator}");
    }
}

#[test]
fn a_long_chain_of_several_operators_keeps_its_parts() {
    let module = lowered("a.js", &format!("a{}", " - a + b".repeat(2_000)));
    let StmtKind::Expr(value) = &module.functions[0].body[0].kind else { panic!("no expression") };
    let ExprKind::Other(parts) = &value.kind else { panic!("not only its parts") };
    assert_eq!((parts.len(), module.lost.len()), (4_001, 0));
}

#[test]
fn long_files_are_not_deep() {
    for line in [
        "a = b + c\n",
        "f(a, b)\n",
        "function f() { return a }\n",
        "if (a) b()\nelse c()\n",
        "x = a ? b : c;",
        "var a=1,b=2;",
        "class A { b() {} c = 1 }\n",
        "import { a } from 'b'\n",
        "for (var i = 0; i < n; i++) f(i);",
        "a = /[(\\[{]'`/.test(b)\n",
        "// it's `here`\n",
        "s = 'don\\'t `';",
        "t = `a${b}'c`\n",
        "do { a } while (b)\n",
        "a<<b|c>>>d,e<f;",
    ] {
        let source = line.replace("import { a }", "import * as a").repeat(21_000);
        let source = if line.starts_with("import") { line.repeat(3) } else { source };
        assert_eq!(lost("a.js", source).first().filter(|why| why.contains("nested")), None, "{line}");
    }
}

#[test]
fn what_only_the_grammar_can_tell_is_refused() {
    for (source, why) in [
        ("x = {}/1;`/;`;a/1", "has a `/` that may divide or begin a regular expression"),
        ("{}\n<a>`</a>;`", "has a `<` that may compare or begin an element"),
        ("<!-- `\nf(`)", "has a comment in the style of HTML"),
        ("\\\"((((", "has a `\\` that means nothing"),
        ("f(`a", "has a template literal without an end"),
        ("f(<a>)", "has a JSX element without an end"),
        ("/* f()", "has a comment without an end"),
    ] {
        assert_eq!(lost("a.js", source.to_owned()), [why], "{source}");
    }
}

#[test]
fn a_bundle_is_told_from_source() {
    let written = "exports.handler = async (event) => {\n  return event.body;\n};\n".repeat(100);
    assert!(!is_bundle(&written));
    assert!(!is_bundle(&format!("const table = '{}';\n{written}", "a".repeat(3_000))));
    assert!(is_bundle(&format!("/* licence */\n{}", "var a=1;".repeat(1_000))));
    assert!(is_bundle("var __commonJS = (cb, mod) => function () {};"));
    assert!(is_bundle("function __webpack_require__(moduleId) {}"));
}
