//! What goes back.
use super::*;

fn shown(inspector: &Inspector, event: &Value, answer: &str) -> String {
    match inspector.answer(&invocation(event.to_string().as_bytes()), answer.as_bytes().to_vec(), NOW_MS) {
        AnswerOutcome::Same(bytes) => format!("same {}", String::from_utf8(bytes).unwrap()),
        AnswerOutcome::Changed(bytes) => String::from_utf8(bytes).unwrap(),
        AnswerOutcome::Refused(refusal, Answer::Response(bytes)) => {
            format!("refused {}: {}", refusal.rule.unwrap_or_default(), String::from_utf8(bytes).unwrap())
        }
        AnswerOutcome::Refused(refusal, Answer::Error { kind, .. }) => {
            format!("refused {}: {kind}", refusal.rule.unwrap_or_default())
        }
    }
}

fn http(body: &str) -> String {
    json!({"statusCode": 200, "headers": {"Access-Control-Allow-Origin": "*"}, "body": body}).to_string()
}

fn get() -> Value {
    v2("GET", "/", "", &Value::Null)
}

#[test]
fn answers_get_headers_and_a_type_and_keep_their_own() {
    let inspector = plain(json!({}));
    let out: Value = serde_json::from_str(&shown(&inspector, &get(), &http("{\"a\":1}"))).unwrap();
    assert_eq!(out["headers"]["x-content-type-options"], "nosniff");
    assert_eq!(out["headers"]["Access-Control-Allow-Origin"], "*");
    assert_eq!(out["headers"]["content-type"], "application/json");
    assert_eq!(out["body"], "{\"a\":1}");
    let own = json!({"statusCode": 200, "headers": {"X-Frame-Options": "SAMEORIGIN", "Content-Type": "text/css"}, "body": "a{}"});
    let out: Value = serde_json::from_str(&shown(&inspector, &get(), &own.to_string())).unwrap();
    assert_eq!(out["headers"]["X-Frame-Options"], "SAMEORIGIN");
    assert_eq!(out["headers"]["Content-Type"], "text/css");
    assert!(out["headers"].get("x-frame-options").is_none());
    let multi =
        json!({"statusCode": 200, "multiValueHeaders": {"Content-Type": ["text/html"]}, "body": "<p>x</p>"});
    let out: Value = serde_json::from_str(&shown(&inspector, &get(), &multi.to_string())).unwrap();
    assert_eq!(out["multiValueHeaders"]["x-frame-options"], json!(["DENY"]));
    // What is no HTTP answer stays.
    assert_eq!(shown(&inspector, &get(), "{\"a\":1}"), "same {\"a\":1}");
    assert_eq!(shown(&inspector, &json!({"user": 1}), "{\"statusCode\":200}"), "same {\"statusCode\":200}");
    assert_eq!(shown(&inspector, &sqs(&["{}"]), "not json"), "same not json");
}

#[test]
fn traces_and_error_texts_are_replaced() {
    let inspector = plain(json!({}));
    for body in [
        "Traceback (most recent call last):\n  File \"/var/task/app.py\", line 3, in handler\nKeyError: 'x'",
        "{\"errorMessage\": \"'user'\", \"errorType\": \"KeyError\", \"stackTrace\": [\"  File \\\"/var/task/get_order.py\\\", line 20, in handler\\n\"]}",
        "{\"error\":\"TypeError: x is undefined\\n    at exports.handler (/var/task/index.js:5:9)\\n    at Runtime.handleOnce (/var/runtime/index.mjs:1)\"}",
        "java.lang.NullPointerException\n\tat com.shop.Orders.handle(Orders.java:42)",
        "goroutine 1 [running]:\nmain.handler()\n\t/app/main.go:12 +0x1d",
        "   at Shop.Orders.Handle(Order o) in /src/Orders.cs:line 12",
        "/var/task/app.rb:12:in `handler': undefined method",
        "You have an error in your SQL syntax; check the manual",
        "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: dynamodb:GetItem",
    ] {
        let out = shown(&inspector, &get(), &http(body));
        assert!(out.starts_with("refused error-text: "), "{body}: {out}");
        assert!(
            !out.contains("var")
                && out.contains("\"statusCode\":502")
                && out.contains("Access-Control-Allow-Origin"),
            "{out}"
        );
    }
    for body in [
        "{\"error\":\"not found\"}",
        "{\"errorType\":\"KeyError\",\"stackTrace\":[]}",
        "{\"payload\":\"{\\\"stackTrace\\\": [ ]}\"}",
        "see file orders.java: it is good",
        "goroutine is a word",
        "the line 5 at home",
    ] {
        assert!(!shown(&inspector, &get(), &http(body)).starts_with("refused"), "{body}");
    }
    // What the caller sent itself tells it nothing.
    let said = v2("POST", "/", "", &json!({"text": "Traceback (most recent call last)"}));
    assert!(
        !shown(&inspector, &said, &http("you said: Traceback (most recent call last)"))
            .starts_with("refused")
    );
    let inspector = plain(json!({"response": {"errors": "tell"}}));
    assert!(!shown(&inspector, &get(), &http("Traceback (most recent call last):")).starts_with("refused"));
}

