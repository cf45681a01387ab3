//! What a caller gets instead of an answer: the form that each trigger's platform understands, and no word of why.
use super::problem::Problem;
use crate::{Answer, Invocation};
use serde_json::{Value, json};
use waf::event::Trigger;

/// The error's type for callers of the function itself.
pub(super) const KIND: &str = "Buckler.Refused";

/// The reason phrase of a status.
pub(super) fn phrase(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        502 => "Bad Gateway",
        504 => "Gateway Timeout",
        _ => "Error",
    }
}

/// The answer to a refused event.
pub(super) fn answer(problem: &Problem, trigger: Trigger, invocation: &Invocation) -> Answer {
    let status = problem.status;
    let response = |value: Value| Answer::Response(value.to_string().into_bytes());
    match trigger {
        Trigger::ApiGatewayV1 | Trigger::ApiGatewayV2 | Trigger::LoadBalancer | Trigger::VpcLattice => {
            response(http(problem, trigger, &invocation.request_id))
        }
        Trigger::ApiGatewayWebSocket => response(json!({ "statusCode": status })),
        Trigger::CloudFront => response(json!({
            "status": status.to_string(),
            "statusDescription": phrase(status),
            "headers": {
                "content-type": [{ "key": "Content-Type", "value": "application/json" }],
                "cache-control": [{ "key": "Cache-Control", "value": "no-store" }],
            },
            "body": body(status, &invocation.request_id),
        })),
        Trigger::AzureHttp => response(json!({ "Outputs": { "res": {
            "statusCode": status, "headers": { "content-type": "application/json" },
            "body": body(status, &invocation.request_id),
        } }, "Logs": [], "ReturnValue": Value::Null })),
        _ => Answer::Error {
            kind: KIND.to_owned(),
            message: format!("{} (request {})", phrase(status), invocation.request_id),
        },
    }
}

/// The body of an HTTP answer. API Gateway's own errors have a `message`, too.
fn body(status: u16, request_id: &str) -> String {
    json!({ "message": phrase(status), "requestId": request_id }).to_string()
}

/// An HTTP answer as the proxy integrations, load balancers and function URLs take it.
pub(super) fn http(problem: &Problem, trigger: Trigger, request_id: &str) -> Value {
    let status = problem.status;
    let mut headers = json!({
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
    });
    let challenge = problem.facts.iter().find(|(name, _)| *name == "challenge");
    let retry = problem.facts.iter().find(|(name, _)| *name == "retry-after");
    if let Some(members) = headers.as_object_mut() {
        if status == 401 {
            let value = challenge.map_or("Bearer", |(_, value)| value.as_str());
            members.insert("www-authenticate".to_owned(), value.into());
        }
        if let Some((_, value)) = retry {
            members.insert("retry-after".to_owned(), value.as_str().into());
        }
    }
    let mut answer = json!({
        "statusCode": status, "headers": headers, "body": body(status, request_id), "isBase64Encoded": false,
    });
    if trigger == Trigger::LoadBalancer
        && let Some(members) = answer.as_object_mut()
    {
        members.insert("statusDescription".to_owned(), format!("{status} {}", phrase(status)).into());
    }
    answer
}
