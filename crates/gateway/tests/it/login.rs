//! Log-in to pages: the whole way with a provider, and every way around it.
use crate::provider::Provider;
use crate::support::{NEVER, Stage, status};
use gateway::Config;
use serde_json::json;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

const ORIGIN: &str = "https://app.example";

/// A file with the client's secret, which goes with the test.
struct SecretFile(std::path::PathBuf);

impl SecretFile {
    fn new(name: &str) -> Self {
        Self::of(name, "s3cret-of-the-client")
    }

    fn of(name: &str, secret: &str) -> Self {
        let path = std::env::temp_dir().join(format!("buckler-login-{}-{name}", std::process::id()));
        let mut file = std::fs::File::create(&path).unwrap();
        writeln!(file, "{secret}").unwrap();
        Self(path)
    }
}

impl Drop for SecretFile {
    fn drop(&mut self) {
        drop(std::fs::remove_file(&self.0));
    }
}

fn settings(issuer: &str, secret: &SecretFile, more: &str) -> String {
    format!(
        r#"
[[listen]]
address = "127.0.0.1:0"
[upstream.app]
kind = "http"
addresses = ["{{app}}"]
[[route]]
name = "public"
path = "/public/*"
upstream = "app"
mode = "off"
[[route]]
name = "strong"
path = "/strong"
upstream = "app"
mode = "off"
login = {{ on = true, contexts = ["mfa"] }}
[[route]]
name = "pages"
upstream = "app"
mode = "off"
login = {{ on = true, provider = "main" }}
[login.provider.main]
issuer = "{issuer}"
client-id = "pages"
client-secret = {{ file = "{}" }}
client-proof = "post"
scopes = ["profile"]
origins = ["{ORIGIN}"]
group-claims = ["groups"]
{more}
"#,
        secret.0.display()
    )
}

/// One request of a browser.
async fn ask(stage: &Stage, method: &str, path: &str, fields: &[&str]) -> String {
    let fields: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    let text = format!(
        "{method} {path} HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\nContent-Length: 0\r\n{fields}\r\n"
    );
    stage.raw(text, NEVER).await
}

fn field<'a>(answer: &'a str, name: &str) -> Vec<&'a str> {
    let fields = answer.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(": "));
    fields.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}

/// The cookie that an answer sets, as a browser sends it.
fn cookie(answer: &str, end: &str) -> String {
    let all = field(answer, "set-cookie");
    let found = all.iter().find(|cookie| cookie.split('=').next().unwrap().ends_with(end));
    format!("Cookie: {}", found.unwrap_or_else(|| panic!("{all:?}")).split(';').next().unwrap())
}

const HTML: &str = "Accept: text/html,*/*";
const CALLBACK: &str = "/.well-known/buckler/login/callback/main";

/// The way to the provider and back; the answer to the return.
async fn log_in(stage: &Stage, provider: &Provider, path: &str) -> String {
    let sent = ask(stage, "GET", path, &[HTML]).await;
    assert_eq!(status(&sent), 303, "{sent}");
    let location = field(&sent, "location")[0];
    assert!(location.starts_with(&format!("{}/authorize?", provider.issuer())), "{location}");
    let pending = cookie(&sent, "-login");
    ask(stage, "GET", &format!("{CALLBACK}?{}", provider.authorize(location)), &[&pending]).await
}

#[tokio::test]
async fn a_person_logs_in_and_out() {
    let (provider, secret) = (Provider::start().await, SecretFile::new("whole"));
    let stage = Stage::new(&settings(&provider.issuer(), &secret, "")).await;
    let back = log_in(&stage, &provider, "/orders?page=2").await;
    assert_eq!(status(&back), 303, "{back}");
    assert_eq!(field(&back, "location"), ["/orders?page=2"]);
    assert_eq!(field(&back, "cache-control"), ["no-store"]);
    let session = cookie(&back, "__Host-buckler-main");
    let whole = format!("{session}; theirs=1");
    let page = ask(&stage, "GET", "/orders", &[HTML, &whole]).await;
    assert_eq!(status(&page), 200, "{page}");
    assert!(page.contains("theirs=1") && !page.contains("buckler-main"), "the session stays here: {page}");
    let open = ask(&stage, "GET", "/public/a", &[&whole]).await;
    assert!(status(&open) == 200 && !open.contains("buckler-main"), "on every route: {open}");
    let out = ask(&stage, "POST", "/.well-known/buckler/login/logout/main", &[&session]).await;
    assert_eq!(status(&out), 303, "{out}");
    assert!(field(&out, "location")[0].starts_with(&format!("{}/logout?", provider.issuer())), "{out}");
    assert!(field(&out, "set-cookie")[0].contains("Max-Age=0"), "{out}");
}

