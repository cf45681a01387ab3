use super::*;

fn occurrence(hostile: bool, request_id: Option<&str>) -> Occurrence {
    Occurrence {
        layer: Layer::Hook,
        action: Action::Blocked,
        hostile,
        request_id: request_id.map(str::to_owned),
        reason: "a shell was started\nwith \u{1b}[31m colour".to_owned(),
        rule: Some("process-spawn".to_owned()),
        facts: vec![("program", "/bin/sh".to_owned())],
    }
}

#[test]
fn classes_follow_what_happened() {
    let subject = Subject { function: "orders".to_owned(), ..Subject::default() };
    let class = |hostile, id| render(&subject, &occurrence(hostile, id), 5, 1)["class_uid"].as_u64();
    assert_eq!(class(true, Some("a")), Some(2004));
    assert_eq!(class(false, Some("a")), Some(6003));
    assert_eq!(class(false, None), Some(6002));
    let event = render(&subject, &occurrence(true, Some("a")), 5, 1);
    assert_eq!(event["unmapped"]["layer"], "hook");
    assert_eq!(event["unmapped"]["action"], "blocked");
    assert_eq!(event["message"], "a shell was started with  [31m colour");
}

/// Every class as it is written, compared with the schema where there is a checkout of it.
#[test]
#[expect(clippy::disallowed_methods, reason = "a test lays a file down for a program that reads it")]
fn events_fit_the_schema() {
    let Ok(schema) = std::env::var("BUCKLER_OCSF") else {
        println!("not compared with the schema: BUCKLER_OCSF names no checkout of ocsf-schema at 1.3.0");
        return;
    };
    let subject = Subject { function: "orders".to_owned(), ..Subject::default() };
    let mut text = String::new();
    for hostile in [false, true] {
        for action in [Action::Told, Action::Blocked, Action::Changed] {
            for id in [None, Some("a")] {
                let one = Occurrence { action, ..occurrence(hostile, id) };
                text.push_str(&format!("{}\n", render(&subject, &one, 5, 1)));
            }
        }
    }
    let events = std::env::temp_dir().join(format!("buckler-guard-events-{}", std::process::id()));
    std::fs::write(&events, text).unwrap();
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../testkit/ocsf.py");
    let output = std::process::Command::new("python3").arg(script).arg(schema).arg(&events).output().unwrap();
    std::fs::remove_file(&events).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
