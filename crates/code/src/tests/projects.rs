//! The folders of `tests/cases/projects`: each says at the end of a line which flow ends there.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use model::{Coverage, MemorySource, Project};

use super::{asked, word};

#[expect(clippy::disallowed_methods, reason = "a test reads its cases")]
fn files_below(folder: &Path, root: &Path, files: &mut Vec<(String, String)>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files_below(&path, root, files);
        } else {
            let shown = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.push((shown, std::fs::read_to_string(&path).unwrap()));
        }
    }
}

type Ends = BTreeSet<(String, u32, String)>;

fn expected(files: &[(String, String)]) -> Ends {
    let mut found = Ends::new();
    for (path, text) in files {
        for (line, number) in text.lines().zip(1..) {
            let Some((_, kinds)) = line.split_once("flow:") else { continue };
            found.extend(kinds.split(',').map(|kind| (path.clone(), number, kind.trim().to_owned())));
        }
    }
    found
}

fn read(files: &[(String, String)]) -> Project {
    let source = MemorySource::new(files.to_vec());
    let mut project = iac::read(&source, &iac::Options::default());
    crate::attach(&mut project, &source, &crate::Limits::default());
    project
}

fn ends(project: &Project) -> Ends {
    let flows = project.apps.iter().flat_map(|app| &app.code).flat_map(|code| &code.flows);
    flows
        .map(|flow| {
            let file = project.file(flow.sink.at).unwrap();
            (file.path.clone(), file.place(flow.sink.at.start).line, word(flow.sink.kind).to_owned())
        })
        .collect()
}

fn files_of(name: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/projects").join(name);
    let mut files = vec![];
    files_below(&root, &root, &mut files);
    files
}

/// The flows of a folder with every step.
fn check(name: &str, expected: Expect) {
    let project = read(&files_of(name));
    let mut shown = String::new();
    for flow in project.apps.iter().flat_map(|app| &app.code).flat_map(|code| &code.flows) {
        let trigger = flow.trigger.as_deref().unwrap_or("nothing known");
        shown += &format!("{} from {} of {trigger}, {:?}\n", word(flow.sink.kind), flow.source, flow.trust);
        for step in &flow.steps {
            shown += &format!("  {} {}\n", project.locate(step.at), step.message);
        }
    }
    expected.assert_eq(&shown);
}

