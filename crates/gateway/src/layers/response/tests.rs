//! What goes out, line by line.
use super::*;
use expect_test::{Expect, expect};
use http_body_util::BodyExt as _;

fn wish(secrets: Found, personal: Found) -> Wish {
    Wish { secrets, personal, replace: Replaced::Server, escape_json: false, is_detecting: false }
}

fn judge(text: &str, wish: Wish) -> String {
    match judged(text.as_bytes(), Kind::Json, wish) {
        Judged::Clean => "clean".to_owned(),
        Judged::Blocked(reason) => format!("blocked: {reason}"),
        Judged::Noted(reason) => format!("noted: {reason}"),
        Judged::Changed(changed, reason) => {
            format!("{} ({})", String::from_utf8(changed).unwrap(), reason.unwrap_or_default())
        }
    }
}

/// Made here, so that no scanner of secrets stumbles over this file.
fn key() -> String {
    format!("AKIA{}", "Q3EGRZ7XLPVDM2NT")
}

#[test]
fn secrets_are_masked_noted_or_block_the_answer() {
    let body = format!("{{\"id\":\"{}\",\"to\":\"ana.meier@posteo.de\"}}", key());
    let seen = |secrets, personal| judge(&body, wish(secrets, personal));
    expect![[
        r#"{"id":"[aws-access-key-id]","to":"ana.meier@posteo.de"} (the answer holds aws-access-key-id (1))"#
    ]]
    .assert_eq(&seen(Found::Mask, Found::Off));
    expect!["blocked: the answer holds aws-access-key-id (1), email (1)"]
        .assert_eq(&seen(Found::Block, Found::Note));
    expect!["noted: the answer holds email (1)"].assert_eq(&seen(Found::Off, Found::Note));
    expect!["clean"].assert_eq(&seen(Found::Off, Found::Off));
}

#[test]
fn json_is_escaped_and_means_the_same() {
    let text = r#"{"a":"<script>&","b":[1,2]}"#;
    let escaped = encode::json(text.as_bytes()).unwrap();
    assert!(!escaped.contains(&b'<'));
    let value = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap();
    assert_eq!(value(&escaped), value(text.as_bytes()));
    assert_eq!(encode::json(b"{}"), None);
}

#[test]
fn what_a_body_is_said_to_be() {
    let of = |value: &[u8]| {
        let headers =
            HeaderMap::from_iter([(http::header::CONTENT_TYPE, HeaderValue::from_bytes(value).unwrap())]);
        Kind::of(&headers)
    };
    assert_eq!(of(b"Application/JSON ; charset=utf-8"), Kind::Json);
    assert_eq!(of(b"application/problem+json"), Kind::Json);
    assert_eq!(of(b"text/html"), Kind::Markup);
    assert_eq!(of(b"text/css"), Kind::Text);
    assert_eq!(of(b"image/svg+xml"), Kind::Text);
    assert_eq!(of(b"image/png"), Kind::Other);
    // A parameter in another script hides nothing.
    assert_eq!(of("text/html; title=\u{e9}".as_bytes()), Kind::Markup);
    assert_eq!(Kind::of(&HeaderMap::new()), Kind::Other);
}

fn finished(settings: Settings, given: &[(&str, &str)], is_secure: bool, expected: Expect) {
    let mut config = Config { response: settings, ..Config::default() };
    config.response.set_headers.insert("x-frame-options".to_owned(), "SAMEORIGIN".to_owned());
    let filter = Filter::build(&config, None).unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in given {
        headers.append(HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap());
    }
    headers::finish(&filter, &mut headers, is_secure);
    let mut lines: Vec<String> =
        headers.iter().map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap())).collect();
    lines.sort();
    expected.assert_eq(&lines.concat());
}

#[test]
fn headers_tell_little_and_make_browsers_careful() {
    let cookies = vec![CookieFlag::Secure, CookieFlag::HttpOnly, CookieFlag::SameSite];
    finished(
        Settings { cookies, ..Settings::default() },
        &[
            ("server", "x/1"),
            ("content-type", "text/html"),
            ("set-cookie", "a=1; secure"),
            ("set-cookie", "b=secure"),
        ],
        true,
        expect![[r#"
            content-type: text/html; charset=utf-8
            referrer-policy: strict-origin-when-cross-origin
            set-cookie: a=1; secure; HttpOnly; SameSite=Lax
            set-cookie: b=secure; Secure; HttpOnly; SameSite=Lax
            strict-transport-security: max-age=31536000
            x-content-type-options: nosniff
            x-frame-options: SAMEORIGIN
        "#]],
    );
    finished(
        Settings::default(),
        &[("content-type", "application/json"), ("content-security-policy", "default-src 'self'")],
        false,
        expect![[r#"
            content-security-policy: default-src 'self'
            content-type: application/json
            referrer-policy: strict-origin-when-cross-origin
            x-content-type-options: nosniff
            x-frame-options: SAMEORIGIN
        "#]],
    );
}

#[test]
fn a_wrong_header_of_the_configuration_is_told() {
    let settings = Settings { remove_headers: vec!["a b".to_owned()], ..Settings::default() };
    let error = Filter::build(&Config { response: settings, ..Config::default() }, None).unwrap_err();
    assert_eq!(error.to_string(), "`response.remove-headers`: `a b` is no name of a header field");
}

#[test]
fn error_bodies_tell_the_request_and_nothing_else() {
    let mut answer = Answer::new(Body::full("Traceback (most recent call last): …"));
    *answer.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    answer.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    assert!(errors::is_replaced(Replaced::Server, answer.status()));
    assert!(!errors::is_replaced(Replaced::Server, StatusCode::NOT_FOUND));
    errors::replace("r-1", &HeaderMap::new(), &mut answer);
    assert!(!answer.headers().contains_key(CONTENT_ENCODING));
    let bytes = futures(answer.into_body().collect()).unwrap().to_bytes();
    expect![[
        r#"{"type":"about:blank","title":"Internal Server Error","status":500,"instance":"urn:request:r-1"}"#
    ]]
    .assert_eq(std::str::from_utf8(&bytes).unwrap());
}

#[test]
fn a_stream_is_masked_across_its_pieces() {
    let (first, second) = ("x".repeat(9000), format!("key {} end", key()));
    let whole = format!("{first} {second}");
    let frames =
        whole.as_bytes().chunks(7).map(|piece| http_body::Frame::data(bytes::Bytes::copy_from_slice(piece)));
    let body = Body::Pieces(frames.collect(), None);
    let masked = secrets::Masked::new(body, Kind::Text.place(), sensitive::Wanted::Secrets);
    let bytes = futures(masked.collect()).unwrap().to_bytes();
    assert_eq!(std::str::from_utf8(&bytes).unwrap(), format!("{first} key [aws-access-key-id] end"));
}

fn futures<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}
