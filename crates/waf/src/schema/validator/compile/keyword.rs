//! One keyword.
use super::super::ecma::Pattern;
use super::super::format::Format;
use super::super::number::Decimal;
use super::super::resources::Draft;
use super::super::rule::{Bound, Content, Counted, Extreme, Id, Items, Properties, Rule, Types};
use super::{Compiler, Here};
use crate::event::json;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Letters of a value of the schema that a message tells.
const SHOWN_MAX: usize = 200;
/// Values of an `enum` that a message tells.
const SHOWN_VALUES_MAX: usize = 3;

type Read = Result<Option<Rule>, String>;

/// Whether a keyword that several belong to is the first of them: it reads them all.
fn is_first(here: Here<'_, '_>, name: &str, family: &[&str]) -> bool {
    here.members.keys().find(|key| family.contains(&key.as_str())).is_some_and(|first| first == name)
}

impl<'d> Compiler<'_, 'd> {
    pub(super) fn keyword(&mut self, here: Here<'_, 'd>, name: &str, value: &'d Value) -> Read {
        let draft = here.draft;
        let rule = match name {
            "$ref" => self.found(here, text(value)?)?,
            "$dynamicRef" if draft == Draft::D2020 => self.dynamic(here, text(value)?)?,
            "$recursiveRef" if draft == Draft::D2019 => self.dynamic(here, text(value)?)?,
            "type" => of_type(value, draft)?,
            "enum" => of_enum(value)?,
            "const" if draft >= Draft::D6 => Rule::Const(json::of(value), shown(value)),
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => {
                return bound(here, name, value);
            }
            "multipleOf" => {
                let (number, text) = number(value)?;
                if !number.is_positive() {
                    return Err("`multipleOf` needs a number above 0".to_owned());
                }
                Rule::MultipleOf(number, text)
            }
            "minLength" => Rule::Count(Counted::Letters, Extreme::Least, count(value)?),
            "maxLength" => Rule::Count(Counted::Letters, Extreme::Most, count(value)?),
            "minItems" => Rule::Count(Counted::Items, Extreme::Least, count(value)?),
            "maxItems" => Rule::Count(Counted::Items, Extreme::Most, count(value)?),
            "minProperties" => Rule::Count(Counted::Members, Extreme::Least, count(value)?),
            "maxProperties" => Rule::Count(Counted::Members, Extreme::Most, count(value)?),
            "pattern" => Rule::Pattern(Box::new(pattern(text(value)?)?), text(value)?.into()),
            "format" => return Ok(of_format(text(value)?, draft)),
            "contentEncoding" | "contentMediaType" => return Ok(content(here, name)),
            "uniqueItems" => return Ok(flag(value)?.then_some(Rule::UniqueItems)),
            "required" => Rule::Required(texts(value)?),
            "dependentRequired" if draft >= Draft::D2019 => {
                let members = object(value)?.iter();
                let needed = |(name, needs): (&String, _)| Ok((name.as_str().into(), texts(needs)?));
                Rule::DependentRequired(members.map(needed).collect::<Result<_, String>>()?)
            }
            _ => return self.applied(here, name, value),
        };
        Ok(Some(rule))
    }

    /// Keywords whose values are schemas.
    fn applied(&mut self, here: Here<'_, 'd>, name: &str, value: &'d Value) -> Read {
        let draft = here.draft;
        let rule = match name {
            "allOf" => Rule::All(self.list(here, name, value)?),
            "anyOf" => Rule::Any(self.list(here, name, value)?),
            "oneOf" => Rule::One(self.list(here, name, value)?),
            "not" => Rule::Not(self.child(here, &[name], value), shown(value)),
            "if" if draft >= Draft::D7 => {
                let condition = self.child(here, &[name], value);
                let mut branch =
                    |name: &str| here.members.get(name).map(|schema| self.child(here, &[name], schema));
                Rule::If { condition, then: branch("then"), otherwise: branch("else") }
            }
            "items" | "additionalItems" | "prefixItems" => return self.items(here, name),
            "contains" if draft >= Draft::D6 => {
                let limit = |name: &str| here.members.get(name).filter(|_| draft >= Draft::D2019).map(count);
                let least = limit("minContains").transpose()?.unwrap_or(1);
                let most = limit("maxContains").transpose()?.unwrap_or(u64::MAX);
                let node = self.child(here, &[name], value);
                Rule::Contains { node, least, most, marks: draft >= Draft::D2020 }
            }
            "properties" | "patternProperties" | "additionalProperties" => {
                return self.properties(here, name);
            }
            "propertyNames" if draft >= Draft::D6 => Rule::PropertyNames(self.child(here, &[name], value)),
            "dependentSchemas" if draft >= Draft::D2019 => {
                Rule::DependentSchemas(self.map(here, name, value)?)
            }
            "dependencies" => return self.dependencies(here, value),
            "unevaluatedItems" if draft >= Draft::D2019 => {
                Rule::UnevaluatedItems(self.child(here, &[name], value))
            }
            "unevaluatedProperties" if draft >= Draft::D2019 => {
                Rule::UnevaluatedProperties(self.child(here, &[name], value))
            }
            _ => return Ok(None),
        };
        Ok(Some(rule))
    }

    fn found(&mut self, here: Here<'_, 'd>, reference: &str) -> Result<Rule, String> {
        let place = self.resources.find(here.resource, reference)?;
        Ok(Rule::Reference(self.reference(place)))
    }

    /// A reference that depends on the way to it, where it names what such references may name.
    fn dynamic(&mut self, here: Here<'_, 'd>, reference: &str) -> Result<Rule, String> {
        let resources = self.resources;
        let place = resources.find(here.resource, reference)?;
        let fragment = reference.split_once('#').map_or("", |(_, fragment)| fragment);
        let name = resources.dynamic_name(&place).filter(|name| *name == fragment);
        let otherwise = self.reference(place.clone());
        let Some(name) = name else { return Ok(Rule::Reference(otherwise)) };
        let mut by_resource = BTreeMap::new();
        for (resource, place) in resources.with_dynamic(name) {
            let id = self.reference(place);
            by_resource.insert(u32::try_from(resource).unwrap_or(u32::MAX), id);
        }
        self.graph.is_dynamic = true;
        Ok(Rule::Dynamic { otherwise, by_resource })
    }

    fn list(&mut self, here: Here<'_, 'd>, name: &str, value: &'d Value) -> Result<Vec<Id>, String> {
        let schemas = value.as_array().ok_or("a list of schemas is needed")?;
        let each = schemas.iter().enumerate();
        Ok(each.map(|(at, schema)| self.child(here, &[name, &at.to_string()], schema)).collect())
    }

    fn map(
        &mut self,
        here: Here<'_, 'd>,
        name: &str,
        value: &'d Value,
    ) -> Result<Vec<(Box<str>, Id)>, String> {
        let schemas = object(value)?.iter();
        Ok(schemas
            .map(|(key, schema)| (key.as_str().into(), self.child(here, &[name, key], schema)))
            .collect())
    }

    fn items(&mut self, here: Here<'_, 'd>, name: &str) -> Read {
        // Older documents put the list into `items`, which is told nowhere as a problem.
        let is_list = here.members.get("items").is_some_and(Value::is_array);
        let is_new = here.draft >= Draft::D2020 && (!is_list || here.members.contains_key("prefixItems"));
        let (of_first, of_rest) =
            if is_new { ("prefixItems", "items") } else { ("items", "additionalItems") };
        if !is_first(here, name, &[of_first, of_rest]) {
            return Ok(None);
        }
        let mut items = Items { first: Vec::new(), rest: None };
        match here.members.get(of_first) {
            Some(Value::Array(_)) => {}
            Some(_) if is_new => return Err("`prefixItems` is a list of schemas".to_owned()),
            Some(schema) => {
                items.rest = Some(self.child(here, &["items"], schema));
                return Ok(Some(Rule::Items(Box::new(items))));
            }
            // `additionalItems` says what is behind the list of `items`.
            None if !is_new => return Ok(None),
            None => {}
        }
        if let Some(list) = here.members.get(of_first) {
            items.first = self.list(here, of_first, list)?;
        }
        items.rest = here.members.get(of_rest).map(|schema| self.child(here, &[of_rest], schema));
        Ok(Some(Rule::Items(Box::new(items))))
    }

    fn properties(&mut self, here: Here<'_, 'd>, name: &str) -> Read {
        if !is_first(here, name, &["properties", "patternProperties", "additionalProperties"]) {
            return Ok(None);
        }
        let mut properties = Properties::default();
        if let Some(named) = here.members.get("properties") {
            for (name, id) in self.map(here, "properties", named)? {
                let at = properties.named.partition_point(|(known, _)| *known < name);
                properties.named.insert(at, (name, id));
            }
        }
        if let Some(patterns) = here.members.get("patternProperties") {
            for (key, schema) in object(patterns)? {
                let read = pattern(key)?;
                properties.patterns.push((read, self.child(here, &["patternProperties", key], schema)));
            }
        }
        let others = here.members.get("additionalProperties");
        properties.others = others.map(|schema| self.child(here, &["additionalProperties"], schema));
        Ok(Some(Rule::Properties(Box::new(properties))))
    }

    /// Of older drafts: names or a schema for each name.
    fn dependencies(&mut self, here: Here<'_, 'd>, value: &'d Value) -> Read {
        let (mut names, mut schemas) = (Vec::new(), Vec::new());
        for (key, needs) in object(value)? {
            if needs.is_array() {
                names.push((key.as_str().into(), texts(needs)?));
            } else {
                schemas.push((key.as_str().into(), self.child(here, &["dependencies", key], needs)));
            }
        }
        if schemas.is_empty() {
            return Ok(Some(Rule::DependentRequired(names)));
        }
        // Both are one keyword here: names as a schema that asks for them.
        for (key, names) in names {
            let rules = super::Rules { rules: vec![Rule::Required(names)], ..super::Rules::default() };
            let id = Id::try_from(self.graph.nodes.len()).unwrap_or(super::NOTHING);
            self.graph.nodes.push(super::Node::Rules(Box::new(rules)));
            schemas.push((key, id));
        }
        Ok(Some(Rule::DependentSchemas(schemas)))
    }
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "a text is needed".to_owned())
}

