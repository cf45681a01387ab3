//! What a client may ask of the gateway at most.
use crate::support::{NEVER, PATIENCE, PLAIN, Stage, get, http2, read_until, status};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
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

/// HTTP/2 frames by hand: type, flags, stream, payload.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// `GET http://a/` in HPACK: three of the static table, and `:authority: a`.
const HEAD: &[u8] = &[0x82, 0x86, 0x84, 0x41, 0x01, b'a'];

/// Writes until the gateway closes; tells how many bytes went.
async fn flood(stage: &Stage, start: &[u8], piece: impl Fn(u32) -> Vec<u8>, most: u32) -> bool {
    let mut stream = TcpStream::connect(stage.address).await.unwrap();
    stream.write_all(PREFACE).await.unwrap();
    stream.write_all(&frame(4, 0, 0, &[])).await.unwrap();
    stream.write_all(start).await.unwrap();
    let (mut read, mut write) = stream.split();
    let writing = async {
        for number in 0..most {
            if write.write_all(&piece(number)).await.is_err() {
                return true;
            }
        }
        false
    };
    let reading = async {
        let mut piece = [0; 4096];
        while let Ok(1..) = read.read(&mut piece).await {}
    };
    let both = async {
        tokio::select! {
            () = reading => true,
            closed = async { let closed = writing.await; if !closed { std::future::pending::<()>().await; } closed } => closed,
        }
    };
    tokio::time::timeout(PATIENCE, both).await.unwrap_or(false)
}

#[tokio::test]
async fn rapid_reset_closes_the_connection() {
    let stage = Stage::new(&with("resets-max = 100")).await;
    let piece = |number: u32| {
        let stream = number * 2 + 1;
        let mut bytes = frame(1, 0x5, stream, HEAD);
        bytes.extend(frame(3, 0, stream, &8_u32.to_be_bytes()));
        bytes
    };
    assert!(flood(&stage, &[], piece, 100_000).await, "closed");
    stage.is_alive().await;
}

#[tokio::test]
async fn a_flood_of_continuations_closes_the_connection() {
    let stage = Stage::new(PLAIN).await;
    let start = frame(1, 0, 1, HEAD);
    // Literal fields without an end of the block.
    let field = [&[0x00, 0x01, b'x', 0x7f, 0x81, 0x00][..], &[b'a'; 256]].concat();
    assert!(flood(&stage, &start, |_| frame(9, 0, 1, &field), 100_000).await, "closed");
    stage.is_alive().await;
}

#[tokio::test]
async fn floods_of_settings_and_pings_cost_nobody_else() {
    let stage = Stage::new(PLAIN).await;
    let address = stage.address;
    let flooding = tokio::spawn(async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(PREFACE).await.unwrap();
        stream.write_all(&frame(4, 0, 0, &[])).await.unwrap();
        for _ in 0..20_000 {
            if stream.write_all(&frame(6, 0, 0, &[0; 8])).await.is_err() {
                return;
            }
        }
    });
    stage.is_alive().await;
    let mut client = http2(stage.address).await;
    let request = Request::get(format!("http://{}/", stage.address)).body(Full::<Bytes>::default()).unwrap();
    assert_eq!(client.send_request(request).await.unwrap().status(), 200);
    flooding.abort();
}
