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
