//! SnapStart with AWS's client and hooks for Python, bare and under the guard.
use crate::support::{Running, folder, run, start, tools_python, under_guard, write};
use serde_json::{Value, json};

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Runtime: python3.13, Timeout: 20, MemorySize: 512, CodeUri: code/, SnapStart: { ApplyOn: PublishedVersions } } }
Resources:
  Snap: { Type: AWS::Serverless::Function, Properties: { Handler: app.handler } }
  Fails: { Type: AWS::Serverless::Function, Properties: { Handler: app.handler, Environment: { Variables: { FAILS: yes } } } }
  Node: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs22.x, Handler: app.handler } }
";

const CODE: &str = r#"
import json, os, random, urllib.request
from snapshot_restore_py import register_after_restore, register_before_snapshot

def credentials(token=None):
    request = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"])
    request.add_header("Authorization", token or os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"])
    return json.load(urllib.request.urlopen(request))

first = credentials()
order = []
seen = {}

@register_before_snapshot
def before():
    order.append("before")
    random.seed(7)

@register_after_restore
def after():
    order.append("after")
    seen["random"] = random.random()
    if os.environ.get("FAILS"):
        raise ValueError("the restore went wrong")

def handler(event, context):
    now = credentials()
    try:
        credentials("another")
        stranger = "answered"
    except urllib.error.HTTPError as why:
        stranger = why.code
    print("token=" + now["Token"])
    return {"kind": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], "order": order, "stranger": stranger, "key": "AWS_ACCESS_KEY_ID" in os.environ,
            "same": [name for name in ("SecretAccessKey", "Token") if now[name] == first[name]], "random": seen["random"], "leak": now["Token"]}
"#;

async fn started(name: &str, guarded: bool, own: &str) -> Option<Running> {
    let python = tools_python()?;
    let folder = folder(name);
    let node = "exports.handler = async () => process.env.AWS_LAMBDA_INITIALIZATION_TYPE;";
    write(&folder, &[("template.yml", TEMPLATE), ("code/app.py", CODE), ("code/app.js", node)]);
    let running = start(&folder, |settings| {
        if guarded {
            under_guard(settings);
        }
        settings.python = Some(python);
        settings.guard_config = own.parse().unwrap();
    });
    Some(running.await)
}

async fn snap(name: &str, guarded: bool) {
    let Some(running) = started(name, guarded, "").await else { return };
    let (answer, error) = running.invoke("Snap", "{}").await;
    assert_eq!(error, None, "{answer} {:?}", running.logs());
    let told = |name: &str| answer[name].clone();
    assert_eq!((told("kind"), told("order")), (json!("snap-start"), json!(["before", "after"])));
    assert_eq!((told("stranger"), told("key"), told("same")), (json!(404), json!(false), json!([])));
    let leaks = answer["leak"].as_str().is_some_and(|text| text.starts_with("local-"));
    let logs = running.logs();
    let masked = logs.iter().any(|line| line == "token=[AWS_SESSION_TOKEN]");
    assert_eq!((leaks, masked), (!guarded, guarded), "{answer} {logs:?}");
    if guarded {
        // Python's generator is seeded again, so that no two environments draw the same.
        let (sequence, seeded) = (answer["random"].as_f64().unwrap(), 0.323_832_764_833_159_3);
        assert!((sequence - seeded).abs() > 1e-12, "{answer}");
    }
    let (answer, error) = running.invoke("Fails", "{}").await;
    assert!(error.is_some() && answer.to_string().contains("the restore went wrong"), "{error:?} {answer}");
    let (answer, _) = running.invoke("Node", "{}").await;
    assert_eq!(answer, Value::from("on-demand"));
    running.host.stop().await;
}

#[test]
fn a_function_goes_on_from_its_snapshot() {
    run(snap("snap-bare", false));
}

#[test]
fn a_function_goes_on_from_its_snapshot_under_the_guard() {
    run(snap("snap-guarded", true));
}

/// What an initialisation read is read anew behind the snapshot, where the owner wants that: here the credentials, elsewhere any secret.
async fn afresh() {
    let own = "[functions.Snap]\nisolation = { restart-after-restore = true }\n";
    let Some(running) = started("snap-afresh", true, own).await else { return };
    for _ in 0..2 {
        let (answer, error) = running.invoke("Snap", "{}").await;
        assert_eq!(error, None, "{answer} {:?}", running.logs());
        let told = |name: &str| answer[name].clone();
        assert_eq!(
            (told("order"), told("same")),
            (json!(["before", "after"]), json!(["SecretAccessKey", "Token"]))
        );
    }
    let logs = running.logs();
    assert_eq!(logs.iter().filter(|line| *line == "token=[AWS_SESSION_TOKEN]").count(), 2, "{logs:?}");
    running.host.stop().await;
}

#[test]
fn what_a_snapshot_read_is_read_anew() {
    run(afresh());
}
