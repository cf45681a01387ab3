//! OpenAPI documents with Amazon's extensions, and SAM's `Auth`: every path and method a route.
//!
//! Source: Amazon API Gateway developer guide, "OpenAPI extensions for API Gateway".
use std::collections::BTreeMap;

use model::{Data, Entry, Kind, NodeId, PolicyOrigin, ProblemKind, Relation, Value};

use super::{reference, text};
use crate::lower::{Lowering, Site, embedded, read_policy};
use crate::reader::Reader;

/// The provider type of a route that stands in an OpenAPI document.
const OPERATION: &str = "openapi::Operation";
/// The provider type of an authorizer that stands in an OpenAPI document or in SAM's `Auth`.
const SCHEME: &str = "openapi::SecurityScheme";

const METHODS: &[&str] =
    &["get", "put", "post", "delete", "options", "head", "patch", "trace", "x-amazon-apigateway-any-method"];

pub(super) fn add_routes(lowering: &mut Lowering<'_>, reader: &mut Reader<'_>) {
    let apis: Vec<NodeId> = lowering.app.all(Kind::Api).map(|node| node.id).collect();
    for api in apis {
        let schemes = sam_authorizers(lowering, api);
        if let Some(document) = document(lowering, reader, api) {
            Definition { lowering, api, schemes }.read(&document);
        }
    }
}

/// The API's OpenAPI document: in the template, in a string, or in a file beside it.
fn document(lowering: &Lowering<'_>, reader: &mut Reader<'_>, api: NodeId) -> Option<Value> {
    let node = lowering.node(api)?;
    if let Some(body) = node.get("definition") {
        if let Some(parsed) = embedded(body) {
            return Some(parsed);
        }
        let include = body.path("Fn::Transform.Parameters.Location").and_then(Value::as_str);
        return match include {
            Some(path) => from_file(reader, body, path).or_else(|| Some(body.clone())),
            None => Some(body.clone()),
        };
    }
    let file = node.get("definition_file")?.clone();
    let path = file.as_str()?;
    from_file(reader, &file, path)
}

fn from_file(reader: &mut Reader<'_>, at: &Value, path: &str) -> Option<Value> {
    if path.contains("://") {
        let message = format!("the API definition `{path}` is not in this folder");
        reader.problem_at(ProblemKind::Unresolved, at.at, message, "keep the definition beside the template");
        return None;
    }
    let template = reader.path(at.at.file);
    let folder = template.rsplit_once('/').map_or("", |(folder, _)| folder);
    let joined = join(folder, path)?;
    reader.document(&joined)
}

