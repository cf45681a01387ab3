//! Signed requests: as those to AWS are, and as webhooks are.
use crate::introspection::{now, tool};
use crate::support::{NEVER, PLAIN, Stage, raw, status};
use crate::who::Folder;
use access::Secret;
use access::encode::{base64, hex};
use access::signature::Request;
use access::signature::sigv4::{Credentials, Payload, Scope, presign, sign};
use aws_lc_rs::hmac;
use std::path::Path;
use std::sync::Arc;
use store::{Embedded, embedded};

const KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const SECRET: &str = "a secret of the sender";

fn aws(folder: &Folder, more: &str) -> String {
    let secret = folder.put("key", KEY);
    let route = PLAIN.replace(
        "mode = \"off\"",
        "mode = \"off\"\nauthentication = [\"aws\"]\nauthorization = { scopes = [\"write\"] }",
    );
    format!(
        "[authentication.sigv4.aws]\nregion = \"eu-west-1\"\nservice = \"execute-api\"\nkeys = [{{ id = \"AKIDEXAMPLE\", secret = {{ file = \"{secret}\" }}, subject = \"partner\", scopes = [\"write\"] }}]\n{more}\n{route}"
    )
}

/// A signed request, as bytes.
fn signed(payload: Payload, key: &str, at: u64, body: &str) -> String {
    let headers = [("host".to_owned(), "api.example".to_owned()), ("x-own".to_owned(), "1".to_owned())];
    let request = Request {
        method: "POST",
        origin: "http://api.example",
        path: "/orders",
        query: Some("b=2&a=1"),
        headers: &headers,
        body: Some(body.as_bytes()),
    };
    let credentials = Credentials {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: Secret::new(key),
        session_token: None,
    };
    let scope = Scope { region: "eu-west-1", service: "execute-api" };
    let added = sign(&request, payload, &credentials, scope, at);
    let fields: String =
        headers.iter().chain(&added).map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!(
        "POST /orders?b=2&a=1 HTTP/1.1\r\n{fields}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn only_what_a_known_key_signed_passes_once() {
    let folder = Folder::new("sigv4");
    let stage = Stage::new(&aws(&folder, "")).await;
    for payload in [Payload::Signed, Payload::SignedAndTold] {
        let good = signed(payload, KEY, now(), "{\"n\":1}");
        let answer = stage.raw(&good, NEVER).await;
        assert_eq!(status(&answer), 200, "{answer}");
        assert!(answer.ends_with("{\"n\":1}"), "the body goes on: {answer}");
        assert_eq!(status(&stage.raw(&good, NEVER).await), 401, "a signature counts once");
        let fresh = || signed(payload, KEY, now() - 1, "{\"n\":2}");
        for (bad, why) in [
            (fresh().replace("{\"n\":2}", "{\"n\":3}"), "another body"),
            (fresh().replace("a=1 HTTP", "a=2 HTTP"), "another query"),
            (fresh().replace("POST /orders", "PUT /orders"), "another method"),
            (fresh().replace("x-own: 1", "x-own: 2"), "a signed header"),
            (fresh().replace("x-own: 1", "x-own: 1\r\nx-amz-meta: 1"), "one that must be signed"),
            (fresh().replace("host: api.example", "host: other.example"), "another host"),
            (signed(payload, "another key of forty bytes, not ours 1234", now(), "{}"), "another key"),
            (fresh().replace("AKIDEXAMPLE", "AKIDOTHER"), "an unknown key"),
            (signed(payload, KEY, now() - 600, "{}"), "too old"),
            (signed(payload, KEY, now() + 600, "{}"), "too early"),
        ] {
            assert_eq!(status(&stage.raw(bad, NEVER).await), 401, "{why}");
        }
        assert_eq!(status(&stage.raw(fresh(), NEVER).await), 200, "none of them used it up");
    }
    assert_eq!(status(&stage.raw(signed(Payload::Unsigned, KEY, now(), "{}"), NEVER).await), 401);
    let nobody = stage.get("/orders").await.1;
    assert!(status(&nobody) == 401 && nobody.contains("www-authenticate: AWS4-HMAC-SHA256"), "{nobody}");
}

#[tokio::test]
async fn signed_addresses_last_as_long_as_they_say() {
    let folder = Folder::new("sigv4-address");
    let stage = Stage::new(&aws(&folder, "presigned = true")).await;
    let headers = [("host".to_owned(), "api.example".to_owned())];
    let request = Request {
        method: "GET",
        origin: "http://api.example",
        path: "/file",
        query: None,
        headers: &headers,
        body: Some(b""),
    };
    let credentials = Credentials {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: Secret::new(KEY),
        session_token: None,
    };
    let scope = Scope { region: "eu-west-1", service: "execute-api" };
    let ask = |at: u64| {
        let query = presign(&request, &credentials, scope, at, 60);
        format!("GET /file?{query} HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n\r\n")
    };
    let good = ask(now());
    assert_eq!(status(&stage.raw(&good, NEVER).await), 200);
    assert_eq!(status(&stage.raw(&good, NEVER).await), 200, "as often as one likes");
    assert_eq!(status(&stage.raw(ask(now() - 120), NEVER).await), 401, "it ended");
    assert_eq!(status(&stage.raw(good.replace("/file?", "/other?"), NEVER).await), 401);
    let closed = Stage::new(&aws(&folder, "")).await;
    assert_eq!(status(&closed.raw(&good, NEVER).await), 401, "not taken where nobody said so");
}

#[tokio::test]
async fn what_botocore_signs_passes() {
    let Some(python) = tool("python/bin/python") else { return };
    let script = r#"
import sys
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
request = AWSRequest("PUT", "http://api.example/a%20b/%C3%A9?x=%2F&y=", data=b'{"n": 1}', headers={"Host": "api.example", "Content-Type": "application/json"})
SigV4Auth(Credentials("AKIDEXAMPLE", sys.argv[1]), "execute-api", "eu-west-1").add_auth(request)
print("".join(f"{name}: {value}\r\n" for name, value in request.headers.items()), end="")
"#;
    let ran = std::process::Command::new(python).args(["-c", script, KEY]).output().unwrap();
    if !ran.status.success() {
        println!("skipped: botocore is not installed (`cargo xtask tools`)");
        return;
    }
    let fields = String::from_utf8(ran.stdout).unwrap();
    let folder = Folder::new("sigv4-botocore");
    let stage = Stage::new(&aws(&folder, "")).await;
    let text = format!(
        "PUT /a%20b/%C3%A9?x=%2F&y= HTTP/1.1\r\n{fields}Content-Length: 8\r\nConnection: close\r\n\r\n{{\"n\": 1}}"
    );
    let answer = stage.raw(&text, NEVER).await;
    assert_eq!(status(&answer), 200, "{answer}");
    assert_eq!(status(&stage.raw(&text, NEVER).await), 401);
}

fn tag(message: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), message.as_bytes()).as_ref().to_vec()
}

