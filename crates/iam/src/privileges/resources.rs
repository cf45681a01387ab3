//! Which resources a permission of a call is about, in the template's terms.
use model::{Call, Data, Node, Span, Value};

use super::bindings;
use super::meaning::{Meaning, Place, starred};
use super::{objects, special, statement};
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
        let by_arn = if action.restrictable { asked.by_arn() } else { Vec::new() };
        let is_named = !by_arn.is_empty();
        let resources = if is_named { by_arn } else { vec![everything()] };
        // Lists are about everything; whatever else must be about something that the call does not say.
        let is_list = action.level == catalogue::Level::List || asked.permission.on.0 == "*";
        let kinds = catalogue::resource_types(action);
        let must = action.restrictable && kinds.iter().any(|kind| catalogue::is_required(action, kind));
        let open = (must && !is_named && !is_list).then(|| "no parameter names it".to_owned());
        return Found { resources, open };
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
    if wanted == "*" {
        return Vec::new();
    }
    if !wanted.is_empty() {
        return all.into_iter().filter(|kind| kind.name == wanted).collect();
    }
    let service = asked.permission.action.service;
    // Reading by an index is about the index, and nothing else is.
    let has_index = service == "dynamodb" && asked.call.named("IndexName").is_some();
    if let Some(index) = all.iter().find(|kind| has_index && kind.name == "index") {
        return vec![*index];
    }
    let is_given = |kind: &&ResourceType| {
        variables(kind.arn)
            .iter()
            .any(|variable| bindings::is_given(asked.call, (service, kind.name), variable))
    };
    let is_required = |kind: &&ResourceType| catalogue::is_required(asked.permission.action, kind);
    if let Some(given) = all.iter().find(is_given) {
        // A call may be about several things: a task and its cluster.
        let first = variables(given.arn).first().copied();
        let others = all.iter().filter(|kind| variables(kind.arn).first().copied() != first);
        return std::iter::once(given).chain(others.filter(is_given)).copied().collect();
    }
    // What need not be named, and is not, is everything, unless the service takes one of its own.
    let is_default = |kind: &&ResourceType| {
        variables(kind.arn)
            .iter()
            .any(|variable| !bindings::values(asked.call, (service, kind.name), variable).is_empty())
    };
    let is_open = |kind: &&ResourceType| is_required(kind) && bindings::is_hidden(asked.call);
    let first = all.iter().find(is_open).or_else(|| all.iter().find(is_default));
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

