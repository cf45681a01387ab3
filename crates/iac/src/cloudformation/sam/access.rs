//! Who may call a route of a SAM API.
//!
//! Source: AWS SAM Developer Guide, `ApiAuth`, `ApiFunctionAuth`, `HttpApiAuth`, `HttpApiFunctionAuth`;
//! API Gateway Developer Guide, "x-amazon-apigateway-authtype" and "x-amazon-apigateway-authorizer".
use model::{Data, Span, Tri, Value};

use crate::resource::Resource;

/// One event of type `Api` or `HttpApi`.
pub(super) struct Route<'a> {
    /// The API, when it is a resource of this application.
    pub api: Option<&'a Resource>,
    /// The event's own properties.
    pub event: &'a Value,
    pub method: &'a Value,
    pub path: &'a Value,
    pub at: Span,
}

/// How a route is reached, in the words of the schema of triggers.
pub(super) struct Access {
    pub exposure: Value,
    pub auth: Option<Value>,
}

impl Route<'_> {
    pub(super) fn access(&self) -> Access {
        if let Some(own) = self.event.path("Auth.Authorizer") {
            return self.by_authorizer(own);
        }
        let Some(api) = self.api.filter(|api| api.provider_type.starts_with("AWS::Serverless::")) else {
            return self.unknown(self.at, "the API is not described in this template");
        };
        let preflight = self.method.as_str() == Some("OPTIONS")
            && api.properties.path("Auth.AddDefaultAuthorizerToCorsPreflight").map(Value::truth)
                == Some(Tri::False);
        match api.properties.path("Auth.DefaultAuthorizer") {
            Some(default) if !preflight => self.by_authorizer(default),
            _ => self.without_authorizer(api),
        }
    }

    /// What the authorizer called so makes of the route.
    fn by_authorizer(&self, name: &Value) -> Access {
        let Some(text) = name.as_str() else {
            return self.unknown(name.at, "which authorizer is used is not known");
        };
        match text {
            "NONE" => match self.api {
                Some(api) => self.without_authorizer(api),
                None => self.open(name.at),
            },
            "AWS_IAM" => authenticated(name.at, "iam"),
            _ => {
                let authorizers = self.api.and_then(|api| api.properties.path("Auth.Authorizers"));
                let settings = authorizers.and_then(|authorizers| authorizers.get(text));
                match settings.and_then(authorizer_kind) {
                    Some(kind) => authenticated(name.at, kind),
                    // An authorizer stands there, though what it asks is not written here.
                    None => Access {
                        exposure: Value::text(name.at, "authenticated"),
                        auth: Some(Value::unknown(name.at, "the authorizer is not described", text)),
                    },
                }
            }
        }
    }

    fn without_authorizer(&self, api: &Resource) -> Access {
        let asks_key =
            self.event.path("Auth.ApiKeyRequired").or_else(|| api.properties.path("Auth.ApiKeyRequired"));
        let is_mutual = api.properties.path("Domain.MutualTlsAuthentication").is_some()
            && api.properties.get("DisableExecuteApiEndpoint").map(Value::truth) == Some(Tri::True);
        if let Some(endpoint) =
            api.properties.path("EndpointConfiguration.Type").filter(|kind| kind.is_unknown())
        {
            return self.unknown(endpoint.at, "whether the API is private is not known");
        }
        if is_private(api) {
            return Access {
                exposure: Value::text(self.at, "internal"),
                auth: Some(Value::text(self.at, "none")),
            };
        }
        if let Some(access) = self.api_definition(api) {
            return access;
        }
        let policy =
            self.event.path("Auth.ResourcePolicy").or_else(|| api.properties.path("Auth.ResourcePolicy"));
        match (asks_key, policy) {
            _ if is_mutual => authenticated(self.at, "mtls"),
            (_, Some(policy)) if policy.is_unknown() || limits_callers(policy) => {
                self.unknown(policy.at, "a resource policy limits who may call")
            }
            (Some(asks), _) if asks.truth() == Tri::True => authenticated(asks.at, "api-key"),
            (Some(asks), _) if asks.truth() == Tri::Unknown => {
                self.unknown(asks.at, "whether an API key is asked for is not known")
            }
            _ => self.open(self.at),
        }
    }

    /// What the API's own OpenAPI document asks of the caller on this route, when it asks anything.
    fn api_definition(&self, api: &Resource) -> Option<Access> {
        let body = api.properties.get("DefinitionBody")?;
        if !body.is_literal() && body.entries().is_empty() {
            return Some(self.unknown(body.at, "the API's definition is not known"));
        }
        let paths = body.get("paths")?;
        let route = self.path.as_str().and_then(|path| paths.get(path));
        let method = self.method.as_str().unwrap_or_default().to_ascii_lowercase();
        let operation = route
            .and_then(|route| route.get(&method).or_else(|| route.get("x-amazon-apigateway-any-method")));
        let security =
            operation.and_then(|operation| operation.get("security")).or_else(|| body.get("security"))?;
        let scheme = security.items().iter().flat_map(Value::entries).next()?;
        let schemes = body.get("securityDefinitions").or_else(|| body.path("components.securitySchemes"));
        let kind = schemes.and_then(|schemes| schemes.get(&scheme.key.text)).and_then(scheme_kind);
        Some(authenticated(security.at, kind.unwrap_or("custom")))
    }

    fn open(&self, at: Span) -> Access {
        Access { exposure: Value::text(at, "public"), auth: Some(Value::text(at, "none")) }
    }

    fn unknown(&self, at: Span, reason: &str) -> Access {
        Access { exposure: Value::unknown(at, reason, ""), auth: Some(Value::unknown(at, reason, "")) }
    }
}

