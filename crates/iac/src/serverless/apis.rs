//! The APIs that the framework makes for events, with the provider's settings.
//!
//! Source: Serverless Framework documentation, "API Gateway", "HTTP API", "Websocket".
use model::{Data, Entry, Span, Value};

use super::build::{Properties, alphanumeric, arn_by_name, arn_of, entry_of, list, map, reference, set};
use super::events::Needs;
use super::service::Service;
use super::template::{Origin, Template};

pub(super) const REST: &str = "ApiGatewayRestApi";
pub(super) const REST_STAGE: &str = "ApiGatewayStage";
pub(super) const HTTP: &str = "HttpApi";
pub(super) const WEBSOCKET: &str = "WebsocketsApi";

/// Adds the APIs that events need and that are not named by their id.
pub(super) fn add(service: &Service, template: &mut Template, needs: &Needs) {
    if let Some(at) = needs.rest.filter(|_| service.setting("apiGateway.restApiId").is_none()) {
        rest(service, template, at);
        rest_stage(service, template, at);
        rest_authorizers(service, template);
        usage(service, template);
    }
    if let Some(at) = needs.http.filter(|_| service.setting("httpApi.id").is_none()) {
        http(service, template, at);
        http_authorizers(service, template);
    }
    if let Some(at) = needs.websocket.filter(|_| service.setting("apiGateway.websocketApiId").is_none()) {
        websocket(service, template, at);
    }
}

/// Where an API is configured: the setting, else the first event that needs it.
fn origin(setting: Option<&Entry>, first_event: Span) -> Origin {
    setting.map_or_else(|| Origin::implied_by(first_event), Origin::entry)
}

fn rest(service: &Service, template: &mut Template, at: Span) {
    let origin = origin(service.entry("apiGateway"), at).construct("provider.apiGateway");
    let mut properties = Properties::default();
    let name = service.setting("apiName").cloned();
    let name = name.unwrap_or_else(|| {
        Value::text(origin.name_at, format!("{}-{}", service.stage.display(), service.name))
    });
    properties.put("Name", Some(name));
    properties.copy(
        &service.provider,
        &[
            ("Description", "apiGateway.description"),
            ("DisableExecuteApiEndpoint", "apiGateway.disableDefaultEndpoint"),
            ("BinaryMediaTypes", "apiGateway.binaryMediaTypes"),
            ("MinimumCompressionSize", "apiGateway.minimumCompressionSize"),
            ("ApiKeySourceType", "apiGateway.apiKeySourceType"),
            ("EndpointConfiguration.VpcEndpointIds", "vpcEndpointIds"),
        ],
    );
    if let Some(endpoint) =
        service.setting("endpointType").or_else(|| service.setting("apiGateway.endpoint.type"))
    {
        let spelt = endpoint.as_str().map(|text| Value::text(endpoint.at, text.to_ascii_uppercase()));
        let spelt = spelt.unwrap_or_else(|| endpoint.clone());
        properties.put("EndpointConfiguration.Types", Some(list(endpoint.at, vec![spelt])));
    }
    let policy = service.setting("apiGateway.resourcePolicy").or_else(|| service.setting("resourcePolicy"));
    if let Some(statements) = policy {
        let version = ("Version", Value::text(statements.at, "2012-10-17"));
        properties.put("Policy", Some(map(statements.at, [version, ("Statement", statements.clone())])));
    }
    template.add(REST, "AWS::ApiGateway::RestApi", origin, properties);
}