impl Asked<'_> {
    /// The ARNs of one resource type, as the call's parameters fill its pattern.
    fn filled(self, kind: &ResourceType) -> Found {
        let pieces = pieces(resource_part(kind.arn));
        let first = pieces.iter().position(Result::is_err).unwrap_or(pieces.len());
        let before = pieces.get(..first).unwrap_or_default();
        let Some(Err(variable)) = pieces.get(first) else {
            let whole = named(kind.arn, before, Value::text(Span::NONE, ""));
            return Found { resources: vec![whole], open: None };
        };
        let rest = pieces.get(first + 1..).unwrap_or_default();
        let mut found = Found::default();
        let mut values = self.values(kind, variable, rest);
        if values.is_empty() {
            values.push((Data::unknown("no parameter names it"), self.suffix(kind, rest)));
        }
        for (value, suffix) in values {
            let service = service_of(kind.arn);
            let name = |name: Value| {
                named(kind.arn, before, arn::joined([name, suffix.clone(), self.qualifier(service)]))
            };
            match self.place.meaning(service, &value) {
                Meaning::Node(node) => {
                    let node_arn = arn::of(self.place.app, node).unwrap_or_else(everything);
                    let behind = arn::joined([suffix_of_node(node, &suffix), self.qualifier(service)]);
                    found.resources.push(arn::joined([node_arn, behind]));
                }
                Meaning::Arn(value) => found.resources.push(arn::joined([value, suffix.clone()])),
                Meaning::Name(value) => found.resources.push(match self.qualified(service, &value) {
                    Some(function) => function,
                    None => name(spelled(service, value)),
                }),
                Meaning::Unknown(why) => {
                    found.resources.push(name(star()));
                    found.open = Some(why);
                }
            }
        }
        found
    }

    /// The version or alias of a function that is called.
    fn qualifier(self, service: &str) -> Value {
        let given = bindings::at(self.call, "Qualifier");
        match given.as_slice() {
            [only] if service == "lambda" => {
                arn::joined([Value::text(Span::NONE, ":"), starred(&Value::new(Span::NONE, only.clone()))])
            }
            _ => Value::text(Span::NONE, ""),
        }
    }

    /// `mailer:live` of a function of this template.
    fn qualified(self, service: &str, name: &Value) -> Option<Value> {
        let (function, alias) = name.as_str().filter(|_| service == "lambda")?.split_once(':')?;
        let node = self.place.names.named(self.place.app, service, function)?;
        let node_arn = arn::of(self.place.app, node)?;
        Some(arn::joined([node_arn, Value::text(Span::NONE, format!(":{alias}"))]))
    }

    /// Resources of the action's own service that some parameter gives by ARN or reference.
    fn by_arn(self) -> Vec<Value> {
        if self.permission.on.0 == "*" {
            return Vec::new();
        }
        let service = self.permission.action.service;
        let named = self.call.arguments.iter().filter(|argument| argument.name.is_some());
        let meanings = named.flat_map(|argument| argument.values()).map(|value| match value {
            Data::Ref(_) | Data::Joined(_) => self.place.meaning(service, value),
            Data::Text(text) if text.starts_with("arn:") => self.place.meaning(service, value),
            _ => Meaning::Unknown(String::new()),
        });
        let of_service = |long: &Value| long.display().contains(&format!(":{service}:"));
        let arns = meanings.filter_map(|meaning| match meaning {
            Meaning::Node(node) => arn::of(self.place.app, node),
            Meaning::Arn(value) => {
                Some(value).filter(|value| of_service(&arn::expand(self.place.app, value)))
            }
            _ => None,
        });
        arns.collect()
    }

    /// The values of the first variable of a type, each with what stands behind it.
    fn values(self, kind: &ResourceType, variable: &str, rest: &[Result<&str, &str>]) -> Vec<(Data, Value)> {
        let of = (self.permission.action.service, kind.name);
        let values = match (of.0, self.permission.on.1) {
            (_, "") => bindings::values(self.call, of, variable),
            ("s3", parameter) => {
                let objects = objects::named_by(self.call, parameter).into_iter();
                return objects.map(|(bucket, key)| (bucket, with_key(rest, key))).collect();
            }
            ("dynamodb", parameter) if parameter.ends_with("Statement") => {
                bindings::at(self.call, parameter).iter().map(statement::table).collect()
            }
            (_, parameter) => {
                let first = parameter.split_once('+').map_or(parameter, |(first, _)| first);
                let named = bindings::at(self.call, first);
                // A helper may have named it elsewhere.
                if named.is_empty() { bindings::values(self.call, of, variable) } else { named }
            }
        };
        let values = if values.is_empty() { self.bound(kind) } else { values };
        let suffix = self.suffix(kind, rest);
        values.into_iter().map(|value| (value, suffix.clone())).collect()
    }

    /// What the catalogue's parameters for a type say, the likeliest first.
    fn bound(self, kind: &ResourceType) -> Vec<Data> {
        let Some(aws) = &self.call.aws else { return Vec::new() };
        let known = catalogue::binding(aws, self.permission, kind);
        let values = known.iter().map(|binding| bindings::at(self.call, binding.parameter));
        values.into_iter().find(|values| !values.is_empty()).unwrap_or_default()
    }

    /// What stands behind the first variable.
    fn suffix(self, kind: &ResourceType, rest: &[Result<&str, &str>]) -> Value {
        let of = (self.permission.action.service, kind.name);
        let second = self.permission.on.1.split_once('+').map(|(_, second)| second);
        let parts = rest.iter().map(|piece| match piece {
            Ok(text) => Value::text(Span::NONE, *text),
            Err(variable) => {
                let values = second.map_or_else(
                    || bindings::values(self.call, of, variable),
                    |second| bindings::at(self.call, second),
                );
                match values.as_slice() {
                    [only] => starred(&Value::new(Span::NONE, only.clone())),
                    _ => star(),
                }
            }
        });
        arn::joined(parts.collect::<Vec<_>>())
    }
}

/// The service that an ARN pattern is of: `rds` of what `rds-data` is about.
fn service_of(pattern: &'static str) -> &'static str {
    pattern.split(':').nth(2).unwrap_or_default()
}

/// A key behind a bucket.
fn with_key(rest: &[Result<&str, &str>], key: Data) -> Value {
    let key = starred(&Value::new(Span::NONE, key));
    let parts = rest.iter().map(|piece| match piece {
        Ok(text) => Value::text(Span::NONE, *text),
        Err(_) => key.clone(),
    });
    arn::joined(parts.collect::<Vec<_>>())
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
