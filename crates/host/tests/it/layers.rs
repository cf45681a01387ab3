//! Layers: archives and folders, laid over each other at `/opt`, bare and under the guard, and where nothing can be mounted.
use crate::support::{folder, run, start, under_guard, write, zipped};
use host::Settings;
use serde_json::json;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Timeout: 20, MemorySize: 512, Layers: [!Ref Packed, !Ref Plain] } }
Resources:
  Python:
    Type: AWS::Serverless::Function
    Properties:
      { Runtime: python3.13, Handler: app.handler, CodeUri: python/, Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: /opt/wrapper } } }
  Node: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs20.x, Handler: app.handler, CodeUri: node/ } }
  Broken: { Type: AWS::Serverless::Function, Properties: { Runtime: nodejs20.x, Handler: app.handler, CodeUri: node/, Layers: [!Ref Climbs] } }
  Packed: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: packed.zip } }
  Plain: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: plain/ } }
  Climbs: { Type: AWS::Serverless::LayerVersion, Properties: { ContentUri: climbs.zip } }
";

const PYTHON: &str = "
import os, subprocess, helper
def handler(event, context):
    opt = os.path.dirname(os.path.dirname(helper.__file__))
    try:
        open(opt + '/mine', 'w')
        wrote = True
    except OSError:
        wrote = False
    return {'opt': opt, 'helper': helper.NAME, 'both': open(opt + '/both').read(), 'tool': subprocess.check_output(['tool'], text=True),
            'wrapped': os.environ.get('WRAPPED'), 'wrote': wrote, 'libraries': os.environ['LD_LIBRARY_PATH'].split(':')[-1]}
";

const NODE: &str = "
const packed = (() => { try { return require('packed'); } catch { return null; } })();
const plain = require('plain');
exports.handler = async () => ({ packed, plain, at: require.resolve('plain') });
";

fn application(name: &str) -> PathBuf {
    let folder = folder(name);
    write(
        &folder,
        &[
            ("template.yml", TEMPLATE),
            ("python/app.py", PYTHON),
            ("node/app.js", NODE),
            ("plain/both", "plain"),
            ("plain/nodejs/node_modules/plain/index.js", "module.exports = 'plain';"),
            ("plain/bin/tool", "#!/bin/sh\necho from the later layer\n"),
        ],
    );
    std::fs::set_permissions(folder.join("plain/bin/tool"), std::fs::Permissions::from_mode(0o755)).unwrap();
    zipped(
        &folder.join("packed.zip"),
        &[
            ("both", "packed", 0o644),
            ("python/helper.py", "NAME = 'packed'", 0o644),
            ("nodejs/node_modules/packed/index.js", "module.exports = 'packed';", 0o644),
            ("bin/tool", "#!/bin/sh\necho from the earlier layer\n", 0o755),
            ("lib/libown.so", "", 0o644),
            ("wrapper", "#!/bin/sh\nexport WRAPPED=yes\nexec \"$@\"\n", 0o755),
        ],
    );
    zipped(&folder.join("climbs.zip"), &[("../../../climbed", "x", 0o644)]);
    folder
}

async fn laid_out(name: &str, change: impl FnOnce(&mut Settings), is_mounted: bool) {
    let place = application(name);
    let running = start(&place, |settings| {
        settings.python = Some("/usr/bin/python3".into());
        change(settings);
    })
    .await;
    let notes = running.notes();
    // A machine that refuses mounts runs the other half of this test only.
    let is_mounted = is_mounted && !notes.iter().any(|note| note.contains("/opt (it cannot be mounted)"));
    assert_eq!(notes.iter().any(|note| note.contains("layers are not at /opt")), !is_mounted, "{notes:?}");
    let (answer, error) = running.invoke("Python", "{}").await;
    assert_eq!(error, None, "{answer} {:?}", running.logs());
    let told = |name: &str| answer[name].clone();
    assert_eq!(
        (told("helper"), told("both"), told("tool"), told("wrapped")),
        (json!("packed"), json!("plain"), json!("from the later layer\n"), json!("yes"))
    );
    let opt = answer["opt"].as_str().unwrap();
    assert_eq!(opt == "/opt", is_mounted, "{answer}");
    assert_eq!(answer["libraries"], format!("{opt}/lib"));
    if is_mounted {
        assert_eq!(answer["wrote"], false, "a function writes no layer");
    }
    let (answer, error) = running.invoke("Node", "{}").await;
    assert_eq!(error, None, "{answer}");
    assert_eq!((&answer["packed"], &answer["plain"]), (&json!("packed"), &json!("plain")));
    assert!(answer["at"].as_str().unwrap().starts_with(opt), "{answer}");
    // What leads out is left out, and told; the other layers are there.
    assert!(notes.iter().any(|note| note.contains("climbs.zip") && note.contains("leads out")), "{notes:?}");
    assert!(!place.join("../climbed").exists());
    let (answer, _) = running.invoke("Broken", "{}").await;
    assert_eq!((&answer["packed"], &answer["plain"]), (&json!("packed"), &json!("plain")), "{answer}");
    running.host.stop().await;
}

#[test]
fn layers_are_at_opt() {
    run(laid_out("layers-bare", |_| {}, true));
}

#[test]
fn layers_are_at_opt_under_the_guard() {
    run(laid_out("layers-guarded", under_guard, true));
}

#[test]
fn where_opt_is_needed_layers_are_on_the_paths() {
    run(laid_out("layers-paths", |settings| settings.packages.push("/opt/none".into()), false));
}
