//! Where events come from: shapes, ARNs, API ids; batches.
use super::*;

fn of(triggers: Value) -> Inspector {
    plain(json!({ "triggers": triggers }))
}

#[test]
fn a_shape_that_no_trigger_sends_is_refused() {
    let inspector = of(json!([{"kind": "sqs", "sources": ["arn:aws:sqs:*:*:orders"]}]));
    assert_eq!(verdict(&inspector, &sqs(&["{}"])), "pass");
    assert!(verdict(&inspector, &json!({"user": "17"})).starts_with("source 403 trigger"));
    assert!(verdict(&inspector, &s3("b", "k")).starts_with("source 403 trigger"));
    assert!(verdict(&inspector, &v2("GET", "/", "", &Value::Null)).starts_with("source 403 trigger"));
    let (inspector, heard) = made(json!({"mode": "detect", "triggers": [{"kind": "sqs"}]}), json!({}), &[]);
    assert_eq!(verdict(&inspector, &json!({"user": "17"})), "pass");
    assert_eq!(heard.take(), ["source trigger Told"]);
}

#[test]
fn another_bucket_queue_or_topic_is_refused() {
    let inspector = of(json!([
        {"kind": "s3", "sources": ["arn:aws:s3:::shop-uploads-*"]},
        {"kind": "sqs", "sources": ["arn:aws:sqs:*:*:orders", "arn:aws:sqs:*:*:returns"]},
        {"kind": "sns", "sources": ["arn:aws:sns:*:123456789012:news"]},
        {"kind": "dynamodb", "sources": ["arn:aws:dynamodb:*:*:table/orders/stream/*"]},
    ]));
    for event in [s3("shop-uploads-1", "k"), sqs(&["a", "b"]), sns("x"), stream("x")] {
        assert_eq!(verdict(&inspector, &event), "pass");
    }
    assert!(verdict(&inspector, &s3("evil-uploads", "k")).starts_with("source 403 source-arn"));
    let mut mixed = sqs(&["a", "b"]);
    mixed["Records"][1]["eventSourceARN"] = "arn:aws:sqs:eu-central-1:999999999999:evil".into();
    assert!(verdict(&inspector, &mixed).starts_with("source 403 source-arn"));
    let mut none = sqs(&["a"]);
    none["Records"][0].as_object_mut().unwrap().remove("eventSourceARN");
    assert!(verdict(&inspector, &none).starts_with("source 403 source-arn"));
    let mut topic = sns("x");
    topic["Records"][0]["Sns"]["TopicArn"] = "arn:aws:sns:eu-central-1:999999999999:news".into();
    assert!(verdict(&inspector, &topic).starts_with("source 403 source-arn"));
    // Twice: readers differ on which counts.
    let twice = sqs(&["a"])
        .to_string()
        .replace("\"eventSource\":", "\"eventSourceARN\":\"arn:aws:sqs:x:9:evil\",\"eventSource\":");
    assert!(verdict_of(&inspector, twice.as_bytes()).starts_with("source 403 source-arn"));
}

#[test]
fn another_api_or_stage_is_refused() {
    let inspector = of(json!([{"kind": "api-gateway-v1", "apis": ["api1"], "stages": ["dev"]}]));
    assert_eq!(verdict(&inspector, &v1("{}", json!({}))), "pass");
    let mut other = v1("{}", json!({}));
    other["requestContext"]["apiId"] = "api2".into();
    assert!(verdict(&inspector, &other).starts_with("source 403 api-id"));
    let mut other = v1("{}", json!({}));
    other["requestContext"]["stage"] = "prod".into();
    assert!(verdict(&inspector, &other).starts_with("source 403 stage"));
}

#[test]
fn a_direct_call_passes_only_where_the_policy_says() {
    let inspector = of(json!([{"kind": "api-gateway-v2"}, {"kind": "direct"}]));
    assert_eq!(verdict(&inspector, &json!({"user": "17"})), "pass");
    assert_eq!(verdict(&inspector, &v2("GET", "/", "", &Value::Null)), "pass");
    // An HTTP API may send version 1 of the payload.
    assert_eq!(verdict(&of(json!([{"kind": "api-gateway-v2"}])), &v1("{}", json!({}))), "pass");
}

#[test]
fn patterns_of_sources() {
    let fits = |pattern, arn| source::fits(pattern, arn);
    assert!(fits("arn:aws:sqs:*:*:orders", "arn:aws:sqs:eu-central-1:1:orders"));
    assert!(!fits("arn:aws:sqs:*:orders", "arn:aws:sqs:eu-central-1:1:orders"));
    assert!(fits("arn:*:s3:::shop-*-uploads", "arn:aws-cn:s3:::shop-17-uploads"));
    assert!(!fits("arn:aws:s3:::shop-*", "arn:aws:s3:::evil"));
    assert!(fits("*", "anything/here") && !fits("*", "a:b") && !fits("", "a") && fits("", ""));
}

