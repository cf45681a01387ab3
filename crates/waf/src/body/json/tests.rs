//! JSON bodies.
mod corpus;

use super::super::tests::show;
use crate::Limits;
use crate::body::{Body, Processor, read};
use expect_test::{Expect, expect};

fn check(body: &[u8], expected: Expect) {
    let limits = Limits { depth_max: 5, ..Limits::default() };
    expected.assert_eq(&show(Processor::Json, "application/json", body, &limits));
}

#[test]
fn names_are_those_of_modsecurity() {
    check(
        br#"{"a":1,"b":[true,null,{"c":"x"},[2,[]],3.5e1],"d":{"e":{}},"":{"":"y"}}"#,
        expect![[r#"
        json.a=1
        json.b.array_0=true
        json.b.array_1=
        json.b.array_2.c=x
        json.b.array_3.array_0=2
        json.b.array_4=3.5e1
        json.empty-key.empty-key=y
    "#]],
    );
    check(
        b" 12 ",
        expect![[r#"
        json=12
    "#]],
    );
    check(
        b"[[],\"x\"]",
        expect![[r#"
        json.array_1=x
    "#]],
    );
    check(b"", expect![""]);
    check(
        b" ",
        expect![[r#"
        ! JSON parsing error: the text ends too early (byte 1)
    "#]],
    );
}

#[test]
fn escapes_are_decoded() {
    check(
        br#"{"\u0061\n":"\"\\\/\b\f\r\t\u20ac\ud83d\ude00\u0000"}"#,
        expect![[r#"
            json.a\n=\"\\/\x08\x0c\r\t\xe2\x82\xac\xf0\x9f\x98\x80\x00
        "#]],
    );
    check(
        br#"["\ud800x","\ud800\u003c","\udc00","\ud800"]"#,
        expect![[r#"
        json.array_0=?x
        json.array_1=?<
        json.array_2=\xed\xb0\x80
        json.array_3=?
        ~ a string holds half of a surrogate pair (1)
        ~ a string holds half of a surrogate pair (11)
        ~ a string holds half of a surrogate pair (26)
        ~ a string holds half of a surrogate pair (35)
    "#]],
    );
}

#[test]
fn what_was_read_before_an_error_stays() {
    for (body, expected) in [
        (
            &b"{\"a\":1,}"[..],
            expect!["json.a=1\n! JSON parsing error: a name in double quotes is expected (byte 7)\n"],
        ),
        (
            b"[1 2]",
            expect![
                "json.array_0=1\n! JSON parsing error: a comma or the end of the array is expected (byte 3)\n"
            ],
        ),
        (
            b"{\"a\":1 \"b\"}",
            expect![
                "json.a=1\n! JSON parsing error: a comma or the end of the object is expected (byte 7)\n"
            ],
        ),
        (b"[1]x", expect!["json.array_0=1\n! JSON parsing error: something follows the value (byte 3)\n"]),
        (
            b"[1,\"a\nb\"]",
            expect![
                "json.array_0=1\n! JSON parsing error: a control character stands in a string (byte 5)\n"
            ],
        ),
        (
            b"[1,\"\\x\"]",
            expect!["json.array_0=1\n! JSON parsing error: an escape in a string is invalid (byte 5)\n"],
        ),
        (b"[1,\"\xFF\"]", expect!["json.array_0=1\n! JSON parsing error: a string is not UTF-8 (byte 5)\n"]),
        (b"[1,\"a", expect!["json.array_0=1\n! JSON parsing error: the text ends too early (byte 5)\n"]),
        (b"[1,NaN]", expect!["json.array_0=1\n! JSON parsing error: a value is expected (byte 3)\n"]),
        (
            b"[01]",
            expect![
                "json.array_0=0\n! JSON parsing error: a comma or the end of the array is expected (byte 2)\n"
            ],
        ),
        (b"[1.]", expect!["! JSON parsing error: a number is malformed (byte 3)\n"]),
        (b"{\"a\" 1}", expect!["! JSON parsing error: a colon is expected after a name (byte 5)\n"]),
        (b"{1:1}", expect!["! JSON parsing error: a name in double quotes is expected (byte 1)\n"]),
        (b"[[[[[1]]]]]", expect!["json.array_0.array_0.array_0.array_0.array_0=1\n"]),
        (b"[[[[[[1]]]]]]", expect!["! JSON parsing error: containers are nested too deep (byte 6)\n"]),
    ] {
        check(body, expected);
    }
}

#[test]
fn lenient_readers_are_followed_where_reading_can_go_on() {
    check(
        b"\xEF\xBB\xBF[1]",
        expect![[r#"
        json.array_0=1
        ! JSON parsing error: a byte order mark before the text
        ~ a byte order mark before the JSON text (0)
    "#]],
    );
    check(
        b"[\"\xC0\xBC\",2]",
        expect![[r#"
        json.array_0=\xc0\xbc
        json.array_1=2
        ! JSON parsing error: a string is not UTF-8 (byte 1)
        ~ a string holds UTF-8 that is overlong or no character (1)
    "#]],
    );
}

#[test]
fn repeated_keys_are_told() {
    check(
        br#"{"a":1,"b":{"a":2},"\u0061":3,"A":4}"#,
        expect![[r#"
        json.a=1
        json.b.a=2
        json.a=3
        json.A=4
        ~ key `a` stands twice in one object (19)
        ~ key `A` stands twice in one object, in other case (30)
    "#]],
    );
    let many: String = (0..40).map(|number| format!("\"key{number}\":[],")).collect();
    check(
        format!("{{{many}\"KEY7\":1,\"key3\":2}}").as_bytes(),
        expect![[r#"
        json.KEY7=1
        json.key3=2
        ~ key `KEY7` stands twice in one object, in other case (431)
        ~ key `key3` stands twice in one object (440)
    "#]],
    );
}

#[test]
fn arguments_are_limited() {
    let limits = Limits { arguments_max: 2, ..Limits::default() };
    expect![[r#"
        json.array_0=1
        json.array_1=2
        ! JSON parsing error: there are too many arguments (byte 6)
    "#]]
    .assert_eq(&show(Processor::Json, "", b"[1,2,3]", &limits));
}

#[test]
fn names_cost_no_more_than_a_constant_times_the_body() {
    let limits = Limits { arguments_max: usize::MAX, ..Limits::default() };
    for body in [
        format!("{{\"{}\":[{}1]}}", "k".repeat(100_000), "1,".repeat(50_000)),
        format!("{}1{}", "{\"k\":[".repeat(250), ",1]}".repeat(250)),
        format!("{{\"{}\":{{{}\"z\":1}}}}", "k".repeat(100_000), "\"a\":1,".repeat(20_000)),
    ] {
        let mut out = Body::default();
        read(Processor::Json, b"", body.as_bytes(), &limits, &mut out);
        let bytes: usize = out.arguments.iter().map(|field| field.name.len()).sum();
        assert!(bytes <= body.len() * (super::NAME_BYTES_PER_BYTE + 8) + super::NAME_BYTES_FREE, "{bytes}");
        assert!(out.arguments.len() > 200);
    }
}
