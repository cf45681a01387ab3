//! From an `OpenAPI` document to compiled routes.
use super::parameter::{Parameter, Place, Shape, Style};
use super::route::Path;
use super::translate;
use super::{Api, Demand, Operation, Problem, Schema};
use jsonschema::{Draft, PatternOptions, Registry};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// References that are followed one after the other.
pub(super) const REFERENCES_MAX: usize = 32;
/// Levels of a schema that are looked at for the types of texts.
const SHAPE_DEPTH_MAX: usize = 6;
/// Steps that a pattern with look-around may take on one value.
const PATTERN_STEPS_MAX: usize = 50_000;
const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
const REQUEST: &str = "https://api.invalid/request";
const RESPONSE: &str = "https://api.invalid/response";

pub(super) fn read(document: &Value) -> Result<Api, Vec<Problem>> {
    let problem =
        |place: &str, message: &str| Problem { place: place.to_owned(), message: message.to_owned() };
    let version = document.get("openapi").and_then(Value::as_str).unwrap_or_default();
    if !version.starts_with("3.0") && !version.starts_with("3.1") {
        return Err(vec![problem("/openapi", "the document is no OpenAPI 3.0 or 3.1")]);
    }
    let is_30 = version.starts_with("3.0");
    let build =
        |hidden: &'static str| translate::translated(document, is_30, hidden).map_err(|found| vec![found]);
    let (request, response) = (build("readOnly")?, build("writeOnly")?);
    let registry = Registry::new().draft(Draft::Draft202012).add(REQUEST, &request);
    let registry = registry
        .and_then(|registry| registry.add(RESPONSE, &response))
        .and_then(|registry| registry.prepare());
    let registry = registry.map_err(|error| vec![problem("", &error.to_string())])?;
    let mut reader = Reader {
        document,
        request: &request,
        response: &response,
        registry: &registry,
        problems: Vec::new(),
    };
    let api = reader.api();
    if reader.problems.is_empty() { Ok(api) } else { Err(reader.problems) }
}

struct Reader<'d> {
    document: &'d Value,
    request: &'d Value,
    response: &'d Value,
    registry: &'d Registry<'d>,
    problems: Vec<Problem>,
}

impl<'d> Reader<'d> {
    fn api(&mut self) -> Api {
        let mut paths = Vec::new();
        for (template, item) in object(self.document.get("paths")) {
            if !template.starts_with('/') {
                continue;
            }
            let at = format!("/paths/{}", escape(template));
            let (at, item) = self.resolve(at, item);
            let mut path = Path::new(template);
            for method in METHODS {
                if let Some(operation) = item.get(method) {
                    let operation = self.operation(&at, item, (&format!("{at}/{method}"), operation));
                    path.operations.push((method.to_ascii_uppercase(), operation));
                }
            }
            paths.push(path);
        }
        paths.sort_by_key(Path::rank);
        Api { bases: self.bases(), paths }
    }

    fn bases(&self) -> Vec<String> {
        let mut bases: Vec<String> = Vec::new();
        for server in array(self.document.get("servers")) {
            let mut url = server.get("url").and_then(Value::as_str).unwrap_or_default().to_owned();
            for (name, variable) in object(server.get("variables")) {
                let default = variable.get("default").and_then(Value::as_str).unwrap_or_default();
                url = url.replace(&format!("{{{name}}}"), default);
            }
            let path = match url.split_once("://") {
                Some((_, rest)) => rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or_default(),
                None => url.as_str(),
            };
            bases.push(path.trim_end_matches('/').to_owned());
        }
        if bases.is_empty() {
            bases.push(String::new());
        }
        // The longest first.
        bases.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        bases.dedup();
        bases
    }

