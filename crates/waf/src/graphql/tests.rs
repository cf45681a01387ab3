//! GraphQL documents.
mod corpus;

use super::{Bounds, GraphQlError, Measure, Weights, arguments, cost, measure, requests};
use crate::Fields;
use expect_test::{Expect, expect};
use serde_json::json;

fn check(document: &str, expected: Expect) {
    let mut out = Fields::default();
    let shown = match arguments(document, &Bounds::default(), 100, &mut out) {
        Ok(complete) => {
            let lines: String = out
                .iter()
                .map(|field| format!("{}={}\n", field.name.escape_ascii(), field.value.escape_ascii()))
                .collect();
            lines + if complete { "" } else { "…\n" }
        }
        Err(error) => format!("{error}\n"),
    };
    expected.assert_eq(&shown);
}

#[test]
fn descriptions_are_gone_over() {
    check(
        "\"one\" query Q(\"\"\"two\"\"\" $a: Int, \"three\" $b: Int = 1) { a(x: $b) } \"four\" fragment F on T { b }",
        expect![[r#"
            graphql.query.$.b=1
            graphql.query.a=
            graphql.fragment.F.b=
        "#]],
    );
    check(
        "\"one\" { a }",
        expect![[r#"
        `an operation or a fragment` is expected at byte 5 of the GraphQL document
    "#]],
    );
    check(
        "{ \"one\" a }",
        expect![[r#"
        `a name` is expected at byte 1 of the GraphQL document
    "#]],
    );
}

#[test]
fn fields_and_values_become_arguments() {
    check(
        r#"# a comment
        query Q($n: [Int!]! = 5) @d(x: 1) { me: user(id: "a\u0041\n\"", n: $n, o: {k: [1, ENUM, null]}) { name ...F ... on T @skip(if: true) { x } } }
        fragment F on T { y(t: """b "q" \""" c""") }"#,
        expect![[r#"
            graphql.query.$.n=5
            graphql.query.@.d.x=1
            graphql.query.user=
            graphql.query.user.id=aA\n\"
            graphql.query.user.o.k.array_0=1
            graphql.query.user.o.k.array_1=ENUM
            graphql.query.user.o.k.array_2=null
            graphql.query.user.name=
            graphql.query.user.@.skip.if=true
            graphql.query.user.x=
            graphql.fragment.F.y=
            graphql.fragment.F.y.t=b \"q\" \"\"\" c
        "#]],
    );
    check(
        "{a}",
        expect![[r#"
        graphql.query.a=
    "#]],
    );
}

#[test]
fn what_is_no_document_is_refused() {
    for (document, expected) in [
        (
            "",
            expect![[r#"
            `an operation` is expected at byte 0 of the GraphQL document
        "#]],
        ),
        (
            "{",
            expect![[r#"
            `a name` is expected at byte 1 of the GraphQL document
        "#]],
        ),
        (
            "{}",
            expect![[r#"
            `a name` is expected at byte 1 of the GraphQL document
        "#]],
        ),
        (
            "{a(}",
            expect![[r#"
            `a name` is expected at byte 3 of the GraphQL document
        "#]],
        ),
        (
            "{a(b:01)}",
            expect![[r#"
            `a number` is expected at byte 5 of the GraphQL document
        "#]],
        ),
        (
            "{a(b:\"x)}",
            expect![[r#"
            `"` is expected at byte 9 of the GraphQL document
        "#]],
        ),
        (
            "type T { a: Int }",
            expect![[r#"
            `an operation or a fragment` is expected at byte 0 of the GraphQL document
        "#]],
        ),
        (
            "select * from t",
            expect![[r#"
            `an operation or a fragment` is expected at byte 0 of the GraphQL document
        "#]],
        ),
        (
            "{a ? b}",
            expect![[r#"
            `a token` is expected at byte 3 of the GraphQL document
        "#]],
        ),
    ] {
        check(document, expected);
    }
}

#[test]
fn a_document_is_measured_with_its_fragments() {
    let bounds = Bounds::default();
    let document = "query { a: x { ...F b: y { z @d } } ...F } mutation { m } fragment F on T { f { g } __schema { t } }";
    assert_eq!(
        measure(document, &bounds),
        Ok(Measure {
            depth: 3,
            fields: 12,
            aliases: 2,
            directives: 1,
            introspection: true,
            operations: 2,
            roots: 3
        })
    );
}

#[test]
fn bombs_are_counted_and_not_walked() {
    let bounds = Bounds::default();
    let mut document = "{ ...F0 }".to_owned();
    for level in 0..50 {
        document.push_str(&format!(
            "fragment F{level} on T {{ {} }}",
            format!("a {{ ...F{} }}", level + 1).repeat(9)
        ));
    }
    document.push_str("fragment F50 on T { a }");
    assert_eq!(
        measure(&document, &bounds).map(|measure| (measure.fields, measure.depth)),
        Ok((u64::MAX, 51))
    );
    let circle = "{ ...A } fragment A on T { b { ...B } } fragment B on T { ...A }";
    assert_eq!(measure(circle, &bounds), Err(GraphQlError::Circle { name: "A".to_owned() }));
    assert_eq!(measure("{ ...A }", &bounds), Err(GraphQlError::Fragment { name: "A".to_owned() }));
    assert_eq!(measure(&"{a".repeat(100), &bounds), Err(GraphQlError::Nesting { max: 64 }));
    assert_eq!(
        measure(&format!("{{a(b:{})}}", "[".repeat(100)), &bounds),
        Err(GraphQlError::Nesting { max: 64 })
    );
    assert_eq!(
        measure(&format!("{{{}}}", "a ".repeat(20_000)), &bounds),
        Err(GraphQlError::Tokens { max: 15_000 })
    );
}

#[test]
fn lists_multiply_what_lies_below_them() {
    let weights = Weights { fields: [("search".to_owned(), 10)].into(), ..Weights::default() };
    let cost = |document: &str, variables| cost(document, &variables, &weights, &Bounds::default()).unwrap();
    assert_eq!(cost("{ a { b c } }", json!({})), 3);
    assert_eq!(cost("{ a(first: 10) { b c } }", json!({})), 21);
    assert_eq!(cost("query($n: Int = 5) { a(first: $n) { b } }", json!({})), 6);
    assert_eq!(cost("query($n: Int = 5) { a(first: $n) { b } }", json!({"n": 50})), 51);
    assert_eq!(cost("query($n: Int) { a(first: $n) { b } }", json!({"n": "x"})), 101);
    assert_eq!(
        cost("{ search(limit: 3, first: 4) { ...F } } fragment F on T { a(last: 100) { b } }", json!({})),
        10 + 4 * 101
    );
}

#[test]
fn requests_are_taken_from_bodies() {
    let bounds = Bounds { batch_max: 2, ..Bounds::default() };
    let one = requests("application/graphql; charset=utf-8", b"{a}", &bounds).unwrap();
    assert_eq!(one.first().unwrap().document, "{a}");
    let batch = br#"[{"query":"{a}","variables":{"x":1},"operationName":"Q"},{"query":"{b}"}]"#;
    let batch = requests("application/json", batch, &bounds).unwrap();
    assert_eq!(
        (batch.len(), &batch[0].variables, batch[0].operation.as_deref()),
        (2, &json!({"x": 1}), Some("Q"))
    );
    assert_eq!(requests("application/json", b"[1,2,3]", &bounds), Err(GraphQlError::Batch { max: 2 }));
    assert_eq!(requests("application/json", b"{\"query\":1}", &bounds), Err(GraphQlError::Request));
}
