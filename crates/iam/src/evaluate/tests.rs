//! The guide's rules, one by one.
use std::net::IpAddr;

use model::{FileId, Policy, PolicyOrigin, Tri};

use super::{Caller, Context, Decision, Inputs, Request, Source, Values, Verdict, evaluate, values};
use crate::Pattern;
use crate::document::{Document, read};

const ROLE: &str = "arn:aws:iam::111111111111:role/app";
const SESSION: &str = "arn:aws:sts::111111111111:assumed-role/app/one";
const USER: &str = "arn:aws:iam::111111111111:user/bob";
const OBJECT: &str = "arn:aws:s3:::bucket/bob/x";

fn policy(statements: &str, origin: PolicyOrigin) -> Vec<Policy> {
    let text = format!("{{\"Version\":\"2012-10-17\",\"Statement\":[{statements}]}}");
    let (policy, problems) = read(&Document { name: "", path: "", file: FileId(0), text: &text }, origin);
    assert!(problems.is_empty(), "{problems:?}");
    vec![policy]
}

fn identity(statements: &str) -> Vec<Policy> {
    policy(statements, PolicyOrigin::Inline)
}

fn resource(statements: &str) -> Vec<Policy> {
    policy(statements, PolicyOrigin::Resource)
}

fn request(caller: &str) -> Request {
    Request { context: Context::closed(), ..Request::new(caller, "s3:GetObject", OBJECT) }
}

#[track_caller]
fn decided(request: &Request, inputs: &Inputs<'_>, expected: Verdict) -> Decision {
    let decision = evaluate(request, inputs);
    assert_eq!(decision.verdict, expected, "{decision:?}");
    decision
}

