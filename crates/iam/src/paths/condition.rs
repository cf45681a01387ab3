//! Whether the conditions of a statement can be met by somebody who holds an identity.
//!
//! Source: IAM User Guide, "AWS global condition context keys"; Service Authorization Reference, "IAM".
use model::{App, Condition, Data, Kind, Node, Statement, Tri, Value};

use super::arn::{Reach, arn_of};
use super::text::compare;
use crate::{Pattern, Piece, catalogue};

/// Who asks for what, as far as conditions can ask for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub app: &'a App,
    pub principal: &'a Node,
    /// The node that the action is about.
    pub object: Option<&'a Node>,
    /// Services that a role may be passed to; empty when none is passed.
    pub passed: &'a [&'a str],
}

/// What a key says about a request.
#[derive(Debug)]
enum Fact<'a> {
    Is(String),
    /// One of these, as the holder likes.
    OneOf(&'a [&'a str]),
    /// Whatever the holder likes.
    Chosen,
    /// Not part of such a request.
    Absent,
    /// A time, not before the day of the catalogue.
    Now,
    /// The same, where there is a session.
    Session,
    Own,
    /// The ARN of the principal.
    Principal,
    Unknown,
}

/// Policies of AWS that make whoever has them an administrator, or soon one.
pub(crate) const ADMINISTRATORS: &[&str] =
    &["arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::aws:policy/IAMFullAccess"];

/// Whether the holder can make all conditions of an allowing statement hold.
pub(crate) fn can_hold(statement: &Statement, request: &Request<'_>) -> Tri {
    Tri::all(statement.conditions.iter().map(|condition| holds(condition, request, true)))
}

/// Whether the conditions of a denying statement hold whatever the holder does.
pub(crate) fn must_hold(statement: &Statement, request: &Request<'_>) -> Tri {
    Tri::all(statement.conditions.iter().map(|condition| holds(condition, request, false)))
}

/// An operator without what surrounds it.
struct Operator {
    name: String,
    negated: bool,
    if_exists: bool,
}

impl Operator {
    fn of(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        let all = lower.starts_with("forallvalues:");
        let bare = lower.rsplit(':').next().unwrap_or_default();
        let (bare, if_exists) = bare.strip_suffix("ifexists").map_or((bare, all), |without| (without, true));
        let name = bare.replace("not", "").replace("ignorecase", "");
        Self { negated: bare.contains("not"), name, if_exists }
    }
}

/// `wished`: what the holder would like the answer to be where the request is theirs to choose.
fn holds(condition: &Condition, request: &Request<'_>, wished: bool) -> Tri {
    let operator = Operator::of(&condition.operator);
    let key = condition.key.to_ascii_lowercase();
    if key == "iam:policyarn" && operator.name != "null" {
        return policy_choice(&operator, &condition.values, wished);
    }
    // What calls is of the holder's making: only a name that is fixed can keep it out.
    let open = |value: &Value| value.display().ends_with('*');
    if key == "aws:sourcearn" && condition.values.iter().any(open) {
        return Tri::True;
    }
    let fact = fact(&key, request);
    if operator.name == "null" {
        let absent = match fact {
            Fact::Absent => Tri::True,
            Fact::Unknown => Tri::Unknown,
            Fact::Chosen => return wished.into(),
            _ => Tri::False,
        };
        let asked = condition.values.first().map_or(Tri::Unknown, Value::truth);
        return if asked.is_false() { !absent } else { absent & asked };
    }
    match fact {
        Fact::Chosen => wished.into(),
        Fact::Unknown => Tri::Unknown,
        Fact::Absent => (operator.negated || operator.if_exists).into(),
        Fact::Now => time(&operator.name, &condition.values),
        Fact::Session => time(&operator.name, &condition.values) & Tri::Unknown,
        Fact::Principal => negate(&operator, principal(request, &condition.values)),
        Fact::Own => account(&operator, &condition.values),
        Fact::Is(text) => negate(&operator, any_value(&operator, &condition.values, &text)),
        Fact::OneOf(names) => {
            let each = names.iter().map(|name| {
                let text = format!("{name}.amazonaws.com");
                negate(&operator, any_value(&operator, &condition.values, &text))
            });
            if wished { Tri::any(each) } else { Tri::all(each) }
        }
    }
}

fn negate(operator: &Operator, answer: Tri) -> Tri {
    if operator.negated { !answer } else { answer }
}

/// Only some policies may be attached: whether one of them is an administrator's.
fn policy_choice(operator: &Operator, values: &[Value], wished: bool) -> Tri {
    let each = ADMINISTRATORS.iter().map(|arn| negate(operator, any_value(operator, values, arn)));
    if wished { Tri::any(each) } else { Tri::all(each) }
}

fn any_value(operator: &Operator, values: &[Value], text: &str) -> Tri {
    let own = [Piece::Text(text.to_owned())];
    Tri::any(values.iter().map(|value| match &value.data {
        Data::Text(wanted) if matches!(operator.name.as_str(), "stringlike" | "arnlike" | "arnequals") => {
            compare(&Pattern::parse(wanted).pieces, &own)
        }
        Data::Text(wanted) if wanted.contains("${") => Tri::Unknown,
        Data::Text(wanted) => wanted.eq_ignore_ascii_case(text).into(),
        Data::Bool(wanted) => wanted.to_string().eq_ignore_ascii_case(text).into(),
        _ => Tri::Unknown,
    }))
}