fn rest_stage(service: &Service, template: &mut Template, at: Span) {
    let logs = service.setting("logs.restApi").filter(|logs| !is_off(logs));
    let log_place = entry_of(&service.provider, "logs").and_then(|logs| entry_of(&logs.value, "restApi"));
    let setting = log_place.or_else(|| service.entry("apiGateway"));
    let origin = origin(setting, at).construct("provider.logs.restApi");
    let mut properties = Properties::default();
    properties.put("RestApiId", Some(reference(origin.name_at, REST)));
    properties.put("StageName", Some(service.setting("apiGateway.stage").unwrap_or(&service.stage).clone()));
    properties.copy(&service.provider, &[("TracingEnabled", "tracing.apiGateway")]);
    let mut method = Properties::default();
    if let Some(logs) = logs {
        if !set(logs, "accessLogging").is_some_and(is_off) {
            properties
                .put("AccessLogSetting", Some(access_log(logs, template, service, "ApiGatewayLogGroup")));
        }
        if !set(logs, "executionLogging").is_some_and(is_off) {
            let level = set(logs, "level").cloned().unwrap_or_else(|| Value::text(logs.at, "INFO"));
            method.put("LoggingLevel", Some(level));
            let data = set(logs, "fullExecutionData").cloned();
            method
                .put("DataTraceEnabled", Some(data.unwrap_or_else(|| Value::new(logs.at, Data::Bool(true)))));
        }
    }
    method.copy(&service.provider, &[("MetricsEnabled", "apiGateway.metrics")]);
    let method = method.value(origin.span);
    if let Some(first) = method.entries().first().map(|entry| entry.value.at) {
        let mut all = method.clone();
        if let Data::Map(entries) = &mut all.data {
            entries.extend(["HttpMethod", "ResourcePath"].map(|name| {
                let text = if name == "HttpMethod" { "*" } else { "/*" };
                super::build::entry(name, Value::text(first, text))
            }));
        }
        properties.put("MethodSettings", Some(list(first, vec![all])));
    }
    template.add(REST_STAGE, "AWS::ApiGateway::Stage", origin, properties);
}

fn is_off(value: &Value) -> bool {
    value.truth().is_false() && value.entries().is_empty()
}

/// The access log setting, and the log group that it needs.
fn access_log(logs: &Value, template: &mut Template, service: &Service, group: &str) -> Value {
    let mut made = Properties::default();
    let kind = group.trim_end_matches("LogGroup");
    made.text("LogGroupName", logs.at, format!("/aws/{}/{}", kind.to_ascii_lowercase(), service.prefix()));
    made.copy(&service.provider, &[("RetentionInDays", "logRetentionInDays")]);
    template.add(group, "AWS::Logs::LogGroup", Origin::implied_by(logs.at), made);
    let destination = arn_of(logs.at, group);
    let mut setting = Properties::default();
    setting.put("DestinationArn", Some(destination));
    let format = set(logs, "format").cloned();
    setting
        .put("Format", Some(format.unwrap_or_else(|| Value::text(logs.at, "requestId: $context.requestId"))));
    setting.value(logs.at)
}

fn http(service: &Service, template: &mut Template, at: Span) {
    let origin = origin(service.entry("httpApi"), at).construct("provider.httpApi");
    let mut properties = Properties::default();
    let name = service.setting("httpApi.name").cloned();
    let name = name.unwrap_or_else(|| {
        Value::text(origin.name_at, format!("{}-{}", service.stage.display(), service.name))
    });
    properties.put("Name", Some(name));
    properties.text("ProtocolType", origin.name_at, "HTTP");
    properties.copy(&service.provider, &[("DisableExecuteApiEndpoint", "httpApi.disableDefaultEndpoint")]);
    properties.put("CorsConfiguration", service.setting("httpApi.cors").and_then(cors));
    template.add(HTTP, "AWS::ApiGatewayV2::Api", origin, properties);

    let logs = service.setting("logs.httpApi").filter(|logs| !is_off(logs));
    let place = entry_of(&service.provider, "logs").and_then(|logs| entry_of(&logs.value, "httpApi"));
    let origin = self::origin(place.or_else(|| service.entry("httpApi")), at).construct("provider.logs");
    let mut stage = Properties::default();
    stage.put("ApiId", Some(reference(origin.name_at, HTTP)));
    stage.text("StageName", origin.name_at, "$default");
    stage.flag("AutoDeploy", origin.name_at, true);
    stage.put("AccessLogSettings", logs.map(|logs| access_log(logs, template, service, "HttpApiLogGroup")));
    stage.copy(&service.provider, &[("DefaultRouteSettings.DetailedMetricsEnabled", "httpApi.metrics")]);
    template.add("HttpApiStage", "AWS::ApiGatewayV2::Stage", origin, stage);
}

