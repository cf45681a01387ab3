//! The time that a request has in all: who is too late hears it or is cut off, streams last.
use crate::streams::upstream;
use crate::support::{NEVER, PATIENCE, PLAIN, Stage, get, http2, raw, read_until, status};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// SHA-256 of `token`.
const ADMIN: &str = "[admin]\naddress = \"127.0.0.1:0\"\ntoken-sha256 = \"3c469e9d6c5875d37a43f353d4f88e61fcf812c66eee3457465a40b0da4153e0\"\n";

/// `/hurry/*` has a fifth of a second, everything else as long as it likes.
fn settings() -> String {
    let hurried = "[[route]]\nname = \"hurried\"\npath = \"/hurry/*\"\nupstream = \"app\"\nmode = \"off\"\nrequest-total-ms = 200\nupgrade = true\n[[route]]\nname = \"all\"";
    let plain = PLAIN.replace("[[route]]\nname = \"all\"", hurried);
    format!("{ADMIN}[limits]\nrequest-total-ms = 0\n{plain}")
}

/// Does what the path says.
async fn app() -> SocketAddr {
    upstream(|mut stream, head| async move {
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let chunked = |media: &str| {
            format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"
            )
        };
        let start = match path.rsplit('/').next().unwrap_or_default() {
            "silent" => String::new(),
            "begun" => chunked("text/plain"),
            "events" => chunked("text/event-stream"),
            "endless" => chunked("text/plain"),
            "upgrade" => {
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n"
                    .to_owned()
            }
            _ => "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine".to_owned(),
        };
        let is_over = !start.is_empty() && start.ends_with("fine");
        if stream.write_all(start.as_bytes()).await.is_err() || is_over {
            return;
        }
        let piece = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
        while path.ends_with("endless") && stream.write_all(piece.as_bytes()).await.is_ok() {}
        let mut piece = [0; 256];
        while let Ok(read @ 1..) = stream.read(&mut piece).await {
            if stream.write_all(&piece[..read]).await.is_err() {
                return;
            }
        }
    })
    .await
}

/// How many requests were too late, as the administrator is told.
async fn late(stage: &Stage) -> u64 {
    let ask = "GET /metrics HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer token\r\nConnection: close\r\n\r\n";
    let text = raw(stage.gateway.admin_address().unwrap(), ask, NEVER).await;
    let line = text.lines().find(|line| line.starts_with("buckler_gateway_requests_late_total ")).unwrap();
    line.rsplit(' ').next().unwrap().parse().unwrap()
}

