//! Functions, their URLs and what is written in them about other resources.
//!
//! Source: Serverless Framework documentation, "Serverless.yml reference", AWS.
use model::{Data, Entry, Value};

use super::build::{Properties, arn_by_name, arn_of, entry, list, map, reference, set};
use super::roles::Roles;
use super::service::{Function, Service};
use super::template::{Origin, Template};

/// Settings that are taken over as they stand: property, the function's word, the provider's word
/// (`""` for what only a function has).
pub(super) const PLAIN: &[(&str, &str, &str)] = &[
    ("FunctionName", "name", ""),
    ("Description", "description", ""),
    ("Runtime", "runtime", "runtime"),
    ("Handler", "handler", ""),
    ("MemorySize", "memorySize", "memorySize"),
    ("Timeout", "timeout", "timeout"),
    ("ReservedConcurrentExecutions", "reservedConcurrency", "reservedConcurrency"),
    ("EphemeralStorage.Size", "ephemeralStorageSize", "ephemeralStorageSize"),
    ("Layers", "layers", "layers"),
    ("LoggingConfig.LogFormat", "logs.logFormat", "logs.lambda.logFormat"),
    ("LoggingConfig.ApplicationLogLevel", "logs.applicationLogLevel", "logs.lambda.applicationLogLevel"),
    ("LoggingConfig.SystemLogLevel", "logs.systemLogLevel", "logs.lambda.systemLogLevel"),
    ("LoggingConfig.LogGroup", "logs.logGroup", "logs.lambda.logGroup"),
    ("CodeSigningConfigArn", "codeSigningConfigArn", "codeSigningConfigArn"),
];

/// Adds every function of the service.
pub(super) fn add(service: &Service, template: &mut Template, roles: &Roles) {
    for function in &service.functions {
        let origin = Origin::block(function.key.at, function.span());
        let origin = origin.construct(format!("functions.{}", function.key.text));
        template.add(&function.id, "AWS::Lambda::Function", origin, properties(service, function, roles));
        template.name(&function.id, &function.key.text);
        url(function, template);
        invocations(service, function, template);
        provisioned(function, template);
        log_group(service, function, template);
    }
}

fn properties(service: &Service, function: &Function, roles: &Roles) -> Properties {
    let mut properties = Properties::default();
    for (property, own, shared) in PLAIN {
        properties.put(property, function.setting(own, service, shared).cloned());
    }
    code(service, function, &mut properties);
    properties.put("Environment.Variables", environment(service, function));
    properties.put("Role", Some(roles.of(service, function)));
    let key = function.own("kmsKeyArn").or_else(|| function.own("awsKmsKeyArn"));
    let key = key.or_else(|| service.setting("kmsKeyArn")).or(service.key.as_ref());
    properties.put("KmsKeyArn", key.cloned());
    if let Some(architecture) = function.setting("architecture", service, "architecture") {
        properties.put("Architectures", Some(list(architecture.at, vec![architecture.clone()])));
    }
    properties.put("VpcConfig", network(service, function));
    let tracing = function.setting("tracing", service, "tracing.lambda");
    properties.put("TracingConfig.Mode", tracing.and_then(tracing_mode));
    properties.put("DeadLetterConfig.TargetArn", dead_letters(function));
    properties.put("FileSystemConfigs", file_system(function));
    if let Some(snap) = function.own("snapStart").filter(|snap| !snap.truth().is_false()) {
        properties.put("SnapStart.ApplyOn", Some(known_as(snap, "PublishedVersions")));
    }
    properties.put("RuntimeManagementConfig.UpdateRuntimeOn", runtime_updates(service, function));
    properties.put("Tags", tags(service, function));
    properties
}

/// The value in the provider's word when it is known, else as it stands.
fn known_as(value: &Value, word: &str) -> Value {
    match value.data {
        Data::Bool(_) | Data::Int(_) | Data::Text(_) => Value::text(value.at, word),
        _ => value.clone(),
    }
}

fn tracing_mode(tracing: &Value) -> Option<Value> {
    match &tracing.data {
        Data::Bool(false) => None,
        Data::Bool(true) => Some(Value::text(tracing.at, "Active")),
        Data::Text(text) if text.eq_ignore_ascii_case("true") => Some(Value::text(tracing.at, "Active")),
        _ => Some(tracing.clone()),
    }
}

/// Where the code is: an image, an archive, or the service's folder.
fn code(service: &Service, function: &Function, properties: &mut Properties) {
    if let Some(image) = function.own("image") {
        properties.text("PackageType", image.at, "Image");
        properties.put("Code.ImageUri", Some(image_uri(service, image)));
        return;
    }
    let artifact = function.own("package.artifact");
    let artifact = artifact.or_else(|| service.package.as_ref().and_then(|package| set(package, "artifact")));
    match (artifact, function.own("handler")) {
        (Some(artifact), _) => properties.put("Code", Some(artifact.clone())),
        (None, Some(handler)) => properties.text("Code", handler.at, "."),
        (None, None) => {}
    }
}

