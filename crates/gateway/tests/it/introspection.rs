//! Tokens that only their issuer can read, with a real authorization server: npm `oidc-provider`, as `cargo xtask tools`
//! installs it.
use crate::support::{NEVER, PLAIN, Stage, echo, raw, status};
use crate::who::Folder;
use access::dpop::{self, Target};
use access::encode;
use access::jwt::SigningKey;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// The server; it ends with this value.
pub(crate) struct Server {
    process: Child,
    /// Left open: the server ends when it cannot write its warnings.
    _output: std::io::Lines<BufReader<ChildStdout>>,
    pub(crate) address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// What a tool was installed as, or that the test is skipped.
pub(crate) fn tool(path: &str) -> Option<PathBuf> {
    let tool = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools").join(path);
    if tool.exists() {
        return Some(tool);
    }
    println!("skipped: {} is not installed (`cargo xtask tools`)", tool.display());
    None
}

impl Server {
    pub(crate) fn start() -> Option<Self> {
        let module = tool("node_modules/oidc-provider/lib/index.js")?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/authorization_server.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .arg(module)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // It may say other things first.
        let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
        let told =
            output.by_ref().map_while(Result::ok).find_map(|line| serde_json::from_str::<Value>(&line).ok());
        let told = told.expect("the server came up");
        let address = told["issuer"].as_str().unwrap().trim_start_matches("http://").parse().unwrap();
        Some(Self { process, _output: output, address })
    }

    /// One call as a client; the answer's body.
    async fn call(&self, path: &str, form: &str, more: &str) -> String {
        let text = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Basic {}\r\nContent-Type: application/x-www-form-urlencoded\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n{form}",
            self.address,
            encode::base64(b"app:secret-of-the-app"),
            form.len()
        );
        let answer = raw(self.address, text, NEVER).await;
        assert_eq!(status(&answer), 200, "{answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    pub(crate) async fn token(&self, more: &str) -> String {
        let body = self.call("/token", "grant_type=client_credentials&scope=orders:read", more).await;
        serde_json::from_str::<Value>(&body).unwrap()["access_token"].as_str().unwrap().to_owned()
    }

