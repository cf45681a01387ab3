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

/// What [`Told::write`] writes, as fields.
fn written(told: &Told<'_>, sent: &HeaderMap) -> HeaderMap {
    let mut out = Vec::new();
    let has_length = told.write(sent, &mut out);
    let mut headers = HeaderMap::new();
    if has_length {
        headers.append(CONTENT_LENGTH, sent.get(CONTENT_LENGTH).unwrap().clone());
    }
    for line in std::str::from_utf8(&out).unwrap().split_terminator("\r\n") {
        let (name, value) = line.split_once(": ").unwrap();
        headers.append(HeaderName::try_from(name).unwrap(), HeaderValue::try_from(value).unwrap());
    }
    headers
}

#[test]
fn what_is_written_straight_is_what_would_be_forwarded() {
    const FIELDS: [(&str, &str); 24] = [
        ("host", "a.example"),
        ("user-agent", "x"),
        ("cookie", "a=1"),
        ("cookie", "b=2"),
        ("connection", "keep-alive"),
        ("connection", "close, X-Other"),
        ("connection", "via, content-length, x-request-id, x-forwarded-for, host"),
        ("keep-alive", "1"),
        ("te", "trailers"),
        ("te", "gzip"),
        ("x-other", "1"),
        ("expect", "100-continue"),
        ("forwarded", "for=1.1.1.1"),
        ("x-forwarded-for", "1.1.1.1"),
        ("x-forwarded-for", "2.2.2.2, 3.3.3.3"),
        ("x_forwarded_for", "4.4.4.4"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "b.example"),
        ("x-real-ip", "1.1.1.1"),
        ("via", "1.0 before"),
        ("x-request-id", "theirs"),
        ("traceparent", "odd"),
        ("content-length", "0"),
        ("upgrade", "h2c"),
    ];
    let (authority, peer_value) =
        (HeaderValue::from_static("up.example"), HeaderValue::from_static("9.9.9.9"));
    let mut random = 1_u64;
    for round in 0..20_000_u32 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (few, chosen) = (round.is_multiple_of(2), random >> 8);
        let mut sent = HeaderMap::new();
        for (at, (name, value)) in FIELDS.iter().enumerate() {
            if (chosen >> at) & 1 == 1 && (!few || (chosen >> (24 + at)) & 1 == 1) {
                sent.append(*name, HeaderValue::from_static(value));
            }
        }
        let flag = |at: u32| (random >> at) & 1 == 1;
        let told = Told {
            peer: [9, 9, 9, 9].into(),
            peer_value: &peer_value,
            trusted: flag(60),
            is_secure: flag(61),
            host: sent.get(HOST).cloned(),
            keep_host: flag(62),
            authority: &authority,
            id: "ours",
            trace: flag(63).then(|| "00-1-1-01".to_owned()),
        };
        assert_eq!(written(&told, &sent), told.forward(sent.clone()), "{sent:?} {}", told.trusted);
    }
}