/// The image itself, or that which the provider's `ecr.images` describes under this name.
fn image_uri(service: &Service, image: &Value) -> Value {
    let named = image.get("name").unwrap_or(image);
    if let Some(uri) = image.get("uri") {
        return uri.clone();
    }
    let Some(name) = named.as_str() else { return named.clone() };
    let described = service.setting("ecr.images").and_then(|images| images.get(name));
    match described {
        Some(described) => match (described.get("uri"), described.as_str()) {
            (Some(uri), _) => uri.clone(),
            (None, Some(uri)) => Value::text(image.at, uri),
            // The framework builds it and deploys it by its digest.
            (None, None) => {
                Value::unknown(image.at, "the image is built when deployed", format!("${{image {name}}}"))
            }
        },
        None => Value::text(image.at, name),
    }
}

/// The provider's variables and the function's; the function's win.
fn environment(service: &Service, function: &Function) -> Option<Value> {
    let layers: Vec<&Value> =
        service.setting("environment").into_iter().chain(function.own("environment")).collect();
    let at = layers.last()?.at;
    let mut entries: Vec<Entry> = Vec::new();
    for layer in &layers {
        if !matches!(layer.data, Data::Map(_)) {
            if layers.len() == 1 {
                return Some((*layer).clone());
            }
            // Stands for names and values that are not known.
            entries.push(entry(&layer.display(), (*layer).clone()));
        }
        for own in layer.entries() {
            entries.retain(|known| known.key.text != own.key.text);
            entries.push(own.clone());
        }
    }
    Some(Value::new(at, Data::Map(entries)))
}

fn network(service: &Service, function: &Function) -> Option<Value> {
    let own = function.settings.path("vpc");
    if own.is_some_and(Value::is_null) {
        return None;
    }
    let (own, shared) = (own, service.setting("vpc"));
    let written = own.or(shared)?;
    if written.entries().is_empty() {
        return Some(written.clone());
    }
    let either = |name: &str| {
        let found =
            own.and_then(|own| set(own, name)).or_else(|| shared.and_then(|shared| set(shared, name)));
        found.cloned()
    };
    let mut network = Properties::default();
    network.put("SecurityGroupIds", either("securityGroupIds"));
    network.put("SubnetIds", either("subnetIds"));
    Some(network.value(written.at))
}

/// `onError`, or `deadLetter` of the plugin serverless-plugin-lambda-dead-letter.
fn dead_letters(function: &Function) -> Option<Value> {
    if let Some(target) = function.own("onError") {
        return Some(target.clone());
    }
    let plugin = function.own("deadLetter")?;
    let target = ["targetArn", "sqs", "sns"].into_iter().find_map(|name| set(plugin, name));
    Some(target.unwrap_or(plugin).clone())
}

fn file_system(function: &Function) -> Option<Value> {
    let settings = function.own("fileSystemConfig")?;
    let one = |settings: &Value| {
        let mut system = Properties::default();
        system.copy(settings, &[("Arn", "arn"), ("LocalMountPath", "localMountPath")]);
        system.value(settings.at)
    };
    Some(list(settings.at, settings.one_or_many().iter().map(one).collect()))
}

fn runtime_updates(service: &Service, function: &Function) -> Option<Value> {
    let written = function.setting("runtimeManagement", service, "runtimeManagement")?;
    let mode = written.get("mode").unwrap_or(written);
    let word = match mode.as_str() {
        Some("auto") => "Auto",
        Some("onFunctionUpdate") => "FunctionUpdate",
        Some("manual") => "Manual",
        _ => return Some(mode.clone()),
    };
    Some(Value::text(mode.at, word))
}

fn tags(service: &Service, function: &Function) -> Option<Value> {
    let shared = service.setting("tags").or_else(|| service.setting("stackTags"));
    let layers: Vec<&Value> = shared.into_iter().chain(function.own("tags")).collect();
    let at = layers.last()?.at;
    let tag = |entry: &Entry| {
        map(
            entry.key.at.to(entry.value.at),
            [("Key", Value::text(entry.key.at, entry.key.text.clone())), ("Value", entry.value.clone())],
        )
    };
    Some(list(at, layers.iter().flat_map(|layer| layer.entries()).map(tag).collect()))
}

