//! A schema made ready: nodes by their number, so that references may go in circles.
use super::ecma::Pattern;
use super::format::Format;
use super::number::Decimal;
use crate::event::json::{Plain, Value};
use std::collections::BTreeMap;

/// The place of a node in its [`Graph`].
pub(in crate::schema) type Id = u32;

/// All schemas of a document that something uses.
#[derive(Debug, Default)]
pub(in crate::schema) struct Graph {
    pub(super) nodes: Vec<Node>,
    /// Some reference depends on the way to it.
    pub(super) is_dynamic: bool,
}

#[derive(Debug)]
pub(super) enum Node {
    /// `true`, or a schema that asks nothing.
    Anything,
    /// `false`
    Nothing,
    Rules(Box<Rules>),
}

#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Those that look at what others have left come last.
    pub(super) rules: Vec<Rule>,
    pub(super) has_unevaluated: bool,
    /// What it refers to leads back to it without a step into the value.
    pub(super) is_circular: bool,
    /// The schema with a name of its own that it stands in.
    pub(super) resource: u32,
}

/// One keyword, or several that speak of each other.
#[derive(Debug)]
pub(super) enum Rule {
    Type(Types, Box<str>),
    /// `enum`: the values, and those of them that a message shows.
    Enum(Vec<Value<'static>>, Box<str>),
    Const(Value<'static>, Box<str>),
    Bound(Bound, Decimal, Box<str>),
    MultipleOf(Decimal, Box<str>),
    /// Letters, values of a list, members.
    Count(Counted, Extreme, u64),
    Pattern(Box<Pattern>, Box<str>),
    Format(Format),
    Content(Content),
    UniqueItems,
    Items(Box<Items>),
    Contains {
        node: Id,
        least: u64,
        most: u64,
        marks: bool,
    },
    Properties(Box<Properties>),
    Required(Vec<Box<str>>),
    PropertyNames(Id),
    /// Members that a member needs.
    DependentRequired(Vec<(Box<str>, Vec<Box<str>>)>),
    DependentSchemas(Vec<(Box<str>, Id)>),
    Reference(Id),
    /// `$dynamicRef`: where a resource on the way has the name, the node of the first such one.
    Dynamic {
        otherwise: Id,
        by_resource: BTreeMap<u32, Id>,
    },
    All(Vec<Id>),
    Any(Vec<Id>),
    One(Vec<Id>),
    Not(Id, Box<str>),
    If {
        condition: Id,
        then: Option<Id>,
        otherwise: Option<Id>,
    },
    UnevaluatedItems(Id),
    UnevaluatedProperties(Id),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Minimum,
    Maximum,
    ExclusiveMinimum,
    ExclusiveMaximum,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Letters,
    Items,
    Members,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extreme {
    Least,
    Most,
}

/// What the text of drafts 6 and 7 holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) is_base64: bool,
    pub(super) is_json: bool,
}

#[derive(Debug)]
pub(super) struct Items {
    pub(super) first: Vec<Id>,
    pub(super) rest: Option<Id>,
}

#[derive(Debug, Default)]
pub(super) struct Properties {
    /// In the order of their names.
    pub(super) named: Vec<(Box<str>, Id)>,
    pub(super) patterns: Vec<(Pattern, Id)>,
    /// `additionalProperties`
    pub(super) others: Option<Id>,
}

/// Types of values, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Types(pub(super) u16);

impl Types {
    pub(super) const NULL: u16 = 1;
    pub(super) const BOOL: u16 = 2;
    /// A number that is no integer.
    pub(super) const FRACTION: u16 = 4;
    pub(super) const INTEGER: u16 = 8;
    /// An integer that is written with a fraction or an exponent, as `1.0`.
    pub(super) const WHOLE: u16 = 16;
    pub(super) const TEXT: u16 = 32;
    pub(super) const LIST: u16 = 64;
    pub(super) const OBJECT: u16 = 128;

    pub(super) fn has(self, value: &Value<'_>) -> bool {
        let bits = match value {
            Value::Null => Self::NULL,
            Value::Plain(_, Plain::Bool) => Self::BOOL,
            Value::Plain(_, Plain::Integer) => Self::INTEGER,
            Value::Plain(text, Plain::Float) => of_float(text),
            Value::Text(_) => Self::TEXT,
            Value::List(_) => Self::LIST,
            Value::Object(_) => Self::OBJECT,
        };
        self.0 & bits != 0
    }
}

/// An integer past 64 bits is an integer, however it was written.
fn of_float(text: &str) -> u16 {
    match text.parse::<f64>() {
        Ok(number) if number.fract() != 0.0 => Types::FRACTION,
        Ok(number) if number.abs() < 18_446_744_073_709_551_616.0 => Types::WHOLE,
        _ => Types::INTEGER,
    }
}
