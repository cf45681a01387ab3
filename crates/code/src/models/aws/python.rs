//! boto3, its asynchronous kin, and Powertools for Python.
use model::Aws;

use super::tables::{self, Service};
use super::{Segment, aws};

/// Calls of a client that are no operation themselves.
const NO_OPERATIONS: &[&str] = &[
    "can_paginate",
    "close",
    "get_paginator",
    "get_waiter",
    "create_client",
    "__enter__",
    "__exit__",
    "__aenter__",
    "__aexit__",
];

/// The operation of what stands behind `boto3`.
pub(super) fn operation(segments: &[Segment<'_>], command: Option<&str>) -> Option<Aws> {
    let start = segments.iter().position(|segment| {
        segment.argument.is_some() && matches!(segment.name, "client" | "resource" | "create_client")
    })?;
    let (maker, rest) = segments.get(start..)?.split_first()?;
    let service = tables::by_name(maker.argument?)?;
    let rest: Vec<Segment<'_>> =
        rest.iter().filter(|segment| !segment.name.starts_with("__")).copied().collect();
    if maker.name == "resource" { resource(service, &rest, command) } else { client(service, &rest, command) }
}

fn client(service: &Service, rest: &[Segment<'_>], command: Option<&str>) -> Option<Aws> {
    match rest {
        [method] => client_method(service, method, command),
        [maker, method] => {
            let named = maker.argument.filter(|argument| !argument.is_empty())?;
            match (maker.name, method.name) {
                ("get_paginator", "paginate") => aws(service.name, service.operation(named)),
                ("get_waiter", "wait") => aws(service.name, tables::waiter(service.name, named)?),
                _ => None,
            }
        }
        // The paginator's pages searched: `paginate().search`, `paginate().build_full_result`.
        _ => None,
    }
}

fn client_method(service: &Service, method: &Segment<'_>, command: Option<&str>) -> Option<Aws> {
    if let Some(operation) = transfer(service, method.name) {
        return aws(service.name, operation);
    }
    match method.name {
        "generate_presigned_url" => {
            let own = method.argument.filter(|argument| !argument.is_empty());
            aws(service.name, service.operation(own.or(command)?))
        }
        "generate_presigned_post" => aws(service.name, "PutObject"),
        // A signed request to the database itself.
        "generate_db_auth_token" => aws("rds-db", "connect"),
        "generate_db_connect_auth_token" => aws("dsql", "DbConnect"),
        "generate_db_connect_admin_auth_token" => aws("dsql", "DbConnectAdmin"),
        name if NO_OPERATIONS.contains(&name) => None,
        name => aws(service.name, service.operation(name)),
    }
}

/// Helpers that boto3 adds to S3's clients, buckets and objects.
fn transfer(service: &Service, method: &str) -> Option<&'static str> {
    if service.name != "s3" {
        return None;
    }
    match method {
        "upload_file" | "upload_fileobj" => Some("PutObject"),
        "download_file" | "download_fileobj" => Some("GetObject"),
        "copy" => Some("CopyObject"),
        _ => None,
    }
}

fn resource(service: &Service, rest: &[Segment<'_>], command: Option<&str>) -> Option<Aws> {
    let mut kind = "-";
    let mut collection = None;
    let mut is_batch = false;
    let (last, way) = rest.split_last()?;
    for (position, segment) in way.iter().enumerate() {
        match segment.name {
            "meta" => continue,
            "client" => return client(service, rest.get(position + 1..)?, command),
            "batch_writer" => is_batch = true,
            "all" | "filter" | "limit" | "page_size" if collection.is_some() => {}
            name => {
                let member = tables::member(service.name, kind, name);
                let gives = member.and_then(|member| member.gives);
                // A part has its type's name unless the table says otherwise.
                kind = gives.or_else(|| name.starts_with(char::is_uppercase).then_some(name))?;
                collection =
                    member.and_then(|member| member.operation).filter(|_| segment.argument.is_none());
            }
        }
    }
    if is_batch {
        return matches!(last.name, "put_item" | "delete_item")
            .then(|| aws(service.name, "BatchWriteItem"))?;
    }
    if let Some(listing) = collection {
        return match last.name {
            "all" | "filter" | "limit" | "page_size" | "pages" => aws(service.name, listing),
            // A version is deleted with another permission than an object.
            "delete" if kind == "ObjectVersion" => aws(service.name, "DeleteObject"),
            method => {
                let method = format!("*{method}");
                aws(service.name, tables::member(service.name, kind, &method)?.operation?)
            }
        };
    }
    if let Some(operation) = transfer(service, last.name) {
        return aws(service.name, operation);
    }
    let method = if last.name == "reload" { "load" } else { last.name };
    aws(service.name, tables::member(service.name, kind, method)?.operation?)
}

/// The listing behind a method of a whole collection: `bucket.objects.delete()` lists first.
pub(super) fn listing(segments: &[Segment<'_>]) -> Option<Aws> {
    let start =
        segments.iter().position(|segment| segment.name == "resource" && segment.argument.is_some())?;
    let (maker, rest) = segments.get(start..)?.split_first()?;
    let service = tables::by_name(maker.argument?)?;
    let (last, way) = rest.split_last()?;
    let (collection, before) = way.split_last().filter(|(collection, _)| collection.argument.is_none())?;
    let kind = before.iter().rev().find(|segment| segment.name.starts_with(char::is_uppercase));
    let kind = kind.map_or("-", |segment| segment.name);
    let member = tables::member(service.name, kind, collection.name)?;
    let of_each = tables::member(service.name, member.gives?, &format!("*{}", last.name));
    aws(service.name, of_each.and(member.operation)?)
}

/// What Powertools reads on behalf of its caller.
pub(super) fn powertools(segments: &[Segment<'_>]) -> Option<Aws> {
    if !segments.iter().any(|segment| segment.name == "parameters") {
        return None;
    }
    let (last, way) = segments.split_last()?;
    if let Some(provider) = way.iter().find(|segment| segment.name.ends_with("Provider")) {
        return match (provider.name, last.name) {
            ("SSMProvider", "get") => aws("ssm", "GetParameter"),
            ("SSMProvider", "get_multiple") => aws("ssm", "GetParametersByPath"),
            ("SSMProvider", "get_parameters_by_name") => aws("ssm", "GetParameters"),
            ("SSMProvider", "set") => aws("ssm", "PutParameter"),
            ("SecretsProvider", "get") => aws("secretsmanager", "GetSecretValue"),
            ("SecretsProvider", "set") => aws("secretsmanager", "PutSecretValue"),
            ("DynamoDBProvider", "get") => aws("dynamodb", "GetItem"),
            ("DynamoDBProvider", "get_multiple") => aws("dynamodb", "Query"),
            ("AppConfigProvider", "get") => aws("appconfigdata", "GetLatestConfiguration"),
            _ => None,
        };
    }
    match last.name {
        "get_parameter" => aws("ssm", "GetParameter"),
        "get_parameters" => aws("ssm", "GetParametersByPath"),
        "get_parameters_by_name" => aws("ssm", "GetParameters"),
        "set_parameter" => aws("ssm", "PutParameter"),
        "get_secret" => aws("secretsmanager", "GetSecretValue"),
        "set_secret" => aws("secretsmanager", "PutSecretValue"),
        "get_app_config" => aws("appconfigdata", "GetLatestConfiguration"),
        _ => None,
    }
}
