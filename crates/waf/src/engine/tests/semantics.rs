//! What rules do, one by one.
use super::{Exchange, plan};
use crate::rule::Persistent;
use crate::{Change, ChangeKind, Fields, NoPersistence, Persistence, Verdict};
use std::sync::Mutex;

/// The ids that match, and the status of a disruption.
fn check(rules: &str, exchange: &Exchange, expected: &str) {
    let plan = plan(&format!("SecRuleEngine On\nSecResponseBodyAccess On\n{rules}"));
    let (verdict, transaction) = exchange.run(&plan, &NoPersistence);
    let mut seen: Vec<String> = transaction.matches().iter().map(|found| found.rule.to_string()).collect();
    if let Verdict::Disrupt(disruption) = verdict {
        seen.push(format!("status {}", disruption.status));
    }
    assert_eq!(seen.join(" "), expected, "{rules}");
}

#[test]
fn setvar_counts_every_value_and_scores_block() {
    check(
        r#"
SecRule ARGS "@contains x" "id:1,phase:2,pass,log,setvar:tx.s=+3"
SecRule TX:S "@eq 6" "id:2,phase:2,deny,status:429,log"
"#,
        &Exchange::get("/?a=x&b=xx&c=y"),
        "1 2 status 429",
    );
}

#[test]
fn a_chain_matches_as_a_whole_and_runs_its_other_actions_once() {
    let rules = r#"
SecRule ARGS:a "@rx ^(\w+)$" "id:1,phase:2,pass,log,capture,chain,skipAfter:END"
SecRule TX:1 "@streq yes" "ctl:ruleRemoveById=3"
SecRule ARGS "@rx ." "id:2,phase:2,pass,log"
SecMarker END
SecRule ARGS "@rx ." "id:3,phase:2,pass,log"
SecRule ARGS "@rx ." "id:4,phase:2,pass,log"
"#;
    check(rules, &Exchange::get("/?a=yes"), "1 4");
    check(rules, &Exchange::get("/?a=no"), "2 3 4");
}

#[test]
fn allow_ends_where_it_says() {
    let rules = |allow: &str| {
        format!(
            r#"
SecRule REQUEST_URI "@beginsWith /a" "id:1,phase:1,log,{allow}"
SecAction "id:2,phase:1,pass,log"
SecAction "id:3,phase:2,pass,log"
SecAction "id:4,phase:3,pass,log"
SecAction "id:5,phase:5,pass,log"
"#
        )
    };
    check(&rules("allow"), &Exchange::get("/a"), "1 5");
    check(&rules("allow:phase"), &Exchange::get("/a"), "1 3 4 5");
    check(&rules("allow:request"), &Exchange::get("/a"), "1 4 5");
    check(&rules("pass,skip:1"), &Exchange::get("/a"), "1 3 4 5");
}

#[test]
fn ctl_takes_targets_away() {
    let rules = r#"
SecRule REQUEST_URI "@contains q" "id:1,phase:1,pass,nolog,ctl:ruleRemoveTargetById=2;ARGS:a,ctl:ruleRemoveTargetByTag=t;ARGS"
SecRule ARGS|REQUEST_METHOD "@rx x" "id:2,phase:2,pass,log"
SecRule ARGS "@rx x" "id:3,phase:2,pass,log,tag:'t'"
"#;
    check(rules, &Exchange::get("/q?a=x"), "");
    check(rules, &Exchange::get("/q?b=x"), "2");
    check(rules, &Exchange::get("/p?a=x"), "2 3");
}

#[test]
fn variables_of_the_request_line() {
    for (variable, value) in [
        ("REQUEST_URI", "/a b/c?q=1"),
        ("REQUEST_URI_RAW", "http://h/a%20b/c?q=1#f"),
        ("QUERY_STRING", "q=1"),
        ("REQUEST_BASENAME", "c"),
        ("REQUEST_FILENAME", "http://h/a b/c"),
        ("REQUEST_LINE", "GET http://h/a%20b/c?q=1#f HTTP/1.1"),
        ("REMOTE_ADDR", "198.51.100.7"),
        ("&ARGS", "1"),
        ("ARGS_COMBINED_SIZE", "2"),
        ("TIME_EPOCH", "1760000000"),
        ("TIME_YEAR", "2025"),
        ("TIME_MON", "9"),
        ("TIME_DAY", "09"),
    ] {
        check(
            &format!("SecRule {variable} \"@streq {value}\" \"id:1,phase:2,pass,log\""),
            &Exchange::get("http://h/a%20b/c?q=1#f"),
            "1",
        );
    }
}

#[test]
fn without_the_engine_on_nothing_is_stopped() {
    let plan = plan(
        "SecRuleEngine DetectionOnly\nSecAction \"id:1,phase:1,deny,log\"\nSecAction \"id:2,phase:1,pass,log\"",
    );
    let (verdict, transaction) = Exchange::get("/").run(&plan, &NoPersistence);
    assert_eq!(verdict, Verdict::Pass);
    assert_eq!(transaction.matches().len(), 2);
    assert_eq!(transaction.would_disrupt().map(|disruption| disruption.rule), Some(1));
}

type Saved = (Persistent, Vec<u8>, Vec<Change>);

/// Remembers what was saved.
#[derive(Default)]
struct Memory(Mutex<Vec<Saved>>);

