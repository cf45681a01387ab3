//! The AWS SDKs: which operation a call is, whatever the dialect.
//!
//! Names of services and operations are botocore's. Tables beside this file say how the dialects differ.
mod javascript;
mod python;
mod tables;
mod wrappers;

use model::Aws;

pub(crate) use wrappers::{Wrapper, wrapper};

/// The operation of a call; `[]` when it is chosen at run time.
///
/// `keyed` is the call's qualified name with the constant first argument of each call on the way:
/// `boto3.client(s3).put_object`, `aws-sdk.S3().putObject`, `boto3.resource(dynamodb).Table(orders).put_item`.
/// `command` describes the call's own arguments: the same kind of name of the first one that is a command object
/// of others (`@aws-sdk/client-s3.PutObjectCommand()`), else the first one when it is a constant text
/// (`get_object`, for presigned addresses and waiters).
pub(crate) fn operation(keyed: &str, command: Option<&str>) -> Option<Aws> {
    let segments = segments(keyed)?;
    let (root, rest) = segments.split_first()?;
    match root.name {
        "boto3" | "aioboto3" | "botocore" | "aiobotocore" => python::operation(rest, command),
        "aws_lambda_powertools" => python::powertools(rest),
        _ => javascript::operation(root, rest, command),
    }
}

/// The operation that a call does before its own: what a whole collection is asked, it lists.
pub(crate) fn listing(keyed: &str) -> Option<Aws> {
    let segments = segments(keyed)?;
    let (root, rest) = segments.split_first()?;
    (root.name == "boto3").then(|| python::listing(rest))?
}

/// One part of a qualified name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment<'a> {
    name: &'a str,
    /// `Some` when it is called: the constant first argument, else an empty text.
    argument: Option<&'a str>,
}

/// Parts past this are no call of an SDK.
const SEGMENTS_MAX: usize = 24;

/// Cuts a name at dots that stand outside of parentheses.
fn segments(keyed: &str) -> Option<Vec<Segment<'_>>> {
    let mut depth = 0_usize;
    let cuts = keyed.split(|sign: char| {
        match sign {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        sign == '.' && depth == 0
    });
    let segments: Vec<Segment<'_>> = cuts.take(SEGMENTS_MAX + 1).map(segment).collect();
    (segments.len() <= SEGMENTS_MAX).then_some(segments)
}

fn segment(text: &str) -> Segment<'_> {
    match text.split_once('(') {
        Some((name, rest)) => Segment { name, argument: Some(rest.strip_suffix(')').unwrap_or(rest)) },
        None => Segment { name: text, argument: None },
    }
}

fn aws(service: &str, operation: impl Into<String>) -> Option<Aws> {
    Some(Aws { service: service.to_owned(), operation: operation.into() })
}

/// `putObject` to `PutObject`.
fn capital(name: &str) -> String {
    let mut signs = name.chars();
    signs.next().map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
}

#[cfg(test)]
mod tests;