#[tokio::test]
async fn nobody_passes_without_a_session() {
    let (provider, secret) = (Provider::start().await, SecretFile::new("without"));
    let stage = Stage::new(&settings(&provider.issuer(), &secret, "")).await;
    assert_eq!(status(&ask(&stage, "GET", "/orders", &[]).await), 401, "a program");
    assert_eq!(status(&ask(&stage, "POST", "/orders", &[HTML]).await), 401);
    assert_eq!(
        status(&ask(&stage, "GET", "/orders", &[HTML, "Sec-Fetch-Mode: cors"]).await),
        401,
        "a script"
    );
    let forged = ask(&stage, "GET", "/orders", &["Cookie: __Host-buckler-main=abc.def"]).await;
    assert_eq!(status(&forged), 401, "{forged}");
    let elsewhere = "GET / HTTP/1.1\r\nHost: evil.example\r\nAccept: text/html\r\nConnection: close\r\n\r\n";
    assert_eq!(status(&stage.raw(elsewhere, NEVER).await), 421);
    assert_eq!(status(&ask(&stage, "GET", "/.well-known/buckler/login/callback/other", &[]).await), 404);
    let session = cookie(&log_in(&stage, &provider, "/").await, "__Host-buckler-main");
    let mut changed = session.clone();
    let last = changed.pop().unwrap();
    changed.push(if last == 'A' { 'B' } else { 'A' });
    changed.insert(changed.len() - 4, 'x');
    assert_eq!(status(&ask(&stage, "GET", "/", &[&changed]).await), 401);
    let twice = format!("{session}; {}", session.trim_start_matches("Cookie: "));
    assert_eq!(status(&ask(&stage, "GET", "/", &[&twice]).await), 401, "two sessions");
}

#[tokio::test]
async fn other_sites_cannot_use_a_session() {
    let (provider, secret) = (Provider::start().await, SecretFile::new("sites"));
    let stage = Stage::new(&settings(&provider.issuer(), &secret, "")).await;
    let session = cookie(&log_in(&stage, &provider, "/").await, "__Host-buckler-main");
    for (fields, wanted) in [
        (vec!["Origin: https://app.example", "Sec-Fetch-Site: same-origin"], 200),
        (vec!["Origin: https://evil.example"], 403),
        (vec!["Origin: null"], 403),
        (vec!["Sec-Fetch-Site: same-site"], 403),
        (vec!["Origin: https://app.example", "Origin: https://evil.example"], 403),
    ] {
        let fields = [vec![session.as_str()], fields].concat();
        let answer = ask(&stage, "POST", "/orders", &fields).await;
        assert_eq!(status(&answer), wanted, "{fields:?}: {answer}");
    }
    let linked = ask(&stage, "GET", "/orders", &[&session, "Sec-Fetch-Site: cross-site"]).await;
    assert_eq!(status(&linked), 200, "a link is no change");
    let out = ask(
        &stage,
        "GET",
        "/.well-known/buckler/login/logout/main",
        &[&session, "Sec-Fetch-Site: cross-site"],
    )
    .await;
    assert_eq!(status(&out), 403);
}

#[tokio::test]
async fn returns_that_are_not_right_are_refused() {
    let (provider, secret) = (Provider::start().await, SecretFile::new("returns"));
    let stage = Stage::new(&settings(&provider.issuer(), &secret, "")).await;
    let sent = ask(&stage, "GET", "/", &[HTML]).await;
    let pending = cookie(&sent, "-login");
    let query = provider.authorize(field(&sent, "location")[0]);
    let at = |query: &str| format!("{CALLBACK}?{query}");
    assert_eq!(status(&ask(&stage, "GET", &at(&query), &[]).await), 400, "another browser");
    assert_eq!(status(&ask(&stage, "GET", &at("code=a&state=b"), &[&pending]).await), 400, "another state");
    assert_eq!(status(&ask(&stage, "GET", &at(&format!("{query}&state=b")), &[&pending]).await), 400);
    let denied = query.replace("code=", "error=access_denied&x=");
    let denied = ask(&stage, "GET", &at(&denied), &[&pending]).await;
    assert!(status(&denied) == 400 && denied.contains("refused"), "{denied}");
    assert_eq!(status(&ask(&stage, "GET", &at(&query), &[&pending]).await), 303, "the right one");
    let again = ask(&stage, "GET", &at(&query), &[&pending]).await;
    assert_eq!(status(&again), 400, "a code counts once: {again}");
    for odd in [
        json!({"nonce": "other"}),
        json!({"aud": "other"}),
        json!({"iss": "https://other.example"}),
        json!({"exp": 1}),
        json!({"aud": ["pages", "other"]}),
    ] {
        *provider.odd.lock().unwrap() = odd.clone();
        let back = log_in(&stage, &provider, "/").await;
        assert_eq!(status(&back), 400, "{odd}: {back}");
        assert!(field(&back, "set-cookie").is_empty(), "{back}");
    }
}

