//! Requests whose end two readers would see in different places are refused, and the connection is closed.
use crate::support::{NEVER, PLAIN, Stage, http2, read_until, status};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// What an attacker wants to get past the gateway inside another request.
const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: example.com\r\n\r\n";

fn post(headers: &str, body: &str) -> String {
    format!("POST /a HTTP/1.1\r\nHost: example.com\r\n{headers}\r\n\r\n{body}")
}

/// Refused with 400, closed, and nothing of it is answered as a request.
async fn refused(stage: &Stage, bytes: &str) {
    let answer = stage.raw(bytes, NEVER).await;
    assert_eq!(status(&answer), 400, "{bytes:?} gave {answer:?}");
    assert!(!answer.contains("saw"), "{bytes:?} gave {answer:?}");
    assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{bytes:?} gave {answer:?}");
}

#[tokio::test]
async fn smuggling_is_refused() {
    let stage = Stage::new(PLAIN).await;
    let cl_te = post("Content-Length: 6\r\nTransfer-Encoding: chunked", &format!("0\r\n\r\n{HIDDEN}"));
    let te_cl =
        post("Transfer-Encoding: chunked\r\nContent-Length: 4", &format!("2e\r\n{HIDDEN}\r\n0\r\n\r\n"));
    refused(&stage, &cl_te).await;
    refused(&stage, &te_cl).await;
    for name in [
        "Transfer-Encoding : chunked",
        " Transfer-Encoding: chunked",
        "Transfer-Encoding\t: chunked",
        "Transfer-Encoding\r\n : chunked",
        "Transfer_Encoding: chunked",
        "X: y\nTransfer-Encoding: chunked",
        "X: y\rTransfer-Encoding: chunked",
    ] {
        refused(&stage, &post(&format!("Content-Length: 6\r\n{name}"), &format!("0\r\n\r\n{HIDDEN}"))).await;
    }
    for value in [
        "xchunked",
        "chunked, identity",
        "identity, chunked",
        "\u{b}chunked",
        "chunked\u{0}",
        "[chunked]",
        "chunked\r\nTransfer-Encoding: x",
        "\"chunked\"",
    ] {
        refused(&stage, &post(&format!("Transfer-Encoding: {value}"), &format!("0\r\n\r\n{HIDDEN}"))).await;
    }
    for value in [
        "6\r\nContent-Length: 0",
        "6, 6",
        "+6",
        "0x6",
        "6 6",
        "-1",
        "6\r\nContent-Length: 6",
        "99999999999999999999",
    ] {
        refused(&stage, &post(&format!("Content-Length: {value}"), &format!("abcdef{HIDDEN}"))).await;
    }
    stage.is_alive().await;
}

#[tokio::test]
async fn odd_heads_are_refused() {
    let stage = Stage::new(PLAIN).await;
    for head in [
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b",
        "GET / HTTP/1.1\r\nX: y",
        "GET http://a/ HTTP/1.1\r\nHost: b",
        "GET / HTTP/1.1\r\nHost: a b",
        "GET / HTTP/1.1\r\nHost: a@b",
        "GET / HTTP/1.1\r\nHost: a/b",
        "GET / HTTP/1.1\r\nHost: a:b",
        "GET / HTTP/1.1\nHost: a",
        "GET / HTTP/1.1\r\nHost: a\r\n folded: b",
        "GET  / HTTP/1.1\r\nHost: a",
        "GET / HTTP/1.2\r\nHost: a",
        "GET / HTTP/1.1 \r\nHost: a",
        "GET /a#b HTTP/1.1\r\nHost: a",
        "GET a HTTP/1.1\r\nHost: a",
    ] {
        refused(&stage, &format!("{head}\r\n\r\n")).await;
    }
    stage.is_alive().await;
}

#[tokio::test]
async fn an_answer_under_way_comes_before_the_refusal() {
    let stage = Stage::new(PLAIN).await;
    let first = "GET /first HTTP/1.1\r\nHost: example.com\r\n\r\n";
    let answer = stage.raw(format!("{first}GET /second HTTP/1.1\nHost: x\r\n\r\n"), NEVER).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("saw GET /first"), "{answer}");
    assert!(answer.contains("HTTP/1.1 400") && !answer.contains("/second"), "{answer}");
}

#[tokio::test]
async fn a_request_in_pieces_is_the_same_request() {
    let stage = Stage::new(PLAIN).await;
    let text = post(
        "Transfer-Encoding: chunked\r\nConnection: close",
        "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nX-Sum: 1\r\n\r\n",
    );
    let mut stream = TcpStream::connect(stage.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for piece in text.as_bytes().chunks(3) {
        stream.write_all(piece).await.unwrap();
        tokio::task::yield_now().await;
    }
    let answer = read_until(&mut stream, NEVER).await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\n\nabcdefg"), "{answer}");
}

#[tokio::test]
async fn bad_chunks_never_reach_the_upstream_as_a_request() {
    let stage = Stage::new(PLAIN).await;
    for body in
        ["3\r\nabcX\r\n0\r\n\r\n", "3\nabc\n0\n\n", "G\r\n", "3 \r\nabc\r\n0\r\n\r\n", "ffffffffffffffff\r\n"]
    {
        let answer = stage.raw(post("Transfer-Encoding: chunked", &format!("{body}{HIDDEN}")), NEVER).await;
        assert!(!answer.contains("saw") && !answer.contains("200 OK"), "{body:?} gave {answer:?}");
    }
    stage.is_alive().await;
}

#[tokio::test]
async fn http2_is_no_way_around() {
    let stage = Stage::new(PLAIN).await;
    let mut client = http2(stage.address).await;
    let uri = format!("http://{}/a", stage.address);
    let request = Request::post(&uri)
        .header("content-length", "0")
        .body(Full::new(Bytes::from("GET /hidden")))
        .unwrap();
    // A length that lies is a malformed request (RFC 9113, section 8.1.1).
    if let Ok(answer) = client.send_request(request).await {
        assert_eq!(answer.status(), 400);
    }
    client.ready().await.unwrap();
    for path in ["/a/%2e%2e/b", "/a//b", "/a%2fb", "/a;b", "/a%5cb", "/a%00"] {
        let request = Request::get(format!("http://{}{path}", stage.address)).body(Full::default()).unwrap();
        client.ready().await.unwrap();
        let answer = client.send_request(request).await.unwrap();
        assert_eq!(answer.status(), 400, "{path}");
    }
    let request = Request::get(&uri).header("host", "other.example").body(Full::default()).unwrap();
    client.ready().await.unwrap();
    assert_eq!(client.send_request(request).await.unwrap().status(), 400);
    let request = Request::post(&uri).body(Full::new(Bytes::from("hello"))).unwrap();
    client.ready().await.unwrap();
    let answer = client.send_request(request).await.unwrap();
    assert_eq!(answer.status(), 200);
    let text = String::from_utf8(answer.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
    assert!(text.starts_with("saw POST /a HTTP/1.1") && text.ends_with("\n\nhello"), "{text}");
}
