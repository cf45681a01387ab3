//! Multipart bodies.
use super::super::tests::shown;
use super::LINE_BYTES_MAX;
use crate::Limits;
use crate::body::{Body, MultipartFlags, Processor, read};
use expect_test::{Expect, expect, expect_file};

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
    expected.assert_eq(&with_flags(&out));
}

/// Compares a table of inputs with a file.
fn check_all(file: &str, inputs: &[impl AsRef<str>], show: impl Fn(&str) -> String) {
    let shown =
        inputs.iter().map(|input| format!("{}\n{}\n", input.as_ref().escape_debug(), show(input.as_ref())));
    expect_file![file].assert_eq(&shown.collect::<String>());
}

fn with_flags(out: &Body) -> String {
    flags(out.multipart) + &shown(out)
}

const TYPE: &str = "multipart/form-data; boundary=B";
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
    check_all(
        "lines.txt",
        &[
            format!("pre|{FIELD}x|--B--|post"),
            format!("{}x\n--B--\n", FIELD.replace('|', "\n")),
            format!("{FIELD}x\n--B--|"),
            format!("{FIELD}x|--Bx|--B--|"),
            format!("{FIELD}x|--C|y|--B--|"),
            format!("{FIELD}x --B y|--B--|"),
            format!("{FIELD}x|-- B|--B--|"),
            format!("{FIELD}--B|y|--B--|"),
            format!("{FIELD}x|y"),
            "x".to_owned(),
            format!("{FIELD}1|{FIELD}2|{FIELD}3|{FIELD}4|--B--|"),
        ],
        |body| with_flags(&read_with(TYPE, body.replace('|', "\r\n").as_bytes())),
    );
}

#[test]
fn headers_that_break_the_rules_are_told() {
    check_all(
        "headers.txt",
        &[
            "Content-Disposition: form-data;| name=a",
            "Content-Disposition: form-data;|\x0bname=a",
            " name=a",
            "Content-Disposition: form-data; name='a'",
            "Content-Disposition: form-data; name=\"a\"; name=\"b\"",
            "Content-Disposition: form-data; name=\"a\"\"",
            "Content-Disposition: form-data; name=\"a",
            "Content-Disposition: form-data; name=\"\\\"a\\b\\\\\"",
            "Content-Disposition: form-data; name=\"a\"; filename =\"b\"",
            "Content-Disposition: form-data; name=\"a\"; filename=\"b\"; filename*=utf-8'en'%63",
            "Content-Disposition: form-data; name=\"a\"; filename*=utf-8''b",
            "Content-Disposition: form-data; name=\"a\"; size=1",
            "Content-Disposition: attachment; name=\"a\"",
            "Content-Disposition: form-data; name=\"a\"|Content-Disposition: form-data; name=\"b\"",
            "Content-Disposition: form-data; name=\"%61%22\"|Content-Transfer-Encoding: base64",
            "Content-Type: text/plain",
            "no colon|Content-Disposition: form-data; name=\"a\"",
            "b\x01d: x|Content-Disposition: form-data; name=\"a\"",
        ],
        |headers| {
            with_flags(&read_with(TYPE, format!("--B|{headers}||x|--B--|").replace('|', "\r\n").as_bytes()))
        },
    );
}

#[test]
fn the_boundary_is_read_as_modsecurity_reads_it() {
    check_all(
        "boundaries.txt",
        &[
            "multipart/form-data; boundary=B",
            "Multipart/Form-Data boundary = \"B\"",
            "multipart/form-data; boundary=B; charset=utf-8",
            "multipart/form-data; charset=utf-8; boundary=B",
            "multipart/form-data; BOUNDARY=B",
            "multipart/form-data; boundary=B; boundary=C",
            "multipart/form-data; boundary=\"B",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=B*",
            "multipart/form-data",
            "text/plain",
            "",
        ],
        |content_type| {
            with_flags(&read_with(
                content_type,
                b"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n",
            ))
        },
    );
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

#[test]
fn names_are_given_once_for_each_part() {
    let name = "n".repeat(4000);
    let body = format!("--B|Content-Disposition: form-data; name=\"{name}\"; x=y|{}", "|".repeat(1000));
    let out = read_with(TYPE, body.replace('|', "\r\n").as_bytes());
    assert_eq!(out.multipart_names.len(), 1);
    assert!(out.error.is_some());
}
