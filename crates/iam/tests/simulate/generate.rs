//! Policies and requests from a seed: near misses rather than noise.
#![expect(clippy::string_slice, reason = "every name in this file is ASCII")]
use serde_json::{Map, Value as Json, json};

use crate::case::Case;

const OWN: &str = "111111111111";
const OTHER: &str = "222222222222";

/// Who asks, and the account of that.
const CALLERS: &[&str] = &[
    "arn:aws:iam::111111111111:role/app",
    "arn:aws:iam::111111111111:role/path/app",
    "arn:aws:sts::111111111111:assumed-role/app/one",
    "arn:aws:sts::111111111111:assumed-role/app/two",
    "arn:aws:iam::111111111111:user/bob",
    "arn:aws:sts::111111111111:federated-user/bob",
    "arn:aws:iam::222222222222:role/app",
    "arn:aws:sts::222222222222:assumed-role/app/one",
    "arn:aws:iam::222222222222:user/bob",
    "lambda.amazonaws.com",
    "",
];

/// Action, resource, and whether the ARN names the account.
const ASKED: &[(&str, &str)] = &[
    ("s3:GetObject", "arn:aws:s3:::bucket/bob/x"),
    ("s3:PutObject", "arn:aws:s3:::bucket/team a/b:c"),
    ("s3:ListBucket", "arn:aws:s3:::bucket"),
    ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:ACCOUNT:table/orders"),
    ("dynamodb:Query", "arn:aws:dynamodb:us-east-1:ACCOUNT:table/orders/index/by-day"),
    ("sqs:SendMessage", "arn:aws:sqs:us-east-1:ACCOUNT:orders"),
    ("sns:Publish", "arn:aws:sns:eu-west-1:ACCOUNT:orders"),
    ("kms:Decrypt", "arn:aws:kms:us-east-1:ACCOUNT:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    ("kms:CreateAlias", "arn:aws:kms:us-east-1:ACCOUNT:alias/aws/s3"),
    ("sts:AssumeRole", "arn:aws:iam::ACCOUNT:role/target"),
    ("sts:GetCallerIdentity", "*"),
    ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:ACCOUNT:function:orders"),
    ("iam:PassRole", "arn:aws:iam::ACCOUNT:role/app"),
    ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:ACCOUNT:secret:orders-AbCdEf"),
    ("logs:PutLogEvents", "arn:aws:logs:us-east-1:ACCOUNT:log-group:/aws/lambda/f:log-stream:x"),
    ("s3:ListAllMyBuckets", "*"),
    ("ec2:DescribeInstances", "*"),
];

/// Condition keys with values that requests and policies use. Of the last group, requests have several values.
const KEYS: &[(&str, Kind, &[&str])] = &[
    ("aws:username", Kind::Text, &["bob", "alice", "BOB"]),
    ("aws:PrincipalTag/team", Kind::Text, &["orders", "Orders", "team a", "bob", "a*b"]),
    ("aws:PrincipalOrgID", Kind::Text, &["o-1", "o-2"]),
    ("aws:UserAgent", Kind::Text, &["aws-cli/2", "aws-sdk", "curl (x; y)", "${x}"]),
    ("aws:SourceVpce", Kind::Text, &["vpce-1", "vpce-12"]),
    (
        "aws:PrincipalArn",
        Kind::Arn,
        &["arn:aws:iam::111111111111:role/app", "arn:aws:iam::111111111111:user/bob"],
    ),
    (
        "aws:SourceArn",
        Kind::Arn,
        &[
            "arn:aws:lambda:us-east-1:111111111111:function:f",
            "arn:aws:s3:::bucket",
            "arn:aws:sns:us-east-1:1:a:b",
        ],
    ),
    ("aws:SecureTransport", Kind::Bool, &["true", "false", "TRUE"]),
    ("aws:MultiFactorAuthPresent", Kind::Bool, &["true", "false"]),
    ("aws:MultiFactorAuthAge", Kind::Number, &["0", "299", "300", "300.5", "-1"]),
    (
        "aws:CurrentTime",
        Kind::Date,
        &["2026-11-22T08:00:00Z", "2026-11-22", "2026-11-22T08:00:00.5+02:00", "2026-11"],
    ),
    ("aws:SourceIp", Kind::Address, &["203.0.113.7", "10.1.2.3", "2001:db8:0:0:0:0:0:1"]),
    ("aws:TagKeys", Kind::Several, &["team", "cost", "Team", "x*"]),
    ("aws:CalledVia", Kind::Several, &["athena.amazonaws.com", "dynamodb.amazonaws.com"]),
    ("aws:PrincipalOrgPaths", Kind::Several, &["o-1/r-1/ou-1/", "o-1/r-1/ou-1/ou-2/", "o-2/r-1/"]),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Arn,
    Bool,
    Number,
    Date,
    Address,
    Several,
}

/// A generator of numbers: the same ones for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap() % limit
    }

    /// That many times of a hundred.
    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }
}