impl Persistence for Memory {
    fn load(&self, _: Persistent, _: &[u8], _: u64) -> Fields {
        let mut fields = Fields::default();
        fields.push(b"hits", b"4");
        fields
    }

    fn save(&self, collection: Persistent, key: &[u8], changes: &[Change], _: u64) {
        self.0.lock().expect("no panic").push((collection, key.to_vec(), changes.to_vec()));
    }
}

#[test]
fn sums_are_saved_as_sums() {
    let plan = plan(
        r#"
SecRuleEngine On
SecAction "id:1,phase:1,pass,nolog,initcol:ip=%{REMOTE_ADDR},setvar:ip.hits=+2,expirevar:ip.hits=60"
SecRule IP:HITS "@ge 5" "id:2,phase:2,deny,status:429,log"
"#,
    );
    let memory = Memory::default();
    let (verdict, _) = Exchange::get("/").run(&plan, &memory);
    assert!(matches!(verdict, Verdict::Disrupt(disruption) if disruption.status == 429));
    let saved = memory.0.lock().expect("no panic");
    let change = Change { name: "hits".to_owned(), kind: ChangeKind::Add(2), expires_in_seconds: Some(60) };
    assert_eq!(*saved, [(Persistent::Ip, b"198.51.100.7".to_vec(), vec![change])]);
}

#[test]
fn an_optional_repetition_stays_optional_in_the_automaton() {
    // A pattern that is printed and read again asks for a digit here: `(?:[0-9]+)?` comes out as the lazy `[0-9]+?`.
    let rules = r#"
SecRule ARGS "@rx ^b=(?:(?:[0-9]+)?-(?:[0-9]+)?,?){4}" "id:1,phase:2,pass,log"
SecRule ARGS "@rx ^b=(?:(?:[a-f]+)?-){2}" "id:2,phase:2,pass,log,t:lowercase"
"#;
    check(rules, &Exchange::get("/?a=b%3d1-,-2,3-4,-"), "1");
    check(rules, &Exchange::get("/?a=B%3D-AF-"), "2");
}

/// Patterns that only ask for the end of a path are compared without an engine: as the engine does.
#[test]
fn the_end_of_a_path_is_the_pattern() {
    let names = [
        "key",
        "KEY",
        "a.key",
        "akey",
        "a_key",
        "key.",
        "a.key%0a",
        "%0akey",
        "x%0akey",
        "key%0ax",
        "a%0a",
        "",
        ".key",
        "s3.object.key",
        "s3xobject.key",
        "object.keys",
        "x.object.KEY",
        "objectkey",
    ];
    let target: Vec<String> = names.iter().map(|name| format!("{name}=x")).collect();
    let exchange = Exchange::get(&format!("/?{}", target.join("&")));
    for (fast, slow) in [
        (r"(?:^|\.)key$", r"(?:^|[.])key$"),
        (r"(?:^|\.)(?:object\.key|a_key|s3Key)$", r"(?:^|[.])(?:object[.]key|a_key|s3Key)$"),
    ] {
        let seen = |pattern: &str| {
            let rule = format!(
                "SecRuleEngine On\nSecRule ARGS:'/{pattern}/' \"@streq x\" \"id:1,phase:2,pass,log,t:none,setvar:tx.anomaly_score=+1,logdata:'%{{MATCHED_VAR_NAME}}'\"\nSecRule MATCHED_VARS_NAMES \"@rx .\" \"id:2,phase:2,pass,log,logdata:'%{{MATCHED_VARS_NAMES}}'\""
            );
            exchange.seen(&plan(&rule))
        };
        assert_eq!(seen(fast), seen(slow));
    }
}

#[test]
fn settings_that_variables_tell_of() {
    let upload = |files: usize| {
        let part = "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\nx\r\n"
            .repeat(files);
        let exchange = Exchange::get("/");
        exchange.header("Content-Type", "multipart/form-data; boundary=b").body(&format!("{part}--b--\r\n"))
    };
    let rules = r#"
SecRequestBodyAccess On
SecUploadFileLimit 2
SecWebAppId "shop"
SecRule MULTIPART_FILE_LIMIT_EXCEEDED "@eq 1" "id:1,phase:2,deny,status:413,log"
SecRule WEBAPPID "@streq shop" "id:2,phase:1,pass,log"
"#;
    check(rules, &upload(2), "2");
    check(rules, &upload(3), "2 1 status 413");
    check("SecRule WEBAPPID \"@streq shop\" \"id:2,phase:1,pass,log\"", &upload(1), "");
}

#[test]
fn a_document_of_graphql_is_read_by_its_type_or_by_a_rule() {
    let sent =
        |kind: &str| Exchange::get("/").header("Content-Type", kind).body("{ user(name: \"ann\") { id } }");
    let rule = "SecRequestBodyAccess On\nSecRule ARGS \"@streq ann\" \"id:1,phase:2,pass,log\"\n";
    check(rule, &sent("application/graphql; charset=utf-8"), "1");
    check(rule, &sent("application/graphql+json"), "");
    check(rule, &sent("text/plain"), "");
    let chosen = format!("SecAction \"id:2,phase:1,pass,nolog,ctl:requestBodyProcessor=GRAPHQL\"\n{rule}");
    check(&chosen, &sent("text/plain"), "1");
}
