//! Which parameters of an SDK operation fill the variables of a resource's ARN.
use std::collections::BTreeMap;
use std::sync::OnceLock;

use model::{Argument, Call, Data, Ref};

use crate::catalogue;

/// How one variable is filled.
#[derive(Debug, Clone, Default)]
pub(super) struct Binding {
    pub paths: Vec<&'static str>,
    /// What the service takes when nothing is given.
    pub default: Option<&'static str>,
}

type Table = BTreeMap<(&'static str, &'static str, &'static str), Binding>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let lines = include_str!("bindings.txt").lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(line).collect()
    })
}

fn line(line: &'static str) -> Option<((&'static str, &'static str, &'static str), Binding)> {
    let mut words = line.split_whitespace();
    let key = (words.next()?, words.next()?, words.next()?);
    let mut binding = Binding::default();
    for word in words {
        match word.strip_prefix('=') {
            Some(default) => binding.default = Some(default),
            None => binding.paths.push(word),
        }
    }
    Some((key, binding))
}

/// The written binding of a variable.
pub(super) fn written(service: &str, kind: &str, variable: &str) -> Option<&'static Binding> {
    let found = |kind: &str| {
        let mut entries = table().iter();
        let is_it = |key: &(&str, &str, &str)| key.0 == service && key.1 == kind && key.2 == variable;
        entries.find(|(key, _)| is_it(key)).map(|(_, binding)| binding)
    };
    found(kind).or_else(|| found("*"))
}

/// Whether a parameter of the call gives the variable.
pub(super) fn is_given(call: &Call, of: (&str, &str), variable: &str) -> bool {
    !given(call, of, variable).is_empty()
}

/// What is known of the values of a variable: those of the first parameter that is given.
pub(super) fn values(call: &Call, (service, kind): (&str, &str), variable: &str) -> Vec<Data> {
    let given = given(call, (service, kind), variable);
    if !given.is_empty() {
        return given;
    }
    let default = written(service, kind, variable).and_then(|binding| binding.default);
    default.filter(|_| !is_hidden(call)).map(|default| Data::Text(default.to_owned())).into_iter().collect()
}

fn given(call: &Call, (service, kind): (&str, &str), variable: &str) -> Vec<Data> {
    let binding = written(service, kind, variable);
    for path in binding.map_or(&[][..], |binding| &binding.paths) {
        let found = at(call, path);
        if !found.is_empty() {
            return found;
        }
    }
    if let Some(argument) = usual(call, (service, kind), variable) {
        return alternatives(argument);
    }
    let operation = call.aws.iter();
    let mut known = operation.flat_map(|aws| catalogue::parameters(aws, service, kind, variable));
    known.find_map(|path| Some(at(call, path)).filter(|found| !found.is_empty())).unwrap_or_default()
}

/// The values at a path of the call's parameters.
pub(super) fn at(call: &Call, path: &str) -> Vec<Data> {
    let (name, rest) = cut(path);
    let (name, step) = split_step(name);
    let Some(argument) = call.named(name).filter(|argument| argument.value != Data::Null) else {
        return Vec::new();
    };
    let all = alternatives(argument);
    let found = all.iter().flat_map(|value| stepped(value, step, rest));
    // One or many: `keyIds: [a, b]`.
    found
        .flat_map(|value| match value {
            Data::List(items) => items.into_iter().map(|item| item.data).collect(),
            value => vec![value],
        })
        .collect()
}

/// A parameter that is called like the variable, or like the type with `Name`, `Id`, `Arn` behind it.
fn usual<'c>(call: &'c Call, (service, kind_name): (&str, &str), variable: &str) -> Option<&'c Argument> {
    let plain = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|sign| sign.to_ascii_lowercase()).collect()
    };
    let (kind, variable) = (plain(kind_name), plain(variable));
    let wanted = |ending: &str| format!("{kind}{ending}");
    let names =
        [variable.clone(), wanted("name"), wanted("id"), wanted("arn"), wanted("identifier"), kind.clone()];
    let find = |name: &String| {
        let mut named = call.arguments.iter().filter(|argument| argument.value != Data::Null);
        let is_it = |given: &str| plain(given) == *name;
        named.find(|argument| argument.name.as_deref().is_some_and(is_it))
    };
    // `agentRuntimeArn` of a `runtime`.
    let others = others(service, kind_name, &variable);
    let endings = [wanted("arn"), wanted("id"), wanted("name")];
    let ends = |argument: &&Argument| {
        let name = argument.name.as_deref().map(plain).unwrap_or_default();
        argument.value != Data::Null
            && !others.contains(&name)
            && endings.iter().any(|ending| name.ends_with(ending.as_str()))
    };
    let is_other = |name: &&String| others.contains(*name);
    let found = names.iter().filter(|name| !is_other(name)).find_map(find);
    found.or_else(|| find(&"resourcearn".to_owned())).or_else(|| call.arguments.iter().find(ends))
}

