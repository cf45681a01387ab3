//! Real interpreters through the Runtime API: answers, errors, ends, limits, concurrency.
use crate::support::{folder, run, start, write};
use host::Line;
use serde_json::json;

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Py:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.11
      CodeUri: py/
      Timeout: 60
      Environment: { Variables: { REGION: !Sub 'in-${AWS::Region}' } }
  Short:
    Type: AWS::Serverless::Function
    Properties: { Handler: app.handler, Runtime: python3.11, CodeUri: py/, Timeout: 5 }
  Js:
    Type: AWS::Serverless::Function
    Properties: { Handler: app.handler, Runtime: nodejs20.x, CodeUri: js/, Timeout: 5 }
  Esm:
    Type: AWS::Serverless::Function
    Properties: { Handler: app.handler, Runtime: nodejs20.x, CodeUri: esm/, Timeout: 5 }
  One:
    Type: AWS::Serverless::Function
    Properties: { Handler: app.handler, Runtime: python3.11, CodeUri: py/, ReservedConcurrentExecutions: 0 }
  Broken:
    Type: AWS::Serverless::Function
    Properties: { Handler: none.handler, Runtime: python3.11, CodeUri: py/ }
";

const PYTHON: &str = r#"
import os, time
count = 0
def handler(event, context):
    global count
    count += 1
    do = event.get("do")
    if do == "sleep": time.sleep(60)
    if do == "exit": os._exit(3)
    if do == "kill": os.kill(os.getpid(), 9)
    if do == "raise": raise ValueError("no")
    if do == "big": return "x" * (7 << 20)
    if do == "memory":
        held = bytearray(300 << 20)  # named, so that it is still there when the host looks
        time.sleep(90)
        return len(held)
    return {"count": count, "region": os.environ.get("REGION"), "key": os.environ["AWS_ACCESS_KEY_ID"][:4], "id": context.aws_request_id}
"#;

const NODE: &str = r#"
exports.handler = (event, context, callback) => {
  if (event.do === "raise") throw new TypeError("bad");
  if (event.do === "reject") return Promise.reject(new Error("later"));
  if (event.do === "promise") return Promise.resolve({ promised: true });
  if (event.do === "late") { setTimeout(() => callback(null, { late: true }), 20); return; }
  if (event.do === "never") return;
  if (event.do === "loose") { setTimeout(() => { throw new Error("loose"); }, 5); return; }
  callback(null, { called: true });
};
"#;

const ESM: &str = r#"
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  if (event.fail) { stream.write("half"); throw new Error("midway"); }
  stream.write("one ");
  stream.write("two");
  stream.end();
});
"#;

fn application(name: &str) -> std::path::PathBuf {
    let folder = folder(name);
    write(
        &folder,
        &[("template.yml", TEMPLATE), ("py/app.py", PYTHON), ("js/app.js", NODE), ("esm/app.mjs", ESM)],
    );
    folder
}

fn has(name: &str) -> bool {
    let found =
        std::process::Command::new(name).arg("--version").output().is_ok_and(|out| out.status.success());
    if !found {
        println!("skipped: there is no `{name}`");
    }
    found
}

#[test]
fn python_answers_fails_and_ends_as_in_lambda() {
    if !has("python3") {
        return;
    }
    run(async {
        let running = start(&application("python"), |_| {}).await;
        let (first, error) = running.invoke("Py", "{}").await;
        assert_eq!((error, &first["region"], &first["key"]), (None, &json!("in-us-east-1"), &json!("ASIA")));
        let (second, _) = running.invoke("Py", "{}").await;
        assert_eq!(second["count"], 2, "the second start is warm");
        assert_ne!(first["id"], second["id"]);
        let (raised, error) = running.invoke("Py", r#"{"do":"raise"}"#).await;
        assert_eq!((error.as_deref(), &raised["errorMessage"]), (Some("ValueError"), &json!("no")));
        for (event, kind, message) in [
            (r#"{"do":"exit"}"#, "Runtime.ExitError", "exit status 3"),
            (r#"{"do":"kill"}"#, "Runtime.ExitError", "signal: killed"),
            (r#"{"do":"big"}"#, "Function.ResponseSizeTooLarge", "6291556 bytes"),
            (r#"{"do":"memory"}"#, "Runtime.OutOfMemory", "signal: killed"),
            (r#"{"do":"sleep"}"#, "Sandbox.Timedout", "Task timed out after 5.00 seconds"),
        ] {
            // Only what shall time out has a short time: a busy machine needs seconds for the others.
            let function = if kind == "Sandbox.Timedout" { "Short" } else { "Py" };
            let (body, error) = running.invoke(function, event).await;
            assert_eq!(error.as_deref(), Some(kind), "{body}");
            assert!(body["errorMessage"].as_str().unwrap().contains(message), "{body}");
            let (after, error) = running.invoke(function, "{}").await;
            assert_eq!(error, None, "{after}");
        }
        let (body, error) = running.invoke("Broken", "{}").await;
        assert_eq!(error.as_deref(), Some("Runtime.ImportModuleError"), "{body}");
        running.host.stop().await;
    });
}

#[test]
fn node_takes_callbacks_promises_and_streams() {
    if !has("node") {
        return;
    }
    run(async {
        let running = start(&application("node"), |_| {}).await;
        for (event, answer) in [
            ("{}", json!({"called": true})),
            (r#"{"do":"promise"}"#, json!({"promised": true})),
            (r#"{"do":"late"}"#, json!({"late": true})),
            (r#"{"do":"never"}"#, json!(null)),
        ] {
            assert_eq!(running.invoke("Js", event).await, (answer, None));
        }
        for (event, kind, message) in [
            (r#"{"do":"raise"}"#, "TypeError", "bad"),
            (r#"{"do":"reject"}"#, "Error", "later"),
            (r#"{"do":"loose"}"#, "Error", "loose"),
        ] {
            let (body, error) = running.invoke("Js", event).await;
            assert_eq!((error.as_deref(), &body["errorMessage"]), (Some(kind), &json!(message)));
        }
        let asked = host::Asked { payload: "{}".into(), streamed: true, ..host::Asked::default() };
        let (body, error) = running.host.invoke("Esm", asked).await.unwrap().unwrap().whole().await;
        assert_eq!((&*body, error), (&b"one two"[..], None));
        let (body, error) = running.invoke("Esm", r#"{"fail":true}"#).await;
        assert_eq!((error.as_deref(), &body["errorMessage"]), (Some("Error"), &json!("midway")));
        running.host.stop().await;
    });
}

#[test]
fn reserved_concurrency_and_unknown_functions_are_refused() {
    run(async {
        let running = start(&application("limits"), |_| {}).await;
        let refused = running.host.invoke("One", host::Asked::default()).await.unwrap();
        assert_eq!(refused.unwrap_err(), "Rate Exceeded.");
        assert!(running.host.invoke("Nobody", host::Asked::default()).await.is_none());
        running.host.stop().await;
    });
}

#[test]
fn every_line_of_an_invocation_is_told_with_its_times() {
    if !has("python3") {
        return;
    }
    run(async {
        let running = start(&application("told"), |_| {}).await;
        running.invoke("Py", "{}").await;
        running.host.stop().await;
        let lines = running.lines.lock().unwrap();
        assert!(lines.iter().any(|line| matches!(line, Line::Cold { problem: None, .. })));
        assert!(lines.iter().any(|line| matches!(line, Line::Done { init_ms: Some(_), error: None, .. })));
    });
}
