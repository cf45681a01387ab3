//! Tokens whose issuer publishes its keys: found by discovery, kept, changed, and missed.
use crate::app::{App, answer, app};
use crate::introspection::now;
use crate::provider::signer;
use crate::support::{NEVER, PLAIN, Stage, status};
use access::jwt::SigningKey;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

/// What the issuer publishes; nothing: it fails.
type Published = Arc<Mutex<Option<Vec<Value>>>>;

async fn issuer(keys: &[&SigningKey]) -> (App, Published) {
    let published = Published::default();
    publish(&published, keys);
    let own = Arc::clone(&published);
    let issuer = app(move |request| {
        let at = format!("http://{}", request.headers()["host"].to_str().unwrap());
        match (own.lock().unwrap().as_ref(), request.uri().path()) {
            (None, _) => answer(503, &[], ""),
            (_, "/.well-known/openid-configuration") => answer(
                200,
                &[],
                json!({"issuer": at, "jwks_uri": format!("{at}/keys"), "token_endpoint": at}).to_string(),
            ),
            (Some(keys), "/keys") => answer(200, &[], json!({"keys": keys}).to_string()),
            _ => answer(404, &[], ""),
        }
    })
    .await;
    (issuer, published)
}

fn publish(published: &Published, keys: &[&SigningKey]) {
    *published.lock().unwrap() = Some(keys.iter().map(|key| key.public_jwk().unwrap()).collect());
}

async fn stage(issuer: &App, keys: &str) -> Stage {
    let route = PLAIN.replace("mode = \"off\"", "mode = \"off\"\nauthentication = [\"login\"]");
    Stage::new(&format!(
        "[authentication.jwt.login]\nissuer = \"http://{}\"\naudiences = [\"orders\"]\nkeys = {keys}\nrefresh = {{ miss-seconds = 3600 }}\n{route}",
        issuer.address
    ))
    .await
}

async fn ask(stage: &Stage, key: &SigningKey, issuer: &App) -> u16 {
    let claims = json!({"iss": format!("http://{}", issuer.address), "aud": "orders", "sub": "alice", "exp": now() + 60});
    let Value::Object(claims) = claims else { panic!("an object") };
    let token = key.token("JWT", claims).unwrap();
    let text =
        format!("GET /a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
    status(&stage.raw(text, NEVER).await)
}

#[tokio::test]
async fn keys_are_found_kept_and_changed() {
    let (first, second, stranger) = (signer("k1"), signer("k2"), signer("k9"));
    let (issuer, published) = issuer(&[&first]).await;
    let stage = stage(&issuer, "\"discovery\"").await;
    for _ in 0..5 {
        assert_eq!(ask(&stage, &first, &issuer).await, 200);
    }
    assert_eq!(issuer.taken(), ["GET /.well-known/openid-configuration", "GET /keys"], "asked once");
    // Another key signs from now on: the first token with its name brings it.
    publish(&published, &[&first, &second]);
    assert_eq!(ask(&stage, &second, &issuer).await, 200);
    assert_eq!(ask(&stage, &first, &issuer).await, 200);
    let asked = issuer.taken().len();
    assert!((1..=2).contains(&asked), "{asked}");
    // Names that nobody knows make nobody ask the issuer again and again.
    for _ in 0..20 {
        assert_eq!(ask(&stage, &stranger, &issuer).await, 401);
    }
    assert!(issuer.taken().is_empty(), "throttled");
    // A key of the same name that is another one opens nothing.
    assert_eq!(ask(&stage, &signer("k1"), &issuer).await, 401);
    // The issuer is away: what is known goes on.
    *published.lock().unwrap() = None;
    assert_eq!(ask(&stage, &first, &issuer).await, 200);
}

#[tokio::test]
async fn an_issuer_that_cannot_be_asked_lets_nobody_in() {
    let key = signer("k1");
    let (issuer, published) = issuer(&[&key]).await;
    *published.lock().unwrap() = None;
    let keys = format!("{{ url = \"http://{}/keys\" }}", issuer.address);
    let away = stage(&issuer, &keys).await;
    for _ in 0..3 {
        assert!(matches!(ask(&away, &key, &issuer).await, 401 | 503));
    }
    publish(&published, &[&key]);
    let here = stage(&issuer, &keys).await;
    assert_eq!(ask(&here, &key, &issuer).await, 200);
    assert!(issuer.taken().iter().all(|asked| asked == "GET /keys"), "the address is given");
}

#[tokio::test]
async fn keys_that_are_no_keys_let_nobody_in() {
    let key = signer("k1");
    let (issuer, published) = issuer(&[&key]).await;
    let public = key.public_jwk().unwrap();
    let with = |name: &str, value: Value| {
        let mut jwk = public.clone();
        jwk[name] = value;
        jwk
    };
    for odd in [
        json!({"kty": "oct", "kid": "k1", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"}),
        with("use", json!("enc")),
        with("crv", json!("P-384")),
        with("x", json!("AAAA")),
        json!("k1"),
    ] {
        *published.lock().unwrap() = Some(vec![odd.clone()]);
        let stage = stage(&issuer, "\"discovery\"").await;
        assert_eq!(ask(&stage, &key, &issuer).await, 401, "{odd}");
    }
    // One that we do not know beside one that we do.
    *published.lock().unwrap() =
        Some(vec![json!({"kty": "AKP", "kid": "pq", "alg": "ML-DSA-44"}), public.clone()]);
    let stage = stage(&issuer, "\"discovery\"").await;
    assert_eq!(ask(&stage, &key, &issuer).await, 200);
}