#[test]
fn bad_messages_of_a_batch_are_taken_out() {
    let inspector =
        of(json!([{"kind": "sqs", "sources": ["arn:aws:sqs:*:*:orders"], "partial_failures": true}]));
    let event = sqs(&["{\"a\":1}", "{\"a\":\"<script>alert(1)</script>\"}", "{\"a\":3}"]);
    let sent = invocation(event.to_string().as_bytes());
    let Outcome::Change(rest) = inspector.event(&sent, NOW_MS) else { panic!("not changed") };
    let rest: Value = serde_json::from_slice(&rest).unwrap();
    let left: Vec<&str> =
        rest["Records"].as_array().unwrap().iter().map(|one| one["messageId"].as_str().unwrap()).collect();
    assert_eq!(left, ["id-0", "id-2"]);
    let answer = |text: &str| match inspector.answer(&sent, text.as_bytes().to_vec(), NOW_MS) {
        AnswerOutcome::Changed(bytes) => String::from_utf8(bytes).unwrap(),
        AnswerOutcome::Same(_) => "same".to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        answer(r#"{"batchItemFailures":[{"itemIdentifier":"id-2"}]}"#),
        r#"{"batchItemFailures":[{"itemIdentifier":"id-2"},{"itemIdentifier":"id-1"}]}"#
    );
    assert_eq!(answer("null"), "same");
    assert_eq!(inspector.event(&sent, NOW_MS).kind(), "change");
    assert_eq!(answer("null"), r#"{"batchItemFailures":[{"itemIdentifier":"id-1"}]}"#);
    let all = invocation(sqs(&["{\"a\":\"<script>alert(1)</script>\"}"]).to_string().as_bytes());
    let Outcome::Refuse(_, Answer::Response(bytes)) = inspector.event(&all, NOW_MS) else { panic!("passed") };
    assert_eq!(String::from_utf8(bytes).unwrap(), r#"{"batchItemFailures":[{"itemIdentifier":"id-0"}]}"#);
}

trait Kind {
    fn kind(&self) -> &'static str;
}

impl Kind for Outcome {
    fn kind(&self) -> &'static str {
        match self {
            Outcome::Pass => "pass",
            Outcome::Change(_) => "change",
            Outcome::Refuse(..) => "refuse",
        }
    }
}

#[test]
fn batches_without_partial_failures_are_refused_whole() {
    for triggers in [
        json!([{"kind": "sqs"}]),
        json!([{"kind": "sqs", "partial_failures": true, "sources": ["arn:aws:sqs:*:*:orders.fifo"]}]),
    ] {
        let inspector = of(triggers);
        let mut event = sqs(&["{}", "{\"a\":\"<script>alert(1)</script>\"}"]);
        for record in event["Records"].as_array_mut().unwrap() {
            record["eventSourceARN"] = "arn:aws:sqs:eu-central-1:123456789012:orders.fifo".into();
        }
        let Outcome::Refuse(refusal, answer) =
            inspector.event(&invocation(event.to_string().as_bytes()), NOW_MS)
        else {
            panic!("passed")
        };
        assert!(refusal.hostile);
        let Answer::Error { kind, message } = answer else { panic!("{answer:?}") };
        assert_eq!((kind.as_str(), message.as_str()), ("Buckler.Refused", "Forbidden (request req-1)"));
    }
}

#[test]
fn refusals_speak_the_language_of_the_trigger() {
    let inspector = plain(json!({}));
    let said = |event: &Value| match inspector.event(&invocation(event.to_string().as_bytes()), NOW_MS) {
        Outcome::Refuse(_, Answer::Response(bytes)) => String::from_utf8(bytes).unwrap(),
        Outcome::Refuse(_, Answer::Error { kind, .. }) => kind,
        other => panic!("{other:?}"),
    };
    let attack = json!({ "note": "<script>alert(1)</script>" });
    let http: Value = serde_json::from_str(&said(&v2("POST", "/", "", &attack))).unwrap();
    assert_eq!(http["statusCode"], 403);
    assert_eq!(http["body"], r#"{"message":"Forbidden","requestId":"req-1"}"#);
    let mut balancer = v1(&attack.to_string(), json!({}));
    balancer["requestContext"] = json!({"elb": {"targetGroupArn": "arn"}});
    let balancer: Value = serde_json::from_str(&said(&balancer)).unwrap();
    assert_eq!(balancer["statusDescription"], "403 Forbidden");
    let socket =
        json!({"requestContext": {"connectionId": "c", "routeKey": "$default"}, "body": attack.to_string()});
    assert_eq!(said(&socket), r#"{"statusCode":403}"#);
    assert_eq!(said(&bus(attack.clone())), "Buckler.Refused");
    assert_eq!(
        said(&json!({"info": {"fieldName": "a"}, "arguments": attack, "request": {"headers": {}}})),
        "Buckler.Refused"
    );
}