const GET: &str = r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::bucket/*"}"#;
const FORBID: &str = r#"{"Effect":"Deny","Action":"s3:*","Resource":"*"}"#;

#[test]
fn an_identity_needs_an_allow_and_no_deny() {
    let (get, both) = (identity(GET), identity(&format!("{GET},{FORBID}")));
    let request = request(ROLE);
    let decision = decided(&request, &Inputs { identity: &get, ..Inputs::default() }, Verdict::Allowed);
    assert_eq!((decision.because[0].source, decision.because[0].statement), (Source::Identity, 0));
    let decision =
        decided(&request, &Inputs { identity: &both, ..Inputs::default() }, Verdict::ExplicitlyDenied);
    assert_eq!((decision.because.len(), decision.because[0].statement), (1, 1));
    let decision = decided(&request, &Inputs::default(), Verdict::ImplicitlyDenied);
    assert_eq!(decision.missing, [Source::Identity]);
}

#[test]
fn boundaries_sessions_and_organisations_only_limit() {
    let (get, forbid) = (identity(GET), identity(FORBID));
    let other = identity(r#"{"Effect":"Allow","Action":"sqs:*","Resource":"*"}"#);
    let base = Inputs { identity: &get, ..Inputs::default() };
    let request = request(SESSION);
    decided(&request, &Inputs { boundaries: &get, session: &get, ..base }, Verdict::Allowed);
    let decision = decided(&request, &Inputs { boundaries: &other, ..base }, Verdict::ImplicitlyDenied);
    assert_eq!(decision.missing, [Source::Boundary]);
    decided(&request, &Inputs { session: &other, ..base }, Verdict::ImplicitlyDenied);
    decided(&request, &Inputs { session: &forbid, ..base }, Verdict::ExplicitlyDenied);
    decided(&request, &Inputs { boundaries: &get, ..Inputs::default() }, Verdict::ImplicitlyDenied);
    let levels = [get.clone(), other.clone()];
    let decision = decided(&request, &Inputs { service_control: &levels, ..base }, Verdict::ImplicitlyDenied);
    assert_eq!(decision.missing, [Source::ServiceControl(1)]);
    decided(&request, &Inputs { service_control: &levels[..1], ..base }, Verdict::Allowed);
    let forbidden = [forbid.clone()];
    decided(&request, &Inputs { resource_control: &forbidden, ..base }, Verdict::ExplicitlyDenied);
    decided(&request, &Inputs { endpoint: &other, ..base }, Verdict::ImplicitlyDenied);
}

#[test]
fn a_resources_policy_is_enough_within_an_account() {
    let to = |who: &str| {
        resource(&format!(r#"{{"Effect":"Allow","Principal":{who},"Action":"s3:*","Resource":"*"}}"#))
    };
    let role = to(&format!("{{\"AWS\":\"{ROLE}\"}}"));
    let account = to(r#"{"AWS":"111111111111"}"#);
    let with = |resource| Inputs { resource, ..Inputs::default() };
    decided(&request(ROLE), &with(&role), Verdict::Allowed);
    decided(&request(SESSION), &with(&role), Verdict::Allowed);
    decided(&request(ROLE), &with(&account), Verdict::ImplicitlyDenied);
    decided(&request("arn:aws:iam::222222222222:role/app"), &with(&role), Verdict::ImplicitlyDenied);
    // Another account: both sides must allow.
    let get = identity(GET);
    let across = Request { account: Pattern::literal("222222222222"), ..request(ROLE) };
    decided(&across, &with(&role), Verdict::ImplicitlyDenied);
    decided(&across, &Inputs { identity: &get, ..with(&role) }, Verdict::Allowed);
    decided(&across, &Inputs { identity: &get, ..with(&account) }, Verdict::Allowed);
    decided(&across, &Inputs { identity: &get, ..Inputs::default() }, Verdict::ImplicitlyDenied);
}

/// User guide, "Evaluating effective permissions with boundaries", "Session policies".
#[test]
fn who_is_named_decides_what_limits() {
    let to = |who: &str| {
        resource(&format!(r#"{{"Effect":"Allow","Principal":{who},"Action":"s3:*","Resource":"*"}}"#))
    };
    let other = identity(r#"{"Effect":"Allow","Action":"sqs:*","Resource":"*"}"#);
    let role = to(&format!("{{\"AWS\":\"{ROLE}\"}}"));
    let session = to(&format!("{{\"AWS\":\"{SESSION}\"}}"));
    let user = to(&format!("{{\"AWS\":\"{USER}\"}}"));
    let everyone = to("\"*\"");
    let bounded = |resource| Inputs { resource, boundaries: &other, ..Inputs::default() };
    decided(&request(SESSION), &bounded(&role), Verdict::ImplicitlyDenied);
    decided(&request(SESSION), &bounded(&session), Verdict::Allowed);
    decided(&request(SESSION), &bounded(&everyone), Verdict::Allowed);
    decided(&request(USER), &bounded(&user), Verdict::Allowed);
    let in_session = |resource| Inputs { resource, session: &other, ..Inputs::default() };
    decided(&request(SESSION), &in_session(&role), Verdict::ImplicitlyDenied);
    decided(&request(SESSION), &in_session(&session), Verdict::Allowed);
    // `NotPrincipal` with a deny always denies who has a boundary.
    let not = resource(&format!(
        r#"{{"Effect":"Deny","NotPrincipal":{{"AWS":"{USER}"}},"Action":"s3:*","Resource":"*"}}"#
    ));
    let get = identity(GET);
    decided(
        &request(USER),
        &Inputs { identity: &get, resource: &not, ..Inputs::default() },
        Verdict::Allowed,
    );
    let bounded = Inputs { identity: &get, resource: &not, boundaries: &get, ..Inputs::default() };
    decided(&request(USER), &bounded, Verdict::ExplicitlyDenied);
}

#[test]
fn nobody_and_services_need_the_resources_policy() {
    let public = resource(r#"{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}"#);
    let lambda = resource(
        r#"{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"s3:GetObject","Resource":"*",
        "Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:lambda:*:111111111111:function:*"}}}"#,
    );
    let anonymous = Request { caller: Caller::Anonymous, ..request(ROLE) };
    decided(&anonymous, &Inputs { resource: &public, ..Inputs::default() }, Verdict::Allowed);
    decided(&anonymous, &Inputs { resource: &lambda, ..Inputs::default() }, Verdict::ImplicitlyDenied);
    let mut service = Request { caller: Caller::Service("lambda.amazonaws.com".to_owned()), ..request(ROLE) };
    decided(&service, &Inputs { resource: &lambda, ..Inputs::default() }, Verdict::ImplicitlyDenied);
    service.context =
        Context::closed().one("aws:SourceArn", "arn:aws:lambda:eu-west-1:111111111111:function:f");
    decided(&service, &Inputs { resource: &lambda, ..Inputs::default() }, Verdict::Allowed);
    service.context = Context::open();
    decided(&service, &Inputs { resource: &lambda, ..Inputs::default() }, Verdict::Unknown);
}

#[test]
fn keys_and_roles_decide_whether_the_account_is_trusted() {
    let decrypt = identity(r#"{"Effect":"Allow","Action":["kms:Decrypt","sts:AssumeRole"],"Resource":"*"}"#);
    let root = resource(
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"kms:*","Resource":"*"}"#,
    );
    let other = resource(
        r#"{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:role/other"},"Action":"*","Resource":"*"}"#,
    );
    let key = "arn:aws:kms:eu-west-1:111111111111:key/1";
    let decryption = Request { context: Context::closed(), ..Request::new(ROLE, "kms:Decrypt", key) };
    decided(
        &decryption,
        &Inputs { identity: &decrypt, resource: &root, ..Inputs::default() },
        Verdict::Allowed,
    );
    decided(
        &decryption,
        &Inputs { identity: &decrypt, resource: &other, ..Inputs::default() },
        Verdict::ImplicitlyDenied,
    );
    let target = "arn:aws:iam::111111111111:role/target";
    let becoming = Request { context: Context::closed(), ..Request::new(ROLE, "sts:AssumeRole", target) };
    let trust = |who: &str| {
        policy(
            &format!(r#"{{"Effect":"Allow","Principal":{{"AWS":"{who}"}},"Action":"sts:AssumeRole"}}"#),
            PolicyOrigin::Trust,
        )
    };
    let (to_account, to_role, to_other) = (trust("111111111111"), trust(ROLE), trust(USER));
    decided(
        &becoming,
        &Inputs { identity: &decrypt, resource: &to_account, ..Inputs::default() },
        Verdict::Allowed,
    );
    decided(&becoming, &Inputs { resource: &to_role, ..Inputs::default() }, Verdict::Allowed);
    decided(&becoming, &Inputs { resource: &to_account, ..Inputs::default() }, Verdict::ImplicitlyDenied);
    decided(
        &becoming,
        &Inputs { identity: &decrypt, resource: &to_other, ..Inputs::default() },
        Verdict::ImplicitlyDenied,
    );
}

#[test]
fn what_is_not_known_is_never_an_allow() {
    let own =
        identity(r#"{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::bucket/${aws:username}/*"}"#);
    let inputs = Inputs { identity: &own, ..Inputs::default() };
    let mut asks = request(USER);
    decided(&asks, &inputs, Verdict::ImplicitlyDenied);
    asks.context = Context::open();
    decided(&asks, &inputs, Verdict::Unknown);
    asks.context = Context::closed().one("AWS:UserName", "bob");
    decided(&asks, &inputs, Verdict::Allowed);
    // A part of what is asked for.
    asks.resource = Pattern::parse("arn:aws:s3:::bucket/*");
    decided(&asks, &inputs, Verdict::Unknown);
    asks.resource = Pattern::parse("arn:aws:s3:::bucket/bob/*");
    decided(&asks, &inputs, Verdict::Allowed);
    // A managed policy that nobody knows could allow or deny.
    let mut named = own.clone();
    named[0].origin = PolicyOrigin::Managed("arn:aws:iam::aws:policy/X".to_owned());
    named[0].statements.clear();
    decided(&asks, &Inputs { identity: &named, ..Inputs::default() }, Verdict::Unknown);
    let mut unknown = own;
    unknown[0].statements[0].effect = model::Effect::Unknown;
    decided(&asks, &Inputs { identity: &unknown, ..Inputs::default() }, Verdict::Unknown);
}

#[test]
fn actions_without_resources_need_a_star() {
    let star = identity(r#"{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}"#);
    let bucket = identity(r#"{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"arn:aws:s3:::*"}"#);
    let asks = Request {
        action: "s3:ListAllMyBuckets".to_owned(),
        resource: Request::everything(),
        ..request(ROLE)
    };
    decided(&asks, &Inputs { identity: &star, ..Inputs::default() }, Verdict::Allowed);
    decided(&asks, &Inputs { identity: &bucket, ..Inputs::default() }, Verdict::ImplicitlyDenied);
    let who = Request { action: "sts:GetCallerIdentity".to_owned(), ..asks };
    decided(&who, &Inputs::default(), Verdict::Allowed);
}

/// One condition against one context.
#[track_caller]
fn holds(operator: &str, wanted: &str, context: &Context, expected: Tri) {
    let statement = format!(
        r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"{operator}":{{"test:key":{wanted}}}}}}}"#
    );
    let policies = identity(&statement);
    let asks = Request { context: context.clone(), ..request(ROLE) };
    let found = super::applies(&asks, &policies[0].statements[0]);
    assert_eq!(found, expected, "{operator} {wanted} {context:?}");
}

#[test]
fn operators_compare_as_the_guide_says() {
    let one = |value: &str| Context::closed().one("test:key", value).one("aws:username", "bob");
    let none = Context::closed();
    let many = |values: &[&str]| {
        Context::closed()
            .with("test:key", Values::Many(values.iter().map(|value| (*value).to_owned()).collect()))
    };
    let (yes, no) = (Tri::True, Tri::False);
    holds("StringEquals", "[\"a\",\"b\"]", &one("b"), yes);
    holds("StringEquals", "\"b*\"", &one("bc"), no);
    holds("StringEquals", "\"b*\"", &one("b*"), yes);
    holds("StringEquals", "\"${aws:username}\"", &one("bob"), yes);
    holds("StringEquals", "\"${aws:userid}\"", &one("bob"), no);
    holds("StringNotEquals", "\"${aws:userid}\"", &one("bob"), no);
    holds("StringEquals", "\"a\"", &none, no);
    holds("StringNotEquals", "[\"a\",\"b\"]", &one("b"), no);
    holds("StringNotEquals", "[\"a\",\"b\"]", &one("c"), yes);
    holds("StringNotEquals", "\"a\"", &none, yes);
    holds("StringEqualsIfExists", "\"a\"", &none, yes);
    holds("StringEqualsIgnoreCase", "\"ABC\"", &one("abc"), yes);
    holds("StringLike", "\"a*c?\"", &one("a:b:cd"), yes);
    holds("StringLike", "\"arn:aws:s3*\"", &one("arn:aws:s3:::b"), yes);
    holds("StringNotLike", "\"a*\"", &one("abc"), no);
    holds("NumericLessThanEquals", "\"10\"", &one("10.0"), yes);
    holds("NumericEquals", "\"ten\"", &one("10"), no);
    holds("NumericNotEquals", "\"ten\"", &one("10"), no);
    holds("NumericGreaterThan", "9", &one("1e1"), yes);
    holds("DateGreaterThan", "\"2024-01-01T00:00:00Z\"", &one("2024-01-01T00:00:01+00:00"), yes);
    holds("DateLessThan", "\"2024-01-01\"", &one("1704067199"), yes);
    holds("DateEquals", "\"2024-01-01T01:00:00+01:00\"", &one("1704067200"), yes);
    holds("DateEquals", "\"soon\"", &one("1704067200"), no);
    holds("Bool", "true", &one("True"), yes);
    holds("Bool", "\"yes\"", &one("true"), no);
    holds("BoolIfExists", "\"false\"", &none, yes);
    holds("BinaryEquals", "\"QmluYXJ5\"", &one("QmluYXJ5"), yes);
    holds("Null", "\"true\"", &none, yes);
    holds("Null", "false", &one("x"), yes);
    holds("IpAddress", "\"203.0.113.0/24\"", &one("203.0.113.9"), yes);
    holds("NotIpAddress", "\"203.0.113.0/24\"", &one("2001:db8::1"), yes);
    holds("IpAddress", "\"2001:DB8:1234:5678::/64\"", &one("2001:db8:1234:5678:9::"), yes);
    holds("ArnLike", "\"arn:aws:sns:*:1:t*\"", &one("arn:aws:sns:eu-west-1:1:topic"), yes);
    holds("ArnLike", "\"arn:aws:sns:*:topic\"", &one("arn:aws:sns:eu-west-1:1:topic"), no);
    holds("ArnEquals", "\"arn:aws:iam::1:role/*\"", &one("arn:aws:iam::1:role/a/b"), yes);
    holds("ArnNotEquals", "\"arn:aws:iam::1:role/*\"", &none, yes);
    holds("ForAnyValue:StringEquals", "[\"a\",\"b\"]", &many(&["c", "b"]), yes);
    holds("ForAnyValue:StringEquals", "\"a\"", &none, no);
    holds("ForAllValues:StringEquals", "[\"a\",\"b\"]", &many(&["c", "b"]), no);
    holds("ForAllValues:StringEquals", "[\"a\",\"b\"]", &many(&["a", "b"]), yes);
    holds("ForAllValues:StringEquals", "\"a\"", &none, yes);
    holds("ForAllValues:StringEquals", "\"a\"", &many(&[]), yes);
    holds("ForAnyValue:StringNotEquals", "\"a\"", &many(&["a", "b"]), yes);
    holds("ForAllValues:StringNotEquals", "\"a\"", &many(&["a", "b"]), no);
    holds("StringEquals", "\"a\"", &many(&["a"]), no);
    holds("StringEquals", "\"a\"", &Context::open(), Tri::Unknown);
    holds("Null", "\"true\"", &Context::open(), Tri::Unknown);
}

#[test]
fn symbols_of_the_template_are_equal_to_themselves() {
    let table = |name: &str| {
        let target = model::Ref { target: name.to_owned(), attribute: Some("Arn".to_owned()) };
        model::Value::new(model::Span::NONE, model::Data::Ref(target))
    };
    let mut policies = identity(r#"{"Effect":"Allow","Action":"dynamodb:GetItem","Resource":"*"}"#);
    policies[0].statements[0].resources = vec![table("Orders")];
    let asks = |name: &str| Request {
        resource: Pattern::of(&table(name)),
        action: "dynamodb:GetItem".to_owned(),
        ..request(ROLE)
    };
    let inputs = Inputs { identity: &policies, ..Inputs::default() };
    decided(&asks("Orders"), &inputs, Verdict::Allowed);
    decided(&asks("Customers"), &inputs, Verdict::Unknown);
}

#[test]
fn addresses_and_dates_are_read_strictly() {
    let address: IpAddr = "10.0.0.1".parse().unwrap();
    assert_eq!(values::in_block(address, "10.0.0.0/8"), Some(true));
    assert_eq!(values::in_block(address, "0.0.0.0/0"), Some(true));
    assert_eq!(values::in_block(address, "10.0.0.0/33"), None);
    assert_eq!(values::in_block(address, "10.0.0.0/+8"), None);
    assert_eq!(values::in_block(address, "::/0"), Some(false));
    assert_eq!(values::date("1970-01-02"), Some(86_400.0));
    assert_eq!(values::date("2000-02-29T12:30Z"), Some(951_827_400.0));
    assert_eq!(values::date("1969-12-31T23:59:59Z"), Some(-1.0));
    for wrong in ["", "2000-13-01", "2000-1-1", "2000-01-01T", "2000-01-01T25:00Z", "2000-01-01T10:00+1", "x"]
    {
        assert_eq!(values::date(wrong), None, "{wrong}");
    }
}
