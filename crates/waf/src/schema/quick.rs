//! Schemas that need no library: whether a value surely is as a plain JSON Schema (2020-12) says.
//!
//! Most schemas of functions are types, properties, lists and lengths. Those are compared with the tree that rules read, so
//! that the value is not parsed, copied and freed again for the library. What is not surely valid is not known: the library decides.
//!
//! INVARIANT: [`Quick::is_surely_valid`] is never true where the library finds a difference. A keyword that is not known here makes
//! every value that it may speak of unsure; a name twice in an object must fit each time.
use crate::event::Tree;
use crate::event::json::{Plain, Value};
use serde_json::Value as Json;
use std::borrow::Cow;

/// Levels of a schema that are read; below, nothing is sure.
const DEPTH_MAX: usize = 50;
/// The dialect that is known.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A schema, ready.
#[derive(Debug)]
pub struct Quick(Node);

#[derive(Debug)]
enum Node {
    Anything,
    /// Nothing is surely valid.
    Unsure,
    Rules(Box<Rules>),
}

/// Types of values, a bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Types(u8);

impl Types {
    const NULL: u8 = 1;
    const BOOL: u8 = 2;
    const NUMBER: u8 = 4;
    const INTEGER: u8 = 8;
    const TEXT: u8 = 16;
    const LIST: u8 = 32;
    const OBJECT: u8 = 64;
    const ALL: Self = Self(127);

    const fn has(self, bits: u8) -> bool {
        self.0 & bits != 0
    }
}

#[derive(Debug)]
struct Rules {
    types: Types,
    /// Values of these types are left to the library.
    unsure: Types,
    /// `enum` and `const`: one of these texts.
    texts: Option<Vec<String>>,
    /// Letters, values of a list, members: at least and at most.
    letters: (u64, u64),
    items_count: (u64, u64),
    members_max: u64,
    /// Least and greatest, both included.
    range: (i128, i128),
    required: Vec<String>,
    /// In the order of their names.
    properties: Vec<(String, Node)>,
    others: Node,
    items: Node,
    /// Each of them.
    all: Vec<Node>,
    /// One of each list.
    any: Vec<Vec<Node>>,
}

impl Quick {
    /// Reads a schema; none when no value is surely valid.
    #[must_use]
    pub fn read(schema: &Json) -> Option<Self> {
        match node(schema, DEPTH_MAX) {
            Node::Unsure => None,
            node => Some(Self(node)),
        }
    }

    /// Whether a value is as the schema says, surely.
    #[must_use]
    pub fn is_surely_valid(&self, value: Tree<'_, '_>) -> bool {
        self.0.fits(value.0)
    }
}

fn node(schema: &Json, depth: usize) -> Node {
    let (members, depth) = match (schema, depth.checked_sub(1)) {
        (Json::Bool(true), _) => return Node::Anything,
        (Json::Object(members), Some(_)) if members.is_empty() => return Node::Anything,
        (Json::Object(members), Some(depth)) => (members, depth),
        _ => return Node::Unsure,
    };
    let mut rules = Rules {
        types: Types::ALL,
        unsure: Types(0),
        texts: None,
        letters: (0, u64::MAX),
        items_count: (0, u64::MAX),
        members_max: u64::MAX,
        range: (i128::MIN, i128::MAX),
        required: Vec::new(),
        properties: Vec::new(),
        others: Node::Anything,
        items: Node::Anything,
        all: Vec::new(),
        any: Vec::new(),
    };
    for (name, value) in members {
        if rules.keyword(name, value, depth).is_none() {
            return Node::Unsure;
        }
    }
    Node::Rules(Box::new(rules))
}

/// Names of a list of texts.
fn names(value: &Json) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect()
}

fn nodes(value: &Json, depth: usize) -> Option<Vec<Node>> {
    Some(value.as_array()?.iter().map(|schema| node(schema, depth)).collect())
}

fn types_of(value: &Json) -> Option<Types> {
    let bit = |name: &Json| {
        Some(match name.as_str()? {
            "null" => Types::NULL,
            "boolean" => Types::BOOL,
            "number" => Types::NUMBER | Types::INTEGER,
            "integer" => Types::INTEGER,
            "string" => Types::TEXT,
            "array" => Types::LIST,
            "object" => Types::OBJECT,
            _ => return None,
        })
    };
    match value {
        Json::Array(several) => several.iter().try_fold(Types(0), |all, one| Some(Types(all.0 | bit(one)?))),
        one => bit(one).map(Types),
    }
}