/// The other variables of a type's ARN, and what parameters that give them are called.
fn others(service: &str, kind: &str, variable: &str) -> Vec<String> {
    let Some(found) = catalogue::resource_type(service, kind) else { return Vec::new() };
    let names = found.arn.split("${").skip(1).filter_map(|rest| rest.split('}').next());
    let plain = names.map(str::to_ascii_lowercase);
    plain.filter(|name| name != variable).collect()
}

/// The values that an argument may have. Nothing, and an empty text, are no names where there are others.
fn alternatives(argument: &Argument) -> Vec<Data> {
    let is_name = |value: &&Data| !matches!(value, Data::Null) && **value != Data::Text(String::new());
    let named: Vec<Data> = argument.values().iter().filter(is_name).cloned().collect();
    if named.is_empty() { vec![argument.value.clone()] } else { named }
}

/// Whether parameters of the call may be hidden: in an object that is not known, or inside of a library.
pub(super) fn is_hidden(call: &Call) -> bool {
    let is_whole = |argument: &Argument| argument.name.as_deref().is_none_or(|name| name == "**");
    let is_open = |argument: &Argument| is_whole(argument) && matches!(argument.value, Data::Unknown(_));
    call.api.contains(": ") || call.arguments.iter().any(is_open)
}

/// A key of a map; one that the template says is the reference that it was: `${Orders}`.
fn key_of(text: &str) -> Data {
    let inner = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    let Some(inner) = inner.filter(|inner| !inner.contains(['$', '{', ':'])) else {
        return Data::Text(text.to_owned());
    };
    // `aws_dynamodb_table.orders.name`, `Orders.Arn`, `Orders`.
    let dots = inner.matches('.').count();
    let is_terraform = inner.starts_with("aws_") && dots > 1;
    let (target, attribute) = match inner.rsplit_once('.').filter(|_| is_terraform || dots == 1) {
        Some((target, attribute)) if !inner.starts_with("aws_") || is_terraform => (target, Some(attribute)),
        _ => (inner, None),
    };
    Data::Ref(Ref { target: target.to_owned(), attribute: attribute.map(str::to_owned) })
}

fn cut(path: &str) -> (&str, &str) {
    path.split_once('.').unwrap_or((path, ""))
}

fn split_step(name: &str) -> (&str, &str) {
    match name.find(['[', '{']) {
        Some(position) => name.split_at(position),
        None => (name, ""),
    }
}

fn stepped(value: &Data, step: &str, rest: &str) -> Vec<Data> {
    let inner: Vec<Data> = match (step, value) {
        ("", value) => vec![value.clone()],
        (_, Data::Unknown(_)) => return vec![value.clone()],
        ("[]", Data::List(items)) => items.iter().map(|item| item.data.clone()).collect(),
        ("{}", Data::Map(entries)) => entries.iter().map(|entry| key_of(&entry.key.text)).collect(),
        ("{*}", Data::Map(entries)) => entries.iter().map(|entry| entry.value.data.clone()).collect(),
        // One element written without its list.
        ("[]", value) => vec![value.clone()],
        _ => Vec::new(),
    };
    if rest.is_empty() {
        return inner;
    }
    let (name, after) = cut(rest);
    let (name, step) = split_step(name);
    let of = |value: &Data| match value {
        Data::Unknown(_) => vec![value.clone()],
        Data::Map(entries) => {
            let entry = entries.iter().rev().find(|entry| entry.key.text == name);
            entry.map_or_else(Vec::new, |entry| stepped(&entry.value.data, step, after))
        }
        _ => Vec::new(),
    };
    inner.iter().flat_map(of).collect()
}
