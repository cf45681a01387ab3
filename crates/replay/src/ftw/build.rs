//! From a test's input to the bytes on the wire, as go-ftw sends them.
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::format::Input;

const FORM: &str = "application/x-www-form-urlencoded";

/// The request of a stage.
///
/// # Errors
/// `encoded_request` is no base64.
pub fn request(input: &Input) -> Result<Vec<u8>, String> {
    if let Some(encoded) = input.encoded_request.as_deref().filter(|text| !text.is_empty()) {
        let text: String = encoded.split_whitespace().collect();
        return STANDARD.decode(text).map_err(|error| format!("`encoded_request` is no base64: {error}"));
    }
    let mut headers: Vec<(String, String)> = if input.ordered_headers.is_empty() {
        input.headers.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    } else {
        input.ordered_headers.iter().map(|header| (header.name.clone(), header.value.clone())).collect()
    };
    let mut data = repeated(input.data.as_ref().map(super::format::Lines::text).unwrap_or_default());
    let method = input.method.as_deref().unwrap_or("GET");
    let is_completed = input.autocomplete_headers.unwrap_or_else(|| !input.stop_magic.unwrap_or(false));
    if is_completed && !data.is_empty() {
        if value(&headers, "Content-Type").is_none() {
            headers.push(("Content-Type".to_owned(), FORM.to_owned()));
        }
        if headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("Content-Type") && value.eq_ignore_ascii_case(FORM)
        }) {
            data = encode_form(data);
        }
    }
    let is_multipart =
        value(&headers, "Content-Type").is_some_and(|value| value.contains("multipart/form-data;"));
    if is_multipart {
        // Tests are written with bare line feeds; the format wants CRLF (RFC 2046, section 5.1.1).
        data = data.replace('\n', "\r\n");
    }
    if is_completed {
        complete(&mut headers, method, data.len());
    }
    let uri = input.uri.as_deref().unwrap_or("/");
    let version = input.version.as_deref().unwrap_or("HTTP/1.1");
    let mut out = format!("{method} {uri} {version}\r\n");
    for (name, value) in &headers {
        out.extend([name.as_str(), ": ", value.as_str(), "\r\n"]);
    }
    out.push_str("\r\n");
    out.push_str(&data);
    Ok(out.into_bytes())
}

/// Most bytes that a template may become.
const REPEATED_BYTES_MAX: usize = 1 << 24;

/// `{{ "x" | repeat 3 }}`: of the templates that go-ftw knows, the one that tests use. Others stay as they stand.
fn repeated(data: String) -> String {
    let mut out = String::new();
    let mut rest = data.as_str();
    while let Some((before, (template, after))) =
        rest.split_once("{{").and_then(|(before, inner)| Some((before, inner.split_once("}}")?)))
    {
        let (text, times) = template.trim().split_once('|').unwrap_or_default();
        let text = text.trim().strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let times = times.trim().strip_prefix("repeat ").and_then(|times| times.trim().parse::<usize>().ok());
        out.push_str(before);
        match text.zip(times) {
            Some((text, times)) if text.len().saturating_mul(times) <= REPEATED_BYTES_MAX => {
                out.push_str(&text.repeat(times));
            }
            _ => out.extend(["{{", template, "}}"]),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn complete(headers: &mut Vec<(String, String)>, method: &str, length: usize) {
    if value(headers, "Connection").is_none() {
        headers.push(("Connection".to_owned(), "close".to_owned()));
    }
    let may_have_body = method.starts_with("POST")
        || method.contains("PUT")
        || method.contains("PATCH")
        || method.ends_with("DELETE");
    if value(headers, "Content-Length").is_none() && (length > 0 || may_have_body) {
        headers.push(("Content-Length".to_owned(), length.to_string()));
    }
}

fn value<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Forms are written plainly in tests; what is not encoded yet is encoded here, name by name and value by value.
fn encode_form(data: String) -> String {
    let is_encoded = data.bytes().any(|byte| byte == b'%' || byte == b'+');
    if is_encoded {
        return data;
    }
    let token = |token: &str| match token.split_once('=') {
        Some((name, value)) => format!("{}={}", encode(name), encode(value)),
        None => encode(token),
    };
    data.split('&').map(token).collect::<Vec<_>>().join("&")
}

fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::File;
    use super::request;
    use expect_test::{Expect, expect};

    fn check(input: &str, expected: Expect) {
        let text = format!("rule_id: 1\ntests:\n  - stages:\n      - input: {input}\n");
        let file = File::read(&text, "").unwrap();
        let bytes = request(&file.tests[0].stages[0].input).unwrap();
        expected.assert_eq(&String::from_utf8(bytes).unwrap().replace('\r', "␍"));
    }

    #[test]
    fn forms_are_encoded_and_completed() {
        check(
            "{ method: POST, uri: /a, headers: { Host: x, Content-Length: 9 }, data: \"a=b c&d\" }",
            expect![[r"
                POST /a HTTP/1.1␍
                Content-Length: 9␍
                Host: x␍
                Content-Type: application/x-www-form-urlencoded␍
                Connection: close␍
                ␍
                a=b+c&d"]],
        );
    }

    #[test]
    fn templates_are_written_out() {
        check(
            "{ uri: /, data: 'a{{ \"xy\" | repeat 3 }}b{{c}}', headers: { Content-Type: text/plain } }",
            expect![[r"
                GET / HTTP/1.1␍
                Content-Type: text/plain␍
                Connection: close␍
                Content-Length: 13␍
                ␍
                axyxyxyb{{c}}"]],
        );
    }

    #[test]
    fn nothing_is_added_when_the_test_says_so() {
        check(
            "{ stop_magic: true, version: HTTP/1.0, ordered_headers: [{ name: B, value: 1 }, { name: A, value: x }], data: 'a b' }",
            expect![[r"
                GET / HTTP/1.0␍
                B: 1␍
                A: x␍
                ␍
                a b"]],
        );
    }
}
