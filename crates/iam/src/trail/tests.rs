//! Records as AWS writes them, in each form, and broken ones.
use expect_test::{Expect, expect};

use super::Trail;

const SESSION: &str = r#""userIdentity":{"type":"AssumedRole","principalId":"AROA1:orders","arn":"arn:aws:sts::111111111111:assumed-role/orders-role/orders","accountId":"111111111111","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA1","arn":"arn:aws:iam::111111111111:role/path/orders-role","accountId":"111111111111","userName":"orders-role"}}}"#;

fn record(time: &str, source: &str, name: &str, rest: &str) -> String {
    format!(
        r#"{{"eventVersion":"1.11",{SESSION},"eventTime":"2026-11-{time}T08:00:00Z","eventSource":"{source}.amazonaws.com","eventName":"{name}","awsRegion":"eu-west-1","recipientAccountId":"111111111111"{rest}}}"#
    )
}

#[expect(clippy::needless_pass_by_value, reason = "a literal of the test")]
#[track_caller]
fn check(text: &str, name: &str, expected: Expect) {
    let mut trail = Trail::new();
    trail.read("t", text);
    let mut shown = String::new();
    for used in trail.used(name) {
        let (first, last) = (used.first.get(..10).unwrap_or("-"), used.last.get(..10).unwrap_or("-"));
        shown += &format!(
            "{} {}x {} denied {first} {last} {}\n",
            used.action,
            used.count,
            used.denied,
            used.resources.join(" ")
        );
    }
    for problem in trail.problems() {
        shown += &format!("! {}:{} {}\n", problem.path, problem.line, problem.message);
    }
    expected.assert_eq(&shown);
}

