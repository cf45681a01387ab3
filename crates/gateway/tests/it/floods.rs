//! Floods, and an honest client while they last.
use crate::frames::{
    CONTINUATION, DATA, END_HEADERS, END_STREAM, HEAD, HEADERS, PING, RESET, SETTINGS, WINDOW, field, flood,
    frame,
};
use crate::support::{PLAIN, Stage, get, http2, raw};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

/// Attackers at once. All of HTTP/2's streams of more would need more descriptors than the 1,024 that some machines give a process, in which
/// the application and the attackers are, too.
const ATTACKERS: usize = 2;
/// Requests of the honest client, one after the other, over each version of HTTP.
const HONEST: usize = 15;

/// Several attackers, each again and again, and beside them an honest client that must get all of its answers.
async fn beside<A, F>(stage: &Stage, attack: A)
where
    A: Fn(SocketAddr) -> F + Send + Sync + 'static,
    F: Future + Send,
{
    let attack = Arc::new(attack);
    let address = stage.address;
    let (tell, mut told) = tokio::sync::mpsc::channel(1);
    let attackers: Vec<_> = (0..ATTACKERS)
        .map(|_| {
            let (attack, tell) = (Arc::clone(&attack), tell.clone());
            tokio::spawn(async move {
                loop {
                    // The flood has begun when one attacker of them is through its first round, or cut off in it.
                    drop(attack(address).await);
                    let _begun = tell.try_send(());
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    drop(tokio::time::timeout(std::time::Duration::from_millis(500), told.recv()).await);
    let mut client = http2(address).await;
    for _ in 0..HONEST {
        stage.is_alive().await;
        let request =
            Request::get(format!("http://{address}/honest")).body(Full::<Bytes>::default()).unwrap();
        client.ready().await.unwrap();
        let answer = client.send_request(request).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.into_body().collect().await.unwrap().to_bytes().starts_with(b"saw GET /honest"));
    }
    assert!(attackers.iter().all(|attacker| !attacker.is_finished()), "the floods lasted");
    attackers.iter().for_each(tokio::task::JoinHandle::abort);
}

fn reset(number: u32) -> Vec<u8> {
    let stream = number * 2 + 1;
    let opened = frame(HEADERS, END_STREAM | END_HEADERS, stream, HEAD);
    [opened, frame(RESET, 0, stream, &8_u32.to_be_bytes())].concat()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rapid_reset_closes_its_connection_alone() {
    let stage = Stage::new(&format!("[limits]\nresets-max = 100\n{PLAIN}")).await;
    assert!(flood(stage.address, &[], reset, 100_000).await, "closed");
    beside(&stage, |address| flood(address, &[], reset, 100_000)).await;
}

/// Literal fields without an end of the block.
fn endless(_: u32) -> Vec<u8> {
    frame(CONTINUATION, 0, 1, &field("x", &"a".repeat(256)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn endless_continuations_close_their_connection_alone() {
    let stage = Stage::new(PLAIN).await;
    let start = frame(HEADERS, 0, 1, HEAD);
    assert!(flood(stage.address, &start, endless, 100_000).await, "closed");
    // Also those that say nothing at all.
    let empty = |_| frame(CONTINUATION, 0, 1, &[]);
    assert!(flood(stage.address, &start, empty, 1_000_000).await, "closed");
    beside(&stage, move |address| {
        let start = start.clone();
        async move { flood(address, &start, endless, 100_000).await }
    })
    .await;
}

/// Says the same until the gateway closes.
async fn again_and_again(address: SocketAddr, text: Arc<str>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    for _ in 0..100 {
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Fifty connections that say a byte now and then.
async fn trickle(address: SocketAddr, begin: &str) {
    let mut lines = Vec::new();
    for _ in 0..50 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        drop(stream.write_all(begin.as_bytes()).await);
        lines.push(stream);
    }
    for _ in 0..20 {
        for line in &mut lines {
            drop(line.write_all(b"a").await);
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// One field of 4 kB in the dynamic table, and a head that names it over and over (an HPACK bomb).
fn bomb(number: u32) -> Vec<u8> {
    let mut block = HEAD.to_vec();
    if number == 0 {
        let mut kept = field("x", &"a".repeat(3900));
        kept[0] = 0x40;
        block.extend(kept);
    }
    block.extend([0xbe; 4000]);
    frame(HEADERS, END_STREAM | END_HEADERS, number * 2 + 1, &block)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_of_fields_cost_nobody_else() {
    let stage = Stage::new(PLAIN).await;
    beside(&stage, |address| flood(address, &[], bomb, 200)).await;
    let many: String = (0..200).map(|number| format!("X-{number}: a\r\n")).collect();
    let text: Arc<str> = format!("GET / HTTP/1.1\r\nHost: a\r\n{many}\r\n").into();
    beside(&stage, move |address| again_and_again(address, Arc::clone(&text))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_of_frames_that_ask_for_nothing_cost_nobody_else() {
    let stage = Stage::new(PLAIN).await;
    let open = Arc::new(frame(HEADERS, END_HEADERS, 1, HEAD));
    let frames: [(&[u8], u8); 4] =
        [(&[0; 8], PING), (&[], SETTINGS), (&[], DATA), (&1_u32.to_be_bytes(), WINDOW)];
    for (payload, kind) in frames {
        let (payload, open) = (payload.to_vec(), Arc::clone(&open));
        beside(&stage, move |address| {
            let (payload, open) = (payload.clone(), Arc::clone(&open));
            async move {
                let stream = u32::from(matches!(kind, DATA | WINDOW));
                let piece = |_| frame(kind, 0, stream, &payload);
                flood(address, &open, piece, 100_000).await
            }
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_keep_nobody_waiting() {
    let limits = "[limits]\nheader-read-ms = 300\nbody-idle-ms = 300\nwrite-idle-ms = 300\n";
    let stage = Stage::new(&format!("{limits}{PLAIN}")).await;
    for begin in [
        "GET / HTTP/1.1\r\nHost: a\r\nX: ",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n",
    ] {
        beside(&stage, move |address| trickle(address, begin)).await;
    }
    // Answers that nobody reads.
    beside(&stage, |address| async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let ask = get("/").replace("Connection: close\r\n", "").repeat(200);
        drop(stream.write_all(ask.as_bytes()).await);
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    })
    .await;
    assert!(raw(stage.address, get("/"), "\n\n").await.contains("200 OK"));
}
