//! Forms and queries.
use super::super::tests::{lines, show};
use super::{FormFacts, read_form};
use crate::body::Processor;
use crate::{Fields, Limits};
use expect_test::{Expect, expect};

fn check(text: &[u8], expected: Expect) {
    let mut out = Fields::default();
    let facts = read_form(text, b'&', 5, &mut out);
    let mut shown = lines(&out);
    if facts != FormFacts::default() {
        shown.push_str(&format!("{:?} {}\n", facts.invalid_escape, facts.left_out));
    }
    expected.assert_eq(&shown);
}

#[test]
fn pieces_are_cut_as_modsecurity_cuts_them() {
    check(b"", expect![""]);
    check(
        b"a",
        expect![[r#"
        a=
    "#]],
    );
    check(
        b"a=1&b=2&",
        expect![[r#"
        a=1
        b=2
    "#]],
    );
    check(
        b"&",
        expect![[r#"
        =
    "#]],
    );
    check(
        b"a&&=b=c",
        expect![[r#"
        a=
        =
        =b=c
    "#]],
    );
    check(
        b"a=b;c=d",
        expect![[r#"
        a=b;c=d
    "#]],
    );
}

#[test]
fn escapes_are_decoded_once() {
    check(
        b"%61+b=%2541+%E2%82%ac%00",
        expect![[r#"
        a b=%41 \xe2\x82\xac\x00
    "#]],
    );
    check(
        b"%26=%3D&%3d",
        expect![[r#"
        &==
        ==
    "#]],
    );
}

#[test]
fn an_escape_that_is_none_stays_and_is_told() {
    check(
        b"a=%4&b=%zz%41%",
        expect![[r#"
        a=%4
        b=%zzA%
        Some(2) 0
    "#]],
    );
    check(
        b"xy=1&%=%2",
        expect![[r#"
        xy=1
        %=%2
        Some(5) 0
    "#]],
    );
    check(
        b"a%4=1%41",
        expect![[r#"
        a%4=1A
        Some(1) 0
    "#]],
    );
}

#[test]
fn arguments_past_the_limit_are_counted() {
    check(
        b"1&2&3&4&5",
        expect![[r#"
        1=
        2=
        3=
        4=
        5=
    "#]],
    );
    check(
        b"1&2&3&4&5&6&7&",
        expect![[r#"
        1=
        2=
        3=
        4=
        5=
        None 2
    "#]],
    );
}

#[test]
fn a_form_tells_what_it_left_out() {
    let limits = Limits { arguments_max: 1, ..Limits::default() };
    expect![[r#"
        a=%g
        ! form: more than 1 arguments
        ~ a percent sign without two hexadecimal digits (2)
        ~ 1 arguments past the limit of 1 were not read (6)
    "#]]
    .assert_eq(&show(Processor::UrlEncoded, "", b"a=%g&b", &limits));
}

/// The same by the book: split, then decode byte by byte.
fn slow(text: &[u8]) -> String {
    let mut out = Fields::default();
    let mut pieces: Vec<&[u8]> = text.split(|byte| *byte == b'&').collect();
    if pieces.last().is_some_and(|last| last.is_empty()) {
        pieces.pop();
    }
    for piece in pieces {
        let mut halves = piece.splitn(2, |byte| *byte == b'=').map(|half| {
            let (mut decoded, mut at) = (Vec::new(), 0);
            while at < half.len() {
                let digits = half.get(at + 1..at + 3).and_then(|two| std::str::from_utf8(two).ok());
                let digits = digits.filter(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit()));
                match (half[at], digits) {
                    (b'%', Some(two)) => {
                        decoded.push(u8::from_str_radix(two, 16).unwrap());
                        at += 2;
                    }
                    (b'+', _) => decoded.push(b' '),
                    (other, _) => decoded.push(other),
                }
                at += 1;
            }
            decoded
        });
        out.push(&halves.next().unwrap_or_default(), &halves.next().unwrap_or_default());
    }
    lines(&out)
}

#[test]
fn fast_and_slow_reader_agree() {
    let mut state = 7_u64;
    for _ in 0..3000 {
        let mut text = Vec::new();
        for _ in 0..40 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            text.push(b"&&==%%%++04aFgz\x00\xFF"[(state >> 33) as usize % 17]);
        }
        let mut out = Fields::default();
        read_form(&text, b'&', 1000, &mut out);
        assert_eq!(lines(&out), slow(&text), "{}", text.escape_ascii());
    }
}