fn flag(value: &Value) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| "`true` or `false` is needed".to_owned())
}

fn object(value: &Value) -> Result<&Map<String, Value>, String> {
    value.as_object().ok_or_else(|| "an object is needed".to_owned())
}

fn texts(value: &Value) -> Result<Vec<Box<str>>, String> {
    let names = value.as_array().ok_or("a list of names is needed")?;
    names.iter().map(|name| text(name).map(Into::into)).collect()
}

fn pattern(pattern: &str) -> Result<Pattern, String> {
    Pattern::read(pattern).map_err(|why| format!("`{pattern}` is no pattern that can be used: {why}"))
}

fn number(value: &Value) -> Result<(Decimal, Box<str>), String> {
    let text = value.as_number().map(ToString::to_string);
    let read = text.and_then(|text| Some((Decimal::read(&text)?, text.into())));
    read.ok_or_else(|| "a number is needed".to_owned())
}

fn count(value: &Value) -> Result<u64, String> {
    let (number, _) = number(value)?;
    match number.count() {
        Some(count) => Ok(count),
        // No value has so many.
        None if number.is_integer() && number.is_positive() => Ok(u64::MAX),
        None => Err("a whole number of at least 0 is needed".to_owned()),
    }
}

fn shown(value: &Value) -> Box<str> {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()).into(),
        None => text.into(),
    }
}

