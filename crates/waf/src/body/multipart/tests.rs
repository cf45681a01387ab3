//! Multipart bodies.
use super::super::tests::shown;
use super::LINE_BYTES_MAX;
use crate::Limits;
use crate::body::{Body, MultipartFlags, Processor, read};
use expect_test::{Expect, expect};

fn read_with(content_type: &str, body: &[u8]) -> Body {
    let mut out = Body::default();
    let limits = Limits { parts_max: 3, ..Limits::default() };
    read(Processor::Multipart, content_type.as_bytes(), body, &limits, &mut out);
    out
}

fn flags(flags: MultipartFlags) -> String {
    let mut text = String::new();
    for (flag, name) in [
        (MultipartFlags::STRICT_ERROR, "strict"),
        (MultipartFlags::BOUNDARY_QUOTED, "quoted"),
        (MultipartFlags::BOUNDARY_WHITESPACE, "whitespace"),
        (MultipartFlags::DATA_BEFORE, "before"),
        (MultipartFlags::DATA_AFTER, "after"),
        (MultipartFlags::HEADER_FOLDING, "folding"),
        (MultipartFlags::LF_LINE, "lf"),
        (MultipartFlags::CRLF_LF_LINES, "mixed"),
        (MultipartFlags::MISSING_SEMICOLON, "semicolon"),
        (MultipartFlags::INVALID_QUOTING, "quoting"),
        (MultipartFlags::INVALID_PART, "part"),
        (MultipartFlags::INVALID_HEADER_FOLDING, "badfolding"),
        (MultipartFlags::FILE_LIMIT_EXCEEDED, "limit"),
    ] {
        if flags.contains(flag) {
            text.push_str(name);
            text.push(' ');
        }
    }
    format!("{text}{}\n", flags.unmatched_boundary())
}

/// A body of one line each, with `|` for a line end.
fn check(body: &str, expected: Expect) {
    let out = read_with("multipart/form-data; boundary=B", body.replace('|', "\r\n").as_bytes());
    expected.assert_eq(&(flags(out.multipart) + &shown(&out)));
}

fn check_type(content_type: &str, expected: Expect) {
    let out =
        read_with(content_type, b"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n");
    expected.assert_eq(&(flags(out.multipart) + &shown(&out)));
}

const FIELD: &str = "--B|Content-Disposition: form-data; name=\"a\"||";

