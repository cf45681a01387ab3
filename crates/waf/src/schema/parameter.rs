//! Parameters: where they stand, how their values are written (`OpenAPI` 3.1, 4.8.12), and what type texts become.
use super::{Request, Schema, Told};
use crate::event::Tree;
use crate::event::json::{self, Plain, Value};
use serde_json::Number;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) required: bool,
    pub(super) style: Style,
    pub(super) explode: bool,
    /// Its value is JSON (`content`).
    pub(super) is_json: bool,
    pub(super) schema: Option<Schema>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Query,
    Header,
    Path,
    Cookie,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Form,
    Simple,
    Label,
    Matrix,
    Space,
    Pipe,
    DeepObject,
}

/// What a schema wants, as far as texts must be turned into values.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    pub(super) number: bool,
    pub(super) boolean: bool,
    pub(super) string: bool,
    pub(super) null: bool,
    pub(super) array: Option<Box<Shape>>,
    pub(super) object: Option<BTreeMap<String, Shape>>,
}

impl Shape {
    pub(super) fn is_array(&self) -> bool {
        self.array.is_some()
    }

    pub(super) fn property(&self, name: &str) -> Option<&Shape> {
        self.object.as_ref()?.get(name)
    }

    pub(super) fn item(&self, text: &str) -> Value<'static> {
        self.array.as_deref().map_or_else(|| Value::Text(text.to_owned().into()), |item| item.scalar(text))
    }

    /// A text as the type that the schema wants, or as text.
    pub(super) fn scalar(&self, text: &str) -> Value<'static> {
        if self.number
            && !self.string
            && let Ok(number) = text.parse::<Number>()
        {
            return json::of_number(&number);
        }
        match text {
            "true" | "false" if self.boolean && !self.string => {
                Value::Plain(text.to_owned().into(), Plain::Bool)
            }
            "" | "null" if self.null && !self.string => Value::Null,
            _ => Value::Text(text.to_owned().into()),
        }
    }
}

/// A query cut into names (decoded) and values (not decoded).
pub(super) struct Query<'q>(Vec<(String, &'q str)>);

impl<'q> Query<'q> {
    pub(super) fn read(query: &'q str) -> Self {
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode_form(name), value))
                .collect(),
        )
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    fn all(&self, name: &str) -> Vec<&'q str> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| *value).collect()
    }
}

impl Parameter {
    /// Whether a name in the query belongs to this parameter.
    pub(super) fn takes(&self, name: &str) -> bool {
        if self.place != Place::Query {
            return false;
        }
        let within = || name.strip_prefix(self.name.as_str()).is_some_and(|rest| rest.starts_with('['));
        let property = || self.schema.as_ref().is_some_and(|schema| schema.shape.property(name).is_some());
        name == self.name
            || self.style == Style::DeepObject && within()
            || self.style == Style::Form && self.explode && property()
    }

    pub(super) fn check(
        &self,
        request: &Request<'_>,
        query: &Query<'_>,
        path: &[(&str, String)],
        told: &mut Told,
    ) {
        let (kind, value) = match self.place {
            Place::Query => ("query", self.of_query(query, told)),
            Place::Path => {
                let raw = path.iter().find(|(name, _)| *name == self.name).map(|(_, raw)| raw.as_str());
                ("path", raw.map(|raw| self.value(raw, decode)))
            }
            Place::Header => ("header", self.of_fields(request.headers.first(self.name.as_bytes()))),
            Place::Cookie => ("cookie", self.of_fields(request.cookies.first(self.name.as_bytes()))),
        };
        let place = format!("{kind}.{}", self.name);
        match (value, &self.schema) {
            (None, _) if self.required => told.add(&place, "the parameter is required"),
            (Some(value), Some(schema)) => schema.check(&place, Tree(&value, true), told),
            _ => {}
        }
    }

