//! The AWS SDKs: which operation a call is, whatever the dialect.
use model::Aws;

/// The operation of a call.
///
/// `keyed` is the call's qualified name with the constant first argument of each call on the way:
/// `boto3.client(s3).put_object`, `aws-sdk.S3().putObject`, `boto3.resource(dynamodb).Table(orders).put_item`.
/// `command` is the same of the first argument when that is an object of others:
/// `@aws-sdk/client-s3.PutObjectCommand()`.
pub(crate) fn operation(keyed: &str, command: Option<&str>) -> Option<Aws> {
    let _ = (keyed, command);
    None
}
