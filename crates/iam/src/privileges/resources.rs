//! Which resources a permission of a call is about, in the template's terms.
use model::{Call, Data, Node, Span, Value};

use super::bindings;
use super::meaning::{Meaning, Place, starred};
use super::{special, statement};
use crate::arn;
use crate::catalogue::{self, Permission, ResourceType};

/// The resources of a permission, and what could not be known of them.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub resources: Vec<Value>,
    /// Why a `*` stands for a name.
    pub open: Option<String>,
}

/// One call and the permission that is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub place: Place<'a>,
    pub call: &'a Call,
    pub permission: &'a Permission,
}

/// The resources that a permission of a call is about.
pub(super) fn of(asked: Asked<'_>) -> Found {
    if let Some(found) = special::of(asked) {
        return found;
    }
    let action = asked.permission.action;
    let types = if action.restrictable { types_of(asked) } else { Vec::new() };
    if types.is_empty() {
        return Found { resources: vec![everything()], open: None };
    }
    let mut all = Found::default();
    for kind in &types {
        let found = asked.filled(kind);
        all.resources.extend(found.resources);
        all.open = all.open.or(found.open);
    }
    all
}

pub(super) fn everything() -> Value {
    Value::text(Span::NONE, "*")
}

/// The resource types that the call is about: what the catalogue says, else the first one that a parameter names.
fn types_of(asked: Asked<'_>) -> Vec<ResourceType> {
    let all = catalogue::resource_types(asked.permission.action);
    let (wanted, _) = asked.permission.on;
    if !wanted.is_empty() {
        return all.into_iter().filter(|kind| kind.name == wanted).collect();
    }
    let service = asked.permission.action.service;
    // Reading by an index is about the index, and nothing else is.
    let has_index = service == "dynamodb" && asked.call.named("IndexName").is_some();
    if let Some(index) = all.iter().find(|kind| has_index && kind.name == "index") {
        return vec![*index];
    }
    let is_named = |kind: &&ResourceType| {
        variables(kind.arn).iter().any(|variable| {
            let binding = bindings::written(service, kind.name, variable);
            let plain = binding.is_none_or(|binding| binding.default.is_none());
            plain && !bindings::values(asked.call, (service, kind.name), variable).is_empty()
        })
    };
    let is_required = |kind: &&ResourceType| catalogue::is_required(asked.permission.action, kind);
    if let Some(named) = all.iter().find(is_named) {
        let others = all.iter().filter(|kind| is_required(kind) && kind.name != named.name);
        return std::iter::once(named).chain(others.filter(is_named)).copied().collect();
    }
    // What need not be named, and is not, is everything.
    let first = all.iter().find(is_required);
    first.copied().into_iter().collect()
}

/// The variables of an ARN behind region and account: `TableName`, `IndexName`.
fn variables(pattern: &str) -> Vec<&str> {
    pieces(resource_part(pattern)).into_iter().filter_map(|piece| piece.err()).collect()
}

fn resource_part(pattern: &str) -> &str {
    pattern.splitn(6, ':').nth(5).unwrap_or(pattern)
}

/// Texts (`Ok`) and variables (`Err`) of a pattern.
fn pieces(pattern: &str) -> Vec<Result<&str, &str>> {
    let mut all = Vec::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once("${") {
        all.push(Ok(before));
        let Some((variable, after)) = after.split_once('}') else { break };
        all.push(Err(variable));
        rest = after;
    }
    all.push(Ok(rest));
    all.retain(|piece| *piece != Ok(""));
    all
}

impl<'a> Asked<'a> {
    /// The ARNs of one resource type, as the call's parameters fill its pattern.
    fn filled(self, kind: &ResourceType) -> Found {
        let service = self.permission.action.service;
        let pieces = pieces(resource_part(kind.arn));
        let Some(first) = pieces.iter().position(Result::is_err) else {
            return Found {
                resources: vec![named(kind.arn, &pieces, Value::text(Span::NONE, ""))],
                open: None,
            };
        };
        let Some(Err(variable)) = pieces.get(first) else { return Found::default() };
        let rest = pieces.get(first + 1..).unwrap_or_default();
        let suffixes = self.suffix(kind, rest);
        let mut found = Found::default();
        let values = self.values(kind, variable);
        if values.is_empty() {
            let why = "no parameter names it".to_owned();
            let before = pieces.get(..first).unwrap_or_default();
            found.resources.push(named(kind.arn, before, arn::joined([star(), suffixes])));
            found.open = Some(why);
            return found;
        }
        for value in values {
            let before = pieces.get(..first).unwrap_or_default();
            match self.place.meaning(service, &value) {
                Meaning::Node(node) => {
                    let node_arn = arn::of(self.place.app, node).unwrap_or_else(everything);
                    found.resources.push(arn::joined([node_arn, suffix_of_node(node, &suffixes)]));
                }
                Meaning::Arn(value) => found.resources.push(arn::joined([value, suffixes.clone()])),
                Meaning::Name(name) => {
                    let name = spelled(service, name);
                    let name = arn::joined([name, suffixes.clone()]);
                    found.resources.push(named(kind.arn, before, name));
                }
                Meaning::Unknown(why) => {
                    let name = arn::joined([star(), suffixes.clone()]);
                    found.resources.push(named(kind.arn, before, name));
                    found.open = Some(why);
                }
            }
        }
        found
    }

