//! HTTP/2 that would become another request, or two, in HTTP/1.1: nothing of it reaches an upstream.
use crate::frames::{CONTINUATION, DATA, END_HEADERS, END_STREAM, End, HEADERS, end, field, frame, open};
use crate::support::{PLAIN, Stage};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

/// What the upstream was asked for.
type Seen = Arc<Mutex<Vec<String>>>;

/// An upstream that remembers every request that it reads, whoever may have meant it.
async fn witness() -> (SocketAddr, Seen) {
    let seen = Seen::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shared = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let seen = Arc::clone(&shared);
            let answer = move |request: Request<Incoming>| {
                let seen = Arc::clone(&seen);
                async move {
                    let (head, body) = request.into_parts();
                    let length = body.collect().await.map(|body| body.to_bytes().len());
                    seen.lock().unwrap().push(format!("{} {} {length:?}", head.method, head.uri));
                    Ok::<_, Infallible>(Response::new(Full::new(Bytes::from("fine"))))
                }
            };
            tokio::spawn(async move {
                let served = hyper::server::conn::http1::Builder::new();
                drop(served.serve_connection(TokioIo::new(stream), hyper::service::service_fn(answer)).await);
            });
        }
    });
    (address, seen)
}

const HIDDEN: &str = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";

/// A request with these pseudo-fields in the place of the usual ones, and these fields.
fn request(changed: &[(&str, &str)], fields: &[(&str, &str)]) -> Vec<u8> {
    let usual = [(":method", "POST"), (":scheme", "http"), (":path", "/seen"), (":authority", "a")];
    let mut block = Vec::new();
    for (name, value) in usual {
        let own: Vec<_> = changed.iter().filter(|(changed, _)| *changed == name).collect();
        match own.as_slice() {
            [] => block.extend(field(name, value)),
            // `-` leaves it out.
            own => own
                .iter()
                .filter(|(_, value)| *value != "-")
                .for_each(|(name, value)| block.extend(field(name, value))),
        }
    }
    for (name, value) in changed.iter().filter(|(name, _)| !usual.iter().any(|(usual, _)| usual == name)) {
        block.extend(field(name, value));
    }
    fields.iter().for_each(|(name, value)| block.extend(field(name, value)));
    block
}

/// Sends it, with a body, and tells what became of it.
async fn send(address: SocketAddr, block: &[u8], body: &str, trailers: Option<&[u8]>) -> End {
    let mut stream = open(address).await;
    let mut bytes = frame(HEADERS, END_HEADERS, 1, block);
    let flags = if trailers.is_none() { END_STREAM } else { 0 };
    bytes.extend(frame(DATA, flags, 1, body.as_bytes()));
    bytes
        .extend(trailers.map(|block| frame(HEADERS, END_STREAM | END_HEADERS, 1, block)).unwrap_or_default());
    stream.write_all(&bytes).await.unwrap();
    end(&mut stream).await
}

/// Nothing but what an honest client asks for reaches the upstream.
async fn refused(stage: &Stage, seen: &Seen, (block, body): (&[u8], &str), what: &str) {
    let became = send(stage.address, block, body, None).await;
    assert_ne!(became, End::Ok, "{what}");
    let (status, answer) = stage.get("/honest").await;
    assert!(status == 200 && answer.ends_with("fine"), "{what}: {answer}");
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    assert_eq!(seen, ["GET /honest Ok(0)"], "{what}");
}

#[tokio::test]
async fn fields_that_frame_a_request_in_http1_are_refused() {
    let (upstream, seen) = witness().await;
    let stage = Stage::before(upstream, PLAIN);
    let good = request(&[], &[("content-length", "5")]);
    assert_eq!(send(stage.address, &good, "hello", None).await, End::Ok);
    assert_eq!(std::mem::take(&mut *seen.lock().unwrap()), ["POST /seen Ok(5)"]);
    let chunked = format!("0\r\n\r\n{HIDDEN}");
    for fields in [
        &[("transfer-encoding", "chunked")][..],
        &[("transfer-encoding", "identity")],
        &[("content-length", "0"), ("transfer-encoding", "chunked")],
        &[("content-length", "0")],
        &[("content-length", "5"), ("content-length", "0")],
        &[("content-length", "5, 5")],
        &[("content-length", "+5")],
        &[("content-length", "5"), ("content-length", "5"), ("content-length", "6")],
        &[("connection", "keep-alive")],
        &[("connection", "transfer-encoding")],
        &[("keep-alive", "timeout=5")],
        &[("proxy-connection", "close")],
        &[("upgrade", "h2c")],
        &[("te", "gzip")],
        &[("x", "a\r\nTransfer-Encoding: chunked")],
        &[("x", "a\nContent-Length: 0")],
        &[("x", "a\r\n\r\nGET /hidden HTTP/1.1")],
        &[("x", "a\0b")],
        &[("x: y\r\nz", "a")],
        &[("x y", "a")],
        &[("x:", "a")],
        &[("Transfer-Encoding", "chunked")],
        &[("Content-Length", "0")],
        &[("", "a")],
        &[("host", "b")],
        &[("host", "a"), ("host", "b")],
    ] {
        refused(&stage, &seen, (&request(&[], fields), &chunked), &format!("{fields:?}")).await;
    }
}