#[tokio::test]
async fn keys_change_and_stronger_log_ins_are_asked_for() {
    let (provider, secret) = (Provider::start().await, SecretFile::new("keys"));
    let stage = Stage::new(&settings(&provider.issuer(), &secret, "")).await;
    let session = cookie(&log_in(&stage, &provider, "/").await, "__Host-buckler-main");
    provider.rotate();
    assert_eq!(status(&log_in(&stage, &provider, "/").await), 303, "signed with a key that is new");
    let weak = ask(&stage, "GET", "/strong", &[HTML, &session]).await;
    assert_eq!(status(&weak), 303, "{weak}");
    assert!(field(&weak, "location")[0].contains("acr_values=mfa"), "{weak}");
    *provider.odd.lock().unwrap() = json!({"acr": "mfa"});
    let back = log_in(&stage, &provider, "/strong").await;
    let session = cookie(&back, "__Host-buckler-main");
    assert_eq!(status(&ask(&stage, "GET", "/strong", &[HTML, &session]).await), 200);
}

#[tokio::test]
async fn without_a_provider_nobody_logs_in() {
    let secret = SecretFile::new("away");
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    let stage = Stage::new(&settings(&issuer, &secret, "")).await;
    assert_eq!(status(&ask(&stage, "GET", "/orders", &[HTML]).await), 503);
    assert_eq!(status(&ask(&stage, "GET", "/orders", &[HTML]).await), 503, "nor at once again");
    assert_eq!(status(&ask(&stage, "GET", &format!("{CALLBACK}?code=a&state=b"), &[]).await), 503);
    assert_eq!(status(&ask(&stage, "GET", "/public/a", &[]).await), 200);
}

#[tokio::test]
async fn a_strict_cookie_comes_over_a_page() {
    let (provider, secret) = (Provider::start().await, SecretFile::new("strict"));
    let more = "session = { same-site = \"strict\", idle-seconds = 600 }";
    let stage = Stage::new(&settings(&provider.issuer(), &secret, more)).await;
    let back = log_in(&stage, &provider, "/a?b=1&c=2").await;
    assert_eq!(status(&back), 200, "{back}");
    assert!(back.contains("url=/a?b=1&amp;c=2"), "{back}");
    assert!(field(&back, "set-cookie")[0].contains("SameSite=Strict; Max-Age=600"), "{back}");
}

const BACKCHANNEL: &str = "/.well-known/buckler/login/backchannel/main";

