//! Lambda's `InvokeWithResponseStream`: the answer streams to the client while the function still writes it.
use crate::streams::upstream;
use crate::support::{NEVER, PLAIN, Stage, get, read_until, status};
use std::sync::Arc;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::watch;

/// One frame of `application/vnd.amazon.eventstream`.
fn frame(event: &str, payload: &[u8]) -> Vec<u8> {
    let mut fields = Vec::new();
    for (name, value) in [(":message-type", "event"), (":event-type", event)] {
        fields.push(u8::try_from(name.len()).unwrap());
        fields.extend(name.as_bytes());
        fields.push(7);
        fields.extend(u16::try_from(value.len()).unwrap().to_be_bytes());
        fields.extend(value.as_bytes());
    }
    let sum = |bytes: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum().to_be_bytes()
    };
    let length = |length: usize| u32::try_from(length).unwrap().to_be_bytes();
    let mut out = [length(16 + fields.len() + payload.len()), length(fields.len())].concat();
    out.extend(sum(&out));
    out.extend([&fields, payload].concat());
    out.extend(sum(&out));
    out
}

/// A Lambda that writes the beginning of a stream, and the rest once it is told to.
async fn lambda(first: Vec<u8>, rest: Vec<u8>) -> (Stage, watch::Sender<bool>) {
    let (tell, told) = watch::channel(false);
    let parts = Arc::new((first, rest));
    let address = upstream(move |mut stream, head| {
        let (parts, mut told) = (Arc::clone(&parts), told.clone());
        async move {
            let path = "POST /2021-11-15/functions/shop/response-streaming-invocations HTTP/1.1";
            let status = if head.starts_with(path) { "200 OK" } else { "404 Not Found" };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/vnd.amazon.eventstream\r\nConnection: close\r\n\r\n"
            );
            let begun = [head.as_bytes(), &parts.0].concat();
            if stream.write_all(&begun).await.is_ok() {
                drop(told.wait_for(|told| *told).await);
                drop(stream.write_all(&parts.1).await);
            }
        }
    })
    .await;
    let own = "kind = \"invoke\"\nfunction = \"shop\"\nstreamed = true";
    (Stage::before(address, &PLAIN.replace("kind = \"http\"", own)), tell)
}

fn begun() -> Vec<u8> {
    let prelude =
        br#"{"statusCode":201,"headers":{"Content-Type":"text/plain","X-Own":"1"},"cookies":["a=1"]}"#;
    [frame("PayloadChunk", &[&prelude[..], &[0; 8]].concat()), frame("PayloadChunk", b"first ")].concat()
}

#[tokio::test]
async fn a_function_streams_its_answer() {
    let rest = [frame("PayloadChunk", b"second"), frame("InvokeComplete", b"{}")].concat();
    let (stage, tell) = lambda(begun(), rest).await;
    let mut client = TcpStream::connect(stage.address).await.unwrap();
    client.write_all(get("/a").as_bytes()).await.unwrap();
    let answer = read_until(&mut client, "first ").await;
    assert!(status(&answer) == 201 && answer.contains("x-own: 1\r\n"), "{answer}");
    assert!(
        answer.contains("set-cookie: a=1\r\n") && answer.contains("content-type: text/plain"),
        "{answer}"
    );
    tell.send_replace(true);
    let rest = read_until(&mut client, NEVER).await;
    assert!(rest.contains("second") && rest.ends_with("0\r\n\r\n"), "{rest}");
}

#[tokio::test]
async fn a_function_that_fails_cuts_its_answer_off() {
    let failed = frame("InvokeComplete", br#"{"ErrorCode":"Unhandled","ErrorDetails":"a secret"}"#);
    let (stage, tell) = lambda(begun(), failed.clone()).await;
    let mut client = TcpStream::connect(stage.address).await.unwrap();
    client.write_all(get("/a").as_bytes()).await.unwrap();
    let answer = read_until(&mut client, "first ").await;
    assert_eq!(status(&answer), 201, "{answer}");
    tell.send_replace(true);
    let rest = read_until(&mut client, NEVER).await;
    assert!(!rest.contains("0\r\n\r\n"), "no end, since there was none: {rest}");
    let (stage, tell) = lambda(failed, Vec::new()).await;
    tell.send_replace(true);
    let (status, answer) = stage.get("/a").await;
    assert!(status == 502 && !answer.contains("secret"), "{answer}");
}

#[tokio::test]
async fn a_function_that_does_not_stream_answers_as_ever() {
    let whole = frame("PayloadChunk", br#"{"statusCode":418,"body":"a teapot"}"#);
    let (stage, tell) = lambda(whole, frame("InvokeComplete", b"{}")).await;
    tell.send_replace(true);
    let (status, answer) = stage.get("/a").await;
    assert!(status == 418 && answer.ends_with("a teapot"), "{answer}");
}
