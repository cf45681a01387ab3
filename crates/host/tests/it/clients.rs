//! AWS's own clients, `lambda_runtime` and `lambda-extension` (`examples/lambda_client.rs`), bare and under the guard.
use crate::support::{Running, folder, run, start, write};
use host::{Answer, Asked, Line};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Runtime: provided.al2023, Handler: bootstrap, CodeUri: rust/, Timeout: 30, MemorySize: 512 } }
Resources:
  Plain: { Type: AWS::Serverless::Function }
  Short: { Type: AWS::Serverless::Function, Properties: { Timeout: 2 } }
  Inner:
    Type: AWS::Serverless::Function
    Properties: { Environment: { Variables: { CLIENT_START: inner } } }
  Watched:
    Type: AWS::Serverless::Function
    Properties: { Layers: [!Ref Watcher], Environment: { Variables: { CLIENT_TELEMETRY_PORT: '@port@' } } }
  Crashes:
    Type: AWS::Serverless::Function
    Properties: { Layers: [!Ref Watcher], Environment: { Variables: { CLIENT_EXTENSION: crash } } }
  Unregistered:
    Type: AWS::Serverless::Function
    Properties: { Layers: [!Ref Watcher], Environment: { Variables: { CLIENT_EXTENSION: exit } } }
  Exits:
    Type: AWS::Serverless::Function
    Properties: { Environment: { Variables: { CLIENT_START: exit } } }
  Fails:
    Type: AWS::Serverless::Function
    Properties: { Environment: { Variables: { CLIENT_START: panic } } }
  Slow:
    Type: AWS::Serverless::Function
    Properties: { Timeout: 2, Environment: { Variables: { CLIENT_START: slow } } }
  Once:
    Type: AWS::Serverless::Function
    Properties: { Environment: { Variables: { CLIENT_START: once, CLIENT_MARK: '@mark@' } } }
  Watcher: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: layer/ } }
";

fn client() -> PathBuf {
    let arguments = ["-p", "host", "--example", "lambda_client"];
    testkit::programs::built(&arguments, "examples/lambda_client")
}

fn application(name: &str) -> PathBuf {
    let folder = folder(name);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mark = folder.join("rust/mark").display().to_string();
    write(
        &folder,
        &[("template.yml", &TEMPLATE.replace("@port@", &free.to_string()).replace("@mark@", &mark))],
    );
    for place in ["rust/bootstrap", "layer/extensions/watcher"] {
        let path = folder.join(place);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::copy(client(), path).unwrap();
    }
    folder
}

async fn started(name: &str, guarded: bool) -> Running {
    let guard = guarded.then(testkit::programs::guard);
    start(&application(name), |settings| settings.guard = guard).await
}

/// Asks for a stream: pieces joined, how many there were, and the error it ended with.
async fn stream(running: &Running, event: &Value) -> (String, usize, Option<(String, Value)>) {
    let asked = Asked { payload: event.to_string().into(), streamed: true, ..Asked::default() };
    let finished = running.host.invoke("Plain", asked).await.unwrap().unwrap();
    let Answer::Stream { mut pieces, content_type } = finished.answer else {
        panic!("no stream: {finished:?}")
    };
    assert_eq!(content_type, "application/vnd.awslambda.http-integration-response");
    let (mut text, mut count, mut error) = (Vec::new(), 0, None);
    while let Some(piece) = pieces.recv().await {
        match piece {
            host::Piece::Bytes(bytes) => {
                text.extend_from_slice(&bytes);
                count += 1;
            }
            host::Piece::Failed { kind, body } => {
                error = Some((kind, serde_json::from_slice(&body).unwrap_or(Value::Null)));
            }
        }
    }
    (String::from_utf8_lossy(&text).into_owned(), count, error)
}