pub(crate) fn cases(seed: u64, count: usize) -> Vec<Case> {
    let mut dice = Dice(seed);
    (0..count).map(|_| Case { json: one(&mut dice) }).collect()
}

/// What the parts of one case have in common.
struct Scene {
    caller: &'static str,
    action: &'static str,
    resource: String,
    /// There is a session policy; then a resource's policy that names the session itself is a difference.
    limited: bool,
}

/// Where a statement stands: what the grammar allows there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Identity,
    Resource,
    ServiceControl,
    ResourceControl,
    Endpoint,
}

fn one(dice: &mut Dice) -> Json {
    let caller = dice.pick(CALLERS);
    let (action, resource) = dice.pick(ASKED);
    let account = if dice.chance(80) { OWN } else { OTHER };
    let can_be_limited =
        caller.contains(":assumed-role/") || caller.contains(":federated-user/") || caller.contains(":role/");
    let limited = can_be_limited && dice.chance(25);
    let scene = Scene { caller, action, resource: resource.replace("ACCOUNT", account), limited };
    let is_identity = caller.starts_with("arn:");
    let mut json = json!({
        "request": {
            "principal": if caller.is_empty() { Json::Null } else { json!(caller) },
            "action": action,
            "resource": { "resource": scene.resource, "accountId": account },
            "contextVariables": context(dice),
        },
        "identityPolicies": [], "serviceControlPolicies": [], "resourceControlPolicies": [],
    });
    if is_identity {
        let count = dice.below(3).max(usize::from(dice.chance(80)));
        json["identityPolicies"] = named(dice, &scene, Place::Identity, count);
        if dice.chance(20) {
            json["permissionBoundaryPolicies"] = named(dice, &scene, Place::Identity, 1);
        }
        if dice.chance(20) {
            let count = 1 + dice.below(2);
            json["serviceControlPolicies"] = levels(dice, &scene, Place::ServiceControl, count);
        }
        if limited {
            json["sessionPolicy"] = policy(dice, &scene, Place::Identity);
        }
    }
    if dice.chance(if is_identity { 45 } else { 95 }) {
        json["resourcePolicy"] = policy(dice, &scene, Place::Resource);
    }
    if dice.chance(12) {
        json["resourceControlPolicies"] = levels(dice, &scene, Place::ResourceControl, 1);
    }
    if dice.chance(8) {
        json["vpcEndpointPolicies"] = named(dice, &scene, Place::Endpoint, 1);
    }
    json
}

fn context(dice: &mut Dice) -> Json {
    let mut context = Map::new();
    for (key, kind, values) in KEYS {
        if !dice.chance(60) {
            continue;
        }
        let value = if *kind == Kind::Several {
            let some: Vec<&str> = values.iter().copied().filter(|_| dice.chance(50)).collect();
            json!(some)
        } else {
            json!(dice.pick(values))
        };
        context.insert((*key).to_owned(), value);
    }
    Json::Object(context)
}

fn named(dice: &mut Dice, scene: &Scene, place: Place, count: usize) -> Json {
    let one = |at: usize, dice: &mut Dice| json!({ "name": format!("p{at}"), "policy": policy(dice, scene, place) });
    Json::Array((0..count).map(|at| one(at, dice)).collect())
}

fn levels(dice: &mut Dice, scene: &Scene, place: Place, count: usize) -> Json {
    let levels = (0..count).map(|level| {
        let policies = named(dice, scene, place, 1);
        json!({ "orgIdentifier": format!("ou-{level}"), "policies": policies })
    });
    Json::Array(levels.collect())
}

fn policy(dice: &mut Dice, scene: &Scene, place: Place) -> Json {
    let mut statements = Vec::new();
    for _ in 0..=dice.below(3) {
        statements.push(statement(dice, scene, place));
    }
    let alone = statements.len() == 1 && dice.chance(30);
    let statements = if alone { statements.remove(0) } else { Json::Array(statements) };
    json!({ "Version": "2012-10-17", "Statement": statements })
}