fn post(fields: &str, body: &str) -> String {
    format!(
        "POST /hook HTTP/1.1\r\nHost: hooks.example\r\n{fields}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn hook(folder: &Folder, scheme: &str) -> String {
    let secret = folder.put("secret", SECRET);
    let route = PLAIN.replace("mode = \"off\"", "mode = \"off\"\nauthentication = [\"sender\"]");
    format!(
        "[authentication.webhook.sender]\nscheme = {scheme}\nsecrets = [{{ file = \"{secret}\" }}]\n{route}"
    )
}

#[tokio::test]
async fn webhooks_count_once() {
    let folder = Folder::new("webhooks");
    let body = "{\"event\":\"paid\"}";
    let github = || post(&format!("X-Hub-Signature-256: sha256={}", hex(&tag(body))), body);
    let stripe =
        |at: u64| post(&format!("Stripe-Signature: t={at},v1={}", hex(&tag(&format!("{at}.{body}")))), body);
    let standard = |at: u64| {
        let tag = base64(&tag(&format!("m1.{at}.{body}")));
        post(&format!("webhook-id: m1\r\nwebhook-timestamp: {at}\r\nwebhook-signature: v1,{tag}"), body)
    };
    let own = |at: u64| {
        let tag = base64(&tag(&format!("POST\n/hook\n{at}\n{body}")));
        post(&format!("X-Time: {at}\r\nX-Tag: {tag}"), body)
    };
    let custom = "{ custom = { signature-header = \"x-tag\", timestamp-header = \"x-time\", encoding = \"base64\", parts = [\"method\", \"path\", \"timestamp\", \"body\"], separator = \"\\n\" } }";
    for (scheme, good, old) in [
        ("\"github\"", github(), None),
        ("\"stripe\"", stripe(now()), Some(stripe(now() - 600))),
        ("\"standard-webhooks\"", standard(now()), Some(standard(now() - 600))),
        (custom, own(now()), Some(own(now() + 600))),
    ] {
        let stage = Stage::new(&hook(&folder, scheme)).await;
        assert_eq!(status(&stage.raw(good.replace("paid", "lost"), NEVER).await), 401, "{scheme}: the body");
        let answer = stage.raw(&good, NEVER).await;
        assert!(status(&answer) == 200 && answer.ends_with(body), "{scheme}: {answer}");
        assert_eq!(status(&stage.raw(&good, NEVER).await), 401, "{scheme}: again");
        if let Some(old) = old {
            assert_eq!(status(&stage.raw(old, NEVER).await), 401, "{scheme}: out of its time");
        }
        let unsigned = stage.raw(post("X-None: 1", body), NEVER).await;
        assert!(status(&unsigned) == 401 && unsigned.contains("www-authenticate: Signature"), "{unsigned}");
    }
    let repeatable = hook(&folder, "\"github\"\nreplay-seconds = 0");
    let stage = Stage::new(&repeatable).await;
    assert_eq!(status(&stage.raw(github(), NEVER).await), 200);
    assert_eq!(status(&stage.raw(github(), NEVER).await), 200, "where its owner says so");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signature_counts_once_for_all_gateways() {
    let folder = Folder::new("webhooks-shared");
    let upstream = crate::support::echo().await;
    let state: Arc<dyn store::State> = Arc::new(Embedded::in_memory(embedded::Options::default()).unwrap());
    let text = hook(&folder, "\"stripe\"").replace("{app}", &format!("http://{upstream}"));
    let start = || {
        let config = gateway::Config::from_toml(&format!("workers = 1\n{text}"), Path::new("")).unwrap();
        gateway::start_with(config, Arc::clone(&state)).unwrap()
    };
    let gateways = [start(), start()];
    let at = now();
    let body = "{}";
    let good = post(&format!("Stripe-Signature: t={at},v1={}", hex(&tag(&format!("{at}.{body}")))), body);
    assert_eq!(status(&raw(gateways[0].addresses()[0], &good, NEVER).await), 200);
    assert_eq!(status(&raw(gateways[1].addresses()[0], &good, NEVER).await), 401);
    gateways.into_iter().for_each(gateway::Running::stop);
}

#[test]
fn odd_sources_of_signatures_are_refused() {
    let folder = Folder::new("signatures-settings");
    let short = folder.put("short", "abc");
    let check = |text: String| {
        let text = text.replace("{app}", "http://127.0.0.1:1");
        let config = gateway::Config::from_toml(&text, Path::new("")).map_err(|error| error.to_string())?;
        gateway::check(config).map(drop).map_err(|error| error.to_string())
    };
    let (aws, hook) = (aws(&folder, ""), hook(&folder, "\"github\""));
    let (key, secret) = (folder.put("key", KEY), folder.put("secret", SECRET));
    check(aws.clone()).unwrap();
    check(hook.clone()).unwrap();
    let custom = "{ custom = { signature-header = \"x\", parts = [] } }";
    let untimed = "{ custom = { signature-header = \"x\", timestamp-header = \"t\", parts = [\"body\"] } }";
    for (text, place) in [
        (aws.replace(&key, &short), "authentication.sigv4.aws.keys.AKIDEXAMPLE"),
        (aws.replace("region = ", "skew-seconds = 901\nregion = "), "skew-seconds"),
        (hook.replace(&secret, &short), "authentication.webhook.sender.secrets"),
        (hook.replace("secrets = [{", "secrets = []\nother = [{"), "other"),
        (hook.replace("\"github\"", "\"gitlab\""), "gitlab"),
        (hook.replace("\"github\"", custom), "parts"),
        (hook.replace("\"github\"", untimed), "parts"),
        (hook.replace("\"github\"", "\"twilio\"\norigin = \"hooks.example/\""), "origin"),
    ] {
        let error = check(text).unwrap_err();
        assert!(error.contains(place), "{place}: {error}");
    }
}
