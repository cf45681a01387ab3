//! Several invocations of one environment at once, in each language, bare and under the guard.
use crate::support::{Running, folder, run, start, tools_python, under_guard, write};
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::path::PathBuf;

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 20
    MemorySize: 512
    CapacityProviderConfig: { Arn: 'arn:aws:lambda:eu-west-1:123456789012:capacity-provider:own', PerExecutionEnvironmentMaxConcurrency: 4 }
Resources:
  Rust: { Type: AWS::Serverless::Function, Properties: { Runtime: provided.al2023, Handler: bootstrap, CodeUri: rust/ } }
  Node: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs22.x, Handler: app.handler, CodeUri: node/ } }
  Short: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs22.x, Handler: app.handler, CodeUri: node/, Timeout: 1 } }
  Python: { Type: AWS::Serverless::Function, Properties: { Runtime: python3.13, Handler: app.handler, CodeUri: python/ } }
";

const NODE: &str = "
let now = 0, most = 0;
exports.handler = async (event, context) => {
  now += 1; most = Math.max(most, now);
  console.log('working on ' + context.awsRequestId);
  await new Promise((go) => setTimeout(go, event.ms || 0));
  now -= 1;
  if (event.do === 'exit') process.exit(9);
  return { most, id: context.awsRequestId, pid: process.pid, kind: process.env.AWS_LAMBDA_INITIALIZATION_TYPE };
};
";

const PYTHON: &str = "
import os, time
def handler(event, context):
    time.sleep(event.get('ms', 0) / 1000)
    return {'pid': os.getpid(), 'group': os.getpgid(0), 'id': context.aws_request_id}
";

fn application(name: &str) -> PathBuf {
    let folder = folder(name);
    write(&folder, &[("template.yml", TEMPLATE), ("node/app.js", NODE), ("python/app.py", PYTHON)]);
    let program = folder.join("rust/bootstrap");
    std::fs::create_dir_all(program.parent().unwrap()).unwrap();
    let client = ["-p", "host", "--example", "lambda_client"];
    std::fs::copy(testkit::programs::built(&client, "examples/lambda_client"), program).unwrap();
    folder
}

async fn started(name: &str, guarded: bool) -> Running {
    // Our own client, and AWS's.
    let python = tools_python().filter(|_| guarded).unwrap_or_else(|| PathBuf::from("/usr/bin/python3"));
    start(&application(name), |settings| {
        if guarded {
            under_guard(settings);
        }
        settings.python = Some(python);
    })
    .await
}

/// So many invocations at once.
async fn at_once(running: &Running, function: &str, count: usize, event: &Value) -> Vec<Value> {
    let event = event.to_string();
    let all = join_all((0..count).map(|_| running.invoke(function, &event))).await;
    all.into_iter()
        .map(|(answer, error)| {
            assert_eq!(error, None, "{answer} {:#?}", running.logs());
            answer
        })
        .collect()
}

fn distinct(answers: &[Value], name: &str) -> usize {
    let mut all: Vec<String> = answers.iter().map(|answer| answer[name].to_string()).collect();
    all.sort();
    all.dedup();
    all.len()
}

async fn each_language(running: &Running) {
    // One environment takes four.
    let rust = at_once(running, "Rust", 4, &json!({"do": "sleep", "ms": 1500})).await;
    assert!(rust.iter().any(|answer| answer["most"] == 4), "{rust:?}");
    let node = at_once(running, "Node", 4, &json!({"ms": 1500})).await;
    assert_eq!((distinct(&node, "pid"), distinct(&node, "id")), (1, 4), "{node:?}");
    assert_eq!((&node[0]["most"], &node[0]["kind"]), (&json!(4), &json!("lambda-managed-instances")));
    let python = at_once(running, "Python", 4, &json!({"ms": 2000})).await;
    assert_eq!(
        (distinct(&python, "pid"), distinct(&python, "group"), distinct(&python, "id")),
        (4, 1, 4),
        "{python:?}"
    );
    // The fifth has another one.
    let node = at_once(running, "Node", 5, &json!({"ms": 1500})).await;
    assert_eq!(distinct(&node, "pid"), 2, "{node:?}");
    // Again, in the ones that are there.
    let again = at_once(running, "Node", 5, &json!({"ms": 300})).await;
    assert_eq!(distinct(&again, "pid"), 2, "{again:?}");
}

async fn ends_of_one(running: &Running) {
    at_once(running, "Short", 1, &json!({})).await;
    let (late, steady) =
        tokio::join!(running.invoke("Short", r#"{"ms": 3000}"#), running.invoke("Short", r#"{"ms": 100}"#));
    assert_eq!(late.1.as_deref(), Some("Sandbox.Timedout"), "{late:?}");
    assert_eq!(steady.1, None, "{steady:?}");
    let after = at_once(running, "Short", 1, &json!({})).await;
    assert_eq!(after[0]["pid"], steady.0["pid"], "the environment goes on");
    // A runtime that ends takes all with it.
    let (ends, other) = tokio::join!(
        running.invoke("Node", r#"{"do": "exit", "ms": 300}"#),
        running.invoke("Node", r#"{"ms": 5000}"#)
    );
    assert_eq!(ends.1.as_deref(), Some("Runtime.ExitError"), "{ends:?}");
    assert_eq!(other.1.as_deref(), Some("Runtime.ExitError"), "{other:?}");
    assert_eq!(at_once(running, "Node", 1, &json!({})).await.len(), 1);
}

#[test]
fn several_invocations_share_an_environment() {
    run(async {
        let running = started("several-bare", false).await;
        each_language(&running).await;
        ends_of_one(&running).await;
        running.host.stop().await;
    });
}

#[test]
fn several_invocations_share_an_environment_under_the_guard() {
    run(async {
        let running = started("several-guarded", true).await;
        each_language(&running).await;
        ends_of_one(&running).await;
        running.host.stop().await;
    });
}
