//! Framing that is clean, and framing that is not. Every case is fed whole and byte by byte: the answer must be the same.
use super::*;

fn run(text: &str, piece: usize) -> Result<Place, Violation> {
    let mut strict = Strict::new();
    for bytes in text.as_bytes().chunks(piece) {
        strict.follow(bytes).map_err(|(_, violation)| violation)?;
    }
    Ok(strict.place())
}

fn clean(text: &str) {
    for piece in [text.len(), 1, 2, 7] {
        assert_eq!(run(text, piece), Ok(Place::Between), "{text:?} in pieces of {piece}");
    }
}

fn refused(text: &str, violation: Violation) {
    for piece in [text.len(), 1, 3] {
        assert_eq!(run(text, piece), Err(violation), "{text:?} in pieces of {piece}");
    }
}

fn post(headers: &str, body: &str) -> String {
    format!("POST /a HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n{body}")
}

#[test]
fn clean_requests_pass() {
    clean("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    clean("GET / HTTP/1.0\r\n\r\n");
    clean("\r\nGET / HTTP/1.1\r\nHost:x\r\nA:\t b \r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
    clean(&post("Content-Length: 3", "abc"));
    clean(&post("Content-Length: 3", "\n\r\nGET / HTTP/1.1\r\nHost: y\r\n\r\n"));
    clean(&post("Transfer-Encoding: chunked", "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n"));
    clean(&post("transfer-encoding:  CHUNKED ", "0\r\n\r\n"));
}

#[test]
fn two_ways_to_frame_a_body_are_refused() {
    refused(
        &post("Content-Length: 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
        Violation::LengthAndEncoding,
    );
    refused(
        &post("Transfer-Encoding: chunked\r\nContent-Length: 3", "0\r\n\r\n"),
        Violation::LengthAndEncoding,
    );
    for value in [
        "3\r\nContent-Length: 3",
        "3\r\nContent-Length: 4",
        "3, 3",
        "+3",
        "-1",
        "0x3",
        "3 3",
        "",
        "3;",
        "\u{661}",
    ] {
        refused(&post(&format!("Content-Length: {value}"), "abc"), Violation::ContentLength);
    }
    for value in [
        "gzip, chunked",
        "chunked, identity",
        "xchunked",
        "\"chunked\"",
        "chunked;q=1",
        "identity",
        "chunked,",
        "",
        "chunked\r\nTransfer-Encoding: chunked",
    ] {
        refused(&post(&format!("Transfer-Encoding: {value}"), "0\r\n\r\n"), Violation::TransferEncoding);
    }
    refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", Violation::TransferEncoding);
    refused(&post("Transfer_Encoding: chunked", ""), Violation::HeaderName);
    refused(&post("Content_Length: 1", ""), Violation::HeaderName);
}

#[test]
fn lines_end_with_crlf() {
    refused("GET / HTTP/1.1\nHost: x\r\n\r\n", Violation::LineEnd);
    refused("GET / HTTP/1.1\r\nHost: x\n\r\n", Violation::LineEnd);
    refused("GET / HTTP/1.1\r\nHost: x\r\n\n", Violation::LineEnd);
    refused("GET / HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n", Violation::LineEnd);
    refused("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\r\n\r\n", Violation::LineEnd);
    refused(&post("Transfer-Encoding: chunked", "3\nabc\r\n0\r\n\r\n"), Violation::LineEnd);
}

#[test]
fn odd_heads_are_refused() {
    refused("GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", Violation::Folding);
    refused("GET / HTTP/1.1\r\n Host: x\r\n\r\n", Violation::Folding);
    refused("GET / HTTP/1.1\r\nHost : x\r\n\r\n", Violation::HeaderName);
    refused("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n", Violation::HeaderName);
    refused("GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", Violation::HeaderName);
    refused("GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n", Violation::HeaderName);
    refused("GET / HTTP/1.1\r\nHost: x\r\nA: \u{0}\r\n\r\n", Violation::HeaderValue);
    refused("GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \u{b}chunked\r\n\r\n", Violation::HeaderValue);
    refused("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", Violation::Host);
    refused("GET / HTTP/1.1\r\n\r\n", Violation::Host);
    for line in [
        "GET  / HTTP/1.1",
        "GET / HTTP/1.1 ",
        "GET /",
        "GET / HTTP/2.0",
        "GET /a#b HTTP/1.1",
        "G(T / HTTP/1.1",
        "GET\t/ HTTP/1.1",
        "GET / http/1.1",
    ] {
        refused(&format!("{line}\r\nHost: x\r\n\r\n"), Violation::RequestLine);
    }
}

#[test]
fn odd_chunks_are_refused() {
    for body in [
        "\r\n",
        "x\r\n",
        "3 \r\nabc\r\n0\r\n\r\n",
        "0x3\r\nabc\r\n0\r\n\r\n",
        "+3\r\nabc\r\n",
        "1234567890123456\r\n",
        "3\r\nabcd\r\n",
        "3;\u{1}\r\nabc\r\n",
    ] {
        refused(&post("Transfer-Encoding: chunked", body), Violation::Chunk);
    }
    refused(&post("Transfer-Encoding: chunked", "0\r\nContent-Length: 4\r\n\r\n"), Violation::Trailer);
    let long = format!("3;{}\r\nabc\r\n", "a".repeat(300));
    refused(&post("Transfer-Encoding: chunked", &long), Violation::TooLong);
}

#[test]
fn nothing_comes_with_an_upgrade() {
    let upgrade = "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n";
    assert_eq!(run(&format!("{upgrade}GET /"), 4096), Err(Violation::Early));
    let mut strict = Strict::new();
    strict.follow(upgrade.as_bytes()).unwrap();
    strict.raw();
    assert_eq!(strict.follow(b"\x81\x05hello\n"), Ok(()));
}
