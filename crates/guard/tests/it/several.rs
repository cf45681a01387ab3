//! Several invocations of one environment at once: AWS's client for Python, which forks a worker for each, and a client in Node that
//! has them in one process.
use crate::guarded::{Folder, Guarded, Setup, python};
use crate::platform::Platform;
use crate::policies::bundle;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

const PYTHON: &str = r#"
import os, subprocess, time

TMP = os.environ["APP_TMP"]

def handler(event, context):
    if "plant" in event:
        open(TMP + "/" + event["plant"], "w").write("x")
        subprocess.Popen(["sleep", "1000"])
        os.environ["PLANTED"] = event["plant"]
    if "run" in event:
        os.system("echo " + event["run"])
    for name in event.get("until", []):
        while not os.path.exists(os.environ["MARKS"] + "/" + name):
            time.sleep(0.01)
    return {"pid": os.getpid(), "parent": os.getppid(), "files": sorted(os.listdir(TMP)), "planted": os.environ.get("PLANTED")}
"#;

/// The workers of AWS's client, of which the others start when the first one has had its first event.
const LATER: &str = r#"
import multiprocessing, os, time
from awslambdaric.lambda_multi_concurrent_utils import MultiConcurrentRunner

def worker():
    MultiConcurrentRunner.run_single("app.handler", os.environ["AWS_LAMBDA_RUNTIME_API"], False, None)

fork = multiprocessing.get_context("fork")
fork.Process(target=worker).start()
while not os.path.exists(os.environ["MARKS"] + "/later"):
    time.sleep(0.01)
for _ in range(2):
    fork.Process(target=worker).start()
time.sleep(1000)
"#;

/// A runtime of one process with as many pollers as it is told.
const NODE: &str = r#"
const http = require('node:http');
const fs = require('node:fs');
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true });
function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, agent, method, path: '/2018-06-01/runtime' + path }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    request.on('error', reject).end(body);
  });
}
async function handler(event) {
  if (event.set) process.env.PLANTED = event.set;
  // A process of the runtime's own program that outlives its invocation.
  if (event.leaves) require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
  if (event.until) console.log(`waits for ${event.until}`);
  for (const name of event.until || []) while (!fs.existsSync(process.env.MARKS + '/' + name)) await new Promise((go) => setTimeout(go, 10));
  return { planted: process.env.PLANTED || null };
}
async function poll() {
  for (;;) {
    process.emit('buckler:next');
    const work = await call('GET', '/invocation/next');
    const id = work.headers['lambda-runtime-aws-request-id'];
    const answer = await handler(JSON.parse(work.text));
    const { status } = await call('POST', `/invocation/${id}/response`, JSON.stringify(answer));
    if (status !== 202) console.log(`${id} heard ${status}`);
  }
}
for (let worker = 0; worker < Number(process.env.AWS_LAMBDA_MAX_CONCURRENCY); worker += 1) poll();
"#;

struct Several {
    platform: Platform,
    guarded: Guarded,
    folder: Folder,
}

impl Several {
    fn start(name: &str, setup: impl FnOnce(&Folder) -> Setup<'static>) -> Self {
        let (platform, folder) = (Platform::start(), Folder::new(&format!("several-{name}")));
        for inner in ["tmp", "marks"] {
            std::fs::create_dir_all(folder.0.join(inner)).unwrap();
        }
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let guarded = setup(&folder)
            .with("BUCKLER_MODE", "block")
            .with("BUCKLER_LAYER", env!("CARGO_MANIFEST_DIR"))
            .with("BUCKLER_TEMPORARY", &text(&folder.0.join("tmp")))
            .with("LAMBDA_TASK_ROOT", &text(&folder.0))
            .with("APP_TMP", &text(&folder.0.join("tmp")))
            .with("MARKS", &text(&folder.0.join("marks")))
            .with("PYTHONDONTWRITEBYTECODE", "1")
            .with("AWS_LAMBDA_MAX_CONCURRENCY", "3")
            .start(&platform);
        Self { platform, guarded, folder }
    }