/// `url: true`, `url: { authorizer: aws_iam, cors: … }`.
fn url(function: &Function, template: &mut Template) {
    let Some(written) = super::build::entry_of(&function.settings, "url") else { return };
    let url = &written.value;
    if url.truth().is_false() && url.entries().is_empty() {
        return;
    }
    let mut properties = Properties::default();
    properties.put("TargetFunctionArn", Some(arn_of(url.at, &function.id)));
    let auth = match set(url, "authorizer") {
        None if url.is_unknown() => url.clone(),
        None => Value::text(url.at, "NONE"),
        Some(authorizer) => match authorizer.as_str() {
            Some(name) if name.eq_ignore_ascii_case("aws_iam") => Value::text(authorizer.at, "AWS_IAM"),
            Some(name) => Value::text(authorizer.at, name.to_ascii_uppercase()),
            None => authorizer.clone(),
        },
    };
    properties.put("AuthType", Some(auth));
    properties.copy(url, &[("InvokeMode", "invokeMode")]);
    if let Some(cors) = set(url, "cors") {
        properties.put("Cors", super::apis::cors(cors));
    }
    let id = format!("{}Url", function.id);
    let origin = Origin::entry(written).construct(format!("functions.{}.url", function.key.text));
    template.add(&id, "AWS::Lambda::Url", origin, properties);
    template.name(&id, &format!("{}Url", function.key.text));
}

/// What happens to asynchronous invocations.
fn invocations(service: &Service, function: &Function, template: &mut Template) {
    let mut properties = Properties::default();
    for (property, setting) in [
        ("DestinationConfig.OnSuccess.Destination", "destinations.onSuccess"),
        ("DestinationConfig.OnFailure.Destination", "destinations.onFailure"),
    ] {
        properties.put(property, function.own(setting).map(|target| destination(service, target)));
    }
    properties.copy(
        &function.settings,
        &[("MaximumRetryAttempts", "maximumRetryAttempts"), ("MaximumEventAgeInSeconds", "maximumEventAge")],
    );
    let at = ["destinations", "maximumRetryAttempts", "maximumEventAge"];
    let Some(written) = at.iter().find_map(|name| super::build::entry_of(&function.settings, name)) else {
        return;
    };
    properties.put("FunctionName", Some(reference(written.key.at, &function.id)));
    let id = format!("{}LambdaEvConf", function.prefix());
    template.add(&id, "AWS::Lambda::EventInvokeConfig", Origin::entry(written), properties);
}

/// A function of the service, or an ARN, alone or as `{ arn, type }`.
pub(super) fn destination(service: &Service, target: &Value) -> Value {
    let written = target.get("arn").unwrap_or(target);
    match written.as_str() {
        Some(name) if !name.contains(':') => match service.function(name) {
            Some(function) => arn_of(written.at, &function.id),
            None => arn_by_name(written.at, name),
        },
        _ => written.clone(),
    }
}

fn provisioned(function: &Function, template: &mut Template) {
    let Some(written) = super::build::entry_of(&function.settings, "provisionedConcurrency") else { return };
    let mut properties = Properties::default();
    let at = written.value.at;
    properties.put("FunctionName", Some(reference(at, &function.id)));
    properties.text("Name", at, "provisioned");
    let count = "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions";
    properties.put(count, Some(written.value.clone()));
    let id = format!("{}ProvConcLambdaAlias", function.prefix());
    template.add(&id, "AWS::Lambda::Alias", Origin::entry(written), properties);
}

/// The log group that the framework makes, when the service says something about it.
fn log_group(service: &Service, function: &Function, template: &mut Template) {
    let disabled = function.own("disableLogs").is_some_and(|off| off.truth().is_true());
    let elsewhere = function.setting("logs.logGroup", service, "logs.lambda.logGroup").is_some();
    let own = super::build::entry_of(&function.settings, "logRetentionInDays");
    let Some(written) = own.or_else(|| service.entry("logRetentionInDays")) else { return };
    if disabled || elsewhere {
        return;
    }
    let mut properties = Properties::default();
    let name = function.own("name").map(Value::display);
    let name = name.unwrap_or_else(|| format!("{}-{}", service.prefix(), function.key.text));
    properties.text("LogGroupName", written.key.at, format!("/aws/lambda/{name}"));
    properties.put("RetentionInDays", Some(written.value.clone()));
    properties.put(
        "DataProtectionPolicy",
        function.setting("logDataProtectionPolicy", service, "logDataProtectionPolicy").cloned(),
    );
    let id = format!("{}LogGroup", function.prefix());
    let origin = Origin::entry(written).implicit(true);
    let origin = origin.construct(format!("functions.{}.logRetentionInDays", function.key.text));
    template.add(&id, "AWS::Logs::LogGroup", origin, properties);
}
