//! Schemas of a document as the validator reads them: those of 3.0 as 3.1 writes them (JSON Schema 2020-12), properties that may not be
//! sent or answered as forbidden ones, integer formats as bounds. What would be ignored silently is a problem.
use super::Problem;
use super::read::{REFERENCES_MAX, escape, pointer};
use serde_json::{Map, Value, json};

/// Levels of a document.
const DOCUMENT_DEPTH_MAX: usize = 200;

/// Keywords whose value is a map of names: what stands there is no keyword, whatever it is called.
const MAPS: &[&str] = &[
    "$defs",
    "callbacks",
    "content",
    "definitions",
    "dependentSchemas",
    "encoding",
    "headers",
    "links",
    "mapping",
    "parameters",
    "pathItems",
    "paths",
    "patternProperties",
    "properties",
    "requestBodies",
    "responses",
    "schemas",
    "scopes",
    "securitySchemes",
    "variables",
    "webhooks",
];

/// Keywords whose value is data, never a schema.
const DATA: &[&str] = &["const", "default", "enum", "example", "examples"];

/// Dialects that are read as JSON Schema 2020-12. What older drafts wrote otherwise is told where it stands.
const DIALECTS: &[&str] = &[
    "json-schema.org/draft-04/schema",
    "json-schema.org/draft-06/schema",
    "json-schema.org/draft-07/schema",
    "json-schema.org/draft/2019-09/schema",
    "json-schema.org/draft/2020-12/schema",
    "spec.openapis.org/oas/3.1/dialect/base",
    "spec.openapis.org/oas/3.1/dialect/2024-11-10",
];

/// The document with its schemas translated; properties with the mark `hidden` are forbidden.
///
/// # Errors
/// The first thing in it that cannot be translated.
pub(super) fn translated(document: &Value, is_30: bool, hidden: &'static str) -> Result<Value, Problem> {
    let mut place = String::new();
    if let Some(dialect) = document.get("jsonSchemaDialect") {
        check_dialect(dialect, "/jsonSchemaDialect")?;
    }
    Walk { document, is_30, hidden }.value(document, false, 0, &mut place)
}

struct Walk<'d> {
    document: &'d Value,
    is_30: bool,
    hidden: &'static str,
}

impl Walk<'_> {
    fn value(&self, value: &Value, is_map: bool, depth: usize, place: &mut String) -> Result<Value, Problem> {
        if depth > DOCUMENT_DEPTH_MAX {
            let message = format!("the document nests more than {DOCUMENT_DEPTH_MAX} levels");
            return Err(Problem { place: place.clone(), message });
        }
        Ok(match value {
            Value::Array(values) => {
                let mut out = Vec::with_capacity(values.len());
                for (position, value) in values.iter().enumerate() {
                    out.push(self.member(&position.to_string(), value, false, (depth, &mut *place))?);
                }
                Value::Array(out)
            }
            Value::Object(fields) => {
                let mut out = Map::new();
                for (name, value) in fields {
                    let is_data = !is_map && (DATA.contains(&name.as_str()) || name.starts_with("x-"));
                    let value = if is_data {
                        value.clone()
                    } else {
                        let is_map = !is_map && MAPS.contains(&name.as_str());
                        self.member(name, value, is_map, (depth, &mut *place))?
                    };
                    out.insert(name.clone(), value);
                }
                if !is_map {
                    self.schema(&mut out, place)?;
                }
                Value::Object(out)
            }
            other => other.clone(),
        })
    }

    fn member(
        &self,
        name: &str,
        value: &Value,
        is_map: bool,
        (depth, place): (usize, &mut String),
    ) -> Result<Value, Problem> {
        let length = place.len();
        place.push('/');
        place.push_str(&escape(name));
        let value = self.value(value, is_map, depth + 1, place)?;
        place.truncate(length);
        Ok(value)
    }

    /// An object that may be a schema.
    fn schema(&self, schema: &mut Map<String, Value>, place: &str) -> Result<(), Problem> {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            if matches!(reference, "#" | "#/") {
                let message = "the reference names the whole document, which is no schema".to_owned();
                return Err(Problem { place: place.to_owned(), message });
            }
            if self.is_30 {
                // What stands beside a reference is ignored (3.0.4, 4.7.23).
                schema.retain(|name, _| name == "$ref");
                return Ok(());
            }
        }
        if let Some(dialect) = schema.remove("$schema") {
            check_dialect(&dialect, place)?;
        }
        for (keyword, instead) in
            [("additionalItems", "`prefixItems` and `items`"), ("dependencies", "`dependentRequired`")]
        {
            if schema.contains_key(keyword) {
                let message = format!("`{keyword}` is no keyword of this version; write {instead}");
                return Err(Problem { place: place.to_owned(), message });
            }
        }
        self.hide(schema);
        if self.is_30 {
            modernize(schema);
        }
        bound_integers(schema);
        Ok(())
    }

    /// Forbids marked properties, and demands none of them.
    fn hide(&self, schema: &mut Map<String, Value>) {
        let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
        let mut names = Vec::new();
        for (name, property) in properties.iter_mut() {
            if self.is_hidden(property) {
                names.push(name.clone());
                *property = Value::Bool(false);
            }
        }
        if let Some(Value::Array(required)) = schema.get_mut("required") {
            required.retain(|name| !names.iter().any(|hidden| name.as_str() == Some(hidden.as_str())));
        }
    }

    /// Whether a property or what it refers to has the mark.
    fn is_hidden(&self, property: &Value) -> bool {
        let mut schema = property;
        for _ in 0..REFERENCES_MAX {
            if schema.get(self.hidden).and_then(Value::as_bool) == Some(true) {
                return true;
            }
            let reference = schema.get("$ref").and_then(Value::as_str);
            let Some(target) =
                reference.and_then(pointer).and_then(|pointer| self.document.pointer(&pointer))
            else {
                return false;
            };
            schema = target;
        }
        false
    }
}