#[tokio::test]
async fn pseudo_fields_are_what_they_must_be() {
    let (upstream, seen) = witness().await;
    let stage = Stage::before(upstream, PLAIN);
    for changed in [
        &[(":method", "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\nPOST")][..],
        &[(":method", "GET /hidden")],
        &[(":method", "")],
        &[(":method", "-")],
        &[(":method", "GET"), (":method", "POST")],
        &[(":path", "/ HTTP/1.1\r\nHost: a\r\n\r\nGET /hidden")],
        &[(":path", "/ HTTP/1.1")],
        &[(":path", "/a b")],
        &[(":path", "hidden")],
        &[(":path", "")],
        &[(":path", "-")],
        &[(":path", "http://b/hidden")],
        &[(":path", "/seen"), (":path", "/hidden")],
        &[(":path", "/a\t/b")],
        &[(":path", "*")],
        &[(":authority", "a"), (":authority", "b")],
        &[(":authority", "user@a")],
        &[(":authority", "a/hidden?")],
        &[(":authority", "a\r\nTransfer-Encoding: chunked")],
        &[(":authority", "a b")],
        &[(":authority", "")],
        &[(":scheme", "http://b/hidden?")],
        &[(":scheme", "http"), (":scheme", "https")],
        &[(":scheme", "-")],
        &[(":status", "200")],
        &[(":hidden", "1")],
        &[(":protocol", "websocket")],
    ] {
        refused(&stage, &seen, (&request(changed, &[]), HIDDEN), &format!("{changed:?}")).await;
    }
    // A fragment is no part of what is asked for: the same without it is asked, and judged.
    let became = send(stage.address, &request(&[(":path", "/a#/../hidden")], &[]), "", None).await;
    assert_eq!(
        (became, std::mem::take(&mut *seen.lock().unwrap())),
        (End::Ok, vec!["POST /a Ok(0)".to_owned()])
    );
    let late = [request(&[], &[("x", "a")]), field(":path", "/hidden")].concat();
    refused(&stage, &seen, (&late, ""), "a pseudo-field behind a field").await;
}

#[tokio::test]
async fn trailers_frame_nothing() {
    let (upstream, seen) = witness().await;
    let stage = Stage::before(upstream, PLAIN);
    for (name, value) in
        [("transfer-encoding", "chunked"), ("content-length", "0"), (":path", "/hidden"), ("x", "a\r\nb")]
    {
        let trailers = field(name, value);
        let became = send(stage.address, &request(&[], &[]), HIDDEN, Some(&trailers)).await;
        assert_eq!(stage.get("/honest").await.0, 200, "{name}: {became:?}");
        let seen = std::mem::take(&mut *seen.lock().unwrap());
        // A trailer that is let pass says nothing of where the body ends.
        let whole = format!("POST /seen Ok({})", HIDDEN.len());
        assert!(seen.iter().all(|one| *one == whole || *one == "GET /honest Ok(0)"), "{name}: {seen:?}");
        assert!(seen.contains(&"GET /honest Ok(0)".to_owned()), "{name}: {seen:?}");
    }
}

#[tokio::test]
async fn a_head_in_many_frames_is_one_head() {
    let (upstream, seen) = witness().await;
    let stage = Stage::before(upstream, PLAIN);
    let block = request(&[], &[("x", "y")]);
    let mut stream = open(stage.address).await;
    let mut pieces = block.chunks(3);
    let mut bytes = frame(HEADERS, END_STREAM, 1, pieces.next().unwrap());
    pieces.for_each(|piece| bytes.extend(frame(CONTINUATION, 0, 1, piece)));
    bytes.extend(frame(CONTINUATION, END_HEADERS, 1, &[]));
    stream.write_all(&bytes).await.unwrap();
    let became = end(&mut stream).await;
    // A head in so many pieces may be refused; when it is not, it is this one.
    let seen = seen.lock().unwrap().clone();
    match became {
        End::Ok => assert_eq!(seen, ["POST /seen Ok(0)"]),
        _ => assert!(seen.is_empty(), "{seen:?}"),
    }
}
