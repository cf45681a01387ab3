//! `lambda_runtime` of AWS through the proxy, where several invocations are under way at once (Lambda Managed Instances),
//! and an extension inside of its process. The program is the example `lambda_client` of the crate `host`.
use crate::guarded::{PROGRAM, Setup};
use crate::platform::{Platform, get};
use std::path::{Path, PathBuf};
use std::process::Command;

fn client() -> PathBuf {
    let path = Path::new(PROGRAM).with_file_name("examples").join("lambda_client");
    if !path.exists() {
        let line = ["build", "--quiet", "-p", "host", "--example", "lambda_client"];
        let status = Command::new(env!("CARGO")).args(line).status().unwrap();
        assert!(status.success(), "cargo {line:?}");
    }
    path
}

fn setup<'a>() -> Setup<'a> {
    Setup::new(&[&client().to_string_lossy()])
        .with("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")
        .with("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .with("BUCKLER_MODE", "block")
}

#[test]
fn four_invocations_at_once_are_answered_each_by_its_own() {
    let platform = Platform::start();
    let guarded = setup().with("AWS_LAMBDA_MAX_CONCURRENCY", "4").start(&platform);
    platform.nexts(4);
    let mut wanted: Vec<String> = (0..4).map(|number| format!("id-{number}")).collect();
    for id in &wanted {
        platform.give(id, 20_000, br#"{"do": "sleep", "ms": 400}"#, &[("Lambda-Runtime-Aws-Tenant-Id", id)]);
    }
    let mut answered: Vec<String> = Vec::new();
    for _ in 0..4 {
        let posted = platform.posted();
        assert_eq!(posted.what, "response", "{}: {}", posted.text(), guarded.stderr());
        answered.push(posted.id.clone());
        if answered.len() == 4 {
            assert_eq!(posted.json()["most"], 4, "they ran at once");
        }
    }
    answered.sort();
    wanted.sort();
    assert_eq!(answered, wanted);
    // The workers ask again, and one that fails leaves the others.
    platform.nexts(8);
    platform.give("bad", 20_000, br#"{"do": "fail"}"#, &[]);
    let posted = platform.posted();
    assert_eq!((posted.what.as_str(), posted.id.as_str()), ("error", "bad"));
    platform.give("good", 20_000, br#"{"n": 1}"#, &[("Lambda-Runtime-Aws-Tenant-Id", "blue")]);
    let posted = platform.posted();
    assert_eq!((posted.id.as_str(), &posted.json()["tenant"]), ("good", &serde_json::json!("blue")));
    assert!(get(&posted.headers, "user-agent").is_some_and(|agent| agent.contains("aws-lambda-rust")));
}

#[test]
fn the_platform_hears_of_an_extension_inside_of_the_runtime() {
    let platform = Platform::start();
    let _guarded = setup().with("CLIENT_START", "inner").start(&platform);
    platform.asked("POST /2020-01-01/extension/register");
}