/// The account, or the organisation, that the application is in. A literal number is taken to be its own.
fn account(operator: &Operator, values: &[Value]) -> Tri {
    let known = values.iter().any(|value| !value.display().is_empty());
    negate(operator, known.into())
}

/// Compares with a moment at or after the day of the catalogue.
fn time(operator: &str, values: &[Value]) -> Tri {
    let today = catalogue::as_of().to_string();
    Tri::any(values.iter().map(|value| {
        let Some(limit) = value.as_str().and_then(|text| text.get(..10)) else { return Tri::Unknown };
        let is_date = limit.bytes().all(|letter| letter.is_ascii_digit() || letter == b'-');
        if !is_date || limit.as_bytes().get(4) != Some(&b'-') {
            return Tri::Unknown;
        }
        let past = limit <= today.as_str();
        match operator {
            "dategreaterthan" | "dategreaterthanequals" if past => Tri::True,
            "datelessthan" | "datelessthanequals" | "dateequals" if past => Tri::False,
            _ => Tri::Unknown,
        }
    }))
}

fn fact<'a>(key: &str, request: &Request<'a>) -> Fact<'a> {
    let is_user = request.principal.kind == Kind::User;
    match key {
        "iam:passedtoservice" if request.passed.is_empty() => Fact::Absent,
        "iam:passedtoservice" => Fact::OneOf(request.passed),
        "iam:permissionsboundary" => boundary(request),
        "aws:currenttime" => Fact::Now,
        // Long-term keys have no token: a user needs a session first.
        "aws:tokenissuetime" if is_user => Fact::Session,
        "aws:tokenissuetime" => Fact::Now,
        "aws:securetransport" => Fact::Is("true".to_owned()),
        "aws:viaawsservice" => Fact::Is("false".to_owned()),
        "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" => Fact::Absent,
        "aws:username" if is_user => name(request.principal).map_or(Fact::Unknown, Fact::Is),
        "aws:username" => Fact::Absent,
        "aws:principaltype" => Fact::Is(if is_user { "User" } else { "AssumedRole" }.to_owned()),
        "aws:multifactorauthpresent" | "aws:multifactorauthage" => mfa(request),
        "aws:principalarn" => Fact::Principal,
        "aws:principalaccount"
        | "aws:resourceaccount"
        | "aws:principalorgid"
        | "aws:resourceorgid"
        | "aws:sourceaccount"
        | "aws:sourceorgid" => Fact::Own,
        "aws:useragent"
        | "aws:referer"
        | "aws:requestedregion"
        | "aws:tagkeys"
        | "sts:externalid"
        | "sts:rolesessionname"
        | "sts:sourceidentity"
        | "ssm:sessiondocumentaccesscheck" => Fact::Chosen,
        _ => tag(key, request),
    }
}

/// Roles that only services assume never show a second factor.
fn mfa<'a>(request: &Request<'_>) -> Fact<'a> {
    let statements = request.principal.trust().flat_map(|policy| &policy.statements);
    let people =
        statements.flat_map(|statement| &statement.principals).any(|principal| principal.kind != "Service");
    if request.principal.kind == Kind::Role && !people { Fact::Absent } else { Fact::Unknown }
}

fn boundary<'a>(request: &Request<'_>) -> Fact<'a> {
    let Some(object) = request.object else { return Fact::Unknown };
    match object.attrs.get("boundary").filter(|value| !value.is_null()) {
        Some(value) => value.as_str().map_or(Fact::Unknown, |text| Fact::Is(text.to_owned())),
        None => Fact::Absent,
    }
}

fn name(node: &Node) -> Option<String> {
    node.attrs.get("name").and_then(Value::as_str).map(str::to_owned)
}

/// Whether some value stands for the principal.
fn principal(request: &Request<'_>, values: &[Value]) -> Tri {
    let own = arn_of(request.app, request.principal);
    Tri::any(values.iter().map(|value| match (Reach::of(request.app, value, None), &own) {
        (Reach::Everything, _) => Tri::True,
        (Reach::Node(id), _) => (id == request.principal.id).into(),
        (Reach::Arn(arn), Some(own)) => arn.covers(own),
        _ => Tri::Unknown,
    }))
}

/// Tags of the resource and of the principal, as far as the template writes them.
fn tag<'a>(key: &str, request: &Request<'_>) -> Fact<'a> {
    let Some((kind, name)) = key.split_once('/') else { return Fact::Unknown };
    let node = match kind.rsplit(':').next().unwrap_or_default() {
        "requesttag" => return Fact::Chosen,
        "principaltag" => Some(request.principal),
        "resourcetag" => request.object,
        _ => None,
    };
    let tags = node.and_then(|node| node.attrs.get("tags"));
    tags.and_then(|tags| written(tags, name)).map_or(Fact::Unknown, Fact::Is)
}

/// The value of a tag in either notation: a map, or a list of `Key` and `Value`.
fn written(tags: &Value, name: &str) -> Option<String> {
    let direct = tags.entries().iter().find(|entry| entry.key.text.eq_ignore_ascii_case(name));
    let value = direct.map(|entry| &entry.value).or_else(|| {
        let named = |item: &&Value| {
            item.get("Key").and_then(Value::as_str).is_some_and(|key| key.eq_ignore_ascii_case(name))
        };
        tags.items().iter().find(named).and_then(|item| item.get("Value"))
    });
    value.and_then(Value::as_str).map(str::to_owned)
}