fn authenticated(at: Span, auth: &str) -> Access {
    // An API key tells callers apart; it does not prove who they are.
    let exposure = if auth == "api-key" { "public" } else { "authenticated" };
    Access { exposure: Value::text(at, exposure), auth: Some(Value::text(at, auth)) }
}

/// What an entry of `Auth.Authorizers` asks of the caller.
fn authorizer_kind(settings: &Value) -> Option<&'static str> {
    let has = |name: &str| settings.get(name).is_some();
    if has("UserPoolArn") {
        Some("user-pool")
    } else if has("FunctionArn") {
        Some("custom")
    } else if has("JwtConfiguration") || has("OpenIdConnectUrl") {
        Some("jwt")
    } else {
        None
    }
}

/// What an OpenAPI security scheme asks of the caller.
fn scheme_kind(scheme: &Value) -> Option<&'static str> {
    let text = |path: &str| scheme.get(path).and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let authorizer = scheme.get("x-amazon-apigateway-authorizer");
    let of = authorizer.and_then(|authorizer| authorizer.get("type")).map(Value::display).unwrap_or_default();
    match (text("x-amazon-apigateway-authtype").as_str(), of.as_str(), text("type").as_str()) {
        ("awssigv4", ..) => Some("iam"),
        ("cognito_user_pools", ..) | (_, "cognito_user_pools", _) => Some("user-pool"),
        (_, "jwt", _) | (_, _, "oauth2" | "openidconnect") => Some("jwt"),
        (_, "request" | "token", _) | ("custom" | "oauth2", ..) => Some("custom"),
        (_, _, "apikey") => Some("api-key"),
        _ => None,
    }
}

/// Only reached from inside of a network.
fn is_private(api: &Resource) -> bool {
    let endpoint = api.properties.get("EndpointConfiguration");
    let kind = endpoint.and_then(|endpoint| endpoint.get("Type").or(Some(endpoint)));
    kind.is_some_and(|kind| kind.one_or_many().iter().any(|kind| kind.as_str() == Some("PRIVATE")))
}

/// Some rule of the resource policy lets only some callers through.
fn limits_callers(policy: &Value) -> bool {
    policy.entries().iter().any(|entry| {
        let name = entry.key.text.as_str();
        match name {
            "CustomStatements" => limits(&entry.value),
            _ => name.ends_with("Whitelist"),
        }
    })
}

/// Statements that all let everyone in without a condition limit nobody.
fn limits(statements: &Value) -> bool {
    let open = |statement: &Value| {
        let everyone = statement.get("Principal").and_then(Value::as_str) == Some("*")
            || statement.path("Principal.AWS").and_then(Value::as_str) == Some("*");
        let allows = statement.get("Effect").and_then(Value::as_str) == Some("Allow");
        allows && everyone && statement.get("Condition").is_none()
    };
    !statements.one_or_many().iter().all(open)
}

/// The origins that the API's `Cors` lets in. SAM keeps them in single quotes.
pub(super) fn cors_origins(api: &Resource) -> Option<Value> {
    let cors = api.properties.get("Cors").or_else(|| api.properties.get("CorsConfiguration"))?;
    let origins = match &cors.data {
        Data::Map(_) => cors.get("AllowOrigin").or_else(|| cors.get("AllowOrigins"))?,
        Data::Bool(_) | Data::Null => return None,
        _ => cors,
    };
    let plain = |origin: &Value| match origin.as_str() {
        Some(text) => Value::text(origin.at, text.trim_matches('\'')),
        None => origin.clone(),
    };
    Some(Value::new(origins.at, Data::List(origins.one_or_many().iter().map(plain).collect())))
}
