//! Tokens of somebody else: made from a real one, or from nothing.
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Map, Value, json};

/// A forged token with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Forged {
    pub(crate) name: &'static str,
    pub(crate) token: String,
}

/// The claims of a token, or those of nobody in particular.
fn claims(honest: Option<&str>) -> Map<String, Value> {
    let read = honest.and_then(|token| {
        let part = token.split('.').nth(1)?;
        serde_json::from_slice(&BASE64.decode(part).ok()?).ok()
    });
    read.unwrap_or_else(|| {
        let made = json!({"iss": "https://login.example.org", "sub": "admin", "aud": "app", "exp": 4_102_444_800_u64});
        made.as_object().cloned().unwrap_or_default()
    })
}

fn encode(header: &Value, claims: &Map<String, Value>, signature: &[u8]) -> String {
    let part = |value: &[u8]| BASE64.encode(value);
    let claims = Value::Object(claims.clone()).to_string();
    format!("{}.{}.{}", part(header.to_string().as_bytes()), part(claims.as_bytes()), part(signature))
}

/// Tokens that no verifier may take. `other` is whom they claim to be.
pub(crate) fn forged(honest: Option<&str>, other: &str) -> Vec<Forged> {
    let mut claims = claims(honest);
    for name in ["sub", "username", "cognito:username", "email", "client_id"] {
        if claims.contains_key(name) || name == "sub" {
            claims.insert(name.to_owned(), Value::String(other.to_owned()));
        }
    }
    claims.insert("cognito:groups".to_owned(), json!(["admin"]));
    let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, b"secret");
    let unsigned = encode(&json!({"alg": "HS256", "typ": "JWT"}), &claims, b"");
    let message = unsigned.rsplit_once('.').map_or("", |(message, _)| message).to_owned();
    let weak = BASE64.encode(aws_lc_rs::hmac::sign(&key, message.as_bytes()).as_ref());
    let mut all = vec![
        Forged { name: "alg-none", token: encode(&json!({"alg": "none", "typ": "JWT"}), &claims, b"") },
        Forged { name: "alg-none-case", token: encode(&json!({"alg": "nOnE", "typ": "JWT"}), &claims, b"") },
        Forged { name: "weak-secret", token: format!("{message}.{weak}") },
        Forged {
            name: "any-signature",
            token: encode(
                &json!({"alg": "RS256", "typ": "JWT", "kid": "../../dev/null"}),
                &claims,
                &[7; 256],
            ),
        },
        Forged {
            name: "embedded-key",
            token: encode(
                &json!({"alg": "HS256", "jwk": {"kty": "oct", "k": "c2VjcmV0"}}),
                &claims,
                &[7; 32],
            ),
        },
    ];
    // The head and signature of a real token, with other claims.
    if let Some((head, signature)) = honest.and_then(|token| {
        let mut parts = token.split('.');
        Some((parts.next()?, parts.nth(1)?))
    }) {
        let body = BASE64.encode(Value::Object(claims).to_string());
        all.push(Forged { name: "changed-claims", token: format!("{head}.{body}.{signature}") });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_token_keeps_what_it_says_but_for_who_it_is() {
        let honest = encode(
            &json!({"alg": "RS256"}),
            json!({"sub": "a", "iss": "i", "scope": "s"}).as_object().unwrap(),
            b"sig",
        );
        let all = forged(Some(&honest), "victim");
        let changed = all.iter().find(|one| one.name == "changed-claims").unwrap();
        let parts: Vec<&str> = changed.token.split('.').collect();
        assert_eq!(parts[0], honest.split('.').next().unwrap());
        assert_eq!(parts[2], honest.rsplit('.').next().unwrap());
        let claims: Value = serde_json::from_slice(&BASE64.decode(parts[1]).unwrap()).unwrap();
        assert_eq!((claims["sub"].as_str(), claims["scope"].as_str()), (Some("victim"), Some("s")));
        assert_eq!(forged(None, "victim").len(), all.len() - 1, "nothing to change without a real one");
    }
}
