//! A restored snapshot (SnapStart): the policy is looked at again.
use crate::guarded::{Folder, Guarded, Setup};
use crate::platform::Platform;
use serde_json::json;

/// Says that it is ready for its snapshot, waits, and goes on.
const NODE: &str = r#"
const http = require('node:http');
const fs = require('node:fs');
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const ask = (path, then) => http.get({ host, port, path: '/2018-06-01/runtime/' + path }, (response) => { response.resume().on('end', () => then(response.statusCode)); });
console.log('initialised');
const look = setInterval(() => {
  if (!fs.existsSync(process.env.MARK)) return;
  clearInterval(look);
  ask('restore/next', (status) => { console.log('restored ' + status); ask('invocation/next', () => {}); });
}, 10);
"#;

fn restored(name: &str, change: impl FnOnce(&Folder)) -> (Platform, Guarded) {
    let (platform, folder) = (Platform::start(), Folder::new(name));
    let client = folder.write("client.cjs", NODE);
    let bundle = json!({"format": policy::FORMAT, "application": "restored", "issued": 1, "expires": 99_999_999_999_u64,
        "functions": {"f": {"mode": "block"}}});
    let bundle = folder.write("policy.json", &bundle.to_string());
    let guarded = Setup::new(&["/usr/bin/node", client.to_str().unwrap()])
        .with("BUCKLER_POLICY", bundle.to_str().unwrap())
        .with("BUCKLER_POLICY_UNSIGNED", "1")
        .with("LAMBDA_TASK_ROOT", folder.0.to_str().unwrap())
        .with("MARK", folder.0.join("mark").to_str().unwrap())
        .start(&platform);
    guarded.says("initialised");
    change(&folder);
    folder.write("mark", "");
    let asked = if name.ends_with("valid") {
        "GET /2018-06-01/runtime/invocation/next"
    } else {
        "POST /2018-06-01/runtime/restore/error"
    };
    platform.asked(asked);
    (platform, guarded)
}

#[test]
fn what_was_valid_and_is_goes_on() {
    let (_platform, guarded) = restored("restored-valid", |_| {});
    guarded.says("restored 200");
}

#[test]
fn a_policy_that_is_not_valid_any_more_ends_what_is_restored() {
    let (platform, mut guarded) =
        restored("restored-old", |folder| std::fs::remove_file(folder.0.join("policy.json")).unwrap());
    let posted = platform.posted();
    assert!(posted.text().contains("Runtime.GuardRefused"), "{}", posted.text());
    assert_eq!(guarded.ended().code(), Some(1));
    assert_eq!(guarded.events("policy-refused").len(), 1, "{}", guarded.stdout());
    assert!(!guarded.stdout().contains("restored 200"));
}
