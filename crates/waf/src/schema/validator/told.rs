//! What is told of a difference: what is expected, never what was sent but for the names of members.
use super::super::read::escape;
use super::rule::{Bound, Counted, Extreme, Rule};
use super::run::{Spot, Step};
use crate::event::json::Value;

/// Names that one message tells, and the letters of each.
const NAMES_MAX: usize = 10;
const LETTERS_MAX: usize = 100;

/// The place of a value as a JSON pointer.
pub(super) fn pointer(spot: &Spot<'_>) -> String {
    let mut steps = Vec::new();
    let mut next = Some(spot);
    while let Some(spot) = next {
        match spot.step {
            Step::Root => {}
            Step::Member(name) => steps.push(escape(&cut(name))),
            Step::Item(at) => steps.push(at.to_string()),
        }
        next = spot.around;
    }
    steps.iter().rev().fold(String::new(), |pointer, step| pointer + "/" + step)
}

fn cut(name: &str) -> String {
    name.chars().take(LETTERS_MAX).collect()
}

pub(super) const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Members that may not be there.
pub(super) fn unexpected(what: &str, names: &[&str]) -> String {
    let told: Vec<String> = names.iter().take(NAMES_MAX).map(|name| format!("'{}'", cut(name))).collect();
    let more = names.len().saturating_sub(NAMES_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let were = if names.len() == 1 { "was" } else { "were" };
    format!("{what} are not allowed ({}{more} {were} unexpected)", told.join(", "))
}

/// What a rule asks of a value that is not so.
pub(super) fn message(rule: &Rule, value: &Value<'_>) -> String {
    match rule {
        Rule::Type(_, names) if names.contains(',') => format!("value is not of types {names}"),
        Rule::Type(_, name) => format!("value is not of type {name}"),
        Rule::Enum(_, known) => format!("value is not one of {known}"),
        Rule::Const(_, known) => format!("{known} was expected"),
        Rule::Bound(Bound::Minimum, _, limit) => format!("value is less than the minimum of {limit}"),
        Rule::Bound(Bound::Maximum, _, limit) => format!("value is greater than the maximum of {limit}"),
        Rule::Bound(Bound::ExclusiveMinimum, _, limit) => {
            format!("value is less than or equal to the minimum of {limit}")
        }
        Rule::Bound(Bound::ExclusiveMaximum, _, limit) => {
            format!("value is greater than or equal to the maximum of {limit}")
        }
        Rule::MultipleOf(_, of) => format!("value is not a multiple of {of}"),
        Rule::Count(counted, extreme, limit) => count(*counted, *extreme, *limit),
        Rule::Pattern(_, pattern) => format!("value does not match \"{pattern}\""),
        Rule::Format(format) => format!("value is not a \"{}\"", format.name()),
        Rule::Content(content) if content.is_base64 => {
            "value is not compliant with \"base64\" content encoding".to_owned()
        }
        Rule::Content(_) => "value is not compliant with \"application/json\" media type".to_owned(),
        Rule::UniqueItems => "value has non-unique elements".to_owned(),
        Rule::Contains { least, most, .. } if value.items().len() as u64 >= *least && *most < u64::MAX => {
            format!("fewer than {least} or more than {most} of value are valid under the given schema")
        }
        Rule::Contains { .. } => "None of value are valid under the given schema".to_owned(),
        Rule::Any(_) => {
            "value is not valid under any of the schemas listed in the 'anyOf' keyword".to_owned()
        }
        Rule::One(_) => {
            "value is not valid under any of the schemas listed in the 'oneOf' keyword".to_owned()
        }
        Rule::Not(_, schema) => format!("{schema} is not allowed for value"),
        _ => "value is not as its schema says".to_owned(),
    }
}

fn count(counted: Counted, extreme: Extreme, limit: u64) -> String {
    let than = match (counted, extreme) {
        (Counted::Letters, Extreme::Least) => "is shorter than",
        (Counted::Letters, Extreme::Most) => "is longer than",
        (_, Extreme::Least) => "has less than",
        (_, Extreme::Most) => "has more than",
    };
    let what = match (counted, limit) {
        (Counted::Letters, 1) => "character",
        (Counted::Letters, _) => "characters",
        (Counted::Items, 1) => "item",
        (Counted::Items, _) => "items",
        (Counted::Members, 1) => "property",
        (Counted::Members, _) => "properties",
    };
    format!("value {than} {limit} {what}")
}