#[test]
fn errors_of_runtimes_lose_their_stack() {
    let inspector = plain(json!({}));
    let error = r#"{"errorMessage":"'user' at C:\\x","errorType":"KeyError","requestId":"r","stackTrace":["  File \"/var/task/a.py\", line 1"]}"#;
    let cleaned = |event: &Value| match inspector.error(
        &invocation(event.to_string().as_bytes()),
        error.as_bytes().to_vec(),
        NOW_MS,
    ) {
        AnswerOutcome::Changed(bytes) => String::from_utf8(bytes).unwrap(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        cleaned(&get()),
        r#"{"errorMessage":"internal error (request req-1)","errorType":"KeyError","stackTrace":[]}"#
    );
    assert_eq!(
        cleaned(&json!({"user": 1})),
        r#"{"errorMessage":"'user' at C:\\x","errorType":"KeyError","stackTrace":[]}"#
    );
}

#[test]
fn secrets_are_masked_and_tokens_of_a_log_in_stay() {
    let function = json!({"environment": {"secrets": ["DB_PASSWORD"]}});
    let (inspector, heard) = made(
        function,
        json!({}),
        &[
            ("DB_PASSWORD", "kd83-Lq0z!77fX"),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzLongKEY99"),
            ("AWS_SESSION_TOKEN", "IQoJb3JpZ2luX2VjEHgaCmV1LWNlbnRyYWw"),
        ],
    );
    let out = shown(&inspector, &get(), &http("the password is kd83-Lq0z!77fX"));
    assert!(out.contains("the password is [DB_PASSWORD]"), "{out}");
    assert!(heard.take().contains(&"response leak Changed".to_owned()));
    let direct = json!({"user": 1});
    let out = shown(&inspector, &direct, r#"{"env":{"key":"wJalrXUtnFEMI\/K7MDENG\/bPxRfiCYzLongKEY99"}}"#);
    assert!(!out.contains("wJalr"), "{out}");
    let coded = access::encode::base64(b"AWS_SESSION_TOKEN=IQoJb3JpZ2luX2VjEHgaCmV1LWNlbnRyYWw");
    let out = shown(&inspector, &direct, &json!({ "x": coded }).to_string());
    assert!(out.contains("[AWS_SESSION_TOKEN]"), "{out}");
    let body = access::encode::base64(b"password kd83-Lq0z!77fX");
    let binary = json!({"statusCode": 200, "isBase64Encoded": true, "body": body}).to_string();
    let out: Value = serde_json::from_str(&shown(&inspector, &get(), &binary)).unwrap();
    let text = access::encode::from_base64(out["body"].as_str().unwrap()).unwrap();
    assert_eq!(String::from_utf8(text).unwrap(), "password [DB_PASSWORD]");
    heard.take();
    for own in [
        r#"{"access_token":"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U","expires_in":3600}"#,
        r#"{"status":"ok","amount":74.0,"token":"VFqDWCgagMO7","missing":{}}"#,
        r#"{"url":"https://b.s3.amazonaws.com/","fields":{"key":"x","x-amz-security-token":"IQoJb3JpZ2luX2VjEHgaCmV1LWNlbnRyYWw","policy":"eyJleHBpcmF0aW9uIjoiMjAyNiJ9","signature":"c2lnbmF0dXJl"}}"#,
        r#"{"account":{"email":"anna@example.org","phone":"+49 30 123456","address":"Main St. 5"}}"#,
    ] {
        assert_eq!(shown(&inspector, &direct, own), format!("same {own}"));
    }
    let inspector = plain(json!({}));
    let key = r#"{"key":"-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIIGbhNDAEHNWLkq1JTGGWLTQ1lQ2ezAOYkoMb7l0RGdIoAoGCCqGSM49\nAwEHoUQDQgAE3vFiwNsvJ9RJKvkUI4VVQhCVbJ6Q2HgNqZiU\n-----END EC PRIVATE KEY-----"}"#;
    let out = shown(&inspector, &direct, key);
    assert!(!out.contains("MHcCAQEE"), "{out}");
}

#[test]
fn the_owner_chooses_the_treatment() {
    let (inspector, _) = made(
        json!({"environment": {"secrets": ["K"]}, "response": {"secrets": "refuse"}}),
        json!({}),
        &[("K", "kd83-Lq0z!77fX")],
    );
    assert_eq!(shown(&inspector, &json!({}), r#"{"a":"kd83-Lq0z!77fX"}"#), "refused leak: Buckler.Refused");
    let (inspector, _) = made(
        json!({"environment": {"secrets": ["K"]}, "response": {"secrets": "tell"}}),
        json!({}),
        &[("K", "kd83-Lq0z!77fX")],
    );
    assert!(shown(&inspector, &json!({}), r#"{"a":"kd83-Lq0z!77fX"}"#).starts_with("same"));
    let inspector = plain(json!({"response": {"personal": "mask"}}));
    let out =
        shown(&inspector, &json!({}), r#"{"a":"IBAN DE89 3704 0044 0532 0130 00","n":4111111111111111}"#);
    assert!(!out.contains("3704") && serde_json::from_str::<Value>(&out).is_ok(), "{out}");
    let inspector = plain(json!({"limits": {"response_bytes": 10}}));
    assert!(shown(&inspector, &get(), &http("{\"a\":1}")).starts_with("refused response_bytes"));
}

#[test]
fn markup_that_the_caller_sent_does_not_run() {
    // The rules would refuse these events: this is the second line.
    let inspector = plain(json!({}));
    let page = |text: &str| {
        json!({"statusCode": 200, "headers": {"content-type": "text/html"}, "body": format!("<html><h1>{text}</h1></html>")}).to_string()
    };
    let attack = "<script>alert(1)</script>";
    for event in [
        v2("POST", "/", "", &json!({ "name": attack })),
        v2("GET", "/", "name=%3Cscript%3Ealert(1)%3C%2Fscript%3E", &Value::Null),
    ] {
        let out: Value = serde_json::from_str(&shown(&inspector, &event, &page(attack))).unwrap();
        assert_eq!(out["body"], "<html><h1>&lt;script&gt;alert(1)&lt;/script&gt;</h1></html>");
    }
    let out: Value = serde_json::from_str(&shown(&inspector, &get(), &page("<i>own</i>"))).unwrap();
    assert_eq!(out["body"], "<html><h1><i>own</i></h1></html>");
    let untyped = json!({"statusCode": 200, "body": "hello <script>x</script>"}).to_string();
    let out: Value = serde_json::from_str(&shown(&inspector, &get(), &untyped)).unwrap();
    assert_eq!(out["headers"]["content-type"], "text/plain; charset=utf-8");
    let wrong =
        json!({"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": "{\"a\":\"<b>\"}"})
            .to_string();
    let out: Value = serde_json::from_str(&shown(&inspector, &get(), &wrong)).unwrap();
    assert_eq!(out["headers"]["Content-Type"], "application/json");
}

#[test]
fn headers_cannot_be_split_and_foreign_redirects_are_told() {
    let (inspector, heard) = made(json!({}), json!({}), &[]);
    let split = json!({"statusCode": 302, "headers": {"Location": "/a\r\nSet-Cookie: x=1", "X\r\nY": "z"}, "body": ""}).to_string();
    let out: Value = serde_json::from_str(&shown(&inspector, &get(), &split)).unwrap();
    assert_eq!(out["headers"]["Location"], "/a");
    assert!(out["headers"].get("X\r\nY").is_none());
    assert!(heard.take().contains(&"response header-line-end Changed".to_owned()));
    let redirect = |to: &str| json!({"statusCode": 302, "headers": {"Location": to}}).to_string();
    let event = v2("GET", "/", "next=https%3A%2F%2Fevil.example%2F", &Value::Null);
    shown(&inspector, &event, &redirect("https://evil.example/"));
    assert_eq!(heard.take(), ["response open-redirect Told"]);
    shown(&inspector, &event, &redirect("https://shop.example.org/x"));
    shown(&inspector, &event, &redirect("https://login.example.org/"));
    shown(&inspector, &event, &redirect("/local"));
    assert!(heard.take().is_empty());
}

#[test]
fn output_schemas() {
    let schema = json!({"output": {"json": {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"], "additionalProperties": false}}});
    let inspector = plain(schema);
    assert!(!shown(&inspector, &get(), &http("{\"total\":5}")).starts_with("refused"));
    assert!(shown(&inspector, &get(), &http("{\"total\":5,\"hash\":\"x\"}")).starts_with("refused /"));
    assert!(shown(&inspector, &json!({}), "{\"total\":\"x\"}").starts_with("refused /total"));
}

#[test]
fn detect_mode_changes_nothing() {
    let (inspector, heard) = made(
        json!({"mode": "detect", "environment": {"secrets": ["K"]}}),
        json!({}),
        &[("K", "kd83-Lq0z!77fX")],
    );
    let answer = http("Traceback (most recent call last): kd83-Lq0z!77fX");
    assert_eq!(shown(&inspector, &get(), &answer), format!("same {answer}"));
    assert_eq!(heard.take(), ["response error-text Told", "response leak Told"]);
}

/// A secret with a space, and a text with one of everything.
const KEY: &str = "kd83-Lq0z! 77fX";
const TOLD: &str = "Dear Ms Ngu\u{1ec5}n, 3 of 14 parts (2 left) cost 19.99. Card 4111 1111 1111 1111, IBAN DE89 3704 0044 0532 0130 00; \
     write to jane.doe@shop.example.org or call +49 (30) 901820-0. {\"key\":\"AKIAQ4T2ZL7WX3N5PVBR\"} kd83-Lq0z! 77fX kd83-Lq0z \
     -----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA75\nabcdefgh\n-----END RSA PRIVATE KEY-----\nBye";

fn personal() -> Value {
    json!({"environment": {"secrets": ["K"]}, "response": {"personal": "mask"}})
}

#[test]
fn streams_are_masked_word_by_word() {
    let (inspector, heard) = made(personal(), json!({}), &[("K", KEY)]);
    let sent = invocation(get().to_string().as_bytes());
    let mut stream = inspector.stream(&sent);
    assert_eq!(stream.push(b"data: hello\n\n"), b"data: hello\n\n");
    assert_eq!(stream.push(b"data: kd83-Lq0z! 7"), b"data: ");
    assert_eq!(stream.push(b"7fX and so "), b"[K] and so ");
    assert_eq!(stream.push(b"on, my card is 4111 1111"), b"on, my card is ");
    assert_eq!(stream.push(b" 1111 1111."), b"");
    assert_eq!(stream.push(b" Thanks"), b"[card]. ");
    assert_eq!(stream.finish(), b"Thanks");
    assert_eq!(heard.take(), ["response leak Changed", "response leak Changed"]);
}

#[test]
fn pieces_of_any_length_give_what_the_whole_gives() {
    let (inspector, _) = made(personal(), json!({}), &[("K", KEY)]);
    let sent = invocation(get().to_string().as_bytes());
    let mut whole = inspector.stream(&sent);
    let mut wanted = whole.push(TOLD.as_bytes());
    wanted.extend(whole.finish());
    let wanted = String::from_utf8(wanted).unwrap();
    for hidden in ["4111", "3704", "jane", "901820", "AKIAQ4", "77fX", "MIIEp"] {
        assert!(!wanted.contains(hidden), "{hidden}: {wanted}");
    }
    for length in 1..80 {
        let mut stream = inspector.stream(&sent);
        let mut out = Vec::new();
        for piece in TOLD.as_bytes().chunks(length) {
            out.extend(stream.push(piece));
        }
        out.extend(stream.finish());
        assert_eq!(String::from_utf8(out).unwrap(), wanted, "{length}");
    }
}

#[test]
fn a_pause_lets_words_go_and_no_secret() {
    let (inspector, _) = made(personal(), json!({}), &[("K", KEY)]);
    let sent = invocation(get().to_string().as_bytes());
    let mut stream = inspector.stream(&sent);
    for word in ["Processing\u{2026}", " ok", "?", " Gr\u{fc}\u{df}e"] {
        let mut out = stream.push(word.as_bytes());
        out.extend(stream.pause());
        assert_eq!(String::from_utf8(out).unwrap(), word);
    }
    // However slowly a secret comes, no more than a few of its signs leave.
    for length in 1..8 {
        let mut stream = inspector.stream(&sent);
        let mut out = Vec::new();
        for piece in TOLD.as_bytes().chunks(length) {
            out.extend(stream.push(piece));
            out.extend(stream.pause());
        }
        out.extend(stream.finish());
        let out = String::from_utf8_lossy(&out).into_owned();
        for hidden in ["4111 111", "DE89 3704", "doe@shop", "901820", "AKIAQ4T2", "83-Lq0z! 7", "MIIEp"] {
            assert!(!out.contains(hidden), "{length} {hidden}: {out}");
        }
    }
}
