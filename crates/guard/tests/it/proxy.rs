//! `awslambdaric` through the proxy.
use crate::guarded::{Folder, Setup, python};
use crate::platform::{Platform, get};
use std::os::unix::process::ExitStatusExt;

const ECHO: &str = "
import json, os, sys
def handler(event, context):
    print('handling', context.aws_request_id)
    if event.get('fail'):
        raise ValueError('it went wrong')
    return {'event': event, 'tenant': context.tenant_id, 'api': os.environ['AWS_LAMBDA_RUNTIME_API'],
            'left': context.get_remaining_time_in_millis() > 0,
            'ours': [name for name in os.environ if name.startswith('BUCKLER_')]}
";

#[test]
fn an_event_goes_through_and_its_answer_comes_back() {
    let Some(python) = python() else { return };
    let (platform, folder) = (Platform::start(), Folder::new("echo"));
    let mut guarded = Setup::python(&python, &folder, ECHO).with("BUCKLER_MODE", "block").start(&platform);
    platform.give("id-1", 3000, br#"{"n": 1}"#, &[("Lambda-Runtime-Aws-Tenant-Id", "blue")]);
    let posted = platform.posted();
    assert_eq!((posted.what.as_str(), posted.id.as_str()), ("response", "id-1"), "{}", guarded.stderr());
    let answer = posted.json();
    assert_eq!(answer["event"]["n"], 1);
    assert_eq!(answer["tenant"], "blue");
    assert_ne!(answer["api"], platform.address.as_str());
    assert_eq!(answer["ours"].as_array().map(Vec::len), Some(0));
    assert!(get(&posted.headers, "user-agent").is_some_and(|agent| agent.contains("aws-lambda-python")));
    platform.give("id-2", 3000, br#"{"fail": true}"#, &[]);
    let posted = platform.posted();
    assert_eq!((posted.what.as_str(), posted.id.as_str()), ("error", "id-2"));
    platform.nexts(3);
    guarded.says("handling id-2");
    assert!(guarded.stdout().contains("handling id-1"), "{}", guarded.stdout());
    guarded.terminate();
    assert_eq!(guarded.ended().signal(), Some(15));
}

#[test]
fn an_answer_is_looked_at_as_one_to_its_trigger() {
    const HTTP: &str = "
def handler(event, context):
    trace = 'Traceback (most recent call last):\\n File \"/var/task/a.py\", line 3'
    return {'statusCode': 200, 'body': trace if 'trace' in event['rawPath'] else 'fine'}
";
    let Some(python) = python() else { return };
    let (platform, folder) = (Platform::start(), Folder::new("http"));
    let guarded = Setup::python(&python, &folder, HTTP).with("BUCKLER_MODE", "block").start(&platform);
    for (id, path, status) in [("id-1", "/a", 200), ("id-2", "/trace", 502)] {
        let event = serde_json::json!({"version": "2.0", "rawPath": path, "headers": {"host": "h"},
            "requestContext": {"http": {"method": "GET", "path": path}}});
        platform.give(id, 3000, event.to_string().as_bytes(), &[]);
        let answer = platform.posted().json();
        assert_eq!(answer["statusCode"], status, "{answer} {}", guarded.stderr());
        assert_eq!(answer["headers"]["x-frame-options"], "DENY", "{answer}");
    }
}