/// A day in the life of a function.
fn records() -> Vec<String> {
    vec![
        record(
            "01",
            "dynamodb",
            "GetItem",
            r#","requestParameters":{"tableName":"Orders","key":{"id":"1"}},"resources":[{"accountId":"111111111111","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:eu-west-1:111111111111:table/Orders"}]"#,
        ),
        record("03", "dynamodb", "GetItem", r#","requestParameters":{"tableName":"Orders"}"#),
        record(
            "02",
            "dynamodb",
            "Scan",
            r#","errorCode":"AccessDenied","errorMessage":"User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: dynamodb:Scan on resource: arn:aws:dynamodb:eu-west-1:111111111111:table/Orders because no identity-based policy allows the dynamodb:Scan action""#,
        ),
        record(
            "02",
            "lambda",
            "Invoke",
            r#","requestParameters":{"functionName":"arn:aws:lambda:eu-west-1:111111111111:function:next"}"#,
        ),
        record(
            "02",
            "lambda",
            "UpdateFunctionCode20150331v2",
            r#","requestParameters":{"functionName":"next"}"#,
        ),
        record(
            "02",
            "s3",
            "ListObjects",
            r#","requestParameters":{"bucketName":"b","prefix":"x"},"resources":[{"type":"AWS::S3::Object","ARNPrefix":"arn:aws:s3:::b/x"},{"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::b"}]"#,
        ),
        record(
            "02",
            "s3",
            "HeadObject",
            r#","requestParameters":{"bucketName":"b","key":"k"},"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::b/k"},{"type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::b"}]"#,
        ),
        record("02", "s3", "PutObject", r#","requestParameters":{"bucketName":"b","key":"k"}"#),
        record(
            "02",
            "sqs",
            "SendMessage",
            r#","requestParameters":{"queueUrl":"https://sqs.eu-west-1.amazonaws.com/111111111111/jobs"}"#,
        ),
        record("02", "monitoring", "PutMetricData", ""),
        record(
            "02",
            "states",
            "StartExecution",
            r#","requestParameters":{"stateMachineArn":"arn:aws:states:eu-west-1:111111111111:stateMachine:m"}"#,
        ),
        record("02", "newservice", "DoThing", ""),
        record("02", "sts", "GetCallerIdentity", ""),
    ]
}

#[test]
fn the_files_of_cloudtrail() {
    let records = records();
    let file = format!("{{\"Records\":[{}]}}", records.join(","));
    check(
        &file,
        "orders-role",
        expect![[r#"
            cloudwatch:PutMetricData 1x 0 denied 2026-11-02 2026-11-02 
            dynamodb:GetItem 2x 0 denied 2026-11-01 2026-11-03 arn:aws:dynamodb:eu-west-1:111111111111:table/Orders
            dynamodb:Scan 0x 1 denied 2026-11-02 2026-11-02 arn:aws:dynamodb:eu-west-1:111111111111:table/Orders
            lambda:InvokeFunction 1x 0 denied 2026-11-02 2026-11-02 arn:aws:lambda:eu-west-1:111111111111:function:next
            lambda:UpdateFunctionCode 1x 0 denied 2026-11-02 2026-11-02 arn:aws:lambda:eu-west-1:111111111111:function:next
            newservice:DoThing 1x 0 denied 2026-11-02 2026-11-02 
            s3:GetObject 1x 0 denied 2026-11-02 2026-11-02 arn:aws:s3:::b/k
            s3:ListBucket 1x 0 denied 2026-11-02 2026-11-02 arn:aws:s3:::b
            s3:PutObject 1x 0 denied 2026-11-02 2026-11-02 arn:aws:s3:::b/k
            sqs:SendMessage 1x 0 denied 2026-11-02 2026-11-02 arn:aws:sqs:eu-west-1:111111111111:jobs
            states:StartExecution 1x 0 denied 2026-11-02 2026-11-02 arn:aws:states:eu-west-1:111111111111:stateMachine:m
        "#]],
    );
    // Lines, a list, and by the function's name.
    let mut trail = Trail::new();
    trail.read("file", &file);
    let whole = trail.used("orders-role");
    for text in [records.join("\n"), format!("[{}]", records.join(",\n")), format!("\u{feff}{file}")] {
        let mut other = Trail::new();
        other.read("other", &text);
        assert_eq!(other.used("orders"), whole);
        assert_eq!(other.used("arn:aws:iam::111111111111:role/path/orders-role"), whole);
    }
    assert_eq!(trail.sessions("orders-role"), ["orders"]);
    assert_eq!(trail.window(), Some(("2026-11-01T08:00:00Z", "2026-11-03T08:00:00Z")));
    assert_eq!(trail.records, 13);
    assert!(trail.used("somebody").is_empty());
}

#[test]
fn wrapped_records_and_other_callers() {
    let one = record(
        "05",
        "sns",
        "Publish",
        r#","requestParameters":{"topicArn":"arn:aws:sns:eu-west-1:111111111111:t"}"#,
    );
    let quoted = serde_json::to_string(&one).unwrap();
    let looked_up = format!(r#"{{"Events":[{{"EventId":"1","CloudTrailEvent":{quoted}}}]}}"#);
    check(
        &looked_up,
        "orders",
        expect![[r#"
        sns:Publish 1x 0 denied 2026-11-05 2026-11-05 arn:aws:sns:eu-west-1:111111111111:t
    "#]],
    );
    check(
        &format!(r#"{{"version":"0","detail-type":"AWS API Call via CloudTrail","detail":{one}}}"#),
        "orders",
        expect![[r#"
            sns:Publish 1x 0 denied 2026-11-05 2026-11-05 arn:aws:sns:eu-west-1:111111111111:t
        "#]],
    );
    let user = r#"{"userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/a/bob","userName":"bob"},"eventTime":"2026-01-01T00:00:00Z","eventSource":"iam.amazonaws.com","eventName":"ListUsers"}"#;
    check(
        user,
        "bob",
        expect![[r#"
        iam:ListUsers 1x 0 denied 2026-01-01 2026-01-01 
    "#]],
    );
    let service = r#"{"userIdentity":{"type":"AWSService","invokedBy":"lambda.amazonaws.com"},"eventTime":"2026-01-01T00:00:00Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole"}"#;
    let mut trail = Trail::new();
    trail.read("s", service);
    assert_eq!((trail.records, trail.others, trail.identities().count()), (1, 1, 0));
}

#[test]
fn tables_of_athena() {
    let csv = concat!(
        "\"eventtime\",\"eventsource\",\"eventname\",\"awsregion\",\"useridentity\",\"errorcode\",\"requestparameters\",\"resources\",\"recipientaccountid\"\n",
        "\"2026-11-02T08:00:00Z\",\"dynamodb.amazonaws.com\",\"PutItem\",\"eu-west-1\",",
        "\"{type=AssumedRole, principalid=AROA1:orders, arn=arn:aws:sts::111111111111:assumed-role/orders-role/orders, accountid=111111111111, invokedby=null, accesskeyid=ASIA, username=null, sessioncontext={attributes={mfaauthenticated=false, creationdate=2026-11-02T07:00:00Z}, sessionissuer={type=Role, principalid=AROA1, arn=arn:aws:iam::111111111111:role/orders-role, accountid=111111111111, username=orders-role}}}\",",
        "\"\",\"{\"\"tableName\"\":\"\"Orders\"\"}\",\"[{arn=arn:aws:dynamodb:eu-west-1:111111111111:table/Orders, accountid=111111111111, type=AWS::DynamoDB::Table}]\",\"111111111111\"\n",
        "\"2026-11-03T08:00:00Z\",\"s3.amazonaws.com\",\"GetObject\",\"eu-west-1\",",
        "\"{type=AssumedRole, arn=arn:aws:sts::111111111111:assumed-role/orders-role/orders, sessioncontext=null}\",",
        "\"AccessDenied\",\"{\"\"bucketName\"\":\"\"b\"\",\"\"key\"\":\"\"a, b=c\"\"}\",\"\",\"111111111111\"\n",
    );
    check(
        csv,
        "orders",
        expect![[r#"
        dynamodb:PutItem 1x 0 denied 2026-11-02 2026-11-02 arn:aws:dynamodb:eu-west-1:111111111111:table/Orders
        s3:GetObject 0x 1 denied 2026-11-03 2026-11-03 arn:aws:s3:::b/a, b=c
    "#]],
    );
    check(
        "a,b\n1,2\n",
        "orders",
        expect![[r#"
        ! t:1 neither JSON nor CSV with a column `eventsource`
    "#]],
    );
}

#[test]
fn broken_lines_are_told_and_the_others_counted() {
    let good = record("02", "sns", "ListTopics", "");
    let text = format!("{good}\n{{\"eventName\": \n{good}\nnull\n{{}}\n{good}");
    check(
        &text,
        "orders",
        expect![[r#"
            sns:ListTopics 3x 0 denied 2026-11-02 2026-11-02 
            ! t:2 no records from here on: EOF while parsing a value
            ! t:4 no records from here on: invalid type: null, expected a record, a list of records, or an object with `Records`
            ! t:5 a record without `eventSource` or `eventName`
        "#]],
    );
}

#[test]
fn memory_has_limits() {
    let mut trail = Trail::new();
    let mut text = String::new();
    for number in 0..3_000 {
        let key = format!(r#","requestParameters":{{"bucketName":"b","key":"k{number}"}}"#);
        text += &record("02", "s3", "GetObject", &key)
            .replace("orders-role/orders", &format!("orders-role/s{number}"));
        text.push('\n');
    }
    trail.read("t", &text);
    assert!(trail.sessions("orders-role").len() <= super::SESSIONS_MAX + 1);
    let used = trail.used("orders-role");
    assert_eq!((used.len(), used[0].count, used[0].resources.len()), (1, 3_000, super::RESOURCES_MAX));
    assert!(used[0].more_resources);
}

/// Mutations of real texts: no panic.
#[test]
fn nothing_panics() {
    let seeds = [
        format!("{{\"Records\":[{}]}}", record("02", "s3", "PutObject", r#","requestParameters":{"bucketName":"b","key":"é"}"#)),
        "eventtime,eventsource,eventname,useridentity,resources\n2026,s3.amazonaws.com,GetObject,\"{type=a, arn=b/c, x={y=[1, {z=2}]}}\",\"[{arn=arn:é}]\"\n".to_owned(),
    ];
    let mut state = 3_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let signs = b"{}[]\",:=*$\\ 0a\n\xc3\xa9";
    for round in 0..10_000 {
        let mut bytes = seeds[round % 2].clone().into_bytes();
        for _ in 0..=next(5) {
            let at = next(bytes.len());
            match next(3) {
                0 => bytes[at] = signs[next(signs.len())],
                1 => bytes.insert(at, signs[next(signs.len())]),
                _ => bytes.truncate(at.max(40)),
            }
        }
        let mut trail = Trail::new();
        trail.read("t", &String::from_utf8_lossy(&bytes));
        assert!(trail.records + trail.problems_count <= 20);
    }
}