fn check_dialect(dialect: &Value, place: &str) -> Result<(), Problem> {
    let name = dialect.as_str().unwrap_or_default().trim_end_matches('#');
    if name.split_once("://").is_some_and(|(_, name)| DIALECTS.contains(&name)) {
        return Ok(());
    }
    let message = "the dialect is not known; schemas are read as JSON Schema 2020-12".to_owned();
    Err(Problem { place: place.to_owned(), message })
}

/// A schema of 3.0 as 3.1 writes it.
fn modernize(schema: &mut Map<String, Value>) {
    if schema.get("nullable") == Some(&Value::Bool(true)) {
        schema.remove("nullable");
        if let Some(Value::String(kind)) = schema.get("type") {
            let kinds = json!([kind, "null"]);
            schema.insert("type".to_owned(), kinds);
        }
        if let Some(Value::Array(values)) = schema.get_mut("enum") {
            values.push(Value::Null);
        }
    }
    for (flag, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
        match schema.get(flag) {
            Some(Value::Bool(true)) => {
                schema.remove(flag);
                if let Some(limit) = schema.remove(bound) {
                    schema.insert(flag.to_owned(), limit);
                }
            }
            Some(Value::Bool(false)) => drop(schema.remove(flag)),
            _ => {}
        }
    }
}

/// `int32` and `int64` say how large a number may be (`OpenAPI` format registry).
fn bound_integers(schema: &mut Map<String, Value>) {
    let (least, most) = match schema.get("format").and_then(Value::as_str) {
        Some("int32") => (i64::from(i32::MIN), i64::from(i32::MAX)),
        Some("int64") => (i64::MIN, i64::MAX),
        _ => return,
    };
    for (name, limit) in [("minimum", least), ("maximum", most)] {
        schema.entry(name).or_insert_with(|| json!(limit));
    }
}

/// Whether something in a document may be a schema with a name of its own.
pub(super) fn has_names(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, value)| {
            matches!(name.as_str(), "$id" | "$anchor" | "$dynamicAnchor") || has_names(value)
        }),
        Value::Array(values) => values.iter().any(has_names),
        _ => false,
    }
}

/// Where the schemas of a document stand.
pub(super) fn schemas(value: &Value, place: &mut String, out: &mut Vec<String>) {
    let mut within = |name: &str, value: &Value, is_schema: bool| {
        let length = place.len();
        place.push('/');
        place.push_str(&escape(name));
        match value.as_object().filter(|_| name == "schemas") {
            _ if is_schema => out.push(place.clone()),
            Some(named) => out.extend(named.keys().map(|key| format!("{place}/{}", escape(key)))),
            None => schemas(value, place, out),
        }
        place.truncate(length);
    };
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| within(name, value, name == "schema"));
        }
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(at, value)| within(&at.to_string(), value, false));
        }
        _ => {}
    }
}
