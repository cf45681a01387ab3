//! What several gateways share: limits, block lists.
use crate::support::{PATIENCE, get, read_until, status};
use gateway::{Config, Running};
use std::path::Path;
use std::sync::Arc;
use store::{Embedded, embedded};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// SHA-256 of `token`.
const TOKEN_SHA256: &str = "3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0";

fn settings(upstream: &str, limits: &str) -> Config {
    let text = format!(
        r#"
workers = 1
[[listen]]
address = "127.0.0.1:0"
[admin]
address = "127.0.0.1:0"
token-sha256 = "{TOKEN_SHA256}"
[upstream.app]
kind = "http"
addresses = ["http://{upstream}"]
[[route]]
name = "all"
upstream = "app"
mode = "off"
{limits}
"#
    );
    Config::from_toml(&text, Path::new("")).unwrap()
}

async fn told(gateway: &Running, request: &str) -> String {
    let mut stream = TcpStream::connect(gateway.addresses()[0]).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    read_until(&mut stream, crate::support::NEVER).await
}

async fn two(limits: &str) -> [Running; 2] {
    let upstream = crate::support::echo().await.to_string();
    let state: Arc<dyn store::State> = Arc::new(Embedded::in_memory(embedded::Options::default()).unwrap());
    let one = || gateway::start_with(settings(&upstream, limits), Arc::clone(&state)).unwrap();
    [one(), one()]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gateways_keep_one_limit() {
    let limits = "[rate]\nlimits = [{ name = \"all\", by = [\"address\"], rate = \"30/1h\", shared = true }]";
    let gateways = two(limits).await;
    let mut passed = 0;
    for number in 0..100 {
        let answer = told(&gateways[number % 2], &get("/a")).await;
        match status(&answer) {
            200 => passed += 1,
            429 => {}
            _ => panic!("{answer}"),
        }
    }
    assert!(passed <= 30, "{passed} of 30");
    assert!(passed >= 15, "{passed} of 30: the budget is used");
    gateways.into_iter().for_each(Running::stop);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_gateway_blocks_all_block() {
    let gateways = two("").await;
    assert_eq!(status(&told(&gateways[1], &get("/a")).await), 200);
    let body = r#"[{"add": {"list": "block", "entry": {"prefix": "127.0.0.1/32", "reason": "a test"}}}]"#;
    let mut stream = TcpStream::connect(gateways[0].admin_address().unwrap()).await.unwrap();
    let text = format!(
        "POST /block HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer token\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    let answer = read_until(&mut stream, crate::support::NEVER).await;
    assert_eq!(status(&answer), 200, "{answer}");
    for gateway in &gateways {
        let blocked = async {
            while status(&told(gateway, &get("/a")).await) != 403 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, blocked).await.unwrap();
    }
    gateways.into_iter().for_each(Running::stop);
}

#[test]
fn shared_limits_need_state() {
    let config =
        settings("127.0.0.1:1", "[rate]\nlimits = [{ name = \"all\", rate = \"30/1h\", shared = true }]");
    assert!(gateway::check(config.clone()).unwrap_err().to_string().contains("[state]"));
    assert!(gateway::start(config).unwrap_err().to_string().contains("[state]"));
    let with =
        "[state]\nkind = \"memory\"\n[rate]\nlimits = [{ name = \"all\", rate = \"30/1h\", shared = true }]";
    gateway::check(settings("127.0.0.1:1", with)).unwrap();
    for wrong in ["kind = \"file\"", "kind = \"nats\"", "kind = \"memory\"\ntls = { key = \"k\" }"] {
        let config = settings("127.0.0.1:1", &format!("[state]\n{wrong}"));
        assert!(gateway::check(config).unwrap_err().to_string().contains("state."), "{wrong}");
    }
}