    fn of_fields(&self, value: Option<&[u8]>) -> Option<Value<'static>> {
        let text = String::from_utf8_lossy(value?);
        Some(self.value(&text, ToOwned::to_owned))
    }

    fn of_query(&self, query: &Query<'_>, told: &mut Told) -> Option<Value<'static>> {
        let shape = self.schema.as_ref().map(|schema| &schema.shape);
        if self.style == Style::DeepObject {
            return self.deep_object(query, shape);
        }
        if let Some(properties) =
            shape.and_then(|shape| shape.object.as_ref()).filter(|_| self.explode && !self.is_json)
        {
            let mut object = Vec::new();
            for (name, shape) in properties {
                if let Some(raw) = query.all(name).first() {
                    object.push((name.clone().into(), shape.scalar(&decode_form(raw))));
                }
            }
            return (!object.is_empty()).then_some(Value::Object(object));
        }
        let all = query.all(&self.name);
        let first = *all.first()?;
        if let Some(shape) = shape.filter(|shape| shape.is_array() && self.explode && !self.is_json) {
            return Some(Value::List(all.iter().map(|raw| shape.item(&decode_form(raw))).collect()));
        }
        if all.len() > 1 {
            // Readers differ in which one they take.
            told.add(&format!("query.{}", self.name), "the parameter stands there more than once");
        }
        Some(self.value(first, decode_form))
    }

    fn deep_object(&self, query: &Query<'_>, shape: Option<&Shape>) -> Option<Value<'static>> {
        let mut object = Vec::new();
        for (name, raw) in &query.0 {
            let key = name
                .strip_prefix(self.name.as_str())
                .and_then(|rest| rest.strip_prefix('[')?.strip_suffix(']'));
            let Some(key) = key else { continue };
            let text = decode_form(raw);
            let property = shape.and_then(|shape| shape.property(key));
            let value =
                property.map_or_else(|| Value::Text(text.clone().into()), |shape| shape.scalar(&text));
            object.push((key.to_owned().into(), value));
        }
        (!object.is_empty()).then_some(Value::Object(object))
    }

    /// A value that stands in one text.
    fn value(&self, raw: &str, decode: impl Fn(&str) -> String) -> Value<'static> {
        if self.is_json {
            let text = decode(raw);
            let read = serde_json::from_str(&text).map(|value| json::of(&value));
            return read.unwrap_or_else(|_| Value::Text(text.into()));
        }
        let Some(shape) = self.schema.as_ref().map(|schema| &schema.shape) else {
            return Value::Text(decode(raw).into());
        };
        let named = format!(";{}=", self.name);
        let (text, separator) = match self.style {
            Style::Label => (raw.strip_prefix('.').unwrap_or(raw), if self.explode { "." } else { "," }),
            Style::Matrix if self.explode && shape.object.is_some() => {
                (raw.strip_prefix(';').unwrap_or(raw), ";")
            }
            Style::Matrix => (
                raw.strip_prefix(named.as_str()).unwrap_or(raw),
                if self.explode { named.as_str() } else { "," },
            ),
            Style::Space => (raw, if raw.contains("%20") { "%20" } else { "+" }),
            Style::Pipe => (raw, if raw.contains('|') { "|" } else { "%7C" }),
            _ => (raw, ","),
        };
        if shape.is_array() {
            let items = text.split(separator).filter(|item| !item.is_empty() || !text.is_empty());
            return Value::List(items.map(|item| shape.item(&decode(item))).collect());
        }
        let Some(properties) = &shape.object else { return shape.scalar(&decode(text)) };
        let mut object = Vec::new();
        let mut pieces = text.split(separator);
        while let Some(piece) = pieces.next() {
            let (key, value) = if self.explode {
                piece.split_once('=').unwrap_or((piece, ""))
            } else {
                (piece, pieces.next().unwrap_or_default())
            };
            let (key, value) = (decode(key), decode(value));
            let value = properties
                .get(&key)
                .map_or_else(|| Value::Text(value.clone().into()), |shape| shape.scalar(&value));
            object.push((key.into(), value));
        }
        Value::Object(object)
    }
}

/// Percent escapes decoded.
pub(super) fn decode(raw: &str) -> String {
    // A plus is a plus here: hide it from the form's decoder.
    decode_form(&raw.replace('+', "%2B"))
}

/// Percent escapes and plus signs decoded.
pub(super) fn decode_form(raw: &str) -> String {
    let mut out = crate::Fields::default();
    // Neither separator nor equals sign is looked for in a single value.
    crate::body::read_form(raw.replace('=', "%3D").as_bytes(), 0, 1, &mut out);
    out.at(0).map(|field| String::from_utf8_lossy(field.name).into_owned()).unwrap_or_default()
}