fn statement(dice: &mut Dice, scene: &Scene, place: Place) -> Json {
    let mut map = Map::new();
    let denies = place == Place::ResourceControl || dice.chance(15);
    map.insert("Effect".to_owned(), json!(if denies { "Deny" } else { "Allow" }));
    if place == Place::ResourceControl || place == Place::Endpoint {
        map.insert("Principal".to_owned(), json!("*"));
    }
    if place == Place::Resource {
        let not = dice.chance(if denies { 30 } else { 5 });
        map.insert(if not { "NotPrincipal" } else { "Principal" }.to_owned(), principal(dice, scene, not));
    }
    let not = dice.chance(12) && place != Place::ResourceControl;
    let all = !not && place != Place::ResourceControl;
    map.insert(if not { "NotAction" } else { "Action" }.to_owned(), actions(dice, scene, all));
    let not = dice.chance(12);
    map.insert(if not { "NotResource" } else { "Resource" }.to_owned(), resources(dice, scene));
    if dice.chance(45) {
        map.insert("Condition".to_owned(), conditions(dice));
    }
    Json::Object(map)
}

fn one_or_many(dice: &mut Dice, mut texts: Vec<String>) -> Json {
    texts.sort();
    texts.dedup();
    if texts.len() == 1 && dice.chance(50) { json!(texts[0]) } else { json!(texts) }
}

/// `all`: a bare `*` may be among them.
fn actions(dice: &mut Dice, scene: &Scene, all: bool) -> Json {
    let (service, name) = scene.action.split_once(':').unwrap();
    let mut texts = Vec::new();
    for _ in 0..=dice.below(2) {
        let half = name.len() / 2;
        texts.push(match dice.below(9) {
            0 => "ec2:Describe*".to_owned(),
            1 => format!("{service}:X*"),
            2 => format!("{service}:*{}", &name[..half]),
            3 => "sqs:ReceiveMessage".to_owned(),
            4 => format!("{}:{}*", service.to_uppercase(), name[..half].to_lowercase()),
            5 => scene.action.to_owned(),
            6 => format!("{service}:?{}*", &name[1..half]),
            7 => format!("{service}:*{}", &name[half..]),
            _ => format!("{service}:*"),
        });
    }
    if all && dice.chance(20) {
        texts.push("*".to_owned());
    }
    one_or_many(dice, texts)
}

fn resources(dice: &mut Dice, scene: &Scene) -> Json {
    let mut texts = Vec::new();
    for _ in 0..=dice.below(2) {
        texts.push(resource(dice, scene));
    }
    one_or_many(dice, texts)
}

/// Mostly something near to what is asked for.
fn resource(dice: &mut Dice, scene: &Scene) -> String {
    if scene.resource == "*" || dice.chance(25) {
        return if dice.chance(70) { "*".to_owned() } else { "arn:aws:s3:::bucket/*".to_owned() };
    }
    let parts: Vec<&str> = scene.resource.splitn(6, ':').collect();
    let (kind, name) = split_kind(parts[2], parts[5]);
    let half = name.char_indices().nth(name.chars().count() / 2).map_or(0, |(at, _)| at);
    // Variables behind no type, and other places for S3, are differences.
    let variables = !kind.is_empty() || parts[2] == "s3";
    let name = match dice.below(9) {
        4..=6 if !variables => name.to_owned(),
        0 => "*".to_owned(),
        1 => format!("{}*", &name[..half]),
        2 => format!("*{}", &name[half..]),
        3 => format!("{}?{}", &name[..half], &name[half + 1..]),
        4 => format!("{}${{aws:username}}{}", &name[..half], &name[half..]),
        5 => "${aws:username}/*".to_owned(),
        6 => "${aws:PrincipalTag/team, 'orders'}*".to_owned(),
        7 => format!("{name}x"),
        _ => name.to_owned(),
    };
    let fixed = parts[2] == "s3";
    let mut place = |part: &str, other: &str| match dice.below(10) {
        _ if fixed => part.to_owned(),
        0 => "*".to_owned(),
        1 => other.to_owned(),
        _ => part.to_owned(),
    };
    let (region, account) = (place(parts[3], "us-west-2"), place(parts[4], OTHER));
    format!("arn:aws:{}:{region}:{account}:{kind}{name}", parts[2])
}

/// The type of a resource, with its separator, and its name. A wildcard in the type is a difference.
fn split_kind<'a>(service: &str, resource: &'a str) -> (&'a str, &'a str) {
    if service == "s3" {
        return ("", resource);
    }
    let at = resource.find(['/', ':']).map_or(0, |at| at + 1);
    resource.split_at(at)
}

