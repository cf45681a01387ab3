//! `buckler attack` against `buckler run`: what the gateway stops is told, and what nobody stops is found.
use crate::hosted::Hosted;
use crate::run::{Folder, Ran};
use std::process::Command;

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Resources:
  Greet:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: nodejs20.x
      CodeUri: app/
      Timeout: 20
      Events: { Hello: { Type: HttpApi, Properties: { Path: /hello, Method: POST } } }
";

/// Takes what it is given as data, with a bound.
const CAREFUL: &str = r#"
exports.handler = async (event) => {
  const refuse = { statusCode: 400, body: "no name" };
  if ((event.body || "").length > 1000) return refuse;
  let name;
  try { name = JSON.parse(event.body).name; } catch { return refuse; }
  return typeof name === "string" ? { statusCode: 200, body: JSON.stringify({ length: name.length }) } : refuse;
};
"#;

/// Evaluates, logs lines as they come, and has no bound.
const CARELESS: &str = r#"
const depth = (value) => (value && typeof value === "object" ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0);
exports.handler = async (event) => {
  const input = JSON.parse(event.body);
  process.stdout.write(`greets ${input.name}\n`);
  let said = "hello";
  try { said = String(eval(input.name)); } catch {}
  return { statusCode: 200, body: JSON.stringify({ said, depth: depth(input) }) };
};
"#;

fn attacked(code: &str, options: &[&str], families: &[&str]) -> Option<Ran> {
    if Command::new("node").arg("--version").output().is_err() {
        println!("skipped: `node` is not installed");
        return None;
    }
    let folder = Folder::new(&[
        ("template.yml", TEMPLATE),
        ("app/app.js", code),
        ("requests", "{\"path\":\"/hello\",\"body\":{\"name\":\"ana\"},\"function\":\"Greet\"}\n"),
    ]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_buckler"));
    command.arg("run").arg(folder.path()).arg("--no-guard").args(options);
    let host = Hosted::start(command);
    let told = host.told.display().to_string();
    let mut arguments =
        vec!["attack", ".", "--url", host.origin(), "--events", &told, "--requests", "requests"];
    arguments.extend(["--expect", "blocked", "--rate", "1000", "--per-input-max", "30"]);
    families.iter().for_each(|family| arguments.extend(["--family", family]));
    Some(folder.buckler(&arguments))
}

#[test]
fn an_application_behind_the_gateway_is_blocked_and_the_gateway_is_named() {
    let families = ["command", "code", "deserialization", "sql", "size", "log", "ldap", "header", "error"];
    let Some(ran) = attacked(CAREFUL, &[], &families) else { return };
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let stopped = ran.out.lines().find(|line| line.starts_with("stopped by: ")).unwrap();
    assert!(stopped.contains("waf") && stopped.contains("limits"), "{}", ran.out);
}

#[test]
fn what_nobody_stops_is_found() {
    let families = ["code", "log", "size"];
    let Some(ran) = attacked(CARELESS, &["--no-gateway"], &families) else { return };
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    for found in
        ["GOT THROUGH  code/product-javascript", "GOT THROUGH  log/line", "GOT THROUGH  size/deep-lists"]
    {
        assert!(ran.out.contains(found), "{found}: {}", ran.out);
    }
}

const WORKER: &str = "
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Runtime: nodejs20.x, CodeUri: app/, Timeout: 20 } }
Resources:
  Jobs: { Type: AWS::SQS::Queue }
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.work
      Events: { Job: { Type: SQS, Properties: { Queue: !GetAtt Jobs.Arn } } }
  Ask:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.ask
      Events: { Ask: { Type: HttpApi, Properties: { Path: /ask, Method: POST } } }
";

/// Evaluates what a message, or a request, says.
const EVALUATES: &str = r#"
exports.ask = async (event) => {
  const input = JSON.parse(event.body);
  let said = 'nothing';
  try { said = String(eval(input.name)); } catch {}
  return { statusCode: 200, body: JSON.stringify({ said }) };
};
exports.work = async (event) => {
  const said = [];
  for (const record of event.Records) {
    const job = JSON.parse(record.body);
    try { said.push(String(eval(job.name))); } catch {}
  }
  return { said };
};
"#;

fn worker_attacked(options: &[&str]) -> Option<Ran> {
    if Command::new("node").arg("--version").output().is_err() {
        println!("skipped: `node` is not installed");
        return None;
    }
    let record = r#"{"messageId":"m","receiptHandle":"h","body":"{\"name\":\"1+1\"}","attributes":{},"messageAttributes":{},"eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:us-east-1:123456789012:Jobs","awsRegion":"us-east-1"}"#;
    let requests = format!(
        "{{\"event\":{{\"Records\":[{record}]}},\"function\":\"Work\"}}\n{{\"path\":\"/ask\",\"body\":{{\"name\":\"1+1\"}},\"function\":\"Ask\"}}\n"
    );
    let folder = Folder::new(&[("template.yml", WORKER), ("app/app.js", EVALUATES), ("requests", &requests)]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_buckler"));
    command.arg("run").arg(folder.path()).arg("--no-gateway").args(options);
    let host = Hosted::start(command);
    let told = host.told.display().to_string();
    let mut arguments =
        vec!["attack", ".", "--url", host.origin(), "--invoke-url", host.endpoint(), "--events", &told];
    arguments.extend(["--requests", "requests", "--expect", "blocked", "--rate", "1000"]);
    arguments.extend(["--attacks-max", "36", "--family", "code"]);
    Some(folder.buckler_with(&arguments, &[("AWS_ACCESS_KEY_ID", host.text("accessKey"))]))
}

/// Requests and messages of a queue alike: what the guard stops inside of the function, and names, gets through without it.
#[test]
fn the_guard_stops_what_gets_through_without_it_whatever_the_trigger() {
    let Some(bare) = worker_attacked(&["--no-guard"]) else { return };
    assert_eq!(bare.code, 1, "{}{}", bare.out, bare.err);
    let through: Vec<&str> = bare.out.lines().filter(|line| line.contains("GOT THROUGH")).collect();
    for place in ["event `/Records/0/body/~json/name`", "body `/name`"] {
        assert!(through.iter().any(|line| line.contains(place)), "{place}: {}", bare.out);
    }
    let guard = testkit::programs::guard();
    let Some(guarded) = worker_attacked(&["--guard", &guard.display().to_string()]) else { return };
    assert_eq!(guarded.code, 0, "{}{}", guarded.out, guarded.err);
    let stopped = guarded.out.lines().find(|line| line.starts_with("stopped by: ")).unwrap();
    assert!(stopped.contains("hook"), "{}", guarded.out);
}
