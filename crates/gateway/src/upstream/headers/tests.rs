//! What stays at this hop.
use super::*;

#[test]
fn what_connection_names_stays_here() {
    let mut headers = HeaderMap::new();
    headers.append(CONNECTION, HeaderValue::from_static("close, X-Secret"));
    headers.append(CONNECTION, HeaderValue::from_static("te"));
    headers.insert("x-secret", HeaderValue::from_static("1"));
    headers.insert("keep-alive", HeaderValue::from_static("timeout=5"));
    headers.insert("te", HeaderValue::from_static("gzip"));
    headers.insert("x-other", HeaderValue::from_static("2"));
    strip_hop(&mut headers);
    assert_eq!(format!("{headers:?}"), r#"{"x-other": "2"}"#);
}

#[test]
fn claims_are_known_in_both_spellings() {
    for name in
        ["x-forwarded-for", "x_forwarded_for", "forwarded", "client-ip", "true_client-ip", "x-rewrite-url"]
    {
        assert!(is_claim(name), "{name}");
    }
    for name in ["x-forwarder", "content-type", "user-agent", "x-real-ipx"] {
        assert!(!is_claim(name), "{name}");
    }
}
