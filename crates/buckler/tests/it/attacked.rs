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
    for found in ["GOT THROUGH  code/product", "GOT THROUGH  log/line", "GOT THROUGH  size/deep-lists"] {
        assert!(ran.out.contains(found), "{found}: {}", ran.out);
    }
}
