//! Traces, as a collector gets them.
use crate::support::{NEVER, PATIENCE, PLAIN, Stage, get, status};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

#[tokio::test]
async fn a_collector_gets_a_span_of_each_sampled_request() {
    let collector = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = collector.local_addr().unwrap();
    let settings =
        format!("[trace]\nendpoint = \"http://{address}/v1/traces\"\nsampled-per-mille = 0\n{PLAIN}");
    let stage = Stage::new(&settings).await;
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let ask = get("/a").replace("Connection:", &format!("traceparent: {parent}\r\nConnection:"));
    let answer = stage.raw(ask, NEVER).await;
    assert!(
        status(&answer) == 200 && answer.contains("traceparent: 00-0af7651916cd43dd8448eb211c80319c-"),
        "{answer}"
    );
    assert_eq!(stage.get("/unsampled").await.0, 200);
    let (mut stream, _) = tokio::time::timeout(PATIENCE, collector.accept()).await.unwrap().unwrap();
    let mut all = Vec::new();
    let (head, body) = loop {
        let mut piece = [0; 4096];
        let read = tokio::time::timeout(PATIENCE, stream.read(&mut piece)).await.unwrap().unwrap();
        assert!(read > 0, "whole");
        all.extend_from_slice(&piece[..read]);
        let text = String::from_utf8_lossy(&all).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(usize::MAX) {
            break (head.to_owned(), body.to_owned());
        }
    };
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
    assert!(head.starts_with("POST /v1/traces HTTP/1.1") && head.contains("application/json"), "{head}");
    let told: Value = serde_json::from_str(&body).unwrap();
    let scope = &told["resourceSpans"][0];
    assert_eq!(scope["resource"]["attributes"][0]["value"]["stringValue"], "buckler-gateway");
    let spans = scope["scopeSpans"][0]["spans"].as_array().unwrap();
    assert_eq!(spans.len(), 1, "only what is sampled: {body}");
    assert_eq!(spans[0]["traceId"], "0af7651916cd43dd8448eb211c80319c");
    assert_eq!(spans[0]["parentSpanId"], "b7ad6b7169203331");
    assert_eq!((spans[0]["name"].as_str(), spans[0]["kind"].as_u64()), (Some("GET all"), Some(2)));
    let nanos = |name: &str| spans[0][name].as_str().unwrap().parse::<u128>().unwrap();
    assert!(nanos("startTimeUnixNano") <= nanos("endTimeUnixNano"));
}
