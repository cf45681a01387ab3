//! `Policies` of a function or state machine, in every spelling that SAM takes.
use model::{Condition, Data, Effect, Policy, PolicyOrigin, Ref, Span, Statement, Value};

use super::templates::{Grant, TEMPLATES, Template};
use crate::lower::{Lowering, read_policy};
use crate::resource::Resource;

/// Names and ARNs of managed policies, documents, single statements and templates, one or many.
pub(super) fn read(lowering: &Lowering<'_>, written: Option<&Value>, resource: &Resource) -> Vec<Policy> {
    let items = written.map_or(&[][..], Value::one_or_many);
    items.iter().flat_map(|item| one(lowering, item, resource)).collect()
}

/// References to policies that are resources of the template.
pub(super) fn references(written: Option<&Value>) -> Vec<Value> {
    let items = written.map_or(&[][..], Value::one_or_many);
    items.iter().filter(|item| item.as_ref().is_some()).cloned().collect()
}

fn one(lowering: &Lowering<'_>, item: &Value, resource: &Resource) -> Vec<Policy> {
    match &item.data {
        Data::Map(entries) => {
            if let Some(document) = item.get("PolicyDocument") {
                let name = item.get("PolicyName").map(Value::display).unwrap_or_default();
                return vec![read_policy(&name, document, PolicyOrigin::Inline)];
            }
            if item.get("Statement").is_some() {
                return vec![read_policy("", item, PolicyOrigin::Inline)];
            }
            if item.get("Effect").is_some() {
                // One statement without its document.
                let key = model::Key { text: "Statement".to_owned(), at: item.at };
                let document =
                    Value::new(item.at, Data::Map(vec![model::Entry { key, value: item.clone() }]));
                return vec![read_policy("", &document, PolicyOrigin::Inline)];
            }
            entries.iter().map(|entry| expand(&entry.key.text, &entry.value, entry.key.at)).collect()
        }
        Data::Ref(reference) => {
            let source = lowering.resources.get(&reference.target);
            let Some(document) = source.and_then(|source| source.properties.get("PolicyDocument")) else {
                return vec![managed(item)];
            };
            let name = source.map(|source| source.name.clone()).unwrap_or_default();
            let mut policy = read_policy(&name, document, PolicyOrigin::Inline);
            policy.written_in = Some(name).filter(|name| *name != resource.name);
            vec![policy]
        }
        Data::Text(_) | Data::Joined(_) | Data::Unknown(_) => vec![managed(item)],
        Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_) | Data::List(_) => Vec::new(),
    }
}

/// A policy that stands in the account, by name or ARN.
pub(super) fn managed(value: &Value) -> Policy {
    let text = value.display();
    let name = text.rsplit('/').next().unwrap_or_default().to_owned();
    let arn = match value.as_str() {
        // SAM takes the bare name of a policy that AWS manages.
        Some(name) if name.starts_with("AWSLambda") && name.ends_with("Role") => {
            format!("arn:aws:iam::aws:policy/service-role/{name}")
        }
        Some(name) if !name.contains(':') => format!("arn:aws:iam::aws:policy/{name}"),
        _ => text,
    };
    Policy {
        name,
        origin: PolicyOrigin::Managed(arn),
        at: value.at,
        statements: Vec::new(),
        written_in: None,
    }
}

/// The template with this name, given these parameters. An unknown name grants what nobody knows.
fn expand(name: &str, parameters: &Value, at: Span) -> Policy {
    let found = TEMPLATES.binary_search_by(|template| template.name.cmp(name)).ok();
    let template = found.and_then(|index| TEMPLATES.get(index));
    let statements = template.map_or_else(Vec::new, |template| {
        let grants = |template: &Template| -> Vec<Statement> {
            template.grants.iter().map(|grant| granted(grant, parameters, at)).collect()
        };
        grants(template)
    });
    let origin = PolicyOrigin::Template(name.to_owned());
    Policy { name: name.to_owned(), origin, at, statements, written_in: None }
}

