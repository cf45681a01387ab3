//! What a runtime does wrong, or an attacker inside of it: the test itself speaks to the proxy.
use crate::guarded::{Guarded, Setup};
use crate::platform::{Platform, get};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::process::ExitStatusExt;

/// Where the proxy is. The port alone: addresses are masked in logs.
fn api(guarded: &Guarded) -> String {
    guarded.says("PORT=");
    guarded.says("\n");
    let output = guarded.stdout();
    let port = output.lines().find_map(|line| line.strip_prefix("PORT=")).unwrap();
    format!("127.0.0.1:{port}")
}

/// A runtime that only says where the proxy is.
fn idle(platform: &Platform) -> (Guarded, String) {
    let script = "echo PORT=${AWS_LAMBDA_RUNTIME_API#*:}; exec sleep 1000";
    let guarded = Setup::new(&["/bin/sh", "-c", script]).with("BUCKLER_MODE", "block").start(platform);
    let api = api(&guarded);
    (guarded, api)
}

/// Sends bytes and reads until the other side closes.
fn send(api: &str, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(api).unwrap();
    stream.write_all(bytes).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

fn get_next(api: &str) -> String {
    send(api, b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n")
}

fn post(api: &str, path: &str, body: &str) -> String {
    let head = format!(
        "POST /2018-06-01/runtime/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    send(api, head.as_bytes())
}

fn status(answer: &str) -> &str {
    answer.get(9..12).unwrap_or(answer)
}

#[test]
fn only_the_runtime_api_exists_and_only_for_invocations_that_were_given() {
    let platform = Platform::start();
    let (mut guarded, api) = idle(&platform);
    assert_eq!(status(&post(&api, "invocation/foreign/response", "{}")), "400");
    assert_eq!(status(&send(&api, b"POST /2020-01-01/extension/foreign HTTP/1.1\r\nHost: x\r\n\r\n")), "404");
    assert_eq!(status(&send(&api, b"PUT /2022-07-01/foreign HTTP/1.1\r\nHost: x\r\n\r\n")), "404");
    assert_eq!(
        status(&send(&api, b"DELETE /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: x\r\n\r\n")),
        "405"
    );
    platform.give("one", 60_000, b"{}", &[("Lambda-Runtime-Invocation-Id", "inv-7")]);
    let event = get_next(&api);
    assert_eq!(status(&event), "200");
    assert!(event.contains("Lambda-Runtime-Invocation-Id: inv-7\r\n"), "{event}");
    assert_eq!(status(&post(&api, "invocation/one/response", "{}")), "202");
    assert_eq!(status(&post(&api, "invocation/one/response", "{}")), "403");
    assert_eq!(platform.posted().id, "one");
    assert!(platform.requests().iter().all(|line| !line.contains("foreign") && !line.contains("extension")));
    guarded.terminate();
    assert_eq!(guarded.ended().signal(), Some(15));
    assert_eq!(guarded.events("request-id").len(), 1);
    assert_eq!(guarded.events("runtime-api-path").len(), 2);
}

#[test]
fn framing_that_two_readers_could_read_differently_is_refused() {
    let platform = Platform::start();
    let (_guarded, api) = idle(&platform);
    for head in [
        "Content-Length: 2\r\nTransfer-Encoding: chunked",
        "Content-Length: 2\r\nContent-Length: 2",
        "Content-Length: +2",
        "Content-Length: 2, 2",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Content-Length : 2",
        "X: a\r\n folded",
    ] {
        let request =
            format!("POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n{{}}");
        assert_eq!(status(&send(&api, request.as_bytes())), "400", "{head}");
    }
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(2 << 20));
    let mut stream = TcpStream::connect(&api).unwrap();
    let _cut = stream.write_all(long.as_bytes()).is_ok();
    let mut answer = String::new();
    let _reset = stream.read_to_string(&mut answer).is_ok();
    assert!(answer.is_empty() || status(&answer) == "431", "{answer}");
    assert!(platform.requests().is_empty());
}

#[test]
fn an_answer_that_is_too_long_is_an_error_of_the_function() {
    let platform = Platform::start();
    let (_guarded, api) = idle(&platform);
    platform.give("big", 60_000, b"{}", &[]);
    assert_eq!(status(&get_next(&api)), "200");
    let answer = post(&api, "invocation/big/response", &"x".repeat(6 * 1024 * 1024 + 101));
    assert_eq!(status(&answer), "413", "{answer}");
    assert!(answer.contains("Exceeded maximum allowed payload size (6291556 bytes)."), "{answer}");
    let posted = platform.posted();
    assert_eq!(posted.what, "error");
    assert_eq!(posted.json()["errorType"], "Function.ResponseSizeTooLarge");
    let message =
        "Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).";
    assert_eq!(posted.json()["errorMessage"], message);
}

#[test]
fn a_length_that_lies_is_a_truncated_answer() {
    let platform = Platform::start();
    let (_guarded, api) = idle(&platform);
    platform.give("cut", 60_000, b"{}", &[]);
    assert_eq!(status(&get_next(&api)), "200");
    let head =
        "POST /2018-06-01/runtime/invocation/cut/response HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{}";
    assert_eq!(status(&send(&api, head.as_bytes())), "400");
    assert_eq!(platform.posted().json()["errorType"], "Runtime.TruncatedResponse");
}

#[test]
fn who_waits_for_an_invitation_gets_one() {
    let platform = Platform::start();
    let (_guarded, api) = idle(&platform);
    platform.give("ask", 60_000, b"{}", &[]);
    assert_eq!(status(&get_next(&api)), "200");
    let mut stream = TcpStream::connect(&api).unwrap();
    let head = "POST /2018-06-01/runtime/invocation/ask/response HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"{}").unwrap();
    let mut rest = [0; 12];
    stream.read_exact(&mut rest).unwrap();
    assert_eq!(&rest, b"HTTP/1.1 202");
    assert_eq!(platform.posted().text(), "{}");
}

#[test]
fn a_stream_passes_in_pieces_with_its_trailers() {
    let platform = Platform::start();
    let (_guarded, api) = idle(&platform);
    platform.give("flow", 60_000, b"{}", &[]);
    assert_eq!(status(&get_next(&api)), "200");
    let head = "POST /2018-06-01/runtime/invocation/flow/response HTTP/1.1\r\nHost: x\r\n\
                Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\
                Trailer: Lambda-Runtime-Function-Error-Type\r\n\r\n";
    let body = "5\r\nfirst\r\n7\r\n second\r\n0\r\nLambda-Runtime-Function-Error-Type: Runtime.Late\r\n\r\n";
    let answer = send(&api, format!("{head}{body}").as_bytes());
    assert_eq!(status(&answer), "202", "{answer}");
    let posted = platform.posted();
    assert_eq!(posted.text(), "first second");
    assert!(posted.chunks >= 1);
    assert_eq!(get(&posted.headers, "Lambda-Runtime-Function-Response-Mode"), Some("streaming"));
    assert_eq!(get(&posted.headers, "Trailer"), Some("Lambda-Runtime-Function-Error-Type"));
    assert_eq!(get(&posted.trailers, "Lambda-Runtime-Function-Error-Type"), Some("Runtime.Late"));
    platform.give("odd", 60_000, b"{}", &[]);
    assert_eq!(status(&get_next(&api)), "200");
    let odd = "POST /2018-06-01/runtime/invocation/odd/response HTTP/1.1\r\nHost: x\r\n\
               Lambda-Runtime-Function-Response-Mode: bursts\r\nContent-Length: 2\r\n\r\n{}";
    assert_eq!(status(&send(&api, odd.as_bytes())), "400");
    assert_eq!(platform.posted().json()["errorType"], "Runtime.InvalidResponseModeHeader");
}

#[test]
fn several_invocations_are_in_flight_at_once() {
    let platform = Platform::start();
    let (_guarded, api) = idle(&platform);
    for id in ["a", "b", "c"] {
        platform.give(id, 60_000, format!("\"{id}\"").as_bytes(), &[]);
    }
    let given: Vec<String> = (0..3).map(|_| get_next(&api)).collect();
    assert!(given.iter().all(|event| status(event) == "200"));
    for id in ["c", "a", "b"] {
        assert_eq!(status(&post(&api, &format!("invocation/{id}/response"), "1")), "202");
        assert_eq!(platform.posted().id, id);
    }
}

#[test]
fn the_deadline_is_answered_by_the_guard_and_ends_the_environment() {
    let platform = Platform::start();
    let (mut guarded, api) = idle(&platform);
    platform.give("slow", 500, b"{}", &[]);
    assert_eq!(status(&get_next(&api)), "200");
    let posted = platform.posted();
    assert_eq!((posted.what.as_str(), posted.id.as_str()), ("error", "slow"));
    assert_eq!(posted.json()["errorType"], "Sandbox.Timedout");
    assert_eq!(guarded.ended().code(), Some(1));
    assert_eq!(guarded.events("deadline").len(), 1);
}

#[test]
fn a_runtime_that_is_killed_in_the_middle_is_told_as_lambda_does() {
    let platform = Platform::start();
    let script = "echo PORT=${AWS_LAMBDA_RUNTIME_API#*:}; read go < /dev/null; while [ ! -e \"$GO\" ]; do sleep 0.02; done; kill -9 $$";
    let go = std::env::temp_dir().join(format!("buckler-guard-go-{}", std::process::id()));
    let mut guarded =
        Setup::new(&["/bin/sh", "-c", script]).with("GO", &go.to_string_lossy()).start(&platform);
    let api = api(&guarded);
    platform.give("victim", 60_000, b"{}", &[]);
    assert_eq!(status(&get_next(&api)), "200");
    std::fs::File::create(&go).unwrap();
    let posted = platform.posted();
    std::fs::remove_file(&go).unwrap();
    assert_eq!((posted.what.as_str(), posted.id.as_str()), ("error", "victim"));
    let error = posted.json();
    assert_eq!(error["errorType"], "Runtime.ExitError");
    assert_eq!(error["errorMessage"], "RequestId: victim Error: Runtime exited with error: signal: killed");
    assert_eq!(guarded.ended().signal(), Some(9));
}

#[test]
fn a_platform_that_is_gone_ends_the_guard_with_a_word() {
    let platform = Platform::start();
    let address = platform.address.clone();
    let mut lost = platform.clone();
    lost.address = "127.0.0.1:1".to_owned();
    let (mut guarded, api) = idle(&lost);
    let _ended = std::panic::catch_unwind(|| get_next(&api)).is_ok();
    assert_eq!(guarded.ended().code(), Some(1));
    assert_eq!(guarded.events("platform-gone").len(), 1);
    assert_ne!(address, "127.0.0.1:1");
}

#[test]
fn a_wrong_setting_or_policy_keeps_the_function_from_starting() {
    let platform = Platform::start();
    let mut guarded = Setup::new(&["/bin/true"]).with("BUCKLER_MODUS", "off").start(&platform);
    assert_eq!(guarded.ended().code(), Some(1));
    let posted = platform.posted();
    assert_eq!(posted.what, "init/error");
    assert!(posted.text().contains("did you mean `BUCKLER_MODE`?"), "{}", posted.text());
    let mut guarded = Setup::new(&["/bin/true"]).with("BUCKLER_POLICY", "/nowhere").start(&platform);
    assert_eq!(guarded.ended().code(), Some(1));
    assert!(platform.posted().text().contains("/nowhere"));
}
