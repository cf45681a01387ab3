//! Events of real shape, small.
use super::*;
use expect_test::{Expect, expect};

fn shown(bytes: &[u8]) -> String {
    let escape = |bytes: &[u8]| bytes.escape_ascii().to_string();
    let limits = EventLimits::default();
    let known = read(bytes, None, &limits).map(|event| event.trigger).ok();
    let event = match read(bytes, known, &limits) {
        Ok(event) => event,
        Err(error) => return format!("{error}\n"),
    };
    let mut out = format!("{}\n", event.trigger.name());
    for record in &event.records {
        out.push_str(&format!("[{}]\n", record.path));
        if let Some(http) = &record.http {
            out.push_str(&format!(
                "{} {} {}",
                escape(&http.method),
                escape(&http.target),
                escape(&http.protocol)
            ));
            out.push_str(&http.client.map(|client| format!(" from {client}")).unwrap_or_default());
            out.push('\n');
            for field in http.headers.iter() {
                out.push_str(&format!("  {}: {}\n", escape(field.name), escape(field.value)));
            }
            if !http.body.is_empty() {
                out.push_str(&format!("  body {}\n", escape(&http.body)));
            }
        }
        for field in record.arguments.iter() {
            out.push_str(&format!("{} = {}\n", escape(field.name), escape(field.value)));
        }
    }
    for note in &event.notes {
        out.push_str(&format!("{note:?}\n"));
    }
    out
}

fn check(event: &str, expect: Expect) {
    expect.assert_eq(&shown(event.as_bytes()));
}

