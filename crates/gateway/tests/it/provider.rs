//! A small OpenID Connect provider: discovery, keys, codes for ID tokens. Everybody is `alice`.
use access::Secret;
use access::jwt::{Algorithm, SigningKey};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// The provider, and what the next log-in shall be.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) address: SocketAddr,
    key: Mutex<SigningKey>,
    /// What the browser was sent with, for the code that it brings back.
    asked: Mutex<BTreeMap<String, BTreeMap<String, String>>>,
    /// Claims of ID tokens that are not as usual.
    pub(crate) odd: Mutex<Value>,
    /// Seconds that access tokens live.
    pub(crate) life: Mutex<u64>,
    /// Tokens are not renewed: 503.
    pub(crate) is_away: Mutex<bool>,
    renewals: Mutex<u32>,
    latest: Mutex<u32>,
}

pub(crate) fn signer(kid: &str) -> SigningKey {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    SigningKey::new(Algorithm::ES256, Some(kid), &Secret::new(key.as_ref())).unwrap()
}

fn pairs(text: &[u8]) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

/// Seconds since 1970-01-01.
#[expect(clippy::disallowed_methods, reason = "a provider has a clock")]
fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

impl Provider {
    pub(crate) async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let provider = Arc::new(Self {
            address,
            key: Mutex::new(signer("k1")),
            asked: Mutex::default(),
            odd: Mutex::new(json!({})),
            life: Mutex::new(300),
            is_away: Mutex::default(),
            renewals: Mutex::default(),
            latest: Mutex::default(),
        });
        tokio::spawn(Arc::clone(&provider).serve(listener));
        provider
    }

    async fn serve(self: Arc<Self>, listener: TcpListener) {
        while let Ok((stream, _)) = listener.accept().await {
            let this = Arc::clone(&self);
            let service = hyper::service::service_fn(move |request| {
                let this = Arc::clone(&this);
                async move { this.answer(request).await }
            });
            let connection =
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            tokio::spawn(async move { drop(connection.await) });
        }
    }

    pub(crate) fn issuer(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a browser gets that was sent to the provider: the code and the state to go back with.
    pub(crate) fn authorize(&self, location: &str) -> String {
        let url = url::Url::parse(location).unwrap();
        let asked = pairs(url.query().unwrap().as_bytes());
        assert_eq!(asked["response_type"], "code");
        assert_eq!(asked["code_challenge_method"], "S256");
        let query = format!("code=c-{0}&state={0}", asked["state"]);
        self.asked.lock().unwrap().insert(format!("c-{}", asked["state"]), asked);
        query
    }

    /// From now on another key signs.
    pub(crate) fn rotate(&self) {
        *self.key.lock().unwrap() = signer("k2");
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let issuer = self.issuer();
        let (status, value) = match head.uri.path() {
            "/.well-known/openid-configuration" => (
                200,
                json!({
                    "issuer": issuer, "jwks_uri": format!("{issuer}/keys"),
                    "authorization_endpoint": format!("{issuer}/authorize"),
                    "token_endpoint": format!("{issuer}/token"),
                    "end_session_endpoint": format!("{issuer}/logout"),
                }),
            ),
            "/keys" => (200, json!({"keys": [self.key.lock().unwrap().public_jwk().unwrap()]})),
            "/token" => self.token(&pairs(&body)),
            _ => (404, json!({})),
        };
        Ok(Response::builder().status(status).body(Full::new(Bytes::from(value.to_string()))).unwrap())
    }

    /// A logout token with these claims beside the usual ones (Back-Channel Logout 1.0, section 2.4).
    pub(crate) fn logout_token(&self, more: &Value) -> String {
        let mut claims = json!({
            "iss": self.issuer(), "aud": "pages", "iat": now(), "exp": now() + 120, "jti": "j1",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        });
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let Value::Object(claims) = claims else { panic!("an object") };
        self.key.lock().unwrap().token("logout+jwt", claims).unwrap()
    }

    /// New tokens for the latest refresh token; it counts once.
    fn refreshed(&self, form: &BTreeMap<String, String>) -> (u16, Value) {
        let latest = format!("rt{}", self.latest.lock().unwrap());
        let is_known = form.get("refresh_token") == Some(&latest);
        if *self.is_away.lock().unwrap() {
            return (503, json!({}));
        }
        if !is_known {
            return (400, json!({"error": "invalid_grant"}));
        }
        *self.renewals.lock().unwrap() += 1;
        let claims = json!({"iss": self.issuer(), "aud": form["client_id"], "sub": "alice", "iat": now(), "exp": now() + 300});
        let (token, next) = (self.signed(claims), self.next());
        (
            200,
            json!({"access_token": "at", "token_type": "Bearer", "expires_in": 0, "refresh_token": next, "id_token": token}),
        )
    }

    fn signed(&self, mut claims: Value) -> String {
        for (name, value) in self.odd.lock().unwrap().as_object().unwrap() {
            claims[name] = value.clone();
        }
        let Value::Object(claims) = claims else { panic!("an object") };
        self.key.lock().unwrap().token("JWT", claims).unwrap()
    }

    /// A refresh token that was never given before.
    fn next(&self) -> String {
        let mut latest = self.latest.lock().unwrap();
        *latest += 1;
        format!("rt{latest}")
    }

    /// How often tokens were renewed.
    pub(crate) fn renewals(&self) -> u32 {
        *self.renewals.lock().unwrap()
    }

    fn token(&self, form: &BTreeMap<String, String>) -> (u16, Value) {
        if form["grant_type"] == "refresh_token" {
            return self.refreshed(form);
        }
        let asked = self.asked.lock().unwrap().remove(&form["code"]);
        let Some(asked) = asked else { return (400, json!({"error": "invalid_grant"})) };
        let challenge = access::encode::base64url(&access::encode::sha256(form["code_verifier"].as_bytes()));
        let is_right = challenge == asked["code_challenge"]
            && form["redirect_uri"] == asked["redirect_uri"]
            && form["client_secret"] == "s3cret-of-the-client";
        if !is_right {
            return (400, json!({"error": "invalid_client"}));
        }
        let claims = json!({
            "iss": self.issuer(), "aud": asked["client_id"], "sub": "alice", "iat": now(), "exp": now() + 300,
            "nonce": asked["nonce"], "groups": ["staff"],
        });
        let token = self.signed(claims);
        let life = *self.life.lock().unwrap();
        (
            200,
            json!({"access_token": "at", "token_type": "Bearer", "expires_in": life, "refresh_token": self.next(), "id_token": token}),
        )
    }
}