#[test]
fn what_another_function_stores_comes_back_with_its_way() {
    check(
        "stored_item_to_command",
        expect![[r#"
        command from event.body.scene of OrderPost, Public
          src/order.py:10:5 `event` is chosen by who sends the event
          src/order.py:10:13 it is passed as `event`
          src/order.py:11:13 it goes through `json.loads`
          src/order.py:11:5 `order` holds it
          src/order.py:12:38 `scene` holds it
          src/order.py:13:5 `Order` stores it in `Jobs` with `dynamodb:PutItem`
          src/nightly.py:10:16 `dynamodb:Scan` gives it back
          src/nightly.py:10:9 `job` holds it
          src/nightly.py:14:9 it ends in `subprocess.run`
    "#]],
    );
    check(
        "stored_upload_presigned",
        expect![[r#"
        deserialize from event of SignGet, Public
          src/sign.py:10:12 `Sign` lets others write to `Uploads` with `s3:PutObject`
          src/load.py:11:11 `s3:GetObject` gives it back
          src/load.py:11:5 `new` holds it
          src/load.py:12:21 it ends in `pickle.loads`
    "#]],
    );
}

#[test]
fn what_another_function_sends_comes_with_its_way() {
    check(
        "sqs_to_sql",
        expect![[r#"
            sql from event.body.customer of AcceptPost, Public
              src/accept.py:9:5 `event` is chosen by who sends the event
              src/accept.py:9:13 it is passed as `event`
              src/accept.py:10:13 it goes through `json.loads`
              src/accept.py:10:5 `order` holds it
              src/accept.py:11:76 `customer` holds it
              src/accept.py:11:5 `Accept` sends it with `sqs:SendMessage` to `Work`
              src/work.py:6:5 `event` is chosen by who sends the event
              src/work.py:6:13 it is passed as `event`
              src/work.py:7:9 `record` holds it
              src/work.py:8:19 it goes through `json.loads`
              src/work.py:8:9 `message` holds it
              src/storage/orders.py:6:19 it is passed as `count`
              src/storage/orders.py:7:5 it ends in `sqlite3.connect().execute`
        "#]],
    );
}

#[test]
fn every_project_gives_the_flows_that_its_comments_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/projects");
    let mut files = vec![];
    files_below(&root, &root, &mut files);
    let names: BTreeSet<&str> = files.iter().map(|(path, _)| path.split_once('/').unwrap().0).collect();
    let mut wrong = vec![];
    for name in &names {
        let own = files_of(name);
        let project = read(&own);
        let asked = |end: &&(String, u32, String)| asked(&end.2, name);
        let (expected, found) = (expected(&own), ends(&project));
        let (expected, found): (Ends, Ends) =
            (expected.iter().filter(asked).cloned().collect(), found.iter().filter(asked).cloned().collect());
        wrong.extend(
            expected.difference(&found).map(|(path, line, kind)| format!("{name}/{path}:{line}: no {kind}")),
        );
        wrong.extend(
            found
                .difference(&expected)
                .map(|(path, line, kind)| format!("{name}/{path}:{line}: unexpected {kind}")),
        );
        for code in project.apps.iter().flat_map(|app| &app.code) {
            if matches!(code.coverage, Coverage::None(_)) {
                wrong.push(format!("{name}: {:?} was not read: {:?}", code.handler, code.coverage));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} folders:\n{}", wrong.len(), names.len(), wrong.join("\n"));
}

#[test]
fn the_order_of_files_and_facts_does_not_depend_on_threads() {
    let mut template = String::from("Transform: AWS::Serverless-2016-10-31\nResources:\n");
    let mut files = vec![("shared.py".to_owned(), "import os\ndef run(x):\n    os.system(x)\n".to_owned())];
    for index in 0..40 {
        template += &format!(
            "  F{index}: {{ Type: AWS::Serverless::Function, Properties: {{ CodeUri: ., Handler: f{index}.handler, \
             Runtime: python3.13 }} }}\n"
        );
        let other = (index + 7) % 40;
        let text = format!(
            "import shared\nimport f{other}\ndef handler(event, context):\n    shared.run(event['a{index}'])\n"
        );
        files.push((format!("f{index}.py"), text));
    }
    files.push(("template.yaml".to_owned(), template));
    let shown = |project: &Project| {
        let paths: Vec<&str> = project.files.iter().map(|file| file.path.as_str()).collect();
        format!("{paths:?} {:?}", project.apps.iter().map(|app| &app.code).collect::<Vec<_>>())
    };
    let first = read(&files);
    let code: Vec<_> = first.apps.iter().flat_map(|app| &app.code).collect();
    assert_eq!(code.len(), 40);
    for one in &code {
        let handler = first.file(one.handler.unwrap()).unwrap();
        assert_eq!(first.files[one.files[0].0 as usize].path, handler.path);
        assert_eq!(first.file(one.flows[0].sink.at).unwrap().path, "shared.py");
    }
    for _ in 0..5 {
        assert_eq!(shown(&read(&files)), shown(&first));
    }
}

#[test]
fn an_application_of_routes_needs_no_template() {
    let files = [(
        "main.py",
        "import subprocess\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n\n\
         @app.route(\"/\")\ndef index():\n    return subprocess.check_output(request.args.get(\"ping\"), shell=True)\n",
    )];
    let source = model::MemorySource::new(files);
    let mut project = iac::read(&source, &iac::Options::default());
    crate::attach(&mut project, &source, &crate::Limits::default());
    let flows: Vec<String> = project
        .apps
        .iter()
        .flat_map(|app| &app.code)
        .flat_map(|code| &code.flows)
        .map(|flow| format!("{} {:?} {}", project.locate(flow.sink.at), flow.sink.kind, flow.source))
        .collect();
    assert_eq!(flows, ["main.py:9:12 Command request.args.ping"]);
}