impl Rules {
    /// Takes one keyword; none where nothing is sure any more.
    fn keyword(&mut self, name: &str, value: &Json, depth: usize) -> Option<()> {
        match name {
            // Annotations, and places for schemas that something refers to: a reference is not known here.
            "title" | "description" | "default" | "examples" | "$comment" | "deprecated" | "readOnly"
            | "writeOnly" | "$defs" | "definitions" => {}
            "$schema" if value.as_str() == Some(DIALECT) => {}
            "type" => self.types = types_of(value)?,
            "enum" => self.texts(value.as_array()?.iter()),
            "const" => self.texts(std::iter::once(value)),
            "minLength" => self.letters.0 = value.as_u64()?,
            "maxLength" => self.letters.1 = value.as_u64()?,
            "minItems" => self.items_count.0 = value.as_u64()?,
            "maxItems" => self.items_count.1 = value.as_u64()?,
            "maxProperties" => self.members_max = value.as_u64()?,
            "minimum" => self.range.0 = self.range.0.max(integer(value)?),
            "maximum" => self.range.1 = self.range.1.min(integer(value)?),
            "exclusiveMinimum" => self.range.0 = self.range.0.max(integer(value)? + 1),
            "exclusiveMaximum" => self.range.1 = self.range.1.min(integer(value)? - 1),
            "required" => self.required = names(value)?,
            "properties" => {
                let members = value.as_object()?.iter();
                self.properties = members.map(|(name, schema)| (name.clone(), node(schema, depth))).collect();
                self.properties.sort_by(|(left, _), (right, _)| left.cmp(right));
            }
            "additionalProperties" => self.others = node(value, depth),
            "items" => self.items = node(value, depth),
            "allOf" => self.all = nodes(value, depth)?,
            "anyOf" => self.any.push(nodes(value, depth)?),
            "pattern" | "format" => self.unsure.0 |= Types::TEXT,
            "multipleOf" => self.unsure.0 |= Types::NUMBER | Types::INTEGER,
            "uniqueItems" if value.as_bool() == Some(false) => {}
            "uniqueItems" | "contains" | "minContains" | "maxContains" | "prefixItems" => {
                self.unsure.0 |= Types::LIST;
            }
            "patternProperties" | "propertyNames" | "dependentRequired" | "dependentSchemas"
            | "minProperties" => {
                self.unsure.0 |= Types::OBJECT;
            }
            _ => return None,
        }
        Some(())
    }

    /// A value must be one of these: only texts are compared here.
    fn texts<'a>(&mut self, values: impl Iterator<Item = &'a Json>) {
        let texts = values.filter_map(|value| value.as_str().map(str::to_owned)).collect();
        // `enum` and `const` together: both must hold.
        if self.texts.replace(texts).is_some() {
            self.texts = Some(Vec::new());
        }
    }

    fn fits(&self, value: &Value<'_>) -> bool {
        let kind = kind(value);
        if !self.types.has(kind) || self.unsure.has(kind) {
            return false;
        }
        let is_listed = |texts: &Vec<String>| match value {
            Value::Text(text) => texts.iter().any(|one| one == text),
            _ => false,
        };
        self.texts.as_ref().is_none_or(is_listed)
            && self.fits_alone(value)
            && self.all.iter().all(|node| node.fits(value))
            && self.any.iter().all(|nodes| nodes.iter().any(|node| node.fits(value)))
    }

    /// What the value's own type asks for.
    fn fits_alone(&self, value: &Value<'_>) -> bool {
        let is_between = |number: usize, (least, most): (u64, u64)| (least..=most).contains(&(number as u64));
        match value {
            Value::Null | Value::Plain(_, Plain::Bool) => true,
            Value::Plain(text, kind) => {
                self.range == (i128::MIN, i128::MAX)
                    || *kind == Plain::Integer
                        && text
                            .parse()
                            .is_ok_and(|number: i128| (self.range.0..=self.range.1).contains(&number))
            }
            Value::Text(text) => {
                // No text has more letters than bytes.
                (self.letters.0 == 0 && text.len() as u64 <= self.letters.1)
                    || is_between(text.chars().count(), self.letters)
            }
            Value::List(items) => {
                is_between(items.len(), self.items_count) && items.iter().all(|item| self.items.fits(item))
            }
            Value::Object(members) => {
                members.len() as u64 <= self.members_max
                    && self.required.iter().all(|name| members.iter().any(|(known, _)| known == name))
                    && members.iter().all(|member| self.member(member))
            }
        }
    }

    fn member(&self, (name, value): &(Cow<'_, str>, Value<'_>)) -> bool {
        let place = self.properties.binary_search_by(|(known, _)| known.as_str().cmp(name));
        let known = place.ok().and_then(|place| self.properties.get(place));
        known.map_or(&self.others, |(_, node)| node).fits(value)
    }
}

/// A bound that is an integer.
fn integer(value: &Json) -> Option<i128> {
    value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
}

const fn kind(value: &Value<'_>) -> u8 {
    match value {
        Value::Null => Types::NULL,
        Value::Plain(_, Plain::Bool) => Types::BOOL,
        Value::Plain(_, Plain::Integer) => Types::INTEGER,
        Value::Plain(_, Plain::Float) => Types::NUMBER,
        Value::Text(_) => Types::TEXT,
        Value::List(_) => Types::LIST,
        Value::Object(_) => Types::OBJECT,
    }
}

impl Node {
    fn fits(&self, value: &Value<'_>) -> bool {
        match self {
            Self::Anything => true,
            Self::Unsure => false,
            Self::Rules(rules) => rules.fits(value),
        }
    }
}

#[cfg(test)]
mod tests;