/// The provider posts a form.
async fn post(stage: &Stage, body: &str) -> String {
    let text = format!(
        "POST {BACKCHANNEL} HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stage.raw(text, NEVER).await
}

#[tokio::test]
async fn a_provider_ends_sessions() {
    let (provider, secret) = (Provider::start().await, SecretFile::new("backchannel"));
    let stage = Stage::new(&settings(&provider.issuer(), &secret, "")).await;
    let mut sessions = Vec::new();
    for sid in ["s1", "s2"] {
        *provider.odd.lock().unwrap() = json!({"sid": sid});
        sessions.push(cookie(&log_in(&stage, &provider, "/").await, "__Host-buckler-main"));
    }
    let with = |token: &str| format!("logout_token={token}");
    let token = provider.logout_token(&json!({"sid": "s1"}));
    let mut forged = token.clone();
    forged.replace_range(token.len() - 8..token.len() - 4, "AAAA");
    for wrong in [
        with(&forged),
        with(&provider.logout_token(&json!({"sid": "s1", "nonce": "n"}))),
        with(&provider.logout_token(&json!({"sid": "s1", "aud": "other"}))),
        with(&provider.logout_token(&json!({"sid": "s1", "iss": "https://other.example"}))),
        with(&provider.logout_token(&json!({"sid": "s1", "events": {}}))),
        with(&provider.logout_token(&json!({"sid": "s1", "iat": 1000, "exp": 2000}))),
        with(&provider.logout_token(&json!({}))),
        format!("{0}&{0}", with(&token)),
        "token=a".to_owned(),
    ] {
        let answer = post(&stage, &wrong).await;
        assert!(status(&answer) == 400 && answer.contains("invalid_request"), "{wrong}: {answer}");
    }
    for session in &sessions {
        assert_eq!(status(&ask(&stage, "GET", "/orders", &[HTML, session]).await), 200, "nothing ended");
    }
    let told = post(&stage, &with(&token)).await;
    assert_eq!(status(&told), 200, "{told}");
    assert_eq!(field(&told, "cache-control"), ["no-store"]);
    assert_eq!(status(&ask(&stage, "GET", "/orders", &[&sessions[0]]).await), 401, "this one ended");
    assert_eq!(status(&ask(&stage, "GET", "/orders", &[&sessions[1]]).await), 200, "no other");
    let all = provider.logout_token(&json!({"sub": "alice"}));
    assert_eq!(status(&post(&stage, &with(&all)).await), 200);
    assert_eq!(status(&ask(&stage, "GET", "/orders", &[&sessions[1]]).await), 401, "all of the user");
    assert_eq!(status(&ask(&stage, "GET", BACKCHANNEL, &[]).await), 404);
}

#[tokio::test]
async fn a_copy_of_the_cookie_ends_with_the_log_out() {
    let (provider, secret) = (Provider::start().await, SecretFile::new("copy"));
    let stage = Stage::new(&settings(&provider.issuer(), &secret, "")).await;
    let session = cookie(&log_in(&stage, &provider, "/").await, "__Host-buckler-main");
    assert_eq!(status(&ask(&stage, "GET", "/a", &[&session]).await), 200);
    ask(&stage, "POST", "/.well-known/buckler/login/logout/main", &[&session]).await;
    assert_eq!(status(&ask(&stage, "GET", "/a", &[&session]).await), 401);
}

#[tokio::test]
async fn sessions_are_renewed_at_the_provider() {
    let (provider, secret) = (Provider::start().await, SecretFile::new("renew"));
    let stage =
        Stage::new(&settings(&provider.issuer(), &secret, "refresh = true\nrefresh-grace-seconds = 100"))
            .await;
    let session = cookie(&log_in(&stage, &provider, "/").await, "__Host-buckler-main");
    assert_eq!(status(&ask(&stage, "GET", "/a", &[&session]).await), 200);
    assert_eq!(provider.renewals(), 0, "not yet due");
    *provider.life.lock().unwrap() = 0;
    let session = cookie(&log_in(&stage, &provider, "/").await, "__Host-buckler-main");
    // Several at once with the old cookie: the token is shown once.
    let fields = [session.as_str()];
    let (one, other) = tokio::join!(ask(&stage, "GET", "/a", &fields), ask(&stage, "GET", "/b", &fields));
    assert_eq!((status(&one), status(&other)), (200, 200), "{one} {other}");
    assert_eq!(provider.renewals(), 1);
    let renewed = cookie(&one, "__Host-buckler-main");
    assert_ne!(renewed, session);
    // Not answered: it goes on for its grace.
    *provider.is_away.lock().unwrap() = true;
    assert_eq!(status(&ask(&stage, "GET", "/a", &[&renewed]).await), 200);
    *provider.is_away.lock().unwrap() = false;
    // Somebody else, or no more: it is over.
    let session = cookie(&log_in(&stage, &provider, "/").await, "__Host-buckler-main");
    *provider.odd.lock().unwrap() = json!({"sub": "mallory"});
    assert_eq!(status(&ask(&stage, "GET", "/a", &[&session]).await), 401);
}

/// Two gateways that share a state and the secret of sessions.
async fn two(
    provider: &Provider,
    (secret, seal, grace): (&SecretFile, &SecretFile, u64),
    state: &Arc<dyn store::State>,
) -> [Stage; 2] {
    let more = format!(
        "refresh = true\nrefresh-grace-seconds = {grace}\nsession-secrets = [{{ file = \"{}\" }}]",
        seal.0.display()
    );
    let app = crate::support::echo().await;
    let text = format!("workers = 1\n{}", settings(&provider.issuer(), secret, &more));
    let config =
        || Config::from_toml(&text.replace("{app}", &format!("http://{app}")), Path::new("")).unwrap();
    let one = || {
        let gateway = gateway::start_with(config(), Arc::clone(state)).unwrap();
        Stage { address: gateway.addresses()[0], gateway }
    };
    [one(), one()]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gateways_show_a_token_once() {
    let (provider, secret) = (Provider::start().await, SecretFile::new("together"));
    let seal = SecretFile::of("seal", "a secret of at least 32 bytes, which gateways share");
    let state: Arc<dyn store::State> =
        Arc::new(store::Embedded::in_memory(store::embedded::Options::default()).unwrap());
    let stages = two(&provider, (&secret, &seal, 100), &state).await;
    *provider.life.lock().unwrap() = 0;
    for round in 1..=5 {
        let session = cookie(&log_in(&stages[0], &provider, "/").await, "__Host-buckler-main");
        let fields = [session.as_str()];
        let (one, other) =
            tokio::join!(ask(&stages[0], "GET", "/a", &fields), ask(&stages[1], "GET", "/b", &fields));
        assert_eq!((status(&one), status(&other)), (200, 200), "{one} {other}");
        assert_eq!(provider.renewals(), round, "the token is shown once");
        let renewed = cookie(&one, "__Host-buckler-main");
        assert_eq!(renewed, cookie(&other, "__Host-buckler-main"));
        assert_ne!(renewed, session);
    }
    // What the provider ends is over at both, and it is asked once.
    let session = cookie(&log_in(&stages[0], &provider, "/").await, "__Host-buckler-main");
    *provider.odd.lock().unwrap() = json!({"sub": "mallory"});
    for stage in &stages {
        assert_eq!(status(&ask(stage, "GET", "/a", &[&session]).await), 401);
    }
    assert_eq!(provider.renewals(), 6);
    // The state's keeper reads no token.
    for key in state.keys("renewal").await.unwrap() {
        let value = state.get(&key).await.unwrap().unwrap().value;
        assert!(!String::from_utf8_lossy(&value).contains("refresh"), "{key}");
    }
}

/// A state of which no renewal can be told, as it is behind a cluster without a leader.
#[derive(Debug)]
struct Away(store::Embedded);

impl store::State for Away {
    fn get<'a>(
        &'a self,
        key: &'a store::Key,
    ) -> store::Pending<'a, Result<Option<store::Entry>, store::StateError>> {
        self.0.get(key)
    }

    fn put<'a>(
        &'a self,
        key: &'a store::Key,
        value: &'a [u8],
        how: store::Put,
    ) -> store::Pending<'a, Result<store::Revision, store::StateError>> {
        if key.as_str().starts_with("renewal") {
            let reason = "no leader".to_owned();
            return Box::pin(async { Err(store::StateError::Unavailable { reason }) });
        }
        self.0.put(key, value, how)
    }

    fn remove<'a>(
        &'a self,
        key: &'a store::Key,
        expect: store::Expect,
    ) -> store::Pending<'a, Result<(), store::StateError>> {
        self.0.remove(key, expect)
    }

    fn keys<'a>(&'a self, prefix: &'a str) -> store::Pending<'a, Result<Vec<store::Key>, store::StateError>> {
        self.0.keys(prefix)
    }

    fn watch<'a>(
        &'a self,
        prefix: &'a str,
    ) -> store::Pending<'a, Result<Box<dyn store::Watch>, store::StateError>> {
        self.0.watch(prefix)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_state_a_token_is_shown_when_the_session_would_end() {
    let (provider, secret) = (Provider::start().await, SecretFile::new("away"));
    let seal = SecretFile::of("seal-away", "a secret of at least 32 bytes, which gateways share");
    for (grace, renewals) in [(100, 0), (20, 1)] {
        let state: Arc<dyn store::State> =
            Arc::new(Away(store::Embedded::in_memory(store::embedded::Options::default()).unwrap()));
        let [stage, _] = two(&provider, (&secret, &seal, grace), &state).await;
        *provider.life.lock().unwrap() = 0;
        let session = cookie(&log_in(&stage, &provider, "/").await, "__Host-buckler-main");
        assert_eq!(status(&ask(&stage, "GET", "/a", &[&session]).await), 200);
        assert_eq!(provider.renewals(), renewals, "a grace of {grace} seconds");
    }
}