fn of_type(value: &Value, draft: Draft) -> Result<Rule, String> {
    let list = std::slice::from_ref(value);
    let names = value.as_array().map_or(list, Vec::as_slice);
    let mut types = Types::default();
    let mut told = Vec::new();
    for name in names {
        let name = text(name)?;
        types.0 |= match name {
            "null" => Types::NULL,
            "boolean" => Types::BOOL,
            "number" => Types::FRACTION | Types::INTEGER | Types::WHOLE,
            "integer" if draft == Draft::D4 => Types::INTEGER,
            "integer" => Types::INTEGER | Types::WHOLE,
            "string" => Types::TEXT,
            "array" => Types::LIST,
            "object" => Types::OBJECT,
            _ => return Err(format!("`{name}` is no type")),
        };
        told.push(format!("\"{name}\""));
    }
    if told.is_empty() {
        return Err("a type is needed".to_owned());
    }
    Ok(Rule::Type(types, told.join(", ").into()))
}

fn of_enum(value: &Value) -> Result<Rule, String> {
    let values = value.as_array().ok_or("a list of values is needed")?;
    let told = if values.len() <= SHOWN_VALUES_MAX {
        let all: Vec<_> = values.iter().map(shown).collect();
        match all.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
            _ => all.concat(),
        }
    } else {
        let first: Vec<_> = values.iter().take(SHOWN_VALUES_MAX - 1).map(shown).collect();
        format!("{} or {} other candidates", first.join(", "), values.len() - first.len())
    };
    Ok(Rule::Enum(values.iter().map(json::of).collect(), told.into()))
}

fn bound(here: Here<'_, '_>, name: &str, value: &Value) -> Read {
    let is_exclusive =
        |flag: &str| here.draft == Draft::D4 && here.members.get(flag) == Some(&Value::Bool(true));
    let bound = match name {
        // A flag of the bound beside it.
        "exclusiveMinimum" | "exclusiveMaximum" if here.draft == Draft::D4 => {
            return flag(value).map(|_| None);
        }
        "minimum" if is_exclusive("exclusiveMinimum") => Bound::ExclusiveMinimum,
        "maximum" if is_exclusive("exclusiveMaximum") => Bound::ExclusiveMaximum,
        "minimum" => Bound::Minimum,
        "maximum" => Bound::Maximum,
        "exclusiveMinimum" => Bound::ExclusiveMinimum,
        _ => Bound::ExclusiveMaximum,
    };
    let (number, text) = number(value)?;
    Ok(Some(Rule::Bound(bound, number, text)))
}

fn of_format(name: &str, draft: Draft) -> Option<Rule> {
    let format = match Format::of(name)? {
        Format::Hostname if draft < Draft::D7 => Format::HostnameOld,
        format => format,
    };
    Some(Rule::Format(format))
}

/// Drafts 6 and 7 ask for it; later ones only tell.
fn content(here: Here<'_, '_>, name: &str) -> Option<Rule> {
    let is_asked = matches!(here.draft, Draft::D6 | Draft::D7);
    if !is_asked || !is_first(here, name, &["contentEncoding", "contentMediaType"]) {
        return None;
    }
    let is = |name: &str, wanted: &str| here.members.get(name).and_then(Value::as_str) == Some(wanted);
    let content = Content {
        is_base64: is("contentEncoding", "base64"),
        is_json: is("contentMediaType", "application/json"),
    };
    (content.is_base64 || content.is_json).then_some(Rule::Content(content))
}
