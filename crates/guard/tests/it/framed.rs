//! The framed log of Lambda's managed runtimes: a descriptor by number, through the guard, and on to the runtime that comes after.
use crate::guarded::{Folder, Setup, python};
use crate::platform::Platform;
use serde_json::json;
use std::process::{Command, Stdio};

const FUNCTION: &str = r#"
import logging, os
def handler(event, context):
    logging.getLogger().warning('for ' + event['who'] + ' with ' + os.environ['AWS_SECRET_ACCESS_KEY'])
    return os.getpid()
"#;
const SECRET: &str = "wJalrXUtnFEMIsK7MDENGibPxRfiCYzzzzzzzzzz";

/// The messages of a framed log: type, length, time (microseconds) and text, big-endian.
fn frames(mut bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    while let Some((kind, rest)) = bytes.split_first_chunk::<4>() {
        assert_eq!(kind[..2], [0xa5, 0x5a], "{}", String::from_utf8_lossy(bytes));
        let (length, rest) = rest.split_first_chunk::<4>().unwrap();
        let (_time, rest) = rest.split_first_chunk::<8>().unwrap();
        let (text, rest) = rest.split_at(u32::from_be_bytes(*length) as usize);
        found.push(String::from_utf8(text.to_vec()).unwrap());
        bytes = rest;
    }
    found
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
fn lines_leave_redacted_in_their_frames_also_of_the_runtime_that_comes_after() {
    let Some(python) = python() else { return };
    let (platform, folder) = (Platform::start(), Folder::new("framed"));
    let (log, tmp) = (folder.0.join("log"), folder.0.join("tmp"));
    std::fs::create_dir_all(&tmp).unwrap();
    let setup = Setup::python(&python, &folder, FUNCTION)
        .with("BUCKLER_MODE", "block")
        .with("BUCKLER_LAYER", env!("CARGO_MANIFEST_DIR"))
        .with("BUCKLER_TEMPORARY", tmp.to_str().unwrap())
        .with("LAMBDA_TASK_ROOT", folder.0.to_str().unwrap())
        .with("PYTHONDONTWRITEBYTECODE", "1")
        .with("AWS_SECRET_ACCESS_KEY", SECRET)
        .with("_LAMBDA_TELEMETRY_LOG_FD", "7");
    // The platform opens the descriptor; here a shell does.
    let inner = setup.command(&platform);
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", "exec 7>>\"$0\"; exec \"$@\""])
        .arg(&log)
        .arg(inner.get_program())
        .args(inner.get_args());
    command.env_clear().envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut guarded = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut runtimes = Vec::new();
    for (number, who) in ["blue", "red", "red"].into_iter().enumerate() {
        let tenant = [("Lambda-Runtime-Aws-Tenant-Id", who)];
        platform.give(&format!("id-{number}"), 20_000, json!({ "who": who }).to_string().as_bytes(), &tenant);
        runtimes.push(platform.posted().text());
    }
    assert!(runtimes[0] != runtimes[1] && runtimes[1] == runtimes[2], "{runtimes:?}");
    let wanted = ["for blue with ", "for red with ", "for red with "];
    let mut found = Vec::new();
    for _ in 0..500 {
        found = frames(&std::fs::read(&log).unwrap());
        if found.len() >= wanted.len() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    guarded.kill().unwrap();
    guarded.wait().unwrap();
    assert_eq!(found.len(), wanted.len(), "{found:?}");
    for (line, wanted) in found.iter().zip(wanted) {
        assert!(line.contains(wanted) && !line.contains(SECRET), "{line}");
    }
}
