//! Tests of message signatures: the examples of RFC 9421, appendix B, and requests changed on the way.
use serde_json::json;

use super::*;
use crate::replay::Memory;
use crate::secret::Secret;

const CREATED: u64 = 1_618_884_473;
const DIGEST: &str =
    "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";

fn headers(input: &str, signature: &str) -> Vec<(String, String)> {
    [
        ("Host", "example.com"),
        ("Date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("Content-Type", "application/json"),
        ("Content-Digest", DIGEST),
        ("Content-Length", "18"),
        ("Signature-Input", input),
        ("Signature", signature),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn request(headers: &[(String, String)]) -> Request<'_> {
    Request {
        method: "POST",
        origin: "https://example.com",
        path: "/foo",
        query: Some("param=Value&Pet=dog"),
        headers,
        body: Some(b"{\"hello\": \"world\"}"),
    }
}

/// The keys of appendix B.1.
fn keys(id: &str) -> Option<MessageKey> {
    let (key, algorithm) = match id {
        "test-key-ed25519" => {
            let key =
                json!({"kty": "OKP", "crv": "Ed25519", "x": "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"});
            (Key::read(&key).ok()?, Algorithm::EdDsa)
        }
        "test-shared-secret" => {
            let secret =
                "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==";
            let secret = Secret::new(encode::from_base64(secret)?);
            (Key::shared(&secret, Algorithm::HS256).ok()?, Algorithm::HS256)
        }
        "own" => (
            crate::testing::key_set(&[&crate::testing::signer(Algorithm::ES256, "own")])
                .candidates(None, Algorithm::ES256)
                .next()?
                .clone(),
            Algorithm::ES256,
        ),
        _ => return None,
    };
    let subject = id.to_owned();
    Some(MessageKey { key, algorithm, subject, scopes: BTreeSet::new(), roles: BTreeSet::new() })
}

fn outcome(request: &Request<'_>, wanted: &[&str], now: u64) -> Result<String, MessageError> {
    let components = wanted.iter().map(|name| (*name).to_owned()).collect();
    let config = Config { components, ..Config::default() };
    verify(request, &config, &keys, now).map(|fresh| fresh.admit_here(&Memory::new(1), now).unwrap().subject)
}

#[test]
fn the_examples_of_the_rfc() {
    // B.2.6
    let ed25519 = headers(
        r#"sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519""#,
        "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:",
    );
    let wanted = ["@method", "@path", "@authority"];
    assert_eq!(outcome(&request(&ed25519), &wanted, CREATED).as_deref(), Ok("test-key-ed25519"));
    // B.2.5
    let shared = headers(
        r#"sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret""#,
        "sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:",
    );
    assert_eq!(outcome(&request(&shared), &["@authority"], CREATED).as_deref(), Ok("test-shared-secret"));
    assert_eq!(
        outcome(&request(&shared), &["@method"], CREATED),
        Err(MessageError::NotSigned("@method".to_owned()))
    );
    for now in [CREATED - 301, CREATED + 301] {
        assert_eq!(outcome(&request(&shared), &[], now), Err(MessageError::Time { created: CREATED, now }));
    }
    check_digest(DIGEST, b"{\"hello\": \"world\"}").unwrap();
    let both = format!("sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:, {DIGEST}");
    check_digest(&both, b"{\"hello\": \"world\"}").unwrap();
    assert_eq!(check_digest(DIGEST, b"{}"), Err(MessageError::Body));
    for bad in ["", "md5=:AAAA:", "sha-512=AAAA", "sha-512=:AAAA:, sha-512=:AAAA:"] {
        assert!(check_digest(bad, b"{\"hello\": \"world\"}").is_err(), "{bad}");
    }
}

fn signed(list: &str, parameters: &str, base: &Request<'_>) -> Vec<(String, String)> {
    let field = format!("s=({list}){parameters}");
    let input = fields::inputs(&field).unwrap().remove(0);
    let text = super::base(base, &input).unwrap();
    let signature = crate::testing::signer(Algorithm::ES256, "own").sign(text.as_bytes()).unwrap();
    headers(&field, &format!("s=:{}:", encode::base64(&signature)))
}

#[test]
fn what_is_signed_may_not_change() {
    let plain = headers("", "");
    let list = r#""@method" "@target-uri" "@query-param";name="Pet" "content-digest" "date""#;
    let parameters = r#";created=1618884473;keyid="own";alg="ecdsa-p256-sha256";nonce="n1""#;
    let headers = signed(list, parameters, &request(&plain));
    let good = request(&headers);
    let wanted = ["@method", "@authority", "@path", "@query", "content-digest"];
    let of = |request: Request<'_>| outcome(&request, &wanted, CREATED);
    assert_eq!(of(good).as_deref(), Ok("own"));
    assert_eq!(of(Request { method: "PUT", ..good }), Err(MessageError::Signature));
    assert_eq!(of(Request { path: "/bar", ..good }), Err(MessageError::Signature));
    assert_eq!(of(Request { origin: "http://example.com", ..good }), Err(MessageError::Signature));
    assert!(of(Request { query: Some("param=Value&Pet=cat"), ..good }).is_err());
    assert!(of(Request { query: Some("param=Value&Pet=dog&Pet=cat"), ..good }).is_err());
    assert_eq!(of(Request { body: Some(b"{}"), ..good }), Err(MessageError::Body));
    assert_eq!(of(Request { body: None, ..good }), Err(MessageError::BodyMissing));
    assert_eq!(of(Request { origin: "https://EXAMPLE.com:443", ..good }).as_deref(), Ok("own"));
    let mut other = headers.clone();
    other[5].1 = other[5].1.replace("1618884473", "1618884474");
    assert_eq!(of(Request { headers: &other, ..good }), Err(MessageError::Signature));
    other[5].1 = headers[5].1.replace("ecdsa-p256-sha256", "hmac-sha256");
    assert_eq!(
        of(Request { headers: &other, ..good }),
        Err(MessageError::Algorithm("hmac-sha256".to_owned()))
    );
    other[5].1 = headers[5].1.replace("\"own\"", "\"x\"");
    assert_eq!(of(Request { headers: &other, ..good }), Err(MessageError::UnknownKey("x".to_owned())));
}

#[test]
fn malformed_fields() {
    for bad in [
        "s",
        "s=",
        "s=()x",
        "s=(\"a\"",
        "s=(\"a\"\"b\")",
        "s=(\"a\" \"a\")",
        "s=(\"A\")",
        "S=()",
        "s=(), s=()",
        "s=();created=\"1\"",
        "s=();created=1;created=2",
        "s=(\"@query-param\")",
        "s=(\"a\";sf)",
        "s=(\"a\";bs=1)",
        "s=();x=1",
        "s=();created=-1",
        "s=();keyid=\"é\"",
        "s=() ;created=1",
        "s=(a)",
    ] {
        assert_eq!(fields::inputs(bad), None, "{bad}");
    }
    assert_eq!(fields::inputs(""), Some(vec![]));
    assert_eq!(fields::inputs(&"s=(), ".repeat(5000)), None);
    for bad in ["s=x", "s=:x", "s=:=:", "s=:AA:", "s=::, s=::"] {
        assert_eq!(fields::binaries(bad), None, "{bad}");
    }
    let none = headers("", "");
    assert_eq!(outcome(&request(&none), &[], CREATED), Err(MessageError::Absent(None)));
}
