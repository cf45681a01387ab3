//! Who somebody is, and how often they ask: tokens, limits, block list.
use crate::support::{NEVER, PLAIN, Stage, status};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::path::PathBuf;
use tokio::io::AsyncWriteExt as _;

const SECRET: &[u8] = b"a secret of forty bytes, shared with us.";

/// A folder of this test's own, removed at the end.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("buckler-gateway-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn put(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        #[expect(clippy::disallowed_methods, reason = "a test makes its own files")]
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn token(header: &str, claims: &str, secret: &[u8]) -> String {
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref()))
}

const CLAIMS: &str =
    r#"{"iss":"https://login.example","aud":"orders","sub":"alice","scope":"read","exp":4102444800}"#;
const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

async fn ask(stage: &Stage, fields: &str) -> u16 {
    status(
        &stage.raw(format!("GET /a HTTP/1.1\r\nHost: a\r\n{fields}Connection: close\r\n\r\n"), NEVER).await,
    )
}

async fn bearer(stage: &Stage, token: &str) -> u16 {
    ask(stage, &format!("Authorization: Bearer {token}\r\n")).await
}

#[tokio::test]
async fn only_good_tokens_pass() {
    let folder = Folder::new("tokens");
    let file = folder.put("secret", SECRET);
    let settings = PLAIN.replace(
        "mode = \"off\"",
        "mode = \"off\"\nauthentication = [\"login\"]\nauthorization = { scopes = [\"read\"] }",
    );
    let settings = format!(
        "[authentication.jwt.login]\nissuer = \"https://login.example\"\naudiences = [\"orders\"]\nkeys = {{ shared = {{ file = \"{file}\" }} }}\n{settings}"
    );
    let stage = Stage::new(&settings).await;
    assert_eq!(bearer(&stage, &token(HS256, CLAIMS, SECRET)).await, 200);
    assert_eq!(ask(&stage, "").await, 401);
    let none = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode(CLAIMS));
    let good = token(HS256, CLAIMS, SECRET);
    for bad in [
        none,
        token(HS256, CLAIMS, b"another secret, which is not ours at all"),
        token(r#"{"alg":"HS384","typ":"JWT"}"#, CLAIMS, SECRET),
        token(r#"{"alg":"RS256","typ":"JWT"}"#, CLAIMS, SECRET),
        token(r#"{"alg":"HS256","kid":"../../etc/passwd"}"#, CLAIMS, b""),
        token(r#"{"alg":"HS256","jwk":{"kty":"oct","k":"YQ"}}"#, CLAIMS, b"a"),
        token(HS256, &CLAIMS.replace("4102444800", "1"), SECRET),
        token(HS256, &CLAIMS.replace("orders", "other"), SECRET),
        token(HS256, &CLAIMS.replace("login.example", "evil.example"), SECRET),
        token(HS256, &CLAIMS.replace(",\"exp\":4102444800", ""), SECRET),
        good.chars().take(good.len() - 2).collect(),
        String::new(),
    ] {
        assert_eq!(bearer(&stage, &bad).await, 401, "{bad}");
    }
    assert_eq!(
        ask(&stage, &format!("Authorization: Bearer {good}\r\nAuthorization: Bearer {good}\r\n")).await,
        401
    );
    assert_eq!(bearer(&stage, &token(HS256, &CLAIMS.replace("\"read\"", "\"write\""), SECRET)).await, 403);
    assert_eq!(bearer(&stage, &good).await, 200, "an honest client beside them is served");
}

#[tokio::test]
async fn tokens_of_an_applications_own_pass_public_routes_where_the_owner_says_so() {
    let folder = Folder::new("tokens-of-others");
    let file = folder.put("secret", SECRET);
    let settings = |invalid: &str, authorization: &str| {
        let own = PLAIN.replace(
            "mode = \"off\"",
            &format!("mode = \"off\"\nauthentication = [\"login\"]\nauthorization = {authorization}"),
        );
        format!(
            "[authentication]\ninvalid-on-public = \"{invalid}\"\n[authentication.jwt.login]\nissuer = \"https://login.example\"\naudiences = [\"orders\"]\nkeys = {{ shared = {{ file = \"{file}\" }} }}\n{own}"
        )
    };
    let good = token(HS256, CLAIMS, SECRET);
    let expired = token(HS256, &CLAIMS.replace("4102444800", "1"), SECRET);
    for (invalid, authorization, wanted) in
        [("nobody", "{ public = true }", 200), ("refuse", "{ public = true }", 401), ("nobody", "{}", 401)]
    {
        let stage = Stage::new(&settings(invalid, authorization)).await;
        for other in ["a-session-of-the-application", expired.as_str()] {
            assert_eq!(bearer(&stage, other).await, wanted, "{invalid} {authorization} {other}");
        }
        assert_eq!(bearer(&stage, &good).await, 200);
    }
}

#[tokio::test]
async fn tokens_without_a_scheme_are_taken_where_the_owner_says_so() {
    let folder = Folder::new("bare-tokens");
    let file = folder.put("secret", SECRET);
    let settings = |bare: bool, authorization: &str| {
        let own = PLAIN.replace(
            "mode = \"off\"",
            &format!("mode = \"off\"\nauthentication = [\"login\"]\nauthorization = {authorization}"),
        );
        format!(
            "[authentication]\nbare-token = {bare}\n[authentication.jwt.login]\nissuer = \"https://login.example\"\naudiences = [\"orders\"]\nkeys = {{ shared = {{ file = \"{file}\" }} }}\n{own}"
        )
    };
    let good = format!("Authorization: {}\r\n", token(HS256, CLAIMS, SECRET));
    let forged =
        format!("Authorization: {}\r\n", token(HS256, CLAIMS, b"another secret, which is not ours at all"));
    let strict = Stage::new(&settings(false, "{ scopes = [\"read\"] }")).await;
    assert_eq!(ask(&strict, &good).await, 401);
    let bare = Stage::new(&settings(true, "{ scopes = [\"read\"] }")).await;
    assert_eq!((ask(&bare, &good).await, ask(&bare, &forged).await, ask(&bare, "").await), (200, 401, 401));
    let public = Stage::new(&settings(true, "{ public = true }")).await;
    assert_eq!(
        (ask(&public, &good).await, ask(&public, &forged).await, ask(&public, "").await),
        (200, 401, 200)
    );
}

#[tokio::test]
async fn no_header_evades_a_limit() {
    let settings = format!("[[rate.limits]]\nname = \"each\"\nrate = \"3/1m\"\nby = [\"address\"]\n{PLAIN}");
    let stage = Stage::new(&settings).await;
    for (number, name) in ADDRESS_FIELDS.iter().enumerate() {
        // One at a time, and all at once.
        let claim = |name: &str| format!("{name}: 10.0.0.{number}\r\n");
        let fields = if number == 0 { ADDRESS_FIELDS.map(claim).concat() } else { claim(name) };
        let expect = if number < 3 { 200 } else { 429 };
        assert_eq!(ask(&stage, &fields).await, expect, "{fields}");
        // Somebody else is served meanwhile, as often as they may.
        let other = format!("127.0.1.{}:0", number + 1).parse().unwrap();
        let answer = from(other, stage.address, &fields).await;
        assert!(status(&answer) == 200 && !answer.contains("10.0.0."), "{answer}");
    }
}

/// Where proxies of all kinds say who the client is.
const ADDRESS_FIELDS: [&str; 16] = [
    "X-Forwarded-For",
    "Forwarded",
    "X-Real-IP",
    "CF-Connecting-IP",
    "CF-Connecting-IPv6",
    "True-Client-IP",
    "X-Client-IP",
    "X-Cluster-Client-IP",
    "Fastly-Client-IP",
    "X-Azure-ClientIP",
    "CloudFront-Viewer-Address",
    "X-Original-Forwarded-For",
    "X-Originating-IP",
    "X-Remote-Addr",
    "X_Forwarded_For",
    "Client-IP",
];

/// A request from an address of this machine.
async fn from(own: std::net::SocketAddr, address: std::net::SocketAddr, fields: &str) -> String {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(own).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let text = format!("GET /a HTTP/1.1\r\nHost: a\r\n{fields}Connection: close\r\n\r\n");
    stream.write_all(text.as_bytes()).await.unwrap();
    crate::support::read_until(&mut stream, NEVER).await
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_client_counts_alone() {
    let settings = format!(
        "[client-address]\ntrusted = [\"127.0.0.0/8\"]\n[[rate.limits]]\nname = \"each\"\nrate = \"1/1m\"\nby = [\"address\"]\n{PLAIN}"
    );
    let stage = Stage::new(&settings).await;
    assert_eq!(ask(&stage, "X-Forwarded-For: 203.0.113.1\r\n").await, 200);
    assert_eq!(ask(&stage, "X-Forwarded-For: 203.0.113.2\r\n").await, 200);
    assert_eq!(
        ask(&stage, "X-Forwarded-For: 6.6.6.6, 203.0.113.1\r\n").await,
        429,
        "what a client adds itself does not count"
    );
    // Nor what it says in the fields of other proxies.
    for name in ADDRESS_FIELDS.iter().filter(|name| !name.contains("Forwarded-For")) {
        assert_eq!(
            ask(&stage, &format!("{name}: 6.6.6.6\r\nX-Forwarded-For: 203.0.113.1\r\n")).await,
            429,
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_reload_is_whole_or_nothing() {
    let upstream = crate::support::echo().await;
    let stage = Stage::before(upstream, PLAIN);
    assert_eq!(stage.get("/a").await.0, 200);
    let config = |text: &str| {
        let text = text.replace("{app}", &format!("http://{upstream}"));
        gateway::Config::from_toml(&text, std::path::Path::new("")).unwrap()
    };
    let blocked = format!("[[block.block]]\nprefix = \"127.0.0.0/8\"\nreason = \"test\"\n{PLAIN}");
    let broken = blocked.replace("upstream = \"app\"", "upstream = \"nobody\"");
    assert!(stage.gateway.reload(config(&broken)).is_err());
    assert_eq!(stage.get("/a").await.0, 200, "the old one goes on");
    stage.gateway.reload(config(&blocked)).unwrap();
    assert_eq!(stage.get("/a").await.0, 403);
    stage.gateway.reload(config(PLAIN)).unwrap();
    assert_eq!(stage.get("/a").await.0, 200);
}

#[tokio::test]
async fn the_administrator_needs_the_token() {
    // SHA-256 of `test`.
    let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let settings = format!("[admin]\naddress = \"127.0.0.1:0\"\ntoken-sha256 = \"{hash}\"\n{PLAIN}");
    let stage = Stage::new(&settings).await;
    let admin = stage.gateway.admin_address().unwrap();
    let call = async |method: &str, path: &str, token: &str, body: &str| {
        let length = body.len();
        let text = format!(
            "{method} {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        crate::support::raw(admin, text, NEVER).await
    };
    assert_eq!(status(&call("GET", "/ready", "", "").await), 200);
    for path in ["/status", "/metrics", "/block"] {
        assert_eq!(status(&call("GET", path, "wrong", "").await), 401);
        assert_eq!(status(&call("GET", path, "test", "").await), 200);
    }
    let add = r#"[{"add": {"list": "block", "entry": {"prefix": "127.0.0.1/32", "reason": "test"}}}]"#;
    assert_eq!(status(&call("POST", "/block", "wrong", add).await), 401);
    assert_eq!(stage.get("/a").await.0, 200);
    assert_eq!(status(&call("POST", "/block", "test", add).await), 200);
    assert_eq!(stage.get("/a").await.0, 403);
    assert_eq!(status(&call("POST", "/block", "test", &add.replace("\"add\"", "\"remove\"")).await), 200);
    assert_eq!(stage.get("/a").await.0, 200);
    let metrics = call("GET", "/metrics", "test", "").await;
    assert!(metrics.contains("buckler_gateway_requests_total{route=\"all\",class=\"2xx\"}"), "{metrics}");
}

#[tokio::test]
async fn a_refusal_says_what_would_help() {
    let folder = Folder::new("challenges");
    let file = folder.put("secret", SECRET);
    let stage = |authorization: &str| {
        let own = PLAIN.replace(
            "mode = \"off\"",
            &format!("mode = \"off\"\nauthentication = [\"login\"]\nauthorization = {authorization}"),
        );
        format!(
            "[authentication.jwt.login]\nissuer = \"https://login.example\"\naudiences = [\"orders\"]\nkeys = {{ shared = {{ file = \"{file}\" }} }}\n{own}"
        )
    };
    let challenge = async |stage: &Stage, token: &str| {
        let request = format!(
            "GET /a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        );
        let answer = stage.raw(request, NEVER).await.to_lowercase();
        let field =
            answer.lines().find_map(|line| line.strip_prefix("www-authenticate: ")).map(ToOwned::to_owned);
        (status(&answer), field)
    };
    let token = |claims: &str| token(HS256, claims, SECRET);
    let scopes = Stage::new(&stage("{ scopes = [\"read\", \"write\"] }")).await;
    let wanted = "bearer error=\"insufficient_scope\", scope=\"write\"".to_owned();
    assert_eq!(challenge(&scopes, &token(CLAIMS)).await, (403, Some(wanted)));
    // Everything that is missing, at once (RFC 9470, section 3).
    let strong =
        Stage::new(&stage("{ step-up = { acr = [\"gold\"], amr = [\"otp\"], max-age = \"10m\" } }")).await;
    let (code, field) = challenge(&strong, &token(CLAIMS)).await;
    let field = field.unwrap();
    assert_eq!(code, 401);
    for part in
        ["insufficient_user_authentication", "acr_values=\"gold\"", "max_age=\"600\"", "another factor"]
    {
        assert!(field.contains(part), "{field}");
    }
    #[expect(clippy::disallowed_methods, reason = "the gateway itself takes the time of the system")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let enough =
        CLAIMS.replace("\"exp\"", &format!("\"acr\":\"gold\",\"amr\":[\"otp\"],\"auth_time\":{now},\"exp\""));
    assert_eq!(challenge(&strong, &token(&enough)).await, (200, None));
}

#[tokio::test]
async fn a_public_key_is_no_shared_secret() {
    let folder = Folder::new("confusion");
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let point = pair.public_key().as_ref();
    let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..65]));
    let key =
        format!(r#"{{"kty":"EC","crv":"P-256","kid":"k","use":"sig","alg":"ES256","x":"{x}","y":"{y}"}}"#);
    let set = format!(r#"{{"keys":[{key}]}}"#);
    let file = folder.put("keys", &set);
    let settings = PLAIN.replace(
        "mode = \"off\"",
        "mode = \"off\"\nauthentication = [\"login\"]\nauthorization = { scopes = [\"read\"] }",
    );
    let stage = Stage::new(&format!(
        "[authentication.jwt.login]\nissuer = \"https://login.example\"\naudiences = [\"orders\"]\nkeys = {{ file = \"{file}\" }}\n{settings}"
    ))
    .await;
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","typ":"JWT","kid":"k"}"#);
    let text = format!("{head}.{}", URL_SAFE_NO_PAD.encode(CLAIMS));
    let signature = pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
    let good = format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));
    assert_eq!(bearer(&stage, &good).await, 200);
    for secret in [point, &point[1..33], key.as_bytes(), set.as_bytes(), x.as_bytes()] {
        for header in
            [r#"{"alg":"HS256","typ":"JWT","kid":"k"}"#, r#"{"alg":"HS256"}"#, r#"{"alg":"ES256","kid":"k"}"#]
        {
            assert_eq!(bearer(&stage, &token(header, CLAIMS, secret)).await, 401, "{header}");
        }
    }
    assert_eq!(bearer(&stage, &good).await, 200, "an honest client beside them is served");
}