fn principal(dice: &mut Dice, scene: &Scene, not: bool) -> Json {
    if !not && dice.chance(30) {
        return if dice.chance(50) { json!("*") } else { json!({ "AWS": "*" }) };
    }
    if scene.caller.ends_with(".amazonaws.com") || dice.chance(10) {
        return json!({ "Service": dice.pick(&["lambda.amazonaws.com", "s3.amazonaws.com"]) });
    }
    let mut names: Vec<String> = Vec::new();
    for _ in 0..=dice.below(2) {
        let account = dice.pick(&[OWN, OWN, OTHER]);
        names.push(match dice.below(9) {
            0 => account.to_owned(),
            1 => format!("arn:aws:iam::{account}:root"),
            2 => format!("arn:aws:iam::{account}:role/app"),
            3 => format!("arn:aws:iam::{account}:role/path/app"),
            4 if !scene.limited => format!("arn:aws:sts::{account}:assumed-role/app/one"),
            5 => format!("arn:aws:iam::{account}:user/bob"),
            6 if !scene.limited => format!("arn:aws:sts::{account}:federated-user/bob"),
            _ if scene.caller.starts_with("arn:aws:iam:")
                || (scene.caller.starts_with("arn:") && !scene.limited) =>
            {
                scene.caller.to_owned()
            }
            _ => format!("arn:aws:iam::{account}:role/other"),
        });
    }
    json!({ "AWS": one_or_many(dice, names) })
}

fn conditions(dice: &mut Dice) -> Json {
    let mut operators: Map<String, Json> = Map::new();
    for _ in 0..=dice.below(2) {
        let (key, kind, values) = dice.pick(KEYS);
        let operator = operator(dice, kind);
        let mut wanted: Vec<String> = Vec::new();
        for _ in 0..=dice.below(2) {
            wanted.push(value(dice, kind, values, &operator));
        }
        let wanted = one_or_many(dice, wanted);
        let keys = operators.entry(operator).or_insert_with(|| json!({}));
        keys[key] = wanted;
    }
    Json::Object(operators)
}

fn operator(dice: &mut Dice, kind: Kind) -> String {
    const TEXT: &[&str] = &[
        "StringEquals",
        "StringNotEquals",
        "StringEqualsIgnoreCase",
        "StringNotEqualsIgnoreCase",
        "StringLike",
        "StringNotLike",
    ];
    if dice.chance(6) {
        return "Null".to_owned();
    }
    let orders = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"];
    let base = match kind {
        Kind::Text | Kind::Several => dice.pick(TEXT).to_owned(),
        Kind::Arn => {
            dice.pick(&["ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals", "StringLike"]).to_owned()
        }
        Kind::Bool => "Bool".to_owned(),
        Kind::Number => format!("Numeric{}", dice.pick(&orders)),
        Kind::Date => format!("Date{}", dice.pick(&orders)),
        Kind::Address => dice.pick(&["IpAddress", "NotIpAddress"]).to_owned(),
    };
    let base = if kind == Kind::Text && dice.chance(8) { "BinaryEquals".to_owned() } else { base };
    // A key with several values under an operator for one is in there, too.
    let over = dice.below(if kind == Kind::Several { 5 } else { 12 });
    let suffix = if over != 0 && dice.chance(20) { "IfExists" } else { "" };
    match over {
        0 => format!("ForAnyValue:{base}"),
        1 | 2 => format!("ForAllValues:{base}{suffix}"),
        _ => format!("{base}{suffix}"),
    }
}

fn value(dice: &mut Dice, kind: Kind, values: &[&str], operator: &str) -> String {
    if operator == "Null" {
        return dice.pick(&["true", "false"]).to_owned();
    }
    let value = dice.pick(values);
    let half = value.len() / 2;
    match kind {
        Kind::Bool | Kind::Number | Kind::Date => value.to_owned(),
        Kind::Address => dice
            .pick(&["203.0.113.0/24", "10.0.0.0/8", "0.0.0.0/1", "2001:db8::/32", "203.0.113.7/32", "::/0"])
            .to_owned(),
        Kind::Arn => match dice.below(5) {
            0 => {
                let parts: Vec<&str> = value.splitn(6, ':').collect();
                format!("arn:aws:{}:*:{}:*", parts[2], parts[4])
            }
            1 => format!("{value}*"),
            2 => "arn:aws:iam::*:user/${aws:username}".to_owned(),
            _ => value.to_owned(),
        },
        Kind::Text | Kind::Several => match dice.below(8) {
            0 => "*".to_owned(),
            1 => format!("{}*", &value[..half]),
            2 => format!("{}?{}", &value[..half], &value[half + 1..]),
            3 => "${aws:username}".to_owned(),
            4 => "${aws:PrincipalTag/team, 'bob'}".to_owned(),
            // Behind an operator without wildcards, this is a difference.
            5 if operator.contains("Like") => value.replace('*', "${*}"),
            _ => value.to_owned(),
        },
    }
}