    fn python(name: &str) -> Option<Self> {
        let python = python()?;
        Some(Self::start(name, |folder| Setup::python(&python, folder, PYTHON)))
    }

    fn node(name: &str) -> Self {
        Self::start(name, |folder| {
            let client = folder.write("client.cjs", NODE);
            Setup::new(&["/usr/bin/node", client.to_str().unwrap()])
        })
    }

    /// The runtime in Node under a policy.
    fn under(name: &str, function: &Value) -> Self {
        Self::start(name, |folder| {
            let client = folder.write("client.cjs", NODE);
            let policy = folder.write("policy.json", &bundle(function));
            let text = |path: &Path| path.to_str().unwrap().to_owned();
            Setup::new(&["/usr/bin/node", &text(&client)])
                .with("BUCKLER_POLICY", &text(&policy))
                .with("BUCKLER_POLICY_UNSIGNED", "1")
        })
    }

    fn give(&self, id: &str, event: &Value) {
        self.platform.give(id, 20_000, event.to_string().as_bytes(), &[]);
    }

    /// Lets invocations that wait for it go on.
    fn mark(&self, name: &str) {
        self.folder.write(&format!("marks/{name}"), "");
    }

    /// The answers of so many invocations.
    fn answers(&self, count: usize) -> BTreeMap<String, (String, Value)> {
        let one = |_| {
            let posted = self.platform.posted();
            (posted.id.clone(), (posted.what.clone(), posted.json()))
        };
        (0..count).map(one).collect()
    }

    fn rules(&self, rule: &str) -> usize {
        self.guarded.events(rule).len()
    }

    fn all(&self) -> String {
        format!("{}\n{}", self.guarded.stdout(), self.guarded.stderr())
    }
}

impl Drop for Several {
    fn drop(&mut self) {
        // The guard takes the workers with it; killed, it would take their parent alone.
        if matches!(self.guarded.process.try_wait(), Ok(None)) {
            self.guarded.terminate();
            self.guarded.ended();
        }
    }
}

