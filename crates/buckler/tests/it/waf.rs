//! `buckler waf`, `gateway`, `access`, as people run them.
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::run::Folder;

const RULES: &str = r#"SecRuleEngine On
SecRequestBodyAccess On
SecRule ARGS "@rx (?i)union\s+select" "id:1001,phase:2,deny,status:403,log,msg:'SQL',logdata:'%{MATCHED_VAR}',severity:CRITICAL"
SecRule ARGS:note "@contains '" "id:1002,phase:2,pass,log,msg:'A quote'"
SecRule REQUEST_HEADERS:X-CRS-Test "@rx ^.*$" "id:999999,phase:1,pass,t:none,log,msg:'%{MATCHED_VAR}'"
"#;

const TRAFFIC: &str = "{\"id\":\"good\",\"request\":\"GET /a?q=shoes HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n\"}
{\"id\":\"bad\",\"request\":\"GET /a?q=1+UNION%20select+2 HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n\"}
{\"id\":\"name\",\"request\":\"GET /b?note=O'Neil HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n\"}
{\"id\":\"name2\",\"request\":\"GET /b?note=O'Hara HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n\"}
";

/// ModSecurity's `modsecurity.conf-recommended`, as its Debian package for nginx installs it.
#[test]
fn the_recommended_configuration_of_modsecurity_holds() {
    let named = std::env::var("BUCKLER_MODSECURITY_CONF");
    let file = named.unwrap_or_else(|_| "/etc/nginx/modsecurity.conf".to_owned());
    if !std::path::Path::new(&file).exists() {
        println!(
            "skipped: BUCKLER_MODSECURITY_CONF names no modsecurity.conf-recommended, and Debian's is not there"
        );
        return;
    }
    let body = |kind: &str, body: &str| {
        let head = format!(
            "POST /a HTTP/1.1\r\nHost: a\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        serde_json::json!({"request": head + body}).to_string()
    };
    let part = "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n";
    let records = [
        body("application/json", "{\"a\": 1}"),
        body("application/json", "{\"a"),
        body("text/xml", "<a><b></a>"),
        body("multipart/form-data; boundary=x", &format!("{part}--x--\r\n")),
        body("multipart/form-data; boundary=x", part),
    ];
    let folder = Folder::new(&[("t.jsonl", &records.join("\n"))]);
    let ran = folder.buckler(&["waf", "eval", "--rules", &file, "--requests", "t.jsonl"]);
    let lines = ran.out.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let ids: Vec<_> = lines.map(|line| (line["ids"].to_string(), line["status"].to_string())).collect();
    let wanted =
        [("[]", "null"), ("[200002]", "400"), ("[200002]", "400"), ("[]", "null"), ("[200002]", "400")];
    assert_eq!(ids, wanted.map(|(ids, status)| (ids.to_owned(), status.to_owned())), "{}", ran.err);
}

#[test]
fn recorded_requests_get_a_verdict_a_line() {
    let folder = Folder::new(&[("r.conf", RULES), ("t.jsonl", TRAFFIC)]);
    let ran = folder.buckler(&["waf", "eval", "--rules", "r.conf", "--requests", "t.jsonl"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let lines: Vec<serde_json::Value> =
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0]["verdict"], "pass");
    assert_eq!(
        (&lines[1]["verdict"], &lines[1]["rule"], &lines[1]["status"]),
        (&"block".into(), &1001.into(), &403.into())
    );
    assert_eq!(lines[2]["ids"], serde_json::json!([1002]));
    let detect = folder.buckler(&["waf", "eval", "--detect", "--rules", "r.conf", "--requests", "t.jsonl"]);
    assert_eq!(detect.code, 0);
    assert!(detect.out.contains("would-block"));
    let bench =
        folder.buckler(&["waf", "eval", "--rules", "r.conf", "--requests", "t.jsonl", "--bench", "2"]);
    assert!(bench.out.contains("cpu_micros_median"), "{}", bench.out);
}

#[test]
fn events_of_triggers_are_judged_like_requests() {
    let event = "{\"id\":\"e\",\"event\":{\"Records\":[{\"eventSource\":\"aws:sqs\",\"body\":\"x union select y\"}]}}\n";
    let folder = Folder::new(&[("r.conf", RULES), ("t.jsonl", event)]);
    let ran = folder.buckler(&["waf", "eval", "--rules", "r.conf", "--requests", "t.jsonl"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("\"ids\":[1001]"), "{}", ran.out);
}

#[test]
fn a_wrong_line_or_rule_is_told_with_its_place() {
    let folder = Folder::new(&[
        ("r.conf", "SecRul ARGS \"@rx a\" \"id:1\"\n"),
        ("ok.conf", RULES),
        ("t.jsonl", "{}\n"),
    ]);
    let ran = folder.buckler(&["waf", "check", "--rules", "r.conf"]);
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("r.conf:1") && ran.out.contains("SecRule"), "{}", ran.out);
    let ran = folder.buckler(&["waf", "eval", "--rules", "r.conf", "--requests", "t.jsonl"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    let ran = folder.buckler(&["waf", "eval", "--rules", "ok.conf", "--requests", "t.jsonl"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("line 1: neither `request`, `request_base64` nor `event` is there"),
        "{}",
        ran.err
    );
}

#[test]
fn a_match_is_explained_and_one_rule_followed() {
    let folder =
        Folder::new(&[("r.conf", RULES), ("q.http", "GET /?q=1+union+select+2 HTTP/1.1\nHost: x\n\n")]);
    let ran = folder.buckler(&["waf", "explain", "--rules", "r.conf", "--request", "q.http"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.out.contains("1001  SQL  critical") && ran.out.contains("ARGS:q is `1 union select 2`"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("r.conf:3") && ran.out.contains("stopped by 1001 with 403"), "{}", ran.out);
    let ran =
        folder.buckler(&["waf", "explain", "--rules", "r.conf", "--request", "q.http", "--rule", "1001"]);
    assert!(ran.out.contains("the rule matches"), "{}", ran.out);
    let ran = folder.buckler(&["waf", "explain", "--rules", "r.conf", "--request", "q.http", "--rule", "77"]);
    assert_eq!(ran.code, 2);
}

#[test]
fn exclusions_come_with_their_reason_and_their_effect() {
    let honest: String =
        TRAFFIC.lines().filter(|line| !line.contains("bad")).map(|line| format!("{line}\n")).collect();
    let folder = Folder::new(&[("r.conf", RULES), ("t.jsonl", &honest)]);
    let ran = folder.buckler(&["waf", "tune", "--rules", "r.conf", "--requests", "t.jsonl"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("ctl:ruleRemoveTargetById=1002;ARGS:note"), "{}", ran.out);
    assert!(
        ran.out.contains("# 1002 (A quote): 2 honest requests match, with values like a'a"),
        "{}",
        ran.out
    );
}

#[test]
fn rule_tests_pass_or_say_why_not() {
    let tests = "rule_id: 1001\ntests:\n  - test_id: 1\n    stages:\n      - input: { uri: '/?a=union+select', headers: { Host: x } }\n        output: { status: 403, log: { expect_ids: [1001] } }\n  - test_id: 2\n    stages:\n      - input: { uri: '/?a=b', headers: { Host: x } }\n        output: { log: { expect_ids: [1001] } }\n";
    let folder = Folder::new(&[("r.conf", RULES), ("1001.yaml", tests)]);
    let ran = folder.buckler(&["waf", "test", "--rules", "r.conf", "1001.yaml"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, "1001-2: 1001 did not match\n1 passed, 1 failed\n"));
    let ran = folder.buckler(&[
        "waf",
        "test",
        "--rules",
        "r.conf",
        "--only",
        "1001-1",
        "--format",
        "junit",
        "1001.yaml",
    ]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains("<testcase classname=\"rules\" name=\"1001-1\"/>"), "{}", ran.out);
}

#[test]
fn the_rules_of_ours_pass_their_own_tests() {
    let ran = Folder::new(&[]).buckler(&["waf", "test"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
}

#[test]
fn a_configuration_is_written_from_templates_and_can_be_used() {
    let template = "Transform: AWS::Serverless-2016-10-31\nResources:\n  Orders:\n    Type: AWS::Serverless::Function\n    Properties:\n      Handler: a.handler\n      Runtime: nodejs22.x\n      CodeUri: .\n      Events:\n        Get: { Type: HttpApi, Properties: { Path: '/orders/{id}', Method: get } }\n        Rest: { Type: HttpApi, Properties: { Path: '/files/{proxy+}', Method: any } }\n";
    let folder = Folder::new(&[("template.yaml", template)]);
    let ran = folder.buckler(&["gateway", "init", "--output", "gateway.toml", "--quiet"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text = folder.read("gateway.toml");
    assert!(text.contains("path = \"/orders/{id}\"") && text.contains("path = \"/files/*\""), "{text}");
    let keys = [("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];
    let ran = folder.buckler_with(&["gateway", "check"], &keys);
    assert_eq!(ran.code, 0, "{}", ran.err);
    folder.write("gateway.toml", "[[listen]]\nadress = \"127.0.0.1:0\"\n");
    let ran = folder.buckler(&["gateway", "check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("line 2") && ran.err.contains("adress"), "{}", ran.err);
}

/// A gateway that ends with the test.
struct Gateway(Child);

impl Drop for Gateway {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn rule_tests_run_against_the_running_gateway() {
    let upstream = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let upstream_port = upstream.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in upstream.incoming().flatten() {
            answer(stream);
        }
    });
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
    let config = format!(
        "[[listen]]\naddress = \"127.0.0.1:{port}\"\n[waf]\nrules = [\"r.conf\"]\n[log]\nmatches = \"matches.jsonl\"\n[upstream.web]\nkind = \"http\"\naddresses = [\"http://127.0.0.1:{upstream_port}\"]\n[[route]]\nname = \"all\"\nupstream = \"web\"\n"
    );
    let tests = "rule_id: 1001\ntests:\n  - test_id: 1\n    stages:\n      - input: { uri: '/?a=union+select', headers: { Host: x } }\n        output: { status: 403, log: { expect_ids: [1001] } }\n  - test_id: 2\n    stages:\n      - input: { uri: '/?a=b', headers: { Host: x } }\n        output: { status: 200, log: { no_expect_ids: [1001] } }\n";
    let folder = Folder::new(&[("gateway.toml", &config), ("r.conf", RULES), ("1001.yaml", tests)]);
    let child = Command::new(env!("CARGO_BIN_EXE_buckler"))
        .args(["gateway", "run"])
        .current_dir(folder.path())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let _gateway = Gateway(child);
    let up = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
    });
    assert!(up, "the gateway does not listen");
    let target = format!("http://127.0.0.1:{port}");
    let ran = folder.buckler(&["waf", "test", "--target", &target, "--log", "matches.jsonl", "1001.yaml"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "2 passed, 0 failed\n"), "{}", ran.err);
}

/// A server that says yes to everything, once a connection.
fn answer(mut stream: TcpStream) {
    let mut seen: Vec<u8> = Vec::new();
    let mut buffer = [0; 4096];
    while !seen.windows(4).any(|window| window == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(count) => seen.extend(buffer.iter().take(count)),
        }
    }
    // The other side may have gone; then nobody misses the answer.
    drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"));
}