fn websocket(service: &Service, template: &mut Template, at: Span) {
    let mut properties = Properties::default();
    let name = service.setting("websocketsApiName").cloned();
    let name = name.unwrap_or_else(|| Value::text(at, format!("{}-websockets", service.prefix())));
    properties.put("Name", Some(name));
    properties.text("ProtocolType", at, "WEBSOCKET");
    let origin = origin(service.entry("websocket"), at);
    template.add(WEBSOCKET, "AWS::ApiGatewayV2::Api", origin, properties);

    let logs = service.setting("logs.websocket").filter(|logs| !is_off(logs));
    let place = entry_of(&service.provider, "logs").and_then(|logs| entry_of(&logs.value, "websocket"));
    let mut stage = Properties::default();
    stage.put("ApiId", Some(reference(at, WEBSOCKET)));
    stage.put("StageName", Some(service.stage.clone()));
    if let Some(logs) = logs {
        stage.put("AccessLogSettings", Some(access_log(logs, template, service, "WebsocketsLogGroup")));
        stage.copy(
            logs,
            &[
                ("DefaultRouteSettings.LoggingLevel", "level"),
                ("DefaultRouteSettings.DataTraceEnabled", "fullExecutionData"),
            ],
        );
    }
    let origin = self::origin(place, at);
    template.add("WebsocketsDeploymentStage", "AWS::ApiGatewayV2::Stage", origin, stage);
}

/// `cors: true` or its settings, as CloudFormation writes them.
pub(super) fn cors(cors: &Value) -> Option<Value> {
    if matches!(cors.data, Data::Bool(false)) {
        return None;
    }
    if cors.entries().is_empty() && !matches!(cors.data, Data::Bool(_)) {
        return Some(cors.clone());
    }
    let mut made = Properties::default();
    made.copy(
        cors,
        &[
            ("AllowOrigins", "allowedOrigins"),
            ("AllowHeaders", "allowedHeaders"),
            ("AllowMethods", "allowedMethods"),
            ("AllowCredentials", "allowCredentials"),
            ("ExposeHeaders", "exposedResponseHeaders"),
            ("MaxAge", "maxAge"),
        ],
    );
    // What is not said is open: the framework fills in `*`.
    for property in ["AllowOrigins", "AllowMethods"] {
        if !made.has(property) {
            made.put(property, Some(list(cors.at, vec![Value::text(cors.at, "*")])));
        }
    }
    Some(made.value(cors.at))
}

/// Authorizers that `http` events describe.
fn rest_authorizers(service: &Service, template: &mut Template) {
    let events = service.functions.iter().filter_map(|function| function.own("events"));
    for http in events.flat_map(Value::one_or_many).filter_map(|item| set(item, "http")) {
        let Some(written) = entry_of(http, "authorizer") else { continue };
        rest_authorizer(service, template, written);
    }
}

fn rest_authorizer(service: &Service, template: &mut Template, written: &Entry) {
    let authorizer = &written.value;
    let at = authorizer.at;
    let arn = set(authorizer, "arn")
        .or(Some(authorizer).filter(|value| value.as_str().is_some_and(|text| text.contains(':'))));
    let name = set(authorizer, "name").or(Some(authorizer)).and_then(Value::as_str);
    let kind = set(authorizer, "type").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let is_iam = kind == "aws_iam" || name.is_some_and(|name| name.eq_ignore_ascii_case("aws_iam"));
    if is_iam || set(authorizer, "authorizerId").is_some() {
        return;
    }
    let shown = name.map(str::to_owned).or_else(|| arn.map(Value::display)).unwrap_or_default();
    let shown = shown.rsplit(':').next().unwrap_or_default().to_owned();
    let of_pool =
        kind == "cognito_user_pools" || arn.is_some_and(|arn| arn.display().contains(":cognito-idp:"));
    let mut properties = Properties::default();
    properties.put("RestApiId", Some(reference(at, REST)));
    properties.text("Name", at, shown.clone());
    properties.copy(
        authorizer,
        &[
            ("IdentitySource", "identitySource"),
            ("AuthorizerResultTtlInSeconds", "resultTtlInSeconds"),
            ("IdentityValidationExpression", "identityValidationExpression"),
        ],
    );
    if of_pool {
        properties.text("Type", at, "COGNITO_USER_POOLS");
        properties.put("ProviderARNs", arn.map(|arn| list(arn.at, vec![arn.clone()])));
    } else {
        let is_request = kind == "request";
        properties.text("Type", at, if is_request { "REQUEST" } else { "TOKEN" });
        let function = service.function(&shown).filter(|_| arn.is_none());
        properties.put(
            "AuthorizerUri",
            match (function, arn) {
                (Some(function), _) => Some(arn_of(at, &function.id)),
                (None, Some(arn)) => Some(arn.clone()),
                (None, None) => Some(arn_by_name(at, &shown)),
            },
        );
    }
    let id = format!("{}ApiGatewayAuthorizer", alphanumeric(&shown));
    template.add(&id, "AWS::ApiGateway::Authorizer", Origin::entry(written), properties);
}

