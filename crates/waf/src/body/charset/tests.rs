//! Character sets.
use super::super::tests::show;
use super::{Charset, declared};
use crate::Limits;
use crate::body::Processor;
use expect_test::{Expect, expect};

fn check(processor: Processor, content_type: &str, body: &[u8], expected: Expect) {
    expected.assert_eq(&show(processor, content_type, body, &Limits::default()));
}

#[test]
fn the_parameter_is_found() {
    assert_eq!(declared(b"text/plain; Charset = \"UTF-7\" ; x=y"), b"UTF-7");
    assert_eq!(declared(b"text/plain"), b"");
    assert_eq!((Charset::of(b"utf8"), Charset::of(b"klingon")), (Charset::Plain, Charset::Unknown));
    assert_eq!(Charset::of(b"windows-1252"), Charset::Plain);
}

#[test]
fn parameters_are_given_decoded_as_well() {
    let form = "application/x-www-form-urlencoded; charset=";
    check(
        Processor::UrlEncoded,
        &format!("{form}utf-7"),
        b"a=%2BADw-script%2BAD4-&b=1%2B-2",
        expect![[r#"
        a=+ADw-script+AD4-
        b=1+-2
        a=<script>
        b=1+2
        ~ text in charset `utf-7` (0)
    "#]],
    );
    check(
        Processor::UrlEncoded,
        &format!("{form}ibm037"),
        b"%81=%4c%a2%83%99%89%97%a3%6e",
        expect![[r#"
        \x81=L\xa2\x83\x99\x89\x97\xa3n
        a=<script>
        ~ text in charset `ibm037` (0)
    "#]],
    );
    check(
        Processor::UrlEncoded,
        &format!("{form}utf-16le"),
        b"a%00=%3c%00",
        expect![[r#"
        a\x00=<\x00
        a=<
        ~ text in charset `utf-16le` (0)
    "#]],
    );
    check(
        Processor::UrlEncoded,
        &format!("{form}klingon"),
        b"a=b",
        expect![[r#"
        a=b
        ! charset `klingon` is not known
        ~ charset `klingon` is not known (0)
    "#]],
    );
    check(
        Processor::UrlEncoded,
        &format!("{form}utf-8"),
        b"a=b",
        expect![[r#"
        a=b
    "#]],
    );
}

#[test]
fn whole_texts_are_decoded() {
    check(
        Processor::Json,
        "application/json; charset=utf-16le",
        b"{\0\"\0a\0\"\0:\x001\0}\0",
        expect![[r#"
        json.a=1
        ~ text in charset `utf-16le` (0)
    "#]],
    );
    check(
        Processor::Json,
        "application/json",
        b"\0[\0\"\0x\0\"\0]",
        expect![[r#"
        json.array_0=x
        ! text in charset `UTF-16BE`, not declared
        ~ text in charset `UTF-16BE`, not declared (0)
    "#]],
    );
    check(
        Processor::Json,
        "application/json; charset=utf-7",
        b"{\"a\":\"+ADw-\"}",
        expect![[r#"
        json.a=<
        ~ text in charset `utf-7` (0)
    "#]],
    );
}

#[test]
fn charsets_of_parts_are_honoured() {
    let part = "--B|Content-Disposition: form-data; name=\"a\"|Content-Type: text/plain; charset=utf-7||+ADw-|--B--|";
    check(
        Processor::Multipart,
        "multipart/form-data; boundary=B",
        part.replace('|', "\r\n").as_bytes(),
        expect![[r#"
            a=+ADw-
            a=<
            header a=Content-Disposition: form-data; name=\"a\"
            header a=Content-Type: text/plain; charset=utf-7
            ~ text in charset `utf-7` (0)
        "#]],
    );
    let body = "--B|Content-Disposition: form-data; name=\"_charset_\"||utf-7|--B|Content-Disposition: form-data; name=\"a\"||+ADw-|--B--|";
    check(
        Processor::Multipart,
        "multipart/form-data; boundary=B",
        body.replace('|', "\r\n").as_bytes(),
        expect![[r#"
            _charset_=utf-7
            a=+ADw-
            a=<
            header _charset_=Content-Disposition: form-data; name=\"_charset_\"
            header a=Content-Disposition: form-data; name=\"a\"
            ~ text in charset `utf-7` (0)
        "#]],
    );
}
