//! What a client may ask of the gateway at most.
use crate::support::{NEVER, PLAIN, Stage, get, read_until, status};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

fn with(limits: &str) -> String {
    format!("[limits]\n{limits}\n{PLAIN}")
}

#[tokio::test]
async fn slow_heads_and_idle_connections_are_closed() {
    let stage = Stage::new(&with("header-read-ms = 200\nkeep-alive-ms = 300")).await;
    let mut slow = Vec::new();
    for _ in 0..50 {
        let mut stream = TcpStream::connect(stage.address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: example.com\r\nX: ").await.unwrap();
        slow.push(stream);
    }
    stage.is_alive().await;
    for mut stream in slow {
        // A byte now and then does not help.
        drop(stream.write_all(b"a").await);
        assert!(!read_until(&mut stream, NEVER).await.contains("200 OK"));
    }
    let mut idle = TcpStream::connect(stage.address).await.unwrap();
    assert_eq!(read_until(&mut idle, NEVER).await, "");
    let mut kept = TcpStream::connect(stage.address).await.unwrap();
    kept.write_all(b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n").await.unwrap();
    assert!(read_until(&mut kept, NEVER).await.contains("200 OK"), "answered, kept, closed");
    stage.is_alive().await;
}

#[tokio::test]
async fn slow_bodies_are_given_up() {
    let stage = Stage::new(&with("body-idle-ms = 200")).await;
    let text = "POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 10\r\n\r\nabc";
    let answer = stage.raw(text, NEVER).await;
    assert_eq!(status(&answer), 408, "{answer}");
    stage.is_alive().await;
}

#[tokio::test]
async fn header_floods_are_refused() {
    let stage = Stage::new(&with("header-bytes-max = 8192\nheaders-max = 20\ntarget-bytes-max = 1000")).await;
    let many: String = (0..30).map(|number| format!("X-{number}: a\r\n")).collect();
    let answer = stage.raw(format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n"), NEVER).await;
    assert_eq!(status(&answer), 431, "{answer}");
    let long = "a".repeat(20_000);
    let answer = stage.raw(format!("GET / HTTP/1.1\r\nHost: a\r\nX: {long}\r\n\r\n"), NEVER).await;
    assert_eq!(status(&answer), 431, "{answer}");
    let answer = stage.raw(get(&format!("/{}", "a".repeat(2000))), NEVER).await;
    assert_eq!(status(&answer), 414, "{answer}");
    stage.is_alive().await;
}

#[tokio::test]
async fn large_bodies_are_refused() {
    let stage = Stage::new(&with("body-bytes-max = 100")).await;
    let body = "a".repeat(101);
    let told = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n{body}");
    assert_eq!(status(&stage.raw(told, NEVER).await), 413);
    let untold =
        format!("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n{body}\r\n0\r\n\r\n");
    let answer = stage.raw(untold, NEVER).await;
    assert!(status(&answer) == 413 && !answer.contains("saw"), "{answer}");
    stage.is_alive().await;
}

#[tokio::test]
async fn one_address_gets_so_many_connections() {
    let stage = Stage::new(&with("connections-per-address-max = 5")).await;
    let mut kept = Vec::new();
    for _ in 0..5 {
        let mut stream = TcpStream::connect(stage.address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        assert!(read_until(&mut stream, "\n\n").await.contains("200 OK"));
        kept.push(stream);
    }
    assert_eq!(stage.raw(get("/"), NEVER).await, "");
    kept.clear();
    let mut served = false;
    for _ in 0..1000 {
        served = stage.raw(get("/"), NEVER).await.contains("200 OK");
        if served {
            break;
        }
    }
    assert!(served, "places are given back");
}