    fn operation(&mut self, path_at: &str, item: &'d Value, (at, operation): (&str, &'d Value)) -> Operation {
        let mut parameters: Vec<Parameter> = Vec::new();
        // Those of the operation replace those of the path.
        for (base, owner) in [(at, operation), (path_at, item)] {
            for (index, parameter) in array(owner.get("parameters")).enumerate() {
                let (at, parameter) = self.resolve(format!("{base}/parameters/{index}"), parameter);
                let Some(parameter) = self.parameter(&at, parameter) else { continue };
                if !parameters
                    .iter()
                    .any(|known| known.name == parameter.name && known.place == parameter.place)
                {
                    parameters.push(parameter);
                }
            }
        }
        let mut body_required = false;
        let bodies = operation.get("requestBody").map(|body| {
            let (at, body) = self.resolve(format!("{at}/requestBody"), body);
            body_required = body.get("required").and_then(Value::as_bool).unwrap_or_default();
            self.content(REQUEST, &at, body)
        });
        let mut responses = Vec::new();
        for (status, response) in object(operation.get("responses")) {
            let (at, response) = self.resolve(format!("{at}/responses/{}", escape(status)), response);
            responses.push((status.clone(), self.content(RESPONSE, &at, response)));
        }
        let security = operation.get("security").or_else(|| self.document.get("security"));
        let demand = |value: &Value| -> Demand {
            let scopes =
                |scopes: &Value| array(Some(scopes)).filter_map(Value::as_str).map(str::to_owned).collect();
            object(Some(value)).map(|(name, value)| (name.clone(), scopes(value))).collect()
        };
        let security = array(security).map(demand).collect();
        Operation { parameters, body_required, bodies, responses, security }
    }

    fn parameter(&mut self, at: &str, parameter: &'d Value) -> Option<Parameter> {
        let text = |key: &str| parameter.get(key).and_then(Value::as_str);
        let (Some(name), Some(place)) = (text("name"), text("in")) else {
            self.problem(at, "a parameter needs `name` and `in`");
            return None;
        };
        let place = match place {
            "query" => Place::Query,
            "header"
                if ["accept", "content-type", "authorization"]
                    .iter()
                    .any(|known| name.eq_ignore_ascii_case(known)) =>
            {
                return None;
            }
            "header" => Place::Header,
            "path" => Place::Path,
            "cookie" => Place::Cookie,
            _ => {
                self.problem(at, "`in` is none of query, header, path and cookie");
                return None;
            }
        };
        let default = if matches!(place, Place::Query | Place::Cookie) { "form" } else { "simple" };
        let style = match text("style").unwrap_or(default) {
            "form" => Style::Form,
            "simple" => Style::Simple,
            "label" => Style::Label,
            "matrix" => Style::Matrix,
            "spaceDelimited" => Style::Space,
            "pipeDelimited" => Style::Pipe,
            "deepObject" => Style::DeepObject,
            _ => {
                self.problem(at, "the style is not known");
                return None;
            }
        };
        let explode = parameter.get("explode").and_then(Value::as_bool).unwrap_or(style == Style::Form);
        let content = object(parameter.get("content")).next();
        let schema_at = match content {
            Some((media_type, _)) => format!("{at}/content/{}/schema", escape(media_type)),
            None => format!("{at}/schema"),
        };
        let has_schema = content.map_or(parameter, |(_, value)| value).get("schema").is_some();
        let schema = if has_schema { self.schema(REQUEST, &schema_at) } else { None };
        let required =
            place == Place::Path || parameter.get("required").and_then(Value::as_bool).unwrap_or_default();
        Some(Parameter {
            name: name.to_owned(),
            place,
            required,
            style,
            explode,
            is_json: content.is_some(),
            schema,
        })
    }

    fn content(&mut self, base: &str, at: &str, owner: &'d Value) -> Vec<(String, Option<Schema>)> {
        let mut known = Vec::new();
        for (media_type, value) in object(owner.get("content")) {
            let schema_at = format!("{at}/content/{}/schema", escape(media_type));
            let schema = if value.get("schema").is_some() { self.schema(base, &schema_at) } else { None };
            let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            known.push((media_type, schema));
        }
        known
    }

    fn schema(&mut self, base: &str, at: &str) -> Option<Schema> {
        let translated = if base == REQUEST { self.request } else { self.response };
        let reference = json!({ "$ref": format!("{base}#{}", fragment(at)) });
        let options = || {
            jsonschema::options()
                .with_draft(Draft::Draft202012)
                .with_registry(self.registry)
                .should_validate_formats(true)
                .offline()
        };
        let linear = options().with_pattern_options(PatternOptions::regex()).build(&reference);
        let bounded = || {
            options()
                .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(PATTERN_STEPS_MAX))
                .build(&reference)
        };
        match linear.or_else(|_| bounded()) {
            Ok(validator) => {
                let shape =
                    translated.pointer(at).map(|schema| shape(translated, schema, 0)).unwrap_or_default();
                Some(Schema { validator, shape })
            }
            Err(error) => {
                self.problem(at, &format!("the schema cannot be used: {error}"));
                None
            }
        }
    }

    /// Follows references of the document.
    fn resolve(&mut self, at: String, value: &'d Value) -> (String, &'d Value) {
        let (mut at, mut value) = (at, value);
        for _ in 0..REFERENCES_MAX {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return (at, value) };
            let target =
                pointer(reference).and_then(|pointer| Some((self.document.pointer(&pointer)?, pointer)));
            let Some((target, pointer)) = target else {
                self.problem(&at, "the reference leads out of the document, or nowhere");
                return (at, &Value::Null);
            };
            (at, value) = (pointer, target);
        }
        self.problem(&at, "references go in a circle");
        (at, &Value::Null)
    }

    fn problem(&mut self, place: &str, message: &str) {
        self.problems.push(Problem { place: place.to_owned(), message: message.to_owned() });
    }
}

fn shape(document: &Value, schema: &Value, depth: usize) -> Shape {
    let mut shape_of = Shape::default();
    collect(document, schema, depth, &mut shape_of);
    shape_of
}

fn collect(document: &Value, schema: &Value, depth: usize, out: &mut Shape) {
    if depth > SHAPE_DEPTH_MAX {
        return;
    }
    if let Some(target) =
        schema.get("$ref").and_then(Value::as_str).and_then(|text| document.pointer(&pointer(text)?))
    {
        collect(document, target, depth + 1, out);
    }
    let kinds = schema.get("type");
    for kind in kinds.and_then(Value::as_str).into_iter().chain(array(kinds).filter_map(Value::as_str)) {
        match kind {
            "integer" | "number" => out.number = true,
            "boolean" => out.boolean = true,
            "string" => out.string = true,
            "null" => out.null = true,
            "array" => {
                let item =
                    schema.get("items").map(|items| shape(document, items, depth + 1)).unwrap_or_default();
                out.array = Some(Box::new(item));
            }
            "object" => drop(out.object.get_or_insert_with(BTreeMap::new)),
            _ => {}
        }
    }
    for (name, property) in object(schema.get("properties")) {
        let property = shape(document, property, depth + 1);
        out.object.get_or_insert_with(BTreeMap::new).insert(name.clone(), property);
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for part in array(schema.get(key)) {
            collect(document, part, depth + 1, out);
        }
    }
}

pub(super) fn object(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}

fn array(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

/// A name within a JSON pointer (RFC 6901).
pub(super) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The JSON pointer of a reference within the document.
pub(super) fn pointer(reference: &str) -> Option<String> {
    reference.strip_prefix('#').map(super::parameter::decode)
}

/// A JSON pointer within a URI (RFC 6901, 6).
fn fragment(pointer: &str) -> String {
    let mut out = String::with_capacity(pointer.len());
    for byte in pointer.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
