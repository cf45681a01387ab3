//! From an `OpenAPI` document to compiled routes.
use super::parameter::{Parameter, Place, Shape, Style};
use super::route::Path;
use super::translate;
use super::validator::{Compiler, Draft, Graph, Resources, Validator};
use super::{Api, Demand, Operation, Problem, Schema};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// References that are followed one after the other.
pub(super) const REFERENCES_MAX: usize = 32;
/// Levels of a schema that are looked at for the types of texts.
const SHAPE_DEPTH_MAX: usize = 6;
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
    let (sent, answered) = (named(REQUEST, &request)?, named(RESPONSE, &response)?);
    let mut reader = Reader {
        document,
        request: (&request, Compiler::new(&sent)),
        response: (&response, Compiler::new(&answered)),
        problems: Vec::new(),
    };
    let mut api = reader.api();
    let Reader { request: (_, request), response: (_, response), mut problems, .. } = reader;
    match (request.finish(), response.finish()) {
        (Ok(request), Ok(response)) if problems.is_empty() => {
            bind(&mut api, (&Arc::new(request), &Arc::new(response)));
            Ok(api)
        }
        (request, response) => {
            for problem in [request.err(), response.err()].into_iter().flatten().flatten() {
                if !problems.contains(&problem) {
                    problems.push(problem);
                }
            }
            Err(problems)
        }
    }
}

/// A document with the names that its schemas have of their own.
fn named<'d>(uri: &str, document: &'d Value) -> Result<Resources<'d>, Vec<Problem>> {
    let mut resources = Resources::default();
    let number = resources.open(uri, document, Draft::D2020);
    if translate::has_names(document) {
        let mut places = Vec::new();
        translate::schemas(document, &mut String::new(), &mut places);
        for place in places {
            resources.add_within(number, &place).map_err(|problem| vec![problem])?;
        }
    }
    Ok(resources)
}

/// Gives every schema its graph, which is only whole when all are read.
fn bind(api: &mut Api, (request, response): (&Arc<Graph>, &Arc<Graph>)) {
    for (_, operation) in api.paths.iter_mut().flat_map(|path| &mut path.operations) {
        let parameters = operation.parameters.iter_mut().map(|parameter| &mut parameter.schema);
        let bodies = operation.bodies.iter_mut().flatten().map(|(_, schema)| schema);
        for schema in parameters.chain(bodies).flatten() {
            schema.validator.bind(request);
        }
        for (_, schema) in operation.responses.iter_mut().flat_map(|(_, content)| content) {
            schema.iter_mut().for_each(|schema| schema.validator.bind(response));
        }
    }
}

struct Reader<'r, 'd> {
    document: &'d Value,
    /// What is sent, and what is answered: the document as each sees it.
    request: (&'d Value, Compiler<'r, 'd>),
    response: (&'d Value, Compiler<'r, 'd>),
    problems: Vec<Problem>,
}

/// Which of the two a schema is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Request,
    Response,
}

impl<'d> Reader<'_, 'd> {
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
            let rank = path.rank();
            let at = paths.partition_point(|known: &Path| known.rank() <= rank);
            paths.insert(at, path);
        }
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
            let path = path.trim_end_matches('/');
            // The longest first.
            let is_before = |known: &String| (path.len(), known.as_str()) < (known.len(), path);
            if !bases.iter().any(|known| known == path) {
                bases.insert(bases.partition_point(is_before), path.to_owned());
            }
        }
        if bases.is_empty() {
            bases.push(String::new());
        }
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
            self.content(Way::Request, &at, body)
        });
        let mut responses = Vec::new();
        for (status, response) in object(operation.get("responses")) {
            let (at, response) = self.resolve(format!("{at}/responses/{}", escape(status)), response);
            responses.push((status.clone(), self.content(Way::Response, &at, response)));
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
        let schema = has_schema.then(|| self.schema(Way::Request, &schema_at));
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

    fn content(&mut self, way: Way, at: &str, owner: &'d Value) -> Vec<(String, Option<Schema>)> {
        let mut known = Vec::new();
        for (media_type, value) in object(owner.get("content")) {
            let schema_at = format!("{at}/content/{}/schema", escape(media_type));
            let schema = value.get("schema").map(|_| self.schema(way, &schema_at));
            let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            known.push((media_type, schema));
        }
        known
    }

    fn schema(&mut self, way: Way, at: &str) -> Schema {
        let (document, compiler) = match way {
            Way::Request => &mut self.request,
            Way::Response => &mut self.response,
        };
        let validator = Validator::unbound(compiler.schema(0, at));
        let shape = document.pointer(at).map(|schema| shape(document, schema, 0)).unwrap_or_default();
        Schema { validator, shape }
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