/// `httpApi.authorizers`.
fn http_authorizers(service: &Service, template: &mut Template) {
    let Some(authorizers) = service.setting("httpApi.authorizers") else { return };
    for written in authorizers.entries() {
        let authorizer = &written.value;
        let at = authorizer.at;
        let is_request =
            set(authorizer, "type").is_some_and(|kind| !kind.display().eq_ignore_ascii_case("jwt"));
        let mut properties = Properties::default();
        properties.put("ApiId", Some(reference(at, HTTP)));
        properties.text("Name", written.key.at, written.key.text.clone());
        properties.text("AuthorizerType", at, if is_request { "REQUEST" } else { "JWT" });
        properties.copy(
            authorizer,
            &[
                ("IdentitySource", "identitySource"),
                ("AuthorizerResultTtlInSeconds", "resultTtlInSeconds"),
                ("JwtConfiguration.Issuer", "issuerUrl"),
                ("JwtConfiguration.Audience", "audience"),
                ("AuthorizerUri", "functionArn"),
            ],
        );
        if let Some(function) = set(authorizer, "functionName") {
            let known = function.as_str().and_then(|name| service.function(name));
            properties.put(
                "AuthorizerUri",
                Some(known.map_or_else(|| function.clone(), |known| arn_of(function.at, &known.id))),
            );
        }
        let id = format!("HttpApiAuthorizer{}", alphanumeric(&written.key.text));
        template.add(&id, "AWS::ApiGatewayV2::Authorizer", Origin::entry(written), properties);
    }
}

/// `usagePlan` and `apiKeys`, under `apiGateway` or (before version 3) the provider.
fn usage(service: &Service, template: &mut Template) {
    let place = |name: &str| {
        let inner =
            entry_of(&service.provider, "apiGateway").and_then(|gateway| entry_of(&gateway.value, name));
        inner.or_else(|| service.entry(name))
    };
    if let Some(written) = place("usagePlan") {
        let mut properties = Properties::default();
        let at = written.value.at;
        properties.copy(
            &written.value,
            &[
                ("Throttle.RateLimit", "throttle.rateLimit"),
                ("Throttle.BurstLimit", "throttle.burstLimit"),
                ("Quota.Limit", "quota.limit"),
                ("Quota.Period", "quota.period"),
            ],
        );
        let stage = map(at, [("ApiId", reference(at, REST)), ("Stage", service.stage.clone())]);
        properties.put("ApiStages", Some(list(at, vec![stage])));
        template.add("ApiGatewayUsagePlan", "AWS::ApiGateway::UsagePlan", Origin::entry(written), properties);
    }
    let Some(keys) = place("apiKeys") else { return };
    // Keys may be grouped by usage plan: `- free: [ one, two ]`.
    let grouped = |item: &Value| -> Vec<Value> {
        match item.entries() {
            [entry] if !entry.value.items().is_empty() => entry.value.items().to_vec(),
            _ => vec![item.clone()],
        }
    };
    let keys: Vec<Value> = keys.value.one_or_many().iter().flat_map(grouped).collect();
    for (number, key) in (1..).zip(&keys) {
        let mut properties = Properties::default();
        properties.put(
            "Name",
            Some(set(key, "name").unwrap_or(key).clone()).filter(|name| name.entries().is_empty()),
        );
        properties.copy(key, &[("Value", "value"), ("Description", "description"), ("Enabled", "enabled")]);
        let origin = Origin::block(key.at, key.at);
        template.add(&format!("ApiGatewayApiKey{number}"), "AWS::ApiGateway::ApiKey", origin, properties);
    }
}
