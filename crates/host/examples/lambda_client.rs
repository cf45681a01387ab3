//! A Lambda function and an extension on AWS's own crates, `lambda_runtime` and `lambda-extension`: what tests run through
//! guard and host. Its place says what it is: a program below `extensions` is an extension, any other one a function.
//!
//! The function does what its event's `do` says. The extension prints what it is told, one line each.
#![expect(
    clippy::disallowed_methods,
    clippy::exit,
    reason = "a function that reads its variables, and ends as it is told"
)]
use futures_util::Stream;
use lambda_extension::{Extension, LambdaEvent as Told, LambdaTelemetry, NextEvent, SharedService};
use lambda_runtime::streaming::Response;
use lambda_runtime::{Diagnostic, Error, FunctionResponse, LambdaEvent, service_fn};
use serde_json::{Value, json};
use std::io::Write;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// Invocations that are under way, and the most there were at once.
static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).unwrap_or_default();
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let own = std::env::current_exe()?;
    let called = std::env::args_os().next().map(std::path::PathBuf::from).unwrap_or(own);
    if called.parent().is_some_and(|folder| folder.ends_with("extensions")) {
        return extension().await;
    }
    match variable("CLIENT_START").as_deref() {
        Some("exit") => std::process::exit(7),
        Some("panic") => return Err("the start failed".into()),
        Some("slow") => tokio::time::sleep(Duration::from_secs(60)).await,
        // The first time only: `CLIENT_MARK` is a file that stays.
        Some("once") => once().await,
        Some("inner") => {
            lambda_runtime::spawn_graceful_shutdown_handler(|| async { say("the function says goodbye") })
                .await;
        }
        _ => {}
    }
    if variable("AWS_LAMBDA_MAX_CONCURRENCY").is_some() {
        lambda_runtime::run_concurrent(service_fn(function)).await
    } else {
        lambda_runtime::run(service_fn(function)).await
    }
}

/// Ends the first start of an environment, and lets the second one through.
async fn once() {
    let mark = variable("CLIENT_MARK").unwrap_or_default();
    if tokio::fs::metadata(&mark).await.is_err() {
        drop(tokio::fs::write(&mark, b"1").await);
        say("the first start fails");
        std::process::exit(7);
    }
}

type Answer = FunctionResponse<Value, Pieces>;

async fn function(event: LambdaEvent<Value>) -> Result<Answer, Diagnostic> {
    let now = NOW.fetch_add(1, Ordering::SeqCst) + 1;
    MOST.fetch_max(now, Ordering::SeqCst);
    let answer = work(event).await;
    NOW.fetch_sub(1, Ordering::SeqCst);
    answer
}

async fn work(event: LambdaEvent<Value>) -> Result<Answer, Diagnostic> {
    let LambdaEvent { payload, context } = event;
    let number = |name: &str| payload.get(name).and_then(Value::as_u64).unwrap_or(0);
    match payload.get("do").and_then(Value::as_str).unwrap_or_default() {
        "fail" => {
            Err(Diagnostic { error_type: "OrderError".to_owned(), error_message: "no such order".to_owned() })
        }
        #[expect(clippy::panic, reason = "what a function that panics does is tried here")]
        "panic" => panic!("the handler panics"),
        "exit" => std::process::exit(9),
        "kill" => {
            let own = std::process::id().to_string();
            drop(std::process::Command::new("kill").args(["-9", &own]).status());
            std::future::pending().await
        }
        "sleep" => {
            tokio::time::sleep(Duration::from_millis(number("ms"))).await;
            Ok(whole(json!({"slept": number("ms"), "most": MOST.load(Ordering::SeqCst)})))
        }
        "bytes" => Ok(whole(Value::String("x".repeat(usize::try_from(number("count")).unwrap_or(0))))),
        "stream" => Ok(stream(
            number("pieces"),
            number("size"),
            payload.get("ends").and_then(Value::as_str).unwrap_or_default(),
        )),
        _ => {
            say(&format!("function handles {}", context.request_id));
            Ok(whole(json!({
                "event": payload, "id": context.request_id, "tenant": context.tenant_id,
                "arn": context.invoked_function_arn, "trace": context.xray_trace_id,
                "identity": context.identity.map(|identity| identity.identity_id),
                "client": context.client_context.map(|client| client.custom),
            })))
        }
    }
}

fn whole(value: Value) -> Answer {
    FunctionResponse::BufferedResponse(value)
}

type Pieces = Pin<Box<dyn Stream<Item = Result<Vec<u8>, Error>> + Send>>;

/// Pieces of a size, and how they end: well, with an error of the stream (`broken`), or with the process (`exit`).
fn stream(pieces: u64, size: u64, ends: &str) -> Answer {
    let width = usize::try_from(size).unwrap_or(0);
    let good = (0..pieces).map(move |piece| {
        let mut text = format!("piece {piece}").into_bytes();
        text.resize(width.max(text.len()), b' ');
        text.push(b'\n');
        Ok(text)
    });
    let (fails, exits) = (ends == "broken", ends == "exit");
    let bad = (fails || exits).then_some(()).into_iter().map(move |()| {
        if exits {
            // What came before is to be on its way.
            std::thread::sleep(Duration::from_millis(100));
            std::process::exit(9);
        }
        Err(Error::from("the stream broke"))
    });
    let pieces: Pieces = Box::pin(futures_util::stream::iter(good.chain(bad)));
    let mut response = Response::from(pieces);
    response.metadata_prelude.headers.insert("content-type", http::HeaderValue::from_static("text/plain"));
    FunctionResponse::StreamingResponse(response)
}

/// An external extension: events, and telemetry where `CLIENT_TELEMETRY_PORT` names a port.
async fn extension() -> Result<(), Error> {
    let name = std::env::args().next().unwrap_or_default();
    let name = name.rsplit('/').next().unwrap_or_default().to_owned();
    if variable("CLIENT_EXTENSION").as_deref() == Some("exit") {
        std::process::exit(5);
    }
    let ends = variable("CLIENT_EXTENSION").as_deref() == Some("crash");
    let told = service_fn(move |told: Told| async move {
        match told.next {
            NextEvent::Invoke(event) => {
                say(&format!("extension INVOKE {}", event.request_id));
                if ends {
                    std::process::exit(6);
                }
            }
            NextEvent::Shutdown(event) => say(&format!("extension SHUTDOWN {}", event.shutdown_reason)),
        }
        Ok::<_, Error>(())
    });
    let telemetry = service_fn(|records: Vec<LambdaTelemetry>| async move {
        for record in records {
            say(&format!("telemetry {}", serde_json::to_string(&record).unwrap_or_default()));
        }
        Ok::<_, Error>(())
    });
    let extension = Extension::new().with_extension_name(&name).with_events_processor(told);
    match variable("CLIENT_TELEMETRY_PORT").and_then(|port| port.parse().ok()) {
        Some(port) => {
            extension
                .with_telemetry_port_number(port)
                .with_telemetry_types(&["platform", "function"])
                .with_telemetry_processor(SharedService::new(telemetry))
                .run()
                .await
        }
        None => extension.run().await,
    }
}
