//! Code that is a zip file: what `sam package`, `chalice package` and Terraform's `filename` leave behind.
use crate::support::{folder, run, start, under_guard, until, write, zipped};
use host::Settings;
use serde_json::json;
use std::path::{Path, PathBuf};

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Timeout: 20, MemorySize: 256, Runtime: python3.13, Handler: app.handler } }
Resources:
  One: { Type: AWS::Serverless::Function, Properties: { CodeUri: code.zip } }
  Two: { Type: AWS::Serverless::Function, Properties: { CodeUri: ./code.zip } }
  Climbs: { Type: AWS::Serverless::Function, Properties: { CodeUri: climbs.zip } }
  Nothing: { Type: AWS::Serverless::Function, Properties: { CodeUri: nothing.zip } }
  Text: { Type: AWS::Serverless::Function, Properties: { CodeUri: text.zip } }
";

/// A package whose code says which it is, and reads a file beside it.
fn package(place: &Path, version: &str) {
    let code = "import os, inner.part\n\
        def handler(event, context):\n\
        \x20   beside = os.path.join(os.environ['LAMBDA_TASK_ROOT'], 'data.txt')\n\
        \x20   return [inner.part.NAME, open(beside).read()]\n";
    let part = format!("NAME = '{version}'\n");
    zipped(
        place,
        &[
            ("app.py", code, 0o644),
            ("inner/__init__.py", "", 0o644),
            ("inner/part.py", &part, 0o644),
            ("data.txt", "beside", 0o600),
        ],
    );
}

fn application(name: &str) -> PathBuf {
    let folder = folder(name);
    write(&folder, &[("template.yml", TEMPLATE), ("text.zip", "no zip file")]);
    package(&folder.join("code.zip"), "first");
    zipped(
        &folder.join("climbs.zip"),
        &[("app.py", "def handler(e, c): pass", 0o644), ("../climbed", "x", 0o644)],
    );
    folder
}

async fn runs(name: &str, change: impl FnOnce(&mut Settings)) {
    let place = application(name);
    let running = start(&place, |settings| {
        settings.python = Some("/usr/bin/python3".into());
        settings.watch_ms = 50;
        change(settings);
    })
    .await;
    for function in ["One", "Two"] {
        let answered = running.invoke(function, "{}").await;
        assert_eq!(answered, (json!(["first", "beside"]), None), "{:?}", running.logs());
    }
    for (function, reason) in [
        ("Climbs", "`../climbed` leads out"),
        ("Nothing", "nothing.zip` is no folder and no zip file"),
        ("Text", "cannot be unpacked: it is no zip file"),
    ] {
        let (body, error) = running.invoke(function, "{}").await;
        assert_eq!(error.as_deref(), Some("Buckler.CannotStart"), "{body}");
        assert!(body["errorMessage"].as_str().unwrap().contains(reason), "{body}");
    }
    assert!(!place.join("../climbed").exists());
    // What is half written leaves the code that was there; what is whole takes its place, for both.
    std::fs::write(place.join("code.zip"), "PK half").unwrap();
    until("the broken package is told", || {
        running.notes().iter().any(|note| note.contains("One: its new code cannot be unpacked"))
    })
    .await;
    assert_eq!(running.invoke("One", "{}").await, (json!(["first", "beside"]), None));
    package(&place.join("code.zip"), "second");
    until("the new package is told", || {
        let notes = running.notes();
        ["One: new code", "Two: new code"].iter().all(|new| notes.iter().any(|note| note == new))
    })
    .await;
    for function in ["One", "Two"] {
        assert_eq!(running.invoke(function, "{}").await, (json!(["second", "beside"]), None));
    }
    running.host.stop().await;
}

#[test]
fn code_in_a_zip_file_runs() {
    run(runs("packages-bare", |_| {}));
}

#[test]
fn code_in_a_zip_file_runs_under_the_guard() {
    run(runs("packages-guard", under_guard));
}