    /// How often it was asked about tokens.
    async fn questions(&self) -> u64 {
        let answer =
            raw(self.address, "GET /questions HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", NEVER).await;
        answer
            .split_once("\r\n\r\n")
            .unwrap()
            .1
            .trim_matches(|c: char| !c.is_ascii_digit())
            .parse()
            .unwrap_or_else(|_| {
                // In chunks: a length, then the number.
                answer
                    .lines()
                    .rev()
                    .find_map(|line| line.trim().parse().ok().filter(|_| line.trim() != "0"))
                    .unwrap()
            })
    }
}

pub(crate) fn settings(server: SocketAddr, secret: &str, more: &str) -> String {
    let route = PLAIN.replace(
        "mode = \"off\"",
        "mode = \"off\"\nauthentication = [\"main\"]\nauthorization = { scopes = [\"orders:read\"] }",
    );
    format!(
        "[authentication.introspection.main]\nurl = \"http://{server}/token/introspection\"\nissuer = \"http://{server}\"\nclient = {{ id = \"gateway\", secret = {{ file = \"{secret}\" }} }}\n{more}\n{route}"
    )
}

async fn ask(stage: &Stage, fields: &str) -> String {
    stage.raw(format!("GET /a HTTP/1.1\r\nHost: a\r\n{fields}Connection: close\r\n\r\n"), NEVER).await
}

pub(crate) async fn bearer(stage: &Stage, token: &str) -> String {
    ask(stage, &format!("Authorization: Bearer {token}\r\n")).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_server_says_whose_token_it_is() {
    let Some(server) = Server::start() else { return };
    let folder = Folder::new("introspection");
    let secret = folder.put("secret", "secret:of+the gateway\n");
    let log = folder.put("access.jsonl", "");
    let text = format!("[log]\naccess = \"{log}\"\n{}", settings(server.address, &secret, ""));
    let stage = Stage::new(&text).await;
    let token = server.token("").await;
    assert_eq!(status(&bearer(&stage, &token).await), 200);
    assert_eq!(status(&bearer(&stage, &token).await), 200);
    assert_eq!(server.questions().await, 1, "the answer is remembered");
    let nobody = ask(&stage, "").await;
    assert!(status(&nobody) == 401 && nobody.contains("www-authenticate: Bearer"), "{nobody}");
    for bad in ["x", "A-token-of-nobody", "a b", "\u{e9}", ""] {
        assert_eq!(status(&bearer(&stage, bad).await), 401, "{bad}");
    }
    let twice = format!("Authorization: Bearer {token}\r\nAuthorization: Bearer {token}\r\n");
    assert_eq!(status(&ask(&stage, &twice).await), 401);
    assert_eq!(status(&ask(&stage, &format!("Authorization: DPoP {token}\r\n")).await), 401, "no proof");
    let asked = server.questions().await;
    let many: Vec<_> = (0..8)
        .map(|_| {
            let (address, token) = (stage.address, "one-token-that-nobody-gave-out".to_owned());
            let text = format!(
                "GET /a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
            );
            tokio::spawn(async move { status(&raw(address, text, NEVER).await) })
        })
        .collect();
    for one in many {
        assert_eq!(one.await.unwrap(), 401);
    }
    assert_eq!(server.questions().await, asked + 1, "one question for all of them");
    stage.gateway.stop();
    #[expect(clippy::disallowed_methods, reason = "a test reads what the gateway wrote")]
    let lines = std::fs::read_to_string(&log).unwrap();
    assert!(lines.contains("\"identity\":\"app\"") && !lines.contains(&token), "{lines}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_cannot_say_opens_nothing() {
    let Some(server) = Server::start() else { return };
    let folder = Folder::new("introspection-away");
    let secret = folder.put("secret", "secret:of+the gateway");
    let wrong = folder.put("wrong", "another secret");
    let stage = Stage::new(&settings(server.address, &secret, "")).await;
    let at_once = Stage::new(&settings(server.address, &secret, "active-seconds = 0")).await;
    let unknown = Stage::new(&settings(server.address, &wrong, "")).await;
    let other = Stage::new(&settings(server.address, &secret, "audiences = [\"orders\"]")).await;
    let token = server.token("").await;
    assert_eq!(status(&bearer(&other, &token).await), 401, "another audience");
    let refused = bearer(&unknown, &token).await;
    assert!(status(&refused) == 503 && refused.contains("retry-after: 5"), "{refused}");
    assert_eq!(status(&bearer(&stage, &token).await), 200);
    assert_eq!(status(&bearer(&at_once, &token).await), 200);
    server.call("/token/revocation", &format!("token={token}"), "").await;
    assert_eq!(status(&bearer(&at_once, &token).await), 401, "revoked");
    let fresh = server.token("").await;
    drop(server);
    assert_eq!(status(&bearer(&stage, &token).await), 200, "remembered for thirty seconds");
    for _ in 0..3 {
        let away = bearer(&stage, &fresh).await;
        assert!(status(&away) == 503 && away.contains("retry-after: 5"), "{away}");
    }
    assert_eq!(status(&ask(&stage, "").await), 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_bound_to_a_key_needs_a_proof_each_time() {
    let Some(server) = Server::start() else { return };
    let folder = Folder::new("introspection-dpop");
    let secret = folder.put("secret", "secret:of+the gateway");
    let stage = Stage::new(&settings(server.address, &secret, "")).await;
    let (key, thief) = (crate::provider::signer("d1"), crate::provider::signer("d2"));
    let own = format!("http://{}/token", server.address).parse().unwrap();
    let target = Target { method: "POST", url: &own, token: None, nonce: None };
    let proof = dpop::prove(&key, target, "first", now()).unwrap();
    let token = server.token(&format!("DPoP: {proof}\r\n")).await;
    let with = |key: &SigningKey, id: &str, path: &str| {
        let url = format!("http://a{path}").parse().unwrap();
        let target = Target { method: "GET", url: &url, token: Some(&token), nonce: None };
        let proof = dpop::prove(key, target, id, now()).unwrap();
        format!("Authorization: DPoP {token}\r\nDPoP: {proof}\r\n")
    };
    let good = with(&key, "1", "/a");
    assert_eq!(status(&ask(&stage, &good).await), 200);
    assert_eq!(status(&ask(&stage, &good).await), 401, "a proof counts once");
    assert_eq!(status(&ask(&stage, &with(&key, "2", "/a")).await), 200);
    for (bad, why) in [
        (with(&thief, "3", "/a"), "another key"),
        (with(&key, "4", "/b"), "another address"),
        (with(&key, "5", "/a").replace("DPoP ", "Bearer "), "as a bearer token"),
        (with(&key, "6", "/a").replace("GET", "POST").replace("\r\nDPoP:", "\r\nX:"), "no proof"),
    ] {
        assert_eq!(status(&ask(&stage, &bad).await), 401, "{why}");
    }
    assert_eq!(status(&ask(&stage, &with(&key, "7", "/a")).await), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proof_must_carry_a_nonce_where_the_owner_wants_it() {
    let Some(server) = Server::start() else { return };
    let folder = Folder::new("introspection-nonce");
    let secret = folder.put("secret", "secret:of+the gateway");
    let own = settings(server.address, &secret, "");
    let wanted = format!("[authentication.dpop-nonce]\nseconds = 600\n{own}");
    let stage = Stage::new(&wanted).await;
    let key = crate::provider::signer("d1");
    let endpoint = format!("http://{}/token", server.address).parse().unwrap();
    let target = Target { method: "POST", url: &endpoint, token: None, nonce: None };
    let token = server.token(&format!("DPoP: {}\r\n", dpop::prove(&key, target, "t", now()).unwrap())).await;
    let url = "http://a/a".parse().unwrap();
    let with = |id: &str, nonce: Option<&str>| {
        let target = Target { method: "GET", url: &url, token: Some(&token), nonce };
        let proof = dpop::prove(&key, target, id, now()).unwrap();
        format!("Authorization: DPoP {token}\r\nDPoP: {proof}\r\n")
    };
    let asked = ask(&stage, &with("1", None)).await;
    assert!(
        status(&asked) == 401 && asked.contains("www-authenticate: DPoP error=\"use_dpop_nonce\""),
        "{asked}"
    );
    let nonce = asked.split_once("dpop-nonce: ").unwrap().1.lines().next().unwrap().trim();
    assert_eq!(status(&ask(&stage, &with("2", Some(nonce))).await), 200);
    let wrong = ask(&stage, &with("3", Some("another"))).await;
    assert!(status(&wrong) == 401 && wrong.contains(nonce), "{wrong}");
    let text = wanted.replace("{app}", &format!("http://{}", echo().await));
    let config = gateway::Config::from_toml(&format!("workers = 1\n{text}"), Path::new("")).unwrap();
    stage.gateway.reload(config).unwrap();
    assert_eq!(status(&ask(&stage, &with("4", Some(nonce))).await), 200, "a reload keeps what clients hold");
    for (nonce, place) in
        [("seconds = 0", "seconds"), ("key = { env = \"NOT_SET_ANYWHERE\" }", "NOT_SET_ANYWHERE")]
    {
        let text = wanted.replace("seconds = 600", nonce).replace("{app}", "http://127.0.0.1:1");
        let config = gateway::Config::from_toml(&text, Path::new("")).unwrap();
        assert!(gateway::check(config).unwrap_err().to_string().contains(place), "{place}");
    }
}

/// Seconds since 1970-01-01.
#[expect(clippy::disallowed_methods, reason = "a client has a clock")]
pub(crate) fn now() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn a_server_that_cannot_be_asked_is_no_source() {
    let folder = Folder::new("introspection-settings");
    let secret = folder.put("secret", "a secret of the gateway");
    let address = "127.0.0.1:1".parse().unwrap();
    let good = settings(address, &secret, "").replace("{app}", "http://127.0.0.1:1");
    let check = |text: &str| {
        let config = gateway::Config::from_toml(text, Path::new("")).map_err(|error| error.to_string())?;
        gateway::check(config).map(drop).map_err(|error| error.to_string())
    };
    check(&good).unwrap();
    let at = "authentication.introspection.main";
    for (from, to, place) in [
        ("http://127.0.0.1:1/token", "http://login.example/token", "https://"),
        (secret.as_str(), "/nowhere", at),
        ("secret =", "unknown =", "unknown"),
        ("client = { id", "questions-max = 0\nclient = { id", "questions-max"),
        (&format!(", secret = {{ file = \"{secret}\" }}"), "", "must know who asks"),
        ("id = \"gateway\"", "id = \"\"", "client.id"),
    ] {
        let error = check(&good.replace(from, to)).unwrap_err();
        assert!(error.contains(place), "{to}: {error}");
    }
}
