//! Code that spells `/var/task`: bare, under the guard, and where it cannot be there.
use crate::support::{folder, run, start, under_guard, write};
use host::Settings;
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Timeout: 20, MemorySize: 512 } }
Resources:
  Python: { Type: AWS::Serverless::Function, Properties: { Runtime: python3.13, Handler: app.handler, CodeUri: python/ } }
  Node: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs20.x, Handler: app.handler, CodeUri: node/ } }
";

const PYTHON: &str = "
import os, subprocess
def handler(event, context):
    def writes(path):
        try:
            open(path, 'w').close()
            os.remove(path)
            return True
        except OSError:
            return False
    if not os.path.exists('/var/task'):
        return {'there': False}
    return {'data': open('/var/task/data.txt').read(), 'tool': subprocess.check_output(['/var/task/bin/tool'], text=True),
            'same': os.path.samefile('/var/task', os.environ['LAMBDA_TASK_ROOT']), 'wrote': writes('/var/task/mine'),
            'temporary': writes(os.environ.get('TMPDIR', '/tmp') + '/mine'), 'system': writes('/var/mine')}
";

const NODE: &str = "
const inner = () => { try { return require('/var/task/lib/inner'); } catch { return null; } };
exports.handler = async () => ({ inner: inner() });
";

async fn seen(name: &str, change: impl FnOnce(&mut Settings), is_refused: bool) {
    let place = folder(name);
    write(
        &place,
        &[
            ("template.yml", TEMPLATE),
            ("python/app.py", PYTHON),
            ("python/data.txt", "of python"),
            ("python/bin/tool", "#!/bin/sh\necho tool\n"),
            ("node/app.js", NODE),
            ("node/lib/inner.js", "module.exports = 'of node';"),
        ],
    );
    let tool = place.join("python/bin/tool");
    std::fs::set_permissions(tool, std::fs::Permissions::from_mode(0o755)).unwrap();
    let running = start(&place, |settings| {
        settings.python = Some("/usr/bin/python3".into());
        change(settings);
    })
    .await;
    let notes = running.notes();
    let note = notes.iter().find(|note| note.contains("code is not at /var/task"));
    if is_refused {
        assert!(note.is_some_and(|note| note.contains("is below /var")), "{notes:?}");
    }
    let (python, error) = running.invoke("Python", "{}").await;
    assert_eq!(error, None, "{python} {:?}", running.logs());
    let (node, error) = running.invoke("Node", "{}").await;
    assert_eq!(error, None, "{node} {:?}", running.logs());
    running.host.stop().await;
    if note.is_some() {
        println!("{notes:?}");
        // Another program of this machine may have made the folder.
        assert!(is_refused || python == json!({ "there": false }), "{python}");
        assert_eq!(node["inner"], json!(null));
        return;
    }
    let wanted = json!({ "data": "of python", "tool": "tool\n", "same": true, "wrote": false, "temporary": true, "system": false });
    assert_eq!(python, wanted);
    assert_eq!(node["inner"], "of node");
}

#[test]
fn each_function_has_its_code_at_var_task() {
    run(seen("task-bare", |_| {}, false));
}

#[test]
fn each_function_has_its_code_at_var_task_under_the_guard() {
    run(seen("task-guarded", under_guard, false));
}

#[test]
fn what_is_needed_below_var_is_not_hidden() {
    run(seen("task-hidden", |settings| settings.packages.push("/var/none".into()), true));
}