async fn until_late(stage: &Stage, wanted: u64) {
    let waits = async {
        while late(stage).await < wanted {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, waits).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_given_up() {
    let stage = Stage::before(app().await, &settings());
    let answer = stage.raw(get("/hurry/silent"), NEVER).await;
    assert_eq!(status(&answer), 504, "{answer}");
    assert_eq!(late(&stage).await, 1);
    stage.is_alive().await;
    assert_eq!(stage.get("/hurry/fine").await.0, 200);
    let kept = "GET /hurry/silent HTTP/1.1\r\nHost: a\r\n\r\nGET /hurry/fine HTTP/1.1\r\nHost: a\r\n\r\n";
    let answer = stage.raw(kept, NEVER).await;
    assert!(answer.starts_with("HTTP/1.1 504") && answer.contains("connection: close"), "{answer}");
}

#[tokio::test]
async fn an_answer_that_does_not_end_is_cut_off() {
    let stage = Stage::before(app().await, &settings());
    let answer = stage.raw(get("/hurry/begun"), NEVER).await;
    assert!(answer.contains("first") && !answer.contains("\r\n0\r\n"), "no proper end: {answer}");
    until_late(&stage, 1).await;
    stage.is_alive().await;
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_cut_off() {
    let stage = Stage::before(app().await, &settings());
    let mut client = TcpStream::connect(stage.address).await.unwrap();
    client.write_all(get("/hurry/endless").as_bytes()).await.unwrap();
    // Not a byte is read until the gateway has given it up.
    until_late(&stage, 1).await;
    let mut rest = Vec::new();
    let read = tokio::time::timeout(PATIENCE, client.read_to_end(&mut rest)).await;
    assert!(read.is_ok(), "closed");
    stage.is_alive().await;
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let rules = crate::who::Folder::new("total");
    let file = rules.put("rules.conf", "SecRequestBodyAccess On\n");
    let settings = settings().replacen("mode = \"off\"\n", "", 1);
    let stage = Stage::before(app().await, &format!("[waf]\nrules = [\"{file}\"]\n{settings}"));
    let answer = stage.raw("POST /hurry/a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf", NEVER).await;
    assert_eq!(status(&answer), 408, "{answer}");
}

#[tokio::test]
async fn the_time_begins_with_the_first_byte_of_the_head() {
    let stage = Stage::before(app().await, &settings());
    let mut client = TcpStream::connect(stage.address).await.unwrap();
    client.write_all(b"GET /hurry/fine HTTP/1.1\r\nX-Slow: ").await.unwrap();
    // Longer than the route gives; what it asks for would come at once.
    let begun = std::time::Duration::from_millis(300);
    assert!(tokio::time::timeout(begun, client.read_u8()).await.is_err());
    client.write_all(b"1\r\nHost: a\r\n\r\n").await.unwrap();
    let answer = read_until(&mut client, NEVER).await;
    assert_eq!(status(&answer), 504, "{answer}");
}

#[tokio::test]
async fn streams_last_as_long_as_they_may() {
    let app = app().await;
    let stage = Stage::before(app, &settings());
    let mut events = TcpStream::connect(stage.address).await.unwrap();
    events.write_all(get("/hurry/events").as_bytes()).await.unwrap();
    read_until(&mut events, "first").await;
    let ask = "GET /hurry/upgrade HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
    let mut tunnel = TcpStream::connect(stage.address).await.unwrap();
    tunnel.write_all(ask.as_bytes()).await.unwrap();
    read_until(&mut tunnel, "\r\n\r\n").await;
    // An ordinary request that began later is over its time; the streams go on.
    assert_eq!(stage.get("/hurry/silent").await.0, 504);
    assert_eq!(stage.get("/hurry/silent").await.0, 504);
    tunnel.write_all(b"still here").await.unwrap();
    read_until(&mut tunnel, "still here").await;
    let more = tokio::time::timeout(std::time::Duration::from_millis(50), events.read_u8()).await;
    assert!(more.is_err(), "the events go on: {more:?}");
    let bounded = settings().replace("request-total-ms = 200", "stream-total-ms = 200");
    let stage = Stage::before(app, &bounded);
    let answer = stage.raw(get("/hurry/events"), NEVER).await;
    assert!(answer.contains("first"), "{answer}");
    until_late(&stage, 1).await;
    let answer = stage.raw(ask, NEVER).await;
    assert!(answer.starts_with("HTTP/1.1 101"), "it ends: {answer}");
}

async fn ask(
    sender: &mut hyper::client::conn::http2::SendRequest<Full<Bytes>>,
    path: &str,
) -> http::Response<hyper::body::Incoming> {
    let request = Request::get(format!("http://a{path}")).body(Full::new(Bytes::new())).unwrap();
    tokio::time::timeout(PATIENCE, sender.send_request(request)).await.unwrap().unwrap()
}

#[tokio::test]
async fn over_http2_only_the_late_stream_ends() {
    let stage = Stage::before(app().await, &settings());
    let mut sender = http2(stage.address).await;
    let mut beside = ask(&mut sender, "/begun").await;
    assert_eq!(ask(&mut sender, "/hurry/silent").await.status(), 504);
    let begun = ask(&mut sender, "/hurry/begun").await;
    let body = tokio::time::timeout(PATIENCE, begun.into_body().collect()).await.unwrap();
    assert!(body.is_err(), "reset");
    // Nobody takes this one: its window is full.
    let endless = ask(&mut sender, "/hurry/endless").await;
    until_late(&stage, 3).await;
    drop(endless);
    assert_eq!(ask(&mut sender, "/fine").await.status(), 200);
    let first = beside.body_mut().frame().await.unwrap().unwrap();
    assert_eq!(first.data_ref().unwrap(), "first", "the one beside them goes on");
}

#[test]
fn odd_times_are_refused() {
    for (text, place) in [
        ("[limits]\nrequest-total-ms = 99999999999", "limits.request-total-ms"),
        ("[limits]\nstream-total-ms = 99999999999", "limits.stream-total-ms"),
    ] {
        let config = gateway::Config::from_toml(text, std::path::Path::new("")).unwrap();
        let error = gateway::check(config).unwrap_err().to_string();
        assert!(error.contains(place), "{error}");
    }
    let route =
        PLAIN.replace("mode = \"off\"", "request-total-ms = 99999999999").replace("{app}", "http://a");
    let config = gateway::Config::from_toml(&route, std::path::Path::new("")).unwrap();
    assert!(gateway::check(config).unwrap_err().to_string().contains("route.all.request-total-ms"));
    let route = PLAIN.replace("mode = \"off\"", "grpc = true").replace("{app}", "http://a");
    let config = gateway::Config::from_toml(&route, std::path::Path::new("")).unwrap();
    assert!(gateway::check(config).unwrap_err().to_string().contains("http2 = true"));
}
