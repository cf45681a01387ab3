//! Frames, whole and in pieces, right and wrong.
use super::frames::{FIXED_BYTES, checksum};
use super::*;
use bytes::BufMut as _;

/// One frame.
fn frame(kind: &str, event: &str, payload: &[u8]) -> Vec<u8> {
    let mut fields = Vec::new();
    for (name, value) in
        [(":message-type", kind), (":event-type", event), (":content-type", "application/octet-stream")]
    {
        fields.put_u8(u8::try_from(name.len()).unwrap());
        fields.put_slice(name.as_bytes());
        fields.put_u8(7);
        fields.put_u16(u16::try_from(value.len()).unwrap());
        fields.put_slice(value.as_bytes());
    }
    let mut out = Vec::new();
    out.put_u32(u32::try_from(FIXED_BYTES + fields.len() + payload.len()).unwrap());
    out.put_u32(u32::try_from(fields.len()).unwrap());
    out.put_u32(checksum(&out));
    out.put_slice(&fields);
    out.put_slice(payload);
    out.put_u32(checksum(&out));
    out
}

fn chunk(payload: &[u8]) -> Vec<u8> {
    frame("event", "PayloadChunk", payload)
}

fn complete(payload: &str) -> Vec<u8> {
    frame("event", "InvokeComplete", payload.as_bytes())
}

/// Status, media type and body, or the error; however the bytes come.
async fn check(stream: &[u8], expect: &str) {
    for size in [1, 5, 64, stream.len().max(1)] {
        let pieces = stream.chunks(size).map(|piece| Frame::data(Bytes::copy_from_slice(piece))).collect();
        let shown = match answer(Answer::new(Body::Pieces(pieces, None)), 1 << 16).await {
            Err(error) => error.to_string(),
            Ok(answer) => {
                let (head, mut body) = answer.into_parts();
                let media =
                    head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("-");
                let body = match body.whole(1 << 20).await {
                    Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                    Err(error) => error.to_string(),
                };
                format!("{} {media} {body}", head.status.as_u16())
            }
        };
        assert_eq!(shown, expect, "in pieces of {size}");
    }
}

#[tokio::test]
async fn a_prelude_and_a_body() {
    let prelude = br#"{"statusCode":201,"headers":{"Content-Type":"text/plain"},"cookies":["a=1"]}"#;
    let together = [prelude, &DELIMITER[..], b"hello "].concat();
    let stream = [chunk(&together), chunk(b""), chunk(b"world"), complete("{}")].concat();
    check(&stream, "201 text/plain hello world").await;
    let apart = [chunk(prelude), chunk(&[0; 5]), chunk(&[0; 3]), chunk(b"hello"), complete("")].concat();
    check(&apart, "201 text/plain hello").await;
    let short =
        [chunk(&[&b"{}"[..], &DELIMITER, b"x"].concat()), frame("event", "Other", b"?"), complete("{}")]
            .concat();
    check(&short, "200 application/octet-stream x").await;
}

#[tokio::test]
async fn without_a_prelude() {
    check(
        &[chunk(b"plain "), chunk(b"text"), complete("{}")].concat(),
        "200 application/octet-stream plain text",
    )
    .await;
    let whole = [chunk(br#"{"statusCode":404,"#), chunk(br#""body":"none"}"#), complete("{}")].concat();
    check(&whole, "404 application/json none").await;
    check(&complete("{}"), "200 application/octet-stream ").await;
}

#[tokio::test]
async fn what_goes_wrong_is_told() {
    let failed = complete(r#"{"ErrorCode":"Unhandled","ErrorDetails":"secret"}"#);
    check(&failed, "the function failed").await;
    check(&frame("exception", "", b"{}"), "the function failed").await;
    check(&chunk(b"{"), "the stream is broken: it ended before the function did").await;
    let begun = [chunk(b"begun "), failed].concat();
    check(
        &begun,
        "200 application/octet-stream the body broke off: the function failed in the middle of its answer",
    )
    .await;
    check(
        &chunk(b"begun"),
        "200 application/octet-stream the body broke off: the stream ended before the function did",
    )
    .await;
    let mut wrong = chunk(b"begun");
    *wrong.last_mut().unwrap() ^= 1;
    check(&wrong, "the stream is broken: a frame's checksum does not fit").await;
    let mut wrong = chunk(b"begun");
    wrong[0] = 1;
    check(&wrong, "the stream is broken: a frame's first checksum does not fit").await;
    check(
        &chunk(&[&b"no json"[1..], &[]].concat()),
        "200 application/octet-stream the body broke off: the stream ended before the function did",
    )
    .await;
    let bad = [&b"{x"[..], &DELIMITER].concat();
    check(&chunk(&bad), "the function's answer is no HTTP answer").await;
}

#[test]
fn the_smallest_frame() {
    // The empty message of the format's own test vectors.
    let bytes = [0, 0, 0, 0x10, 0, 0, 0, 0, 0x05, 0xc2, 0x48, 0xeb, 0x7d, 0x98, 0xc8, 0xff];
    let mut decoder = Decoder { read: BytesMut::from(&bytes[..]) };
    assert_eq!(decoder.lengths(), Ok(Some((16, 0))));
    assert_eq!(decoder.next(), Err("a frame does not say what it is"));
    let mut decoder = Decoder { read: BytesMut::from(&[0xff; 12][..]) };
    assert!(decoder.next().is_err());
}