async fn everything_a_function_does(running: &Running, guarded: bool) {
    let asked = Asked {
        payload: r#"{"n":1}"#.into(),
        tenant: Some("blue".to_owned()),
        qualifier: Some("live".to_owned()),
        cognito_identity: Some(
            json!({"cognitoIdentityId": "me", "cognitoIdentityPoolId": "pool"}).to_string(),
        ),
        client_context: Some(json!({"custom": {"a": "b"}}).to_string()),
        ..Asked::default()
    };
    let (answer, error) = running.ask("Plain", asked).await;
    assert_eq!(error, None, "{answer}");
    let seen = |name: &str| answer[name].clone();
    assert_eq!(
        (seen("event"), seen("tenant"), seen("identity")),
        (json!({"n": 1}), json!("blue"), json!("me"))
    );
    assert!(answer["arn"].as_str().unwrap().ends_with(":function:Plain:live"), "{answer}");
    assert_eq!(answer["client"]["a"], "b");
    assert!(answer["trace"].as_str().unwrap().starts_with("Root=1-"), "{answer}");
    for (event, kind, message) in [
        (r#"{"do":"fail"}"#, "OrderError", "no such order"),
        (r#"{"do":"panic"}"#, "", "the handler panics"),
        (r#"{"do":"exit"}"#, "Runtime.ExitError", "exit status 9"),
        (r#"{"do":"kill"}"#, "Runtime.ExitError", "signal: killed"),
        (r#"{"do":"bytes","count":6291555}"#, "Function.ResponseSizeTooLarge", "6291556 bytes"),
        (r#"{"do":"sleep","ms":60000}"#, "Sandbox.Timedout", "timed out after "),
    ] {
        let function = if kind == "Sandbox.Timedout" { "Short" } else { "Plain" };
        let (body, error) = running.invoke(function, event).await;
        let told = error.unwrap_or_default();
        assert!(told.contains(kind) && !told.is_empty(), "{event}: {told}: {body}");
        let masked = guarded && event.contains("panic");
        assert!(
            masked || body["errorMessage"].as_str().unwrap_or_default().contains(message),
            "{event}: {body}"
        );
        let (after, error) = running.invoke("Plain", "{}").await;
        assert_eq!(error, None, "after {event}: {after}");
    }
    let (body, error) = running.invoke("Plain", r#"{"do":"bytes","count":6291554}"#).await;
    assert_eq!((error, body.as_str().map(str::len)), (None, Some(6_291_554)));
    let (body, error) = running.invoke("Plain", "{malformed").await;
    assert!(error.is_some(), "{body}");
    assert_eq!(running.invoke("Plain", "{}").await.1, None);
}

async fn streams_whole_and_broken(running: &Running) {
    let (text, count, error) = stream(running, &json!({"do": "stream", "pieces": 300, "size": 32768})).await;
    assert_eq!(error, None);
    assert!(count > 1 && text.len() > 300 * 32_768, "{count} pieces, {} bytes", text.len());
    assert!(text.starts_with('{') && text.contains("piece 299"));
    // `lambda_runtime` writes what should be trailers into the last piece; it goes through as it is.
    let event = json!({"do": "stream", "pieces": 3, "size": 8, "ends": "broken"});
    let (text, _, _) = stream(running, &event).await;
    assert!(text.contains("piece 2") && text.contains("Lambda-Runtime-Function-Error-Type"), "{text}");
    assert_eq!(running.invoke("Plain", "{}").await.1, None);
    // A runtime that ends in the middle: what has left has left, and the caller hears that there should be more.
    let event = json!({"do": "stream", "pieces": 3, "size": 8, "ends": "exit"});
    let (text, _, error) = stream(running, &event).await;
    let kind = error.map(|(kind, _)| kind).unwrap_or_default();
    assert!(
        text.contains("piece 0") && ["Runtime.TruncatedResponse", "Runtime.ExitError"].contains(&&*kind),
        "{text} {kind}"
    );
    assert_eq!(running.invoke("Plain", "{}").await.1, None);
}

#[test]
fn a_rust_function_runs_bare() {
    run(async {
        let running = started("rust-bare", false).await;
        everything_a_function_does(&running, false).await;
        streams_whole_and_broken(&running).await;
        running.host.stop().await;
    });
}

#[test]
fn a_rust_function_runs_under_the_guard() {
    run(async {
        let running = started("rust-guarded", true).await;
        everything_a_function_does(&running, true).await;
        streams_whole_and_broken(&running).await;
        running.host.stop().await;
    });
}

/// Pieces of 1 MiB: their bytes, and the error they ended with.
async fn mebibytes(running: &Running, count: u64) -> (usize, Option<String>) {
    let event = json!({"do": "stream", "pieces": count, "size": (1 << 20) - 1}).to_string();
    let asked = Asked { payload: event.into(), streamed: true, ..Asked::default() };
    let finished = running.host.invoke("Plain", asked).await.unwrap().unwrap();
    let Answer::Stream { mut pieces, .. } = finished.answer else { panic!("no stream: {finished:?}") };
    let (mut bytes, mut error) = (0, None);
    while let Some(piece) = pieces.recv().await {
        match piece {
            host::Piece::Bytes(piece) => bytes += piece.len(),
            host::Piece::Failed { kind, .. } => error = Some(kind),
        }
    }
    (bytes, error)
}

#[test]
fn a_stream_ends_at_200_mebibytes() {
    for guarded in [false, true] {
        run(async {
            let name = if guarded { "large-guarded" } else { "large-bare" };
            let running = start(&application(name), |settings| {
                settings.guard = guarded.then(testkit::programs::guard);
            })
            .await;
            if !guarded {
                let (bytes, error) = mebibytes(&running, 199).await;
                assert_eq!((bytes >> 20, error), (199, None), "{name}");
            }
            let (bytes, error) = mebibytes(&running, 204).await;
            assert!((199 << 20..=200 << 20).contains(&bytes), "{name}: {bytes}");
            assert_eq!(error.as_deref(), Some("Function.ResponseSizeTooLarge"), "{name}");
            let (answer, error) = running.invoke("Plain", r#"{"n":1}"#).await;
            assert_eq!((&answer["event"], error), (&json!({"n": 1}), None), "{name}");
            running.host.stop().await;
        });
    }
}

/// A layer's extension hears of invocations and of the end, and is told what the platform and the function say.
async fn extension_is_told(running: Running) {
    let (answer, error) = running.invoke("Watched", "{}").await;
    assert_eq!(error, None, "{answer}");
    let id = answer["id"].as_str().unwrap().to_owned();
    running.says(&format!("extension INVOKE {id}")).await;
    running.says(&format!("function handles {id}")).await;
    // Its telemetry comes in batches of a second.
    for part in
        ["\"platform.start\"", "\"platform.report\"", "\"platform.initReport\"", "\"type\":\"function\""]
    {
        running.says(part).await;
    }
    let Running { host, lines } = running;
    host.stop().await;
    let lines = lines.lock().unwrap();
    let told =
        |part: &str| lines.iter().any(|line| matches!(line, Line::Log { text, .. } if text.contains(part)));
    assert!(told("extension SHUTDOWN spindown") || told("extension SHUTDOWN SPINDOWN"), "{lines:#?}");
}

#[test]
fn an_extension_of_a_layer_is_told_everything() {
    run(async { extension_is_told(started("watched-bare", false).await).await });
    run(async { extension_is_told(started("watched-guarded", true).await).await });
}

#[test]
fn an_extension_that_ends_ends_its_environment() {
    run(async {
        let running = started("crashes", false).await;
        let (body, error) = running.invoke("Unregistered", "{}").await;
        assert_eq!(error.as_deref(), Some("Extension.Crash"), "{body}");
        assert!(body["errorMessage"].as_str().unwrap().ends_with("Error: exit status 5"), "{body}");
        // It ends with the invocation that it hears of: this one or the next hears it.
        let (_, first) = running.invoke("Crashes", r#"{"do":"sleep","ms":1500}"#).await;
        assert_eq!(first.as_deref(), Some("Extension.Crash"));
        running.host.stop().await;
    });
}

#[test]
fn an_extension_inside_of_the_runtime_registers_and_its_function_says_goodbye() {
    for guarded in [false, true] {
        run(async {
            let running = started(if guarded { "inner-guarded" } else { "inner-bare" }, guarded).await;
            let (body, error) = running.invoke("Inner", "{}").await;
            assert_eq!(error, None, "{body}");
            let Running { host, lines } = running;
            host.stop().await;
            let lines = lines.lock().unwrap();
            let says = |line: &Line| matches!(line, Line::Log { text, .. } if text.contains("says goodbye"));
            assert!(lines.iter().any(says), "{lines:#?}");
        });
    }
}

fn starts(running: &Running, function: &str) -> usize {
    let lines = running.lines.lock().unwrap();
    lines.iter().filter(|line| matches!(line, Line::Cold { function: one, .. } if one == function)).count()
}

#[test]
fn a_start_that_fails_is_done_once_more_in_the_invocation() {
    run(async {
        let folder = application("starts");
        let running = start(&folder, |settings| settings.init_ms = 1_500).await;
        for (function, kind, message) in [
            ("Exits", "Runtime.ExitError", "exit status 7"),
            ("Fails", "Runtime.ExitError", "exit status 1"),
            ("Slow", "Sandbox.Timedout", "timed out after 2.00 seconds"),
        ] {
            let (body, error) = running.invoke(function, "{}").await;
            assert_eq!(error.as_deref(), Some(kind), "{body}");
            assert!(body["errorMessage"].as_str().unwrap().contains(message), "{body}");
            assert_eq!(starts(&running, function), 2, "{function}");
        }
        let (body, error) = running.invoke("Once", "{}").await;
        assert_eq!(error, None, "{body}");
        assert_eq!(starts(&running, "Once"), 2);
        let log = running.logs().join("\n");
        for part in [
            "Phase: init\tStatus: error\tError Type: Runtime.ExitError",
            "Phase: init\tStatus: timeout",
            "Phase: invoke\tStatus: timeout",
        ] {
            assert!(log.contains(part), "{part}: {log}");
        }
        running.host.stop().await;
    });
}

/// Descriptors of this process and processes below a folder.
fn left(folder: &Path) -> (usize, usize) {
    let descriptors = std::fs::read_dir("/proc/self/fd").unwrap().count();
    let below = |entry: std::fs::DirEntry| {
        std::fs::read_link(entry.path().join("exe")).is_ok_and(|program| program.starts_with(folder))
    };
    let processes =
        std::fs::read_dir("/proc").unwrap().flatten().filter_map(|one| below(one).then_some(())).count();
    (descriptors, processes)
}

/// `BUCKLER_SOAK` gives the number of invocations; CI runs a small part of the 100,000.
#[test]
fn many_invocations_leave_nothing_behind() {
    let count: usize = std::env::var("BUCKLER_SOAK").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    run(async {
        let running = started("soak", true).await;
        let folder = running.host.plan().functions.values().next().unwrap().folder.clone();
        assert_eq!(running.invoke("Plain", "{}").await.1, None);
        let before = left(&folder);
        for number in 0..count {
            let (body, error) = running.invoke("Plain", &json!({"number": number}).to_string()).await;
            assert_eq!((error, &body["event"]["number"]), (None, &json!(number)), "{body}");
            if number % 1_000 == 0 {
                running.lines.lock().unwrap().clear();
            }
        }
        // A loaded machine may have started a second environment, which waits for work.
        let after = left(&folder);
        println!("{count} invocations: descriptors and processes before {before:?}, after {after:?}");
        assert!(after.1 <= 10 && after.0 <= before.0 + 16 * after.1.max(1), "{before:?} {after:?}");
        let work = running.host.work().to_owned();
        running.host.stop().await;
        assert_eq!(left(&folder).1, 0);
        assert!(!work.exists(), "the host's folder is gone");
    });
}
