//! The page that asks for a proof of work, in a real browser: Chromium, as `cargo xtask tools` installs it.
use crate::introspection::tool;
use crate::support::{NEVER, PLAIN, Stage, raw, status};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn settings() -> String {
    format!(
        "[challenge]\nbits = 8\n{}",
        PLAIN.replace("mode = \"off\"", "mode = \"off\"\nchallenge = { on = true }")
    )
}

fn get(path: &str, fields: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: a\r\n{fields}Connection: close\r\n\r\n")
}

/// What the browser shows at each address, in turn; nothing where there is none.
async fn browse(addresses: Vec<String>) -> Option<Vec<Value>> {
    tool("node_modules/@sparticuz/chromium")?;
    let modules = tool("node_modules")?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/browser.mjs");
    let mut browser = Command::new("node");
    browser.arg(script).arg(modules.parent()?).args(addresses);
    let output = tokio::task::spawn_blocking(move || browser.output()).await.unwrap().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_passes_once_and_then_goes_on() {
    let stage = Stage::new(&settings()).await;
    let at = |path: &str| format!("http://127.0.0.1:{}{path}", stage.address.port());
    let odd = "/page?a=%3Cb%3E&c='%22";
    let Some(shown) = browse(vec![at(odd), at("/second")]).await else { return };
    let [first, second] = shown.as_slice() else { panic!("{shown:?}") };
    assert_eq!((&first["began"], &first["status"]), (&403.into(), &200.into()), "{first}");
    assert!(first["text"].as_str().unwrap().starts_with("saw GET /page?a=%3Cb%3E&c="), "{first}");
    assert!(
        first["at"].as_str().unwrap().contains("/page?a=%3Cb%3E&c="),
        "back to where it wanted to go: {first}"
    );
    assert_eq!(first["cookies"][0]["httpOnly"], true, "{first}");
    assert_eq!(second["began"], 200, "{second}");
    // The browser tells the 403 itself; its policy stops nothing of the page.
    let refused = second["refused"].as_array().unwrap();
    assert!(
        refused.iter().all(|text| !text.as_str().unwrap().contains("Content Security Policy")),
        "{second}"
    );
}

/// The same without a browser: what the page holds, and the work.
fn solved(page: &str, bits: u32) -> (String, String) {
    let challenge =
        page.split_once("name=\"challenge\" value=\"").unwrap().1.split('"').next().unwrap().to_owned();
    let nonce = (0_u32..).map(|nonce| nonce.to_string()).find(|nonce| {
        let text = format!("{challenge}.{nonce}");
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
        u32::from_be_bytes(hash.as_ref()[..4].try_into().unwrap()).leading_zeros() >= bits
    });
    (challenge, nonce.unwrap())
}

async fn proof(stage: &Stage, (challenge, nonce): (&str, &str), to: &str) -> String {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("challenge", challenge), ("nonce", nonce), ("to", to)])
        .finish();
    let length = body.len();
    let head = "POST /.well-known/buckler/challenge HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded";
    stage.raw(format!("{head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"), NEVER).await
}

#[tokio::test]
async fn a_pass_is_earned_and_belongs_to_who_earned_it() {
    let stage = Stage::new(&settings()).await;
    assert_eq!(status(&stage.raw(get("/a", ""), NEVER).await), 403, "a program is told, without a page");
    let page = stage.raw(get("/a", "Accept: text/html\r\n"), NEVER).await;
    assert!(
        status(&page) == 403 && page.contains("no-store") && page.contains("script-src 'nonce-"),
        "{page}"
    );
    let (challenge, nonce) = solved(&page, 8);
    for (challenge, nonce) in [
        (challenge.as_str(), "x"),
        ("1.2.3", nonce.as_str()),
        (&challenge.replacen('.', "1.", 1), &nonce),
        ("", ""),
    ] {
        let refused = proof(&stage, (challenge, nonce), "/a").await;
        assert!(matches!(status(&refused), 400 | 403) && !refused.contains("set-cookie"), "{refused}");
    }
    for to in ["//evil.example", "https://evil.example/", "/\\evil.example"] {
        let passed = proof(&stage, (&challenge, &nonce), to).await;
        assert!(status(&passed) == 303 && passed.contains("location: /\r\n"), "{passed}");
    }
    let passed = proof(&stage, (&challenge, &nonce), "/a").await;
    assert!(passed.contains("location: /a\r\n"), "{passed}");
    let cookie = passed.split_once("set-cookie: ").unwrap().1.split(';').next().unwrap();
    let with = |cookie: &str| get("/a", &format!("Cookie: x=y; {cookie}\r\n"));
    assert_eq!(status(&stage.raw(with(cookie), NEVER).await), 200);
    assert_eq!(status(&stage.raw(with(&format!("{cookie}x")), NEVER).await), 403);
    assert_eq!(status(&stage.raw(with(&format!("buckler-pass={challenge}")), NEVER).await), 403, "no pass");
    let other = Stage::new(&settings()).await;
    assert_eq!(status(&raw(other.address, with(cookie), NEVER).await), 403, "of another gateway");
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.9:0".parse().unwrap()).unwrap();
    let mut stream = socket.connect(stage.address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, with(cookie).as_bytes()).await.unwrap();
    assert_eq!(status(&crate::support::read_until(&mut stream, NEVER).await), 403, "from another address");
}
