//! Versions 2 and 3 of the SDK for JavaScript, and Powertools for TypeScript.
use model::Aws;

use super::tables::{self, Service};
use super::{Segment, aws, capital, segment};

/// Methods of clients that are no operation.
const NO_OPERATIONS: &[&str] = &[
    "send",
    "destroy",
    "promise",
    "on",
    "config",
    "from",
    "makeRequest",
    "setupRequestListeners",
    "loadServiceClass",
    "middlewareStack",
];

/// The operation of a call of a JavaScript module.
pub(super) fn operation(root: &Segment<'_>, rest: &[Segment<'_>], command: Option<&str>) -> Option<Aws> {
    let last = rest.last().map_or("", |segment| segment.name);
    if matches!(last, "send" | "getSignedUrl")
        && let Some(aws) = command.and_then(self::command)
    {
        return Some(aws);
    }
    if let Some(package) = root.name.strip_prefix("@aws-sdk/") {
        return version_3(package, rest);
    }
    if let Some(part) = root.name.strip_prefix("@aws-lambda-powertools/parameters") {
        return powertools(part, last);
    }
    if root.name == "aws-sdk" {
        // `config` of the SDK itself is no service.
        let is_class = rest.first().is_some_and(|class| class.name.starts_with(char::is_uppercase));
        return is_class.then(|| version_2(rest, command))?;
    }
    if let Some(module) = root.name.strip_prefix("aws-sdk/clients/") {
        let whole = Segment { name: module, argument: root.argument };
        let classes: Vec<Segment<'_>> = std::iter::once(whole).chain(rest.iter().copied()).collect();
        // `clients/all` has every class.
        return version_2(if module == "all" { rest } else { &classes }, command);
    }
    match (root.name, rest.split_first()) {
        // Watched by X-Ray: the whole SDK once more.
        ("aws-xray-sdk" | "aws-xray-sdk-core", Some((wrapper, rest))) if wrapper.name == "captureAWS" => {
            version_2(rest, command)
        }
        _ => None,
    }
}

/// `@aws-sdk/client-s3.PutObjectCommand()`, `@aws-sdk/lib-dynamodb.GetCommand()`.
fn command(name: &str) -> Option<Aws> {
    let (package, class) = name.strip_prefix("@aws-sdk/")?.rsplit_once('.')?;
    let operation = segment(class).name.strip_suffix("Command")?;
    if package == "lib-dynamodb" {
        return aws("dynamodb", document(operation));
    }
    aws(tables::by_package(package.strip_prefix("client-")?)?.name, operation)
}

fn version_3(package: &str, rest: &[Segment<'_>]) -> Option<Aws> {
    let last = rest.last()?;
    match package {
        "lib-storage" => return (last.name == "Upload").then(|| aws("s3", "PutObject"))?,
        "s3-presigned-post" => {
            return (last.name == "createPresignedPost").then(|| aws("s3", "PutObject"))?;
        }
        "lib-dynamodb" => return version_3_method(tables::by_name("dynamodb")?, rest, document),
        _ => {}
    }
    version_3_method(tables::by_package(package.strip_prefix("client-")?)?, rest, str::to_owned)
}

/// A paginator, a waiter, or a method of an aggregated client.
fn version_3_method(
    service: &Service,
    rest: &[Segment<'_>],
    operation: impl Fn(&str) -> String,
) -> Option<Aws> {
    let (last, way) = rest.split_last()?;
    // A command, or a method, that is chosen at run time.
    if matches!((way, last.name), ([only], "send" | "[]") if only.argument.is_some()) {
        return aws(service.name, "[]");
    }
    if let Some(name) = last.name.strip_prefix("paginate") {
        return aws(service.name, operation(name));
    }
    if let Some(name) = last.name.strip_prefix("waitUntil").or_else(|| last.name.strip_prefix("waitFor")) {
        return aws(service.name, tables::waiter(service.name, name)?);
    }
    // What a call of the client gave back is no client: `send().Body.transformToString()`.
    let is_result = way.iter().any(|segment| {
        segment.argument.is_some() && segment.name.starts_with(char::is_lowercase) && segment.name != "from"
    });
    let is_method = way.iter().any(|segment| segment.argument.is_some())
        && !is_result
        && last.name.starts_with(char::is_lowercase)
        && !NO_OPERATIONS.contains(&last.name);
    is_method.then(|| aws(service.name, operation(&capital(last.name))))?
}

fn version_2(rest: &[Segment<'_>], command: Option<&str>) -> Option<Aws> {
    let (class, methods) = rest.split_first()?;
    let service = tables::by_class(class.name)?;
    let is_document = methods.first().is_some_and(|part| part.name == "DocumentClient");
    let methods = if is_document { methods.get(1..)? } else { methods };
    let [method] = methods else { return None };
    match method.name {
        "ManagedUpload" | "upload" | "createPresignedPost" if service.name == "s3" => aws("s3", "PutObject"),
        "getSignedUrl" | "getSignedUrlPromise" | "makeRequest" | "makeUnauthenticatedRequest" => {
            let own = method.argument.filter(|argument| !argument.is_empty());
            aws(service.name, capital(own.or(command)?))
        }
        "waitFor" => {
            let own = method.argument.filter(|argument| !argument.is_empty());
            aws(service.name, tables::waiter(service.name, own.or(command)?)?)
        }
        name if NO_OPERATIONS.contains(&name) || name.starts_with(char::is_uppercase) => None,
        name if is_document => aws("dynamodb", document(&capital(name))),
        name => aws(service.name, capital(name)),
    }
}

/// The document clients' short names: `Get` is `GetItem`.
fn document(operation: &str) -> String {
    let whole = match operation {
        "Get" | "Put" | "Update" | "Delete" | "BatchGet" | "BatchWrite" => "Item",
        "TransactGet" | "TransactWrite" => "Items",
        _ => "",
    };
    format!("{operation}{whole}")
}

fn powertools(part: &str, method: &str) -> Option<Aws> {
    match (part, method) {
        ("/ssm", "getParameter") => aws("ssm", "GetParameter"),
        ("/ssm", "getParameters" | "getMultiple") => aws("ssm", "GetParametersByPath"),
        ("/ssm", "getParametersByName") => aws("ssm", "GetParameters"),
        ("/ssm", "setParameter" | "set") => aws("ssm", "PutParameter"),
        ("/ssm", "get") => aws("ssm", "GetParameter"),
        ("/secrets", "getSecret" | "get") => aws("secretsmanager", "GetSecretValue"),
        ("/appconfig", "getAppConfig" | "get") => aws("appconfigdata", "GetLatestConfiguration"),
        ("/dynamodb", "get") => aws("dynamodb", "GetItem"),
        ("/dynamodb", "getMultiple") => aws("dynamodb", "Query"),
        _ => None,
    }
}