#[test]
fn the_key_of_an_object_is_url_decoded() {
    check(
        r#"{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"a+b%3B%24%28id%29.png","size":3}}}]}"#,
        expect![[r#"
            s3
            [Records.0]
            Records.0.eventSource = aws:s3
            Records.0.eventName = ObjectCreated:Put
            Records.0.s3.bucket.name = b
            Records.0.s3.object.key = a b;$(id).png
            Records.0.s3.object.size = 3
        "#]],
    );
}

#[test]
fn s3_in_sns_in_sqs_is_opened() {
    let s3 = r#"{"Records":[{"eventSource":"aws:s3","s3":{"object":{"key":"x%2Fy"}}}]}"#;
    let sns =
        serde_json::json!({"Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:1:t", "Message": s3})
            .to_string();
    let sqs = serde_json::json!({"Records": [{"messageId": "1", "body": sns, "eventSource": "aws:sqs"}, {"messageId": "2", "body": "plain {text", "eventSource": "aws:sqs"}]});
    check(
        &sqs.to_string(),
        expect![[r#"
        sqs
        [Records.0]
        Records.0.messageId = 1
        Records.0.body.Type = Notification
        Records.0.body.TopicArn = arn:aws:sns:eu-west-1:1:t
        Records.0.body.Message.Records.0.eventSource = aws:s3
        Records.0.body.Message.Records.0.s3.object.key = x/y
        Records.0.eventSource = aws:sqs
        [Records.1]
        Records.1.messageId = 2
        Records.1.body = plain {text
        Records.1.eventSource = aws:sqs
    "#]],
    );
}

#[test]
fn sns_eventbridge_cognito_iot_and_direct() {
    check(
        r#"{"Records":[{"EventSource":"aws:sns","Sns":{"Subject":"s","Message":"{\"a\":[1,\"x\"]}","MessageAttributes":{"k":{"Type":"String","Value":"v"}}}}]}"#,
        expect![[r#"
            sns
            [Records.0]
            Records.0.EventSource = aws:sns
            Records.0.Sns.Subject = s
            Records.0.Sns.Message.a.0 = 1
            Records.0.Sns.Message.a.1 = x
            Records.0.Sns.MessageAttributes.k.Type = String
            Records.0.Sns.MessageAttributes.k.Value = v
        "#]],
    );
    check(
        r#"{"version":"0","id":"1","detail-type":"order","source":"shop","detail":{"note":"{{7*7}}"}}"#,
        expect![[r#"
            eventbridge
            []
            version = 0
            id = 1
            detail-type = order
            source = shop
            detail.note = {{7*7}}
        "#]],
    );
    check(
        r#"{"triggerSource":"PreSignUp_SignUp","userPoolId":"p","request":{"userAttributes":{"email":"a@b.example"}}}"#,
        expect![[r#"
            cognito
            []
            triggerSource = PreSignUp_SignUp
            userPoolId = p
            request.userAttributes.email = a@b.example
        "#]],
    );
    check(
        r#"{"temperature":21.5,"device":{"name":"x;id"}}"#,
        expect![[r#"
        direct
        []
        temperature = 21.5
        device.name = x;id
    "#]],
    );
    check(
        r#"["a",{"b":null,"c":true}]"#,
        expect![[r#"
        direct
        [0]
        0 = a
        [1]
        1.c = true
    "#]],
    );
    check(
        r#""just a text""#,
        expect![[r#"
        direct
        []
        event = just a text
    "#]],
    );
}

#[test]
fn streams_are_decoded() {
    check(
        r#"{"Records":[{"eventSource":"aws:kinesis","kinesis":{"partitionKey":"p","data":"eyJxIjoiMSBvciAxPTEifQ=="}}]}"#,
        expect![[r#"
            kinesis
            [Records.0]
            Records.0.eventSource = aws:kinesis
            Records.0.kinesis.partitionKey = p
            Records.0.kinesis.data.q = 1 or 1=1
        "#]],
    );
    check(
        r#"{"Records":[{"eventSource":"aws:dynamodb","dynamodb":{"Keys":{"id":{"S":"1"}},"NewImage":{"note":{"S":"<script>"},"raw":{"B":"aGk="},"n":{"N":"5"}}}}]}"#,
        expect![[r#"
            dynamodb
            [Records.0]
            Records.0.eventSource = aws:dynamodb
            Records.0.dynamodb.Keys.id.S = 1
            Records.0.dynamodb.NewImage.note.S = <script>
            Records.0.dynamodb.NewImage.raw.B = hi
            Records.0.dynamodb.NewImage.n.N = 5
        "#]],
    );
    check(
        r#"{"eventSource":"aws:kafka","bootstrapServers":"b","records":{"t-0":[{"topic":"t","key":"aw==","value":"eyJhIjoiYiJ9"},{"topic":"t","value":"!"}]}}"#,
        expect![[r#"
            kafka
            [records.t-0.0]
            records.t-0.0.topic = t
            records.t-0.0.key = k
            records.t-0.0.value.a = b
            [records.t-0.1]
            records.t-0.1.topic = t
            records.t-0.1.value = !
            []
            eventSource = aws:kafka
            bootstrapServers = b
            Unopened("records.t-0.1.value")
        "#]],
    );
}

#[test]
fn deliveries_and_queues_are_decoded() {
    check(
        r#"{"deliveryStreamArn":"d","records":[{"recordId":"1","data":"aGVsbG8="}]}"#,
        expect![[r#"
        firehose
        [records.0]
        records.0.recordId = 1
        records.0.data = hello
        []
        deliveryStreamArn = d
    "#]],
    );
    check(
        r#"{"eventSource":"aws:mq","eventSourceArn":"a","messages":[{"messageID":"1","data":"eA=="}]}"#,
        expect![[r#"
            mq
            [messages.0]
            messages.0.messageID = 1
            messages.0.data = x
            []
            eventSource = aws:mq
            eventSourceArn = a
        "#]],
    );
    check(
        r#"{"eventSource":"aws:rmq","rmqMessagesByQueue":{"q::/":[{"data":"eA==","basicProperties":{"type":"t"}}]}}"#,
        expect![[r#"
            mq
            [rmqMessagesByQueue.q::/.0]
            rmqMessagesByQueue.q::/.0.data = x
            rmqMessagesByQueue.q::/.0.basicProperties.type = t
            []
            eventSource = aws:rmq
        "#]],
    );
}

#[test]
fn log_subscriptions_are_decompressed() {
    use std::io::Write as _;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(br#"{"logGroup":"g","logEvents":[{"id":"1","message":"x ${jndi:ldap://e}"}]}"#)
        .expect("memory");
    let bytes = gzip.finish().expect("memory");
    let data = crate_base64(&bytes);
    check(
        &format!(r#"{{"awslogs":{{"data":"{data}"}}}}"#),
        expect![[r#"
        cloudwatch-logs
        []
        awslogs.data.logGroup = g
        awslogs.data.logEvents.0.id = 1
        awslogs.data.logEvents.0.message = x ${jndi:ldap://e}
    "#]],
    );
    check(
        r#"{"awslogs":{"data":"aGk="}}"#,
        expect![[r#"
        cloudwatch-logs
        []
        awslogs.data = aGk=
        Unopened("awslogs.data")
    "#]],
    );
}

/// Base64 with padding, for samples.
fn crate_base64(bytes: &[u8]) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let three =
            chunk.iter().fold(0_u32, |sum, &byte| sum << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = (three >> (18 - 6 * place) & 63) as usize;
            out.push(if place <= chunk.len() { char::from(letters[digit]) } else { '=' });
        }
    }
    out
}

#[test]
fn rest_apis_and_load_balancers_become_requests() {
    check(
        r#"{"resource":"/{id}","path":"/items/a b?c","httpMethod":"POST","headers":{"Host":"h"},"multiValueHeaders":{"Host":["h"],"X":["1","2"]},"queryStringParameters":{"q":"b"},"multiValueQueryStringParameters":{"q":["a&b","1=2"]},"pathParameters":{"id":"7"},"requestContext":{"identity":{"sourceIp":"192.0.2.1"},"protocol":"HTTP/1.1"},"body":"eyJhIjoxfQ==","isBase64Encoded":true}"#,
        expect![[r#"
            api-gateway-v1
            []
            POST /items/a%20b%3Fc?q=a%26b&q=1%3D2 HTTP/1.1 from 192.0.2.1
              Host: h
              X: 1
              X: 2
              body {\"a\":1}
            pathParameters.id = 7
        "#]],
    );
    check(
        r#"{"requestContext":{"elb":{"targetGroupArn":"a"}},"httpMethod":"GET","path":"/x","queryStringParameters":{"q":"a%20b"},"headers":{"host":"h"},"body":"","isBase64Encoded":false}"#,
        expect![[r#"
            alb
            []
            GET /x?q=a%20b HTTP/1.1
              host: h
        "#]],
    );
}

#[test]
fn http_apis_function_urls_and_websockets() {
    check(
        r#"{"version":"2.0","routeKey":"$default","rawPath":"/a","rawQueryString":"q=%27&r=1","cookies":["a=1","b=2"],"headers":{"host":"h","x-forwarded-for":"1.2.3.4"},"requestContext":{"http":{"method":"PUT","path":"/a","protocol":"HTTP/1.1","sourceIp":"2001:db8::1"}},"pathParameters":{"p":"v"},"body":"x=1","isBase64Encoded":false}"#,
        expect![[r#"
            api-gateway-v2
            []
            PUT /a?q=%27&r=1 HTTP/1.1 from 2001:db8::1
              host: h
              x-forwarded-for: 1.2.3.4
              cookie: a=1; b=2
              body x=1
            pathParameters.p = v
        "#]],
    );
    check(
        r#"{"requestContext":{"routeKey":"send","eventType":"MESSAGE","connectionId":"c"},"body":"{\"action\":\"send\",\"text\":\"hi\"}","isBase64Encoded":false}"#,
        expect![[r#"
            websocket
            []
            requestContext.routeKey = send
            requestContext.eventType = MESSAGE
            requestContext.connectionId = c
            body.action = send
            body.text = hi
            isBase64Encoded = false
        "#]],
    );
}

#[test]
fn edges_meshes_and_graphql() {
    check(
        r#"{"Records":[{"cf":{"config":{"eventType":"viewer-request"},"request":{"method":"GET","uri":"/p","querystring":"a=1","clientIp":"203.0.113.9","headers":{"host":[{"key":"Host","value":"h"}]},"body":{"action":"read-only","encoding":"base64","data":"aGk="}}}}]}"#,
        expect![[r#"
            cloudfront
            []
            GET /p?a=1 HTTP/1.1 from 203.0.113.9
              Host: h
              body hi
        "#]],
    );
    check(
        r#"{"raw_path":"/x?y=1","method":"GET","headers":{"host":"h"},"body":"","is_base64_encoded":false}"#,
        expect![[r#"
            vpc-lattice
            []
            GET /x?y=1 HTTP/1.1
              host: h
        "#]],
    );
    check(
        r#"{"arguments":{"id":"1","input":{"name":"x"}},"identity":{"sourceIp":["192.0.2.7"]},"request":{"headers":{"host":"h"}},"info":{"fieldName":"getUser","parentTypeName":"Query"},"source":null}"#,
        expect![[r#"
            appsync
            []
            POST /graphql HTTP/1.1 from 192.0.2.7
              host: h
            arguments.id = 1
            arguments.input.name = x
        "#]],
    );
}

#[test]
fn azure_and_google() {
    check(
        r#"{"Data":{"req":{"Url":"http://localhost:7071/api/f?x=1","Method":"POST","Query":{"x":"1"},"Headers":{"Host":["h"]},"Params":{},"Body":"{}"}},"Metadata":{}}"#,
        expect![[r#"
            azure-http
            []
            POST /api/f?x=1 HTTP/1.1
              Host: h
              body {}
        "#]],
    );
    check(
        r#"{"Data":{"queueItem":"{\"a\":\"b\"}"},"Metadata":{"DequeueCount":"1"}}"#,
        expect![[r#"
        azure-function
        []
        Data.queueItem.a = b
        Metadata.DequeueCount = 1
    "#]],
    );
    check(
        r#"[{"id":"1","topic":"t","subject":"/blobServices/default/containers/c/blobs/x;id","eventType":"Microsoft.Storage.BlobCreated","data":{"url":"https://a.example/c/x"},"dataVersion":"1"}]"#,
        expect![[r#"
            azure-event-grid
            [0]
            0.id = 1
            0.topic = t
            0.subject = /blobServices/default/containers/c/blobs/x;id
            0.eventType = Microsoft.Storage.BlobCreated
            0.data.url = https://a.example/c/x
            0.dataVersion = 1
        "#]],
    );
    check(
        r#"{"message":{"data":"eyJhIjoiYiJ9","attributes":{"k":"v"},"messageId":"1"},"subscription":"projects/p/subscriptions/s"}"#,
        expect![[r#"
            pubsub
            []
            message.data.a = b
            message.attributes.k = v
            message.messageId = 1
            subscription = projects/p/subscriptions/s
        "#]],
    );
    check(
        r#"{"specversion":"1.0","type":"google.cloud.storage.object.v1.finalized","source":"//s","id":"1","data":{"bucket":"b","name":"a$(id)"}}"#,
        expect![[r#"
            cloudevent
            []
            specversion = 1.0
            type = google.cloud.storage.object.v1.finalized
            source = //s
            id = 1
            data.bucket = b
            data.name = a$(id)
        "#]],
    );
    check(
        r#"{"specversion":"1.0","type":"t","source":"s","id":"1","data_base64":"aGk="}"#,
        expect![[r#"
        cloudevent
        []
        specversion = 1.0
        type = t
        source = s
        id = 1
        data_base64 = hi
    "#]],
    );
}

#[test]
fn oddities_and_limits_are_told() {
    check(
        r#"{"a":"1","b":{"c":"x","c":"y"},"a":"2"}"#,
        expect![[r#"
        direct
        []
        a = 1
        b.c = x
        b.c = y
        a = 2
        DuplicateKey("a")
        DuplicateKey("b.c")
    "#]],
    );
    check(
        "{\"a\":",
        expect![[r#"
        the event is not JSON: EOF while parsing a value at line 1 column 5
    "#]],
    );
    check(
        &format!("{}{}", "[".repeat(200), "]".repeat(200)),
        expect![[r#"
        the event passes the limit `depth_max` of 100
    "#]],
    );
    let mut nested = "\"x\"".to_owned();
    for _ in 0..8 {
        nested = format!("[{}]", serde_json::to_string(&nested).expect("text"));
    }
    let event = read(nested.as_bytes(), None, &EventLimits::default()).expect("it is JSON");
    assert!(matches!(event.notes.as_slice(), [Note::NestedTooDeep(_)]), "{:?}", event.notes);
    let long = format!(r#"{{"{}":[{}{{}}]}}"#, "k".repeat(100_000), "{},".repeat(10_000));
    let limits = EventLimits { arguments_bytes_max: 1 << 20, ..EventLimits::default() };
    let error = read(long.as_bytes(), None, &limits).expect_err("a long name over many members");
    assert_eq!(error, EventError::Limit { limit: "arguments_bytes_max", max: 1 << 20 });
    let many = format!("[{}1]", "1,".repeat(300_000));
    let error = read(many.as_bytes(), None, &EventLimits::default()).expect_err("many values");
    assert_eq!(error, EventError::Limit { limit: "values_max", max: 200_000 });
}

#[test]
fn every_trigger_has_one_name() {
    for name in Trigger::names().filter(|name| *name != "function-url") {
        assert_eq!(Trigger::from_name(name).map(Trigger::name), Some(name));
    }
}

#[test]
fn nothing_hides_behind_the_shape_of_another_event() {
    let all = |event: &str, trigger| -> String {
        let event = read(event.as_bytes(), trigger, &EventLimits::default()).expect("JSON");
        let fields = event.records.iter().flat_map(|record| record.arguments.iter());
        fields.map(|field| field.value.escape_ascii().to_string()).collect::<Vec<_>>().join(" ")
    };
    let request = r#"{"httpMethod":"GET","path":"/","path":"evil 2","cmd":"evil 1"}"#;
    assert_eq!(all(request, None), "/ evil 1");
    assert_eq!(all(request, Some(Trigger::ApiGatewayV1)), "");
    assert_eq!(all(request, Some(Trigger::Direct)), "GET / evil 2 evil 1");
    assert_eq!(all(r#"{"Records":["evil 1"],"Records":[{"cf":1}]}"#, None), "evil 1 1");
    assert_eq!(all(r#"{"Records":{"a":["evil 1"]}}"#, None), "evil 1");
    assert_eq!(
        all(r#"{"records":{"t":[{"a":"1"}],"b":"evil 1"},"bootstrapServers":"x"}"#, None),
        "1 evil 1 x"
    );
    assert_eq!(
        all(r#"{"Records":[{"cf":{"request":{"method":"GET","uri":"/"}}},"evil 1"]}"#, None),
        "GET / evil 1"
    );
}
