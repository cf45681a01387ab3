//! Where we differ on purpose. `docs/comparison-permissions.md` has the reasons; a difference that goes away fails here.
use serde_json::{Value as Json, json};

use crate::case::Case;
use crate::run;

const SESSION: &str = "arn:aws:sts::111111111111:assumed-role/app/one";
const ROLE: &str = "arn:aws:iam::111111111111:role/app";

/// A request of account 111111111111 for a resource of its own.
fn case(caller: &str, action: &str, resource: &str, context: &Json, statement: &Json) -> Json {
    json!({
        "request": {
            "principal": caller,
            "action": action,
            "resource": { "resource": resource, "accountId": "111111111111" },
            "contextVariables": context,
        },
        "identityPolicies": [{ "name": "p", "policy": policy(statement) }],
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    })
}

fn policy(statement: &Json) -> Json {
    json!({ "Version": "2012-10-17", "Statement": statement })
}

fn allow(action: &str, resource: &str) -> Json {
    json!({ "Effect": "Allow", "Action": action, "Resource": resource })
}

/// `s3:GetObject` under a condition.
fn conditional(operator: &str, key: &str, wanted: &str, context: &Json) -> Json {
    let mut statement = allow("s3:GetObject", "*");
    statement["Condition"] = json!({ operator: { key: wanted } });
    case(ROLE, "s3:GetObject", "arn:aws:s3:::bucket/x", context, &statement)
}

/// Name, simulation, our verdict, theirs.
type Difference = (&'static str, Json, &'static str, &'static str);

fn differences() -> Vec<Difference> {
    let (yes, no) = ("Allowed", "ImplicitlyDenied");
    let mut named = case(
        SESSION,
        "sqs:SendMessage",
        "arn:aws:sqs:us-east-1:111111111111:q",
        &json!({}),
        &allow("sqs:*", "*"),
    );
    named["sessionPolicy"] = policy(&allow("s3:*", "*"));
    let mut to_session = allow("sqs:*", "*");
    to_session["Principal"] = json!({ "AWS": SESSION });
    named["resourcePolicy"] = policy(&to_session);
    let log = "arn:aws:logs:us-east-1:111111111111:log-group:/aws/lambda/f:log-stream:x";
    let past_colon =
        case(ROLE, "logs:PutLogEvents", log, &json!({}), &allow("logs:*", "arn:aws:logs:*:log-group:/aws/*"));
    let table = "arn:aws:dynamodb:us-east-1:111111111111:table/orders";
    let any_type = allow("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:111111111111:tab*/orders");
    let any_type = case(ROLE, "dynamodb:GetItem", table, &json!({}), &any_type);
    let topic = "arn:aws:sns:us-east-1:111111111111:orders";
    let team = json!({ "aws:PrincipalTag/team": "orders" });
    let variable = allow("sns:Publish", "arn:aws:sns:us-east-1:111111111111:${aws:PrincipalTag/team}");
    let variable = case(ROLE, "sns:Publish", topic, &team, &variable);
    let mut own = case(
        ROLE,
        "iam:CreatePolicyVersion",
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        &json!({}),
        &allow("iam:*", "*"),
    );
    own["identityPolicies"][0]["policy"]["Statement"]["Effect"] = json!("Deny");
    let mut root = case(
        "arn:aws:iam::111111111111:root",
        "s3:GetObject",
        "arn:aws:s3:::bucket/x",
        &json!({}),
        &allow("sqs:*", "*"),
    );
    root["identityPolicies"] = json!([]);
    let mut short = case(ROLE, "s3:GetObject", "arn:aws:s3:::bucket/x", &json!({}), &allow("sqs:*", "*"));
    let mut to_role = allow("s3:GetObject", "arn:aws:s3");
    to_role["Principal"] = json!({ "AWS": ROLE });
    short["resourcePolicy"] = policy(&to_role);
    vec![
        ("a session that is named", named, yes, no),
        ("a star past a colon", past_colon, yes, no),
        ("a wildcard in the type", any_type, yes, no),
        ("a variable with a slash in its name", variable, yes, no),
        ("a deny of what belongs to AWS", own, "ExplicitlyDenied", no),
        ("the root of an account", root, yes, no),
        ("a short ARN in a resource's policy", short, yes, no),
    ]
}

/// Of condition operators.
fn of_operators() -> Vec<Difference> {
    let (yes, no) = ("Allowed", "ImplicitlyDenied");
    let one = |key: &str, value: &str| json!({ key: value });
    vec![
        (
            "a literal star",
            conditional("StringEquals", "aws:UserAgent", "a${*}", &one("aws:UserAgent", "a*")),
            yes,
            no,
        ),
        (
            "any value, if there is one",
            conditional("ForAnyValue:StringEqualsIfExists", "aws:TagKeys", "team", &json!({})),
            yes,
            no,
        ),
        (
            "every address",
            conditional("IpAddress", "aws:SourceIp", "0.0.0.0/0", &one("aws:SourceIp", "10.1.2.3")),
            yes,
            no,
        ),
        (
            "an address of the other kind",
            conditional("NotIpAddress", "aws:SourceIp", "10.1.2.3", &one("aws:SourceIp", "2001:db8::1")),
            yes,
            no,
        ),
        (
            "the same address in other words",
            conditional("IpAddress", "aws:SourceIp", "2001:db8::1", &one("aws:SourceIp", "2001:DB8:0:0::1")),
            yes,
            no,
        ),
        (
            "seconds beside a date",
            conditional(
                "DateGreaterThan",
                "aws:CurrentTime",
                "1700000000",
                &one("aws:CurrentTime", "2020-01-01T00:00:00Z"),
            ),
            no,
            yes,
        ),
        (
            "a number with letters behind it",
            conditional(
                "NumericEquals",
                "aws:MultiFactorAuthAge",
                "300",
                &one("aws:MultiFactorAuthAge", "300s"),
            ),
            no,
            yes,
        ),
    ]
}

#[test]
fn every_difference_is_known() {
    let mut differences = differences();
    differences.extend(of_operators());
    let cases: Vec<Case> = differences.iter().map(|(_, json, _, _)| Case { json: json.clone() }).collect();
    for (case, (name, _, expected, _)) in cases.iter().zip(&differences) {
        assert_eq!(run::ours(case), *expected, "ours: {name}");
    }
    let Some(theirs) = run::theirs(&cases) else { return };
    for (found, (name, _, _, expected)) in theirs.iter().zip(&differences) {
        assert_eq!(found, expected, "theirs: {name}");
    }
}