    /// The values of the first variable of a type.
    fn values(self, kind: &ResourceType, variable: &str) -> Vec<Data> {
        let service = self.permission.action.service;
        match (service, self.permission.on.1) {
            (_, "") => bindings::values(self.call, (service, kind.name), variable),
            ("s3", "CopySource") => {
                bindings::at(self.call, "CopySource").into_iter().map(|value| copied(value).0).collect()
            }
            // The parameter names the object, not the bucket.
            ("s3", _) => bindings::values(self.call, (service, kind.name), variable),
            ("dynamodb", parameter) if parameter.ends_with("Statement") => {
                bindings::at(self.call, parameter).iter().map(statement::table).collect()
            }
            (_, parameter) => bindings::at(self.call, parameter),
        }
    }

    /// What stands behind the first variable.
    fn suffix(self, kind: &ResourceType, rest: &[Result<&str, &str>]) -> Value {
        let service = self.permission.action.service;
        let (_, parameter) = self.permission.on;
        let mut all = Vec::new();
        for piece in rest {
            match piece {
                Ok(text) => all.push(Value::text(Span::NONE, *text)),
                Err(variable) => {
                    let values = match (service, parameter) {
                        ("s3", parameter) if !parameter.is_empty() => bindings::at(self.call, parameter)
                            .into_iter()
                            .map(|value| copied(value).1)
                            .collect(),
                        _ => bindings::values(self.call, (service, kind.name), variable),
                    };
                    let only = match values.as_slice() {
                        [only] => starred(&Value::new(Span::NONE, only.clone())),
                        _ => star(),
                    };
                    all.push(only);
                }
            }
        }
        if service == "secretsmanager" {
            all.clear();
        }
        arn::joined(all)
    }
}

/// The ARN of something that only has a name: the pattern's beginning, then the name.
fn named(pattern: &str, before: &[Result<&str, &str>], name: Value) -> Value {
    let mut all = head(pattern);
    all.extend(before.iter().map(|piece| match piece {
        Ok(text) => Value::text(Span::NONE, *text),
        Err(_) => star(),
    }));
    all.push(name);
    arn::joined(all)
}

/// What stands before the resource part of a pattern.
fn head(pattern: &str) -> Vec<Value> {
    let resource = resource_part(pattern);
    let head = pattern.strip_suffix(resource).unwrap_or_default();
    let part = |piece: Result<&str, &str>| match piece {
        Ok(text) => Value::text(Span::NONE, text),
        Err("Partition") => arn::symbol("${AWS::Partition}"),
        Err("Region") => arn::symbol("${AWS::Region}"),
        Err("Account") => arn::symbol("${AWS::AccountId}"),
        Err(_) => star(),
    };
    pieces(head).into_iter().map(part).collect()
}

fn star() -> Value {
    Value::text(Span::NONE, "*")
}

/// What of a suffix the node's own ARN does not have already.
fn suffix_of_node(node: &Node, suffix: &Value) -> Value {
    let is_whole = arn::form(node).is_some_and(|form| form.resource.ends_with("-??????"));
    if is_whole { Value::text(Span::NONE, "") } else { suffix.clone() }
}

/// A name as it stands in ARNs.
fn spelled(service: &str, name: Value) -> Value {
    let text = |text: &str| Value::text(Span::NONE, text);
    let first = arn::parts(&name).first().and_then(Value::as_str).map(str::to_owned);
    match (service, first) {
        ("ssm", Some(first)) if first.starts_with('/') => {
            let rest = arn::parts(&name).get(1..).unwrap_or_default().to_vec();
            arn::joined(std::iter::once(text(first.trim_start_matches('/'))).chain(rest))
        }
        ("secretsmanager", _) if !name.display().ends_with('*') => arn::joined([name, text("-??????")]),
        _ => name,
    }
}

/// Bucket and key of what an object is copied from: `{Bucket, Key}` or `bucket/key`.
fn copied(value: Data) -> (Data, Data) {
    let unknown = || Data::unknown("known only at run time");
    match &value {
        Data::Map(_) => {
            let value = Value::new(Span::NONE, value.clone());
            let field = |name: &str| value.get(name).map_or_else(unknown, |field| field.data.clone());
            (field("Bucket"), field("Key"))
        }
        Data::Text(text) => match text.trim_start_matches('/').split_once('/') {
            Some((bucket, key)) => (Data::Text(bucket.to_owned()), Data::Text(key.to_owned())),
            None => (value.clone(), unknown()),
        },
        Data::Joined(parts) => {
            let (mut bucket, mut key, mut is_key) = (Vec::new(), Vec::new(), false);
            for (position, part) in parts.iter().enumerate() {
                let into = |is_key| if is_key { 1 } else { 0 };
                let slash =
                    part.as_str().map(|text| if position == 0 { text.trim_start_matches('/') } else { text });
                match slash.and_then(|text| text.split_once('/')).filter(|_| !is_key) {
                    Some((before, after)) => {
                        bucket.push(Value::text(part.at, before));
                        key.push(Value::text(part.at, after));
                        is_key = true;
                    }
                    None if into(is_key) == 1 => key.push(part.clone()),
                    None => bucket.push(part.clone()),
                }
            }
            let key = if is_key { arn::joined(key).data } else { unknown() };
            (arn::joined(bucket).data, key)
        }
        _ => (value, unknown()),
    }
}
