//! A function's answers as HTTP.
use super::*;

fn check(answer: &str, expect: &str) {
    let shown = match read(answer.as_bytes()) {
        Err(error) => error.to_string(),
        Ok(answer) => {
            let (head, body) = answer.into_parts();
            let body = match body {
                Body::Full(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                _ => String::new(),
            };
            format!("{} {:?} {body:?}", head.status.as_u16(), head.headers)
        }
    };
    assert_eq!(shown, expect, "{answer}");
}

#[test]
fn answers_of_functions_become_http() {
    let json = r#"{"content-type": "application/json"}"#;
    check(r#"{"a":1}"#, &format!(r#"200 {json} "{{\"a\":1}}""#));
    check(r#""hello""#, &format!(r#"200 {json} "hello""#));
    check(r#"{"statusCode":201,"body":"aGk=","isBase64Encoded":true}"#, &format!(r#"201 {json} "hi""#));
    check(
        r#"{"statusCode":"204","headers":{"Content-Type":"a/b","Content-Length":"7"},"cookies":["a=1","b=2"]}"#,
        r#"204 {"content-type": "a/b", "set-cookie": "a=1", "set-cookie": "b=2"} """#,
    );
}

#[test]
fn what_is_no_answer_is_told() {
    check(r#"{"errorType":"Error","errorMessage":"x"}"#, "the function failed");
    check(r#"{"statusCode":99}"#, "the function's answer is no HTTP answer");
    check(r#"{"statusCode":101}"#, "the function's answer is no HTTP answer");
    check(r#"{"statusCode":200,"headers":{"a":"b\r\nc: d"}}"#, "the function's answer is no HTTP answer");
    check("no json", "the function's answer is no HTTP answer");
}

#[test]
fn a_function_is_named_in_the_path() {
    assert_eq!(path(None, false), "/2015-03-31/functions/function/invocations");
    assert!(path(Some("arn:aws:lambda:eu-west-1:1:function:a"), false).contains("arn%3Aaws%3Alambda"));
}
