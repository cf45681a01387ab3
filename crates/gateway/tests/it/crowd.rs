//! Ten thousand connections that do nothing, and an honest client beside them.
use crate::introspection::tool;
use crate::support::{PLAIN, Stage};
use rustix::process::{Resource, getrlimit};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const WANTED: u64 = 10_000;
/// Descriptors of the tests beside this one.
const OTHERS: u64 = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_idle_connections_keep_nobody_out() {
    let python = tool("python/bin/python").unwrap_or_else(|| PathBuf::from("python3"));
    let hard = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    let count = WANTED.min(hard.saturating_sub(OTHERS));
    if count < WANTED {
        println!("{count} instead of {WANTED} connections: the system gives {hard} descriptors");
    }
    // However slow the machine, none is closed for its silence.
    let stage =
        Stage::new(&format!("[limits]\nkeep-alive-ms = 900000\nheader-read-ms = 900000\n{PLAIN}")).await;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/crowd.py");
    let mut crowd = Command::new(python)
        .arg(script)
        .args([stage.address.port().to_string(), count.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(crowd.stdout.take().unwrap()).lines();
    let (ready, lines) = tokio::task::spawn_blocking(move || (lines.next(), lines)).await.unwrap();
    assert_eq!(ready.unwrap().unwrap(), "ready");
    for _ in 0..200 {
        stage.is_alive().await;
    }
    let mut client = crate::support::http2(stage.address).await;
    for _ in 0..50 {
        let request =
            http::Request::get(format!("http://{}/", stage.address)).body(Default::default()).unwrap();
        client.ready().await.unwrap();
        assert_eq!(client.send_request(request).await.unwrap().status(), 200);
    }
    drop(crowd.stdin.take());
    let mut lines = lines;
    let closed = tokio::task::spawn_blocking(move || lines.next()).await.unwrap().unwrap().unwrap();
    assert_eq!(closed, "0", "they were all there the whole time");
    assert!(crowd.wait().unwrap().success());
}