/// `folder` and `path` as one path without `.` and `..`; `None` when it leaves the project.
fn join(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// How a security scheme knows the caller, and the authorizer node behind it.
#[derive(Clone)]
struct Scheme {
    auth: &'static str,
    authorizer: Option<String>,
}

type Schemes = BTreeMap<String, Scheme>;

/// SAM's `Auth.Authorizers`, as nodes.
fn sam_authorizers(lowering: &mut Lowering<'_>, api: NodeId) -> Schemes {
    let mut schemes = Schemes::new();
    let Some(node) = lowering.node(api) else { return schemes };
    let Some(authorizers) = node.get("authorizers").cloned() else { return schemes };
    for entry in authorizers.entries().iter().filter(|entry| !entry.value.entries().is_empty()) {
        let settings = &entry.value;
        let found = |path: &str| settings.path(path).cloned();
        let (auth, kind) = if settings.get("UserPoolArn").is_some() {
            ("user-pool", "COGNITO_USER_POOLS")
        } else if settings.get("JwtConfiguration").is_some() {
            ("jwt", "JWT")
        } else {
            ("custom", "REQUEST")
        };
        let attrs = [
            ("type", Some(text(settings, kind))),
            ("function", found("FunctionArn")),
            ("user_pools", found("UserPoolArn")),
            ("issuer", found("JwtConfiguration.issuer").or_else(|| found("JwtConfiguration.Issuer"))),
            ("audience", found("JwtConfiguration.audience").or_else(|| found("JwtConfiguration.Audience"))),
            ("identity_source", found("IdentitySource").or_else(|| found("Identity"))),
            ("cache_seconds", found("Identity.ReauthorizeEvery")),
            ("validation", found("Identity.ValidationExpression")),
            ("role", found("FunctionInvokeRole")),
        ];
        let name = add_authorizer(lowering, api, entry, attrs);
        schemes.insert(entry.key.text.clone(), Scheme { auth, authorizer: Some(name) });
    }
    schemes
}

fn add_authorizer<const N: usize>(
    lowering: &mut Lowering<'_>,
    api: NodeId,
    entry: &Entry,
    attrs: [(&'static str, Option<Value>); N],
) -> String {
    let owner = lowering.node(api).map_or_else(String::new, |node| node.name.clone());
    let name = format!("{owner} {}", entry.key.text);
    let span = entry.key.at.to(entry.value.at);
    let id = lowering.add(Kind::Authorizer, &name, SCHEME, Site { block: span, name: entry.key.at });
    inherit(lowering, id, api);
    lowering.set(id, "name", Value::text(entry.key.at, &entry.key.text));
    lowering.set(id, "api", reference(&entry.value, &owner));
    lowering.edge(id, Relation::PartOf, api, entry.key.at);
    for (attr, value) in attrs {
        let Some(value) = value else { continue };
        if let (Some(relation), Some(to)) =
            (model::schema::relation(Kind::Authorizer, attr), lowering.target(&value))
        {
            lowering.edge(id, relation, to, value.at);
        }
        lowering.set(id, attr, value);
    }
    name
}

/// A part written inside its API: owned by it, with the API's suppressions.
pub(super) fn inherit(lowering: &mut Lowering<'_>, part: NodeId, api: NodeId) {
    let skips = lowering.node(api).map_or_else(Vec::new, |node| node.skips.clone());
    if let Some(node) = lowering.node_mut(part) {
        node.owner = Some(api);
        node.skips = skips;
    }
}

/// One OpenAPI document being read.
struct Definition<'l, 'a> {
    lowering: &'l mut Lowering<'a>,
    api: NodeId,
    schemes: Schemes,
}

impl Definition<'_, '_> {
    fn read(&mut self, document: &Value) {
        let schemes =
            document.path("components.securitySchemes").or_else(|| document.get("securityDefinitions"));
        for entry in schemes.map_or(&[][..], Value::entries) {
            self.scheme(entry);
        }
        self.settings(document);
        for path in document.get("paths").map_or(&[][..], Value::entries) {
            for operation in path.value.entries() {
                if METHODS.contains(&operation.key.text.to_ascii_lowercase().as_str()) {
                    self.operation(document, path, operation);
                }
            }
        }
    }

    /// A security scheme. Without Amazon's extension API Gateway takes no notice of it, except for API keys.
    fn scheme(&mut self, entry: &Entry) {
        let settings = &entry.value;
        let kind = settings.get("x-amazon-apigateway-authtype").and_then(Value::as_str).unwrap_or_default();
        let authorizer = settings.get("x-amazon-apigateway-authorizer");
        let auth = match authorizer.and_then(|value| value.get("type")).and_then(Value::as_str) {
            Some("jwt") => "jwt",
            Some("cognito_user_pools") => "user-pool",
            Some(_) => "custom",
            None if kind.eq_ignore_ascii_case("awsSigv4") => "iam",
            None if kind.eq_ignore_ascii_case("cognito_user_pools") => "user-pool",
            None if authorizer.is_some() => "custom",
            None if settings.get("type").and_then(Value::as_str) == Some("apiKey") && is_key(settings) => {
                "api-key"
            }
            None => "none",
        };
        let name = authorizer.map(|value| {
            let found = |path: &str| value.path(path).cloned();
            let attrs = [
                ("type", found("type").map(|kind| text(&kind, &kind.display().to_ascii_uppercase()))),
                ("function", found("authorizerUri")),
                ("user_pools", found("providerARNs")),
                ("issuer", found("jwtConfiguration.issuer")),
                ("audience", found("jwtConfiguration.audience")),
                ("identity_source", found("identitySource")),
                ("cache_seconds", found("authorizerResultTtlInSeconds")),
                ("validation", found("identityValidationExpression")),
                ("role", found("authorizerCredentials")),
            ];
            add_authorizer(self.lowering, self.api, entry, attrs)
        });
        self.schemes.insert(entry.key.text.clone(), Scheme { auth, authorizer: name });
    }

    /// What the document says of the whole API, where the template does not.
    fn settings(&mut self, document: &Value) {
        const ATTRS: &[(&str, &str)] = &[
            ("cors", "x-amazon-apigateway-cors"),
            ("cors_origins", "x-amazon-apigateway-cors.allowOrigins"),
            ("cors_credentials", "x-amazon-apigateway-cors.allowCredentials"),
            ("cors_methods", "x-amazon-apigateway-cors.allowMethods"),
            ("cors_headers", "x-amazon-apigateway-cors.allowHeaders"),
            ("cors_exposed", "x-amazon-apigateway-cors.exposeHeaders"),
            ("cors_max_age", "x-amazon-apigateway-cors.maxAge"),
            ("key_source", "x-amazon-apigateway-api-key-source"),
            ("openapi", "openapi"),
            ("components", "components"),
        ];
        for (attr, path) in ATTRS {
            let missing = self.lowering.node(self.api).is_some_and(|node| !node.has(attr));
            if let Some(value) = document.path(path).filter(|_| missing) {
                self.lowering.set(self.api, attr, value.clone());
            }
        }
        if let Some(policy) = document.get("x-amazon-apigateway-policy") {
            let policy = read_policy("", policy, PolicyOrigin::Resource);
            if let Some(node) = self.lowering.node_mut(self.api) {
                node.resource_policies.push(policy);
            }
        }
    }

    fn operation(&mut self, document: &Value, path: &Entry, operation: &Entry) {
        let Some(owner) = self.lowering.node(self.api).map(|node| node.name.clone()) else { return };
        let method = match operation.key.text.as_str() {
            "x-amazon-apigateway-any-method" => "ANY".to_owned(),
            other => other.to_ascii_uppercase(),
        };
        let (key, settings) = (operation.key.at, &operation.value);
        let name = format!("{owner} {method} {}", path.key.text);
        let id = self.lowering.add(
            Kind::ApiRoute,
            &name,
            OPERATION,
            Site { block: key.to(settings.at), name: key },
        );
        inherit(self.lowering, id, self.api);
        let scheme = self.auth(document, settings, &method);
        let validator = "x-amazon-apigateway-request-validator";
        let attrs = [
            ("method", Some(Value::text(key, method))),
            ("path", Some(Value::text(path.key.at, &path.key.text))),
            ("auth", Some(Value::text(settings.get("security").map_or(key, |value| value.at), scheme.auth))),
            ("validator", settings.get(validator).or_else(|| document.get(validator)).cloned()),
            ("integration_type", settings.path("x-amazon-apigateway-integration.type").map(upper)),
            ("connection", settings.path("x-amazon-apigateway-integration.connectionId").cloned()),
            ("models", settings.get("requestBody").cloned()),
            ("parameters", settings.get("parameters").cloned()),
            ("path_parameters", path.value.get("parameters").cloned()),
        ];
        for (attr, value) in attrs {
            if let Some(value) = value {
                self.lowering.set(id, attr, value);
            }
        }
        if scheme.auth == "api-key" {
            self.lowering.set(id, "api_key_required", Value::new(key, Data::Bool(true)));
        }
        self.lowering.set(id, "api", reference(settings, &owner));
        self.lowering.edge(id, Relation::PartOf, self.api, key);
        if let Some(uri) = settings.path("x-amazon-apigateway-integration.uri") {
            if let Some(function) = self.lowering.target(uri) {
                self.lowering.edge(id, Relation::Invokes, function, uri.at);
            }
            self.lowering.set(id, "integration", uri.clone());
        }
        if let Some(to) = scheme.authorizer.as_deref().and_then(|name| self.lowering.find(name)) {
            self.lowering.edge(id, Relation::Uses, to, key);
        }
    }

    /// What an operation asks about its caller: its own words, then the document's, then SAM's default.
    fn auth(&self, document: &Value, operation: &Value, method: &str) -> Scheme {
        let open = Scheme { auth: "none", authorizer: None };
        let extension = operation.path("x-amazon-apigateway-auth.type").and_then(Value::as_str);
        if let Some(kind) = extension.filter(|kind| !kind.eq_ignore_ascii_case("NONE")) {
            return Scheme { auth: super::auth_word(kind), authorizer: None };
        }
        let security = operation.get("security").or_else(|| document.get("security"));
        let mut strongest = open.clone();
        for requirement in security.map_or(&[][..], Value::items) {
            for entry in requirement.entries() {
                let scheme = self.schemes.get(&entry.key.text).cloned().unwrap_or_else(|| open.clone());
                if rank(scheme.auth) > rank(strongest.auth) {
                    strongest = scheme;
                }
            }
        }
        if strongest.auth != "none" || extension.is_some() {
            return strongest;
        }
        let Some(api) = self.lowering.node(self.api) else { return strongest };
        // SAM adds its default to every operation that names no authorizer of its own.
        match api.get("default_authorizer").map(Value::display) {
            Some(name) if name == "AWS_IAM" => Scheme { auth: "iam", authorizer: None },
            Some(name) if method != "OPTIONS" => {
                self.schemes.get(&name).cloned().unwrap_or(Scheme { auth: "custom", authorizer: None })
            }
            _ if api.flag("api_key_required").is_true() => Scheme { auth: "api-key", authorizer: None },
            _ => strongest,
        }
    }
}

/// An API key is not an identity: an authorizer beside it counts for more.
fn rank(auth: &str) -> u8 {
    match auth {
        "none" => 0,
        "api-key" => 1,
        _ => 2,
    }
}

fn is_key(scheme: &Value) -> bool {
    scheme.get("name").and_then(Value::as_str).is_some_and(|name| name.eq_ignore_ascii_case("x-api-key"))
}

fn upper(value: &Value) -> Value {
    text(value, &value.display().to_ascii_uppercase())
}