#[test]
fn workers_are_processes_that_stay_and_leftovers_go_when_none_is_in_flight() {
    let Some(several) = Several::python("workers") else { return };
    several.platform.nexts(3);
    for id in ["a", "b"] {
        several.give(id, &json!({"plant": id, "until": [id]}));
    }
    let planted = several.folder.0.join("tmp/b");
    for _ in 0..2_000 {
        if planted.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    several.mark("a");
    let first = several.answers(1);
    let (what, a) = &first["a"];
    assert_eq!(what, "response", "{}", several.all());
    // `b` still works with its file: nothing is cleaned.
    several.platform.nexts(4);
    assert_eq!(several.rules("leftover-file"), 0, "{}", several.all());
    assert!(planted.exists(), "{}", several.all());
    several.mark("b");
    let (_, b) = &several.answers(1)["b"];
    assert_eq!(a["parent"], b["parent"], "workers are siblings");
    assert_ne!(a["pid"], b["pid"]);
    several.guarded.says("leftover-file");
    several.platform.nexts(5);
    assert_eq!(
        (several.rules("leftover-process"), several.rules("leftover-file")),
        (1, 1),
        "{}",
        several.all()
    );
    // Every worker is alive, and each has put its own variables back.
    for id in ["c", "d", "e"] {
        several.give(id, &json!({"until": ["last"]}));
    }
    several.platform.all_taken();
    several.mark("last");
    let last = several.answers(3);
    let mut pids: Vec<&Value> = last.values().map(|(_, answer)| &answer["pid"]).collect();
    pids.dedup();
    assert_eq!(pids.len(), 3, "{last:?} {}", several.all());
    for (_, answer) in last.values() {
        assert_eq!((&answer["files"], &answer["planted"]), (&json!([]), &Value::Null), "{}", several.all());
    }
}

#[test]
fn workers_that_start_behind_the_first_event_stay() {
    let Some(python) = python() else { return };
    let several = Several::start("later", |folder| {
        let mut setup = Setup::python(&python, folder, PYTHON);
        setup.command = vec![
            python.to_str().unwrap().to_owned(),
            folder.write("later.py", LATER).to_str().unwrap().to_owned(),
        ];
        setup
    });
    several.platform.nexts(1);
    several.give("a", &json!({"plant": "a", "until": ["a"]}));
    several.mark("later");
    several.platform.nexts(3);
    several.mark("a");
    assert_eq!(several.answers(1)["a"].0, "response", "{}", several.all());
    several.platform.nexts(4);
    several.guarded.says("leftover-process");
    assert_eq!(several.rules("leftover-process"), 1, "the child, and no worker: {}", several.all());
    for id in ["b", "c", "d"] {
        several.give(id, &json!({"until": ["last"]}));
    }
    several.platform.all_taken();
    several.mark("last");
    assert_eq!(several.answers(3).len(), 3);
}

#[test]
fn an_attack_is_its_own_events_and_the_others_are_answered_before_the_end() {
    let Some(mut several) = Several::python("attack") else { return };
    several.platform.nexts(3);
    several.give("honest", &json!({"until": ["go"]}));
    several.give("other", &json!({"run": "harmless", "until": ["other"]}));
    several.give("hostile", &json!({"run": "x; id"}));
    let (what, answer) = &several.answers(1)["hostile"];
    assert_eq!(what, "error", "{answer}");
    // The event itself: the function's own log speaks of the rule, too, and may be first.
    several.guarded.says("\"rule\":\"hook-command\"");
    let told = several.guarded.events("hook-command");
    assert_eq!(told.len(), 1, "{}", several.all());
    assert_eq!(told[0]["unmapped"]["request_id"], "hostile", "{}", told[0]);
    // The environment is to end, but not under those that are at work.
    several.mark("other");
    assert_eq!(several.answers(1)["other"].0, "response", "{}", several.all());
    assert_eq!(several.rules("recycle"), 0, "{}", several.all());
    several.mark("go");
    assert_eq!(several.answers(1)["honest"].0, "response");
    assert_eq!(several.guarded.ended().code(), Some(0), "{}", several.all());
    assert_eq!(several.rules("recycle"), 1, "{}", several.all());
    // Nobody asked again once the attack was known.
    let nexts = several.platform.requests().iter().filter(|line| line.ends_with("invocation/next")).count();
    assert_eq!(nexts, 3);
}

#[test]
fn a_late_invocation_leaves_the_others() {
    let several = Several::node("late");
    several.platform.nexts(3);
    several.give("steady", &json!({"until": ["steady"]}));
    several.platform.give("slow", 600, json!({"until": ["slow"]}).to_string().as_bytes(), &[]);
    let late = several.answers(1);
    let (what, answer) = &late["slow"];
    assert_eq!((what.as_str(), &answer["errorType"]), ("error", &json!("Sandbox.Timedout")), "{answer}");
    several.mark("steady");
    assert_eq!(several.answers(1)["steady"].0, "response", "{}", several.all());
    // Its worker hears that it is too late, and has the next one.
    several.mark("slow");
    several.guarded.says("slow heard 410");
    for id in ["x", "y", "z"] {
        several.give(id, &json!({"until": ["end"]}));
    }
    several.platform.all_taken();
    several.mark("end");
    assert_eq!(several.answers(3).len(), 3);
    assert_eq!(several.rules("deadline"), 1);
}

#[test]
fn a_process_with_several_is_put_back_when_none_is_in_flight() {
    let several = Several::node("state");
    several.platform.nexts(3);
    several.give("sets", &json!({"set": "mine", "until": ["sets"]}));
    several.give("short", &json!({}));
    assert_eq!(several.answers(1)["short"].0, "response", "{}", several.all());
    several.platform.nexts(4);
    several.mark("sets");
    let (_, answer) = &several.answers(1)["sets"];
    assert_eq!(answer["planted"], "mine", "not put back under it: {}", several.all());
    several.platform.nexts(5);
    several.give("after", &json!({}));
    let (_, answer) = &several.answers(1)["after"];
    assert_eq!(answer["planted"], Value::Null, "{}", several.all());
    assert_eq!(several.rules("state-restored"), 1);
}

/// A runtime of one process has no workers: what looks like one was left behind.
#[test]
fn a_copy_of_the_runtime_is_a_leftover() {
    let several = Several::node("copy");
    several.platform.nexts(3);
    several.give("leaves", &json!({"leaves": true}));
    assert_eq!(several.answers(1)["leaves"].0, "response", "{}", several.all());
    several.platform.nexts(4);
    several.guarded.says("leftover-process");
    assert_eq!(several.rules("leftover-process"), 1, "{}", several.all());
}

/// An event of a function URL, of somebody known by address alone.
fn asked_from(address: &str, until: &str) -> Value {
    json!({"version": "2.0", "rawPath": "/", "rawQueryString": "", "headers": {"host": "f.example.org"},
        "requestContext": {"accountId": "anonymous", "apiId": "f", "domainName": "f.example.org", "stage": "$default",
            "http": {"method": "POST", "path": "/", "protocol": "HTTP/1.1", "sourceIp": address, "userAgent": "test"}},
        "body": "", "isBase64Encoded": false, "until": [until]})
}

#[test]
fn one_identity_has_its_own_part_of_an_environment() {
    let several = Several::under("crowd", &json!({"mode": "block", "limits": {"at_once_per_identity": 1}}));
    several.platform.nexts(3);
    several.give("first", &asked_from("192.0.2.1", "first"));
    several.guarded.says("waits for first");
    several.give("second", &asked_from("192.0.2.1", "never"));
    let (_, refused) = &several.answers(1)["second"];
    assert_eq!(refused["statusCode"], 429, "{refused} {}", several.all());
    several.guarded.says("at_once_per_identity");
    several.give("other", &asked_from("192.0.2.2", "other"));
    several.mark("other");
    assert_eq!(several.answers(1)["other"].0, "response", "{}", several.all());
    // Whoever has ended takes nobody's part, however it ended.
    several.mark("first");
    assert_eq!(several.answers(1)["first"].0, "response", "{}", several.all());
    several.platform.give("late", 600, asked_from("192.0.2.1", "late").to_string().as_bytes(), &[]);
    assert_eq!(several.answers(1)["late"].1["errorType"], "Sandbox.Timedout", "{}", several.all());
    several.mark("late");
    several.guarded.says("late heard 410");
    several.give("again", &asked_from("192.0.2.1", "first"));
    assert_eq!(several.answers(1)["again"].1["planted"], Value::Null, "{}", several.all());
    // Nobody known sends what a queue brings.
    for id in ["a", "b", "c"] {
        several.give(id, &json!({"until": ["end"]}));
    }
    several.platform.all_taken();
    several.mark("end");
    assert_eq!(several.answers(3).len(), 3);
}

#[test]
fn tenants_who_are_kept_apart_come_one_by_one() {
    let function = json!({"mode": "block", "isolation": {"recycle_between_tenants": true}});
    let mut several = Several::under("tenants", &function);
    let tenant = |name| [("Lambda-Runtime-Aws-Tenant-Id", name)];
    several.platform.nexts(1);
    let event = json!({"until": ["go"]}).to_string();
    several.platform.give("blue", 20_000, event.as_bytes(), &tenant("blue"));
    several.platform.give("red", 20_000, b"{}", &tenant("red"));
    // Time in which another worker would have asked.
    std::thread::sleep(std::time::Duration::from_millis(300));
    several.mark("go");
    assert_eq!(several.answers(1)["blue"].0, "response", "{}", several.all());
    assert_eq!(several.guarded.ended().code(), Some(0));
    let nexts = several.platform.requests().iter().filter(|line| line.ends_with("invocation/next")).count();
    assert_eq!(nexts, 1, "the other tenant's event is for another environment: {}", several.all());
}