#[test]
fn fields_and_files_are_given() {
    check(
        &format!(
            "{FIELD}one|two||--B|content-disposition: form-data; name=\"f\"; filename=\"x.png\"|Content-Type: image/png||P\0N||--B--|"
        ),
        expect![[r#"
            2
            a=one\r\ntwo\r\n
            file f=x.png
            size f=5
            content f=P\x00N\r\n
            header a=Content-Disposition: form-data; name=\"a\"
            header f=content-disposition: form-data; name=\"f\"; filename=\"x.png\"
            header f=Content-Type: image/png
        "#]],
    );
    check(
        &format!("{FIELD}x|--B--"),
        expect![[r#"
        0
        a=x
        header a=Content-Disposition: form-data; name=\"a\"
    "#]],
    );
}

#[test]
fn lines_and_boundaries_that_break_the_rules_are_flagged() {
    for (body, expected) in [
        (
            format!("pre|{FIELD}x|--B--|post"),
            expect![[r#"
            strict before after 2
            a=x
            header a=Content-Disposition: form-data; name=\"a\"
            ~ 4 bytes follow the final boundary (64)
        "#]],
        ),
        (
            format!("{}x\n--B--\n", FIELD.replace('|', "\n")),
            expect![[r#"
            strict lf 2
            a=x
            header a=Content-Disposition: form-data; name=\"a\"
        "#]],
        ),
        (
            format!("{FIELD}x\n--B--|"),
            expect![[r#"
            strict lf mixed 2
            a=x
            header a=Content-Disposition: form-data; name=\"a\"
        "#]],
        ),
        (
            format!("{FIELD}x|--Bx|--B--|"),
            expect![[r#"
            strict 2
            a=x\r\n--Bx\r\n--B--\r\n
            header a=Content-Disposition: form-data; name=\"a\"
            ! Multipart parsing error: something follows a boundary on its line
        "#]],
        ),
        (
            format!("{FIELD}x|--C|y|--B--|"),
            expect![[r#"
            2
            a=x\r\n--C\r\ny
            header a=Content-Disposition: form-data; name=\"a\"
            ~ a line holds something like a boundary (52)
        "#]],
        ),
        (
            format!("{FIELD}x --B y|--B--|"),
            expect![[r#"
            2
            a=x --B y
            header a=Content-Disposition: form-data; name=\"a\"
            ~ a line holds something like a boundary (49)
        "#]],
        ),
        (
            format!("{FIELD}x|-- B|--B--|"),
            expect![[r#"
            strict 0
            a=x\r\n-- B\r\n--B--\r\n
            header a=Content-Disposition: form-data; name=\"a\"
            ! Multipart parsing error: white space before a boundary
        "#]],
        ),
        (
            format!("{FIELD}--B|y|--B--|"),
            expect![[r#"
            strict part 2
            a=--B\r\ny
            header a=Content-Disposition: form-data; name=\"a\"
            ~ a boundary where the content of a part should begin (49)
        "#]],
        ),
        (
            format!("{FIELD}x|y"),
            expect![[r#"
            0
            a=x\r\ny
            header a=Content-Disposition: form-data; name=\"a\"
            ! Multipart parsing error: the final boundary is missing
        "#]],
        ),
        (
            "x".to_owned(),
            expect![[r#"
                0
                =x
                ! Multipart parsing error: no boundary was found
            "#]],
        ),
        (
            format!("{FIELD}1|{FIELD}2|{FIELD}3|{FIELD}4|--B--|"),
            expect![[r#"
            strict limit 2
            a=1
            a=2
            a=3
            header a=Content-Disposition: form-data; name=\"a\"
            header a=Content-Disposition: form-data; name=\"a\"
            header a=Content-Disposition: form-data; name=\"a\"
            ! Multipart parsing error: there are too many parts
        "#]],
        ),
    ] {
        check(&body, expected);
    }
}

#[test]
fn headers_that_break_the_rules_are_told() {
    for (headers, expected) in [
        (
            "Content-Disposition: form-data;| name=a",
            expect![[r#"
            strict folding 2
            a=x
            header a=Content-Disposition: form-data; name=a
        "#]],
        ),
        (
            "Content-Disposition: form-data;|\x0bname=a",
            expect![[r#"
            strict folding badfolding 2
            a=x
            header a=Content-Disposition: form-data; name=a
        "#]],
        ),
        (
            " name=a",
            expect![[r#"
                strict folding part 0
                =x\r\n--B--\r\n
                ! Multipart parsing error: a part's header begins with a folded line (byte 5)
                ~ a boundary where the content of a part should begin (19)
            "#]],
        ),
        (
            "Content-Disposition: form-data; name='a'",
            expect![[r#"
            strict quoting 2
            a=x
            header a=Content-Disposition: form-data; name=\'a\'
        "#]],
        ),
        (
            "Content-Disposition: form-data; name=\"a\"; name=\"b\"",
            expect![[r#"
                strict part 0
                a=x\r\n--B--\r\n
                header a=Content-Disposition: form-data; name=\"a\"; name=\"b\"
                ! Multipart parsing error: Content-Disposition: a parameter stands there twice (byte 59)
                ~ a boundary where the content of a part should begin (62)
            "#]],
        ),
        (
            "Content-Disposition: form-data; name=\"a\"\"",
            expect![[r#"
                strict quoting part 0
                a=x\r\n--B--\r\n
                header a=Content-Disposition: form-data; name=\"a\"\"
                ! Multipart parsing error: Content-Disposition: a semicolon is missing (byte 50)
                ~ a boundary where the content of a part should begin (53)
            "#]],
        ),
        (
            "Content-Disposition: form-data; name=\"a",
            expect![[r#"
                strict part 0
                a=x\r\n--B--\r\n
                header a=Content-Disposition: form-data; name=\"a
                ! Multipart parsing error: Content-Disposition: a quoted value is broken off (byte 48)
                ~ a boundary where the content of a part should begin (51)
            "#]],
        ),
        (
            "Content-Disposition: form-data; name=\"\\\"a\\b\\\\\"",
            expect![[r#"
            2
            \"a\\b\\=x
            header \"a\\b\\=Content-Disposition: form-data; name=\"\\\"a\\b\\\\\"
            ~ part `\"a\\b\\`: a backslash in a quoted name (55)
        "#]],
        ),
        (
            "Content-Disposition: form-data; name=\"a\"; filename =\"b\"",
            expect![[r#"
                strict part 0
                a=x\r\n--B--\r\n
                header a=Content-Disposition: form-data; name=\"a\"; filename =\"b\"
                ! Multipart parsing error: Content-Disposition: `filename` is not followed by an equals sign (byte 64)
                ~ a boundary where the content of a part should begin (67)
            "#]],
        ),
        (
            "Content-Disposition: form-data; name=\"a\"; filename=\"b\"; filename*=utf-8'en'%63",
            expect![[r#"
            2
            file a=b
            file a=c
            size a=1
            content a=x
            header a=Content-Disposition: form-data; name=\"a\"; filename=\"b\"; filename*=utf-8\'en\'%63
            ~ part `a`: filename* says `c` (87)
        "#]],
        ),
        (
            "Content-Disposition: form-data; name=\"a\"; filename*=utf-8''b",
            expect![[r#"
                strict part 0
                a=x\r\n--B--\r\n
                header a=Content-Disposition: form-data; name=\"a\"; filename*=utf-8\'\'b
                ! Multipart parsing error: Content-Disposition: `filename*` without `filename` (byte 69)
                ~ a boundary where the content of a part should begin (72)
            "#]],
        ),
        (
            "Content-Disposition: form-data; name=\"a\"; size=1",
            expect![[r#"
                strict part 0
                a=x\r\n--B--\r\n
                header a=Content-Disposition: form-data; name=\"a\"; size=1
                ! Multipart parsing error: Content-Disposition: a parameter other than `name`, `filename` and `filename*` (byte 57)
                ~ a boundary where the content of a part should begin (60)
            "#]],
        ),
        (
            "Content-Disposition: attachment; name=\"a\"",
            expect![[r#"
                strict part 0
                =x\r\n--B--\r\n
                header =Content-Disposition: attachment; name=\"a\"
                ! Multipart parsing error: Content-Disposition: it is not `form-data` (byte 50)
                ~ a boundary where the content of a part should begin (53)
            "#]],
        ),
        (
            "Content-Disposition: form-data; name=\"a\"|Content-Disposition: form-data; name=\"b\"",
            expect![[r#"
                2
                a=x
                header a=Content-Disposition: form-data; name=\"a\"
                ~ a header stands twice in one part; the second is ignored (47)
            "#]],
        ),
        (
            "Content-Disposition: form-data; name=\"%61%22\"|Content-Transfer-Encoding: base64",
            expect![[r#"
            2
            %61%22=x
            header %61%22=Content-Disposition: form-data; name=\"%61%22\"
            header %61%22=Content-Transfer-Encoding: base64
            ~ part `%61%22` is encoded as `base64` (89)
            ~ part `%61%22`: a percent escape in its name or file name (89)
        "#]],
        ),
        (
            "Content-Type: text/plain",
            expect![[r#"
                strict part 0
                =x\r\n--B--\r\n
                header =Content-Type: text/plain
                ! Multipart parsing error: a part without Content-Disposition (byte 33)
                ~ a boundary where the content of a part should begin (36)
            "#]],
        ),
        (
            "no colon|Content-Disposition: form-data; name=\"a\"",
            expect![[r#"
            2
            a=x
            header a=Content-Disposition: form-data; name=\"a\"
            ! Multipart parsing error: a colon is missing in a part's header (byte 5)
        "#]],
        ),
        (
            "b\x01d: x|Content-Disposition: form-data; name=\"a\"",
            expect![[r#"
            2
            a=x
            header a=Content-Disposition: form-data; name=\"a\"
            ! Multipart parsing error: an invalid character in the name of a part's header (byte 5)
        "#]],
        ),
    ] {
        check(&format!("--B|{headers}||x|--B--|"), expected);
    }
}

#[test]
fn the_boundary_is_read_as_modsecurity_reads_it() {
    for (content_type, expected) in [
        (
            "multipart/form-data; boundary=B",
            expect![[r#"
            2
            a=x
            header a=Content-Disposition: form-data; name=\"a\"
        "#]],
        ),
        (
            "Multipart/Form-Data boundary = \"B\"",
            expect![[r#"
                strict whitespace semicolon 0
                =--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n
                ! Multipart parsing error: the boundary is quoted on one side only
            "#]],
        ),
        (
            "multipart/form-data; boundary=B; charset=utf-8",
            expect![[r#"
            2
            a=x
            header a=Content-Disposition: form-data; name=\"a\"
        "#]],
        ),
        (
            "multipart/form-data; charset=utf-8; boundary=B",
            expect![[r#"
                strict 0
                =--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n
                ! Multipart parsing error: Content-Type is malformed before or after the word `boundary`
            "#]],
        ),
        (
            "multipart/form-data; BOUNDARY=B",
            expect![[r#"
                strict 0
                =--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n
                ! Multipart parsing error: the word `boundary` of Content-Type is not in lower case
            "#]],
        ),
        (
            "multipart/form-data; boundary=B; boundary=C",
            expect![[r#"
                strict 0
                =--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n
                ! Multipart parsing error: Content-Type has more than one boundary
            "#]],
        ),
        (
            "multipart/form-data; boundary=\"B",
            expect![[r#"
                strict 0
                =--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n
                ! Multipart parsing error: the boundary is quoted on one side only
            "#]],
        ),
        (
            "multipart/form-data; boundary=",
            expect![[r#"
                strict 0
                =--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n
                ! Multipart parsing error: the boundary is empty
            "#]],
        ),
        (
            "multipart/form-data; boundary=B*",
            expect![[r#"
                strict 0
                =--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n
                ! Multipart parsing error: the boundary holds a character that RFC 2046 forbids
            "#]],
        ),
        (
            "multipart/form-data",
            expect![[r#"
                strict 0
                =--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n
                ! Multipart parsing error: Content-Type has no boundary
            "#]],
        ),
        (
            "text/plain",
            expect![[r#"
                strict 0
                =--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n
                ! Multipart parsing error: Content-Type is not multipart/form-data
            "#]],
        ),
        (
            "",
            expect![[r#"
                strict 0
                =--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n
                ! Multipart parsing error: no Content-Type
            "#]],
        ),
    ] {
        check_type(content_type, expected);
    }
}

#[test]
fn long_lines_come_in_pieces() {
    for length in [LINE_BYTES_MAX - 2, LINE_BYTES_MAX - 1, LINE_BYTES_MAX, 3 * LINE_BYTES_MAX + 1] {
        let value = "v".repeat(length);
        let body = format!("{FIELD}{value}|{value}|--B--|").replace('|', "\r\n");
        let out = read_with("multipart/form-data; boundary=B", body.as_bytes());
        assert_eq!(out.arguments.first(b"a").map(<[u8]>::len), Some(2 * length + 2));
        assert_eq!(out.error, None);
        let body = format!("--B|X: {value}|Content-Disposition: form-data; name=\"a\"||x|--B--|")
            .replace('|', "\r\n");
        let out = read_with("multipart/form-data; boundary=B", body.as_bytes());
        assert!(out.error.is_some());
    }
}
