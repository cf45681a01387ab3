//! What a browser's request tells, and settings that are refused.
use super::request::{is_foreign, wants_page, without_cookies};
use super::*;
use http::header::{COOKIE, HeaderMap};
use std::path::Path;
use url::Url;

fn fields(given: &[(&'static str, &str)]) -> HeaderMap {
    given
        .iter()
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .collect()
}

#[test]
fn only_our_cookies_are_taken_out() {
    let ours = BTreeSet::from(["__Host-a".to_owned(), "__Host-a-login".to_owned()]);
    for (given, wanted) in [
        ("b=1; __Host-a=x; c=2", Some("b=1; c=2")),
        ("__Host-a=x", None),
        ("__Host-a=x;__Host-a-login=y ; c=2", Some("c=2")),
        ("__Host-ab=1; c=__Host-a=x", Some("__Host-ab=1; c=__Host-a=x")),
        (" __Host-a =x", None),
        ("b=1;;c=2", Some("b=1;;c=2")),
    ] {
        let mut headers = fields(&[("cookie", given)]);
        without_cookies(&mut headers, &ours);
        assert_eq!(headers.get(COOKIE).map(|value| value.to_str().unwrap()), wanted, "{given}");
    }
}

#[test]
fn pages_and_programs_are_told_apart() {
    let head = |method: &str, given: &[(&'static str, &str)]| {
        let mut request = http::Request::builder().method(method).body(()).unwrap();
        *request.headers_mut() = fields(given);
        request.into_parts().0
    };
    assert!(wants_page(&head("GET", &[("accept", "text/html,application/xml")])));
    assert!(wants_page(&head("GET", &[("accept", "text/html"), ("sec-fetch-mode", "navigate")])));
    assert!(!wants_page(&head("GET", &[("accept", "text/html"), ("sec-fetch-mode", "cors")])));
    assert!(!wants_page(&head("GET", &[("accept", "application/json")])));
    assert!(!wants_page(&head("GET", &[])));
    assert!(!wants_page(&head("POST", &[("accept", "text/html")])));
}

#[test]
fn other_sites_are_seen() {
    let origins = [Url::parse("https://app.example").unwrap(), Url::parse("http://localhost:3000").unwrap()];
    for (given, wanted) in [
        (vec![], false),
        (vec![("origin", "https://app.example")], false),
        (vec![("origin", "http://localhost:3000")], false),
        (vec![("origin", "http://localhost")], true),
        (vec![("origin", "http://app.example")], true),
        (vec![("origin", "https://app.example.evil")], true),
        (vec![("origin", "null")], true),
        (vec![("sec-fetch-site", "none")], false),
        (vec![("sec-fetch-site", "cross-site"), ("origin", "https://app.example")], true),
    ] {
        assert_eq!(is_foreign(&fields(&given), &origins), wanted, "{given:?}");
    }
}

fn built(provider: &str, route: &str) -> Result<Login, String> {
    let text = format!(
        "[upstream.app]\nkind = \"http\"\naddresses = [\"http://127.0.0.1:1\"]\n[[route]]\nname = \"r\"\nupstream = \"app\"\n{route}\n{provider}"
    );
    let config = Config::from_toml(&text, Path::new("")).map_err(|error| error.to_string())?;
    Login::build(&config, None).map_err(|error| error.to_string())
}

#[test]
fn settings_are_checked() {
    let good = "issuer = \"https://idp.example\"\nclient-id = \"a\"\norigins = [\"https://app.example\"]\n";
    let one = format!("[login.provider.one]\n{good}");
    let on = "login = { on = true }";
    assert!(built(&one, on).is_ok());
    for (provider, route, wanted) in [
        (String::new(), on, "which `provider`"),
        (one.clone(), "login = { on = true, provider = \"two\" }", "no provider is called `two`"),
        (format!("{one}[login.provider.two]\n{good}"), on, "which `provider`"),
        (format!("[login.provider.\"a b\"]\n{good}"), "", "letters, digits"),
        (one.replace("https://idp", "http://idp"), "", "issuer"),
        (one.replace("https://app.example", "https://app.example/a"), "", "is no origin"),
        (one.replace("[\"https://app.example\"]", "[]"), "", "name at least one"),
        (format!("{one}after-logout = \"//evil.example\"\n"), "", "after-logout"),
        (format!("{one}secret = \"a\"\n"), "", "unknown field"),
        (format!("{one}client-secret = {{ file = \"/nowhere/at/all\" }}\n"), "", "client-secret"),
        (
            format!(
                "{one}session = {{ name = \"s\" }}\n[login.provider.two]\n{good}session = {{ name = \"s\" }}\n"
            ),
            "",
            "another provider's cookie",
        ),
    ] {
        let error = built(&provider, route).unwrap_err();
        assert!(error.contains(wanted), "{provider}: {error}");
    }
}