fn granted(grant: &Grant, parameters: &Value, at: Span) -> Statement {
    let mut statement = statement(at);
    statement.actions = actions(grant.actions, at);
    let patterns = grant.resources.split(' ');
    statement.resources = patterns.map(|pattern| filled(pattern, parameters, at)).collect();
    let mut condition = grant.condition.splitn(3, ' ');
    if let (Some(operator), Some(key), Some(pattern)) = (condition.next(), condition.next(), condition.next())
    {
        let (operator, key) = (operator.to_owned(), key.to_owned());
        statement.conditions.push(Condition { operator, key, values: vec![filled(pattern, parameters, at)] });
    }
    statement
}

/// `s3:GetObject,PutObject sqs:SendMessage` as single actions.
pub(super) fn actions(text: &str, at: Span) -> Vec<Value> {
    let services = text.split(' ').filter_map(|service| service.split_once(':'));
    services
        .flat_map(|(service, names)| {
            names.split(',').map(move |name| Value::text(at, format!("{service}:{name}")))
        })
        .collect()
}

/// An empty statement that allows.
pub(super) fn statement(at: Span) -> Statement {
    Statement {
        sid: None,
        effect: Effect::Allow,
        at,
        actions: Vec::new(),
        not_actions: Vec::new(),
        resources: Vec::new(),
        not_resources: Vec::new(),
        principals: Vec::new(),
        not_principals: Vec::new(),
        conditions: Vec::new(),
    }
}

/// A pattern with its `{Name}`s replaced by what the parameters say.
fn filled(pattern: &str, parameters: &Value, at: Span) -> Value {
    let mut parts: Vec<Value> = Vec::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        push(&mut parts, Value::text(at, before));
        match name {
            "here" => {
                push(&mut parts, pseudo("Region", at));
                push(&mut parts, Value::text(at, ":"));
                push(&mut parts, pseudo("AccountId", at));
            }
            _ if name.starts_with("AWS::") => push(&mut parts, pseudo(name.trim_start_matches("AWS::"), at)),
            _ => {
                let missing = || Value::unknown(at, format!("`{name}` is not given"), format!("${{{name}}}"));
                push(&mut parts, parameters.get(name).cloned().unwrap_or_else(missing));
            }
        }
        rest = behind;
    }
    push(&mut parts, Value::text(at, rest));
    match parts.len() {
        1 => parts.pop().map_or_else(|| Value::text(at, ""), |only| Value::new(at, only.data)),
        _ => Value::new(at, Data::Joined(parts)),
    }
}

fn pseudo(name: &str, at: Span) -> Value {
    let reason = format!("`AWS::{name}` is known only when deployed");
    Value::unknown(at, reason, format!("${{AWS::{name}}}"))
}

/// Adds a part; literal parts beside each other become one.
fn push(parts: &mut Vec<Value>, part: Value) {
    let text = match part.data {
        Data::Joined(inner) => return inner.into_iter().for_each(|part| push(parts, part)),
        Data::Ref(_) | Data::Unknown(_) => return parts.push(part),
        _ => part.display(),
    };
    match parts.last_mut().map(|last| &mut last.data) {
        Some(Data::Text(last)) => last.push_str(&text),
        _ if text.is_empty() => {}
        _ => parts.push(Value::text(part.at, text)),
    }
}

/// A reference to a resource's ARN.
pub(super) fn arn_of(name: &str, at: Span) -> Value {
    Value::new(at, Data::Ref(Ref { target: name.to_owned(), attribute: Some("Arn".to_owned()) }))
}

/// An ARN followed by more: `bucket/*`.
pub(super) fn arn_with(name: &str, suffix: &str, at: Span) -> Value {
    match suffix {
        "" => arn_of(name, at),
        _ => Value::new(at, Data::Joined(vec![arn_of(name, at), Value::text(at, suffix)])),
    }
}
