//! Events: reading never ends the process, and what comes out is bounded by what went in.
use crate::Target;
use waf::event::{EventLimits, read};

const PIECES: &[&[u8]] = &[
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b":",
    b",",
    b"\\\"",
    b"\\u0000",
    b"\\ud800",
    b"\"Records\"",
    b"\"eventSource\":\"aws:s3\"",
    b"\"data\":\"eyJhIjoxfQ==\"",
    b"\"awslogs\":{\"data\":\"H4sIAAAAAAAA\"}",
    b"\"body\":",
    b"\"requestContext\":{\"http\":{\"method\":\"GET\"}}",
    b"\"httpMethod\":\"POST\"",
    b"\"path\":\"/\"",
    b"\"cf\":{\"request\":",
    b"null",
    b"1e999",
    b"%2",
    b"\xFF",
];

const SEEDS: &[&[u8]] = &[
    br#"{"Records":[{"eventSource":"aws:s3","s3":{"object":{"key":"a+b%3Bc"}}},{"eventSource":"aws:sqs","body":"{\"a\":\"b\"}"}]}"#,
    br#"{"version":"2.0","rawPath":"/a","rawQueryString":"q=1","cookies":["a=1"],"headers":{"host":"h"},"requestContext":{"http":{"method":"PUT","sourceIp":"::1"}},"body":"eA==","isBase64Encoded":true}"#,
    br#"{"httpMethod":"GET","path":"/x","multiValueHeaders":{"a":["b"]},"multiValueQueryStringParameters":{"q":["1","2"]}}"#,
    br#"{"Records":[{"cf":{"request":{"method":"GET","uri":"/p","querystring":"a=1","headers":{"host":[{"key":"Host","value":"h"}]}}}}]}"#,
    br#"{"records":{"t-0":[{"value":"eyJhIjoiYiJ9"}]},"bootstrapServers":"b"}"#,
    br#"{"awslogs":{"data":"H4sIAAAAAAAA/0tMSk4BAMJBJDUDAAAA"}}"#,
];

pub(crate) const EVENT: Target =
    Target { name: "event", seeds: SEEDS, pieces: PIECES, endings: &[".json"], run: event };

fn event(bytes: &[u8]) {
    let limits = EventLimits { arguments_bytes_max: 4 << 20, ..EventLimits::default() };
    if let Ok(event) = read(bytes, None, &limits) {
        let out: usize = event
            .records
            .iter()
            .flat_map(|record| record.arguments.iter())
            .map(|field| field.name.len() + field.value.len())
            .sum();
        assert!(out <= 2 * limits.arguments_bytes_max, "{out} bytes came out");
    }
}
