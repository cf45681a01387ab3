//! A presigned URL is valid for more than a day.
use crate::code::shared::{calls, option};
use crate::prelude::*;

check! {
    /// # Long-lived presigned URL
    ///
    /// A presigned URL is valid for more than a day.
    ///
    /// ## Why it matters
    ///
    /// Whoever has the link has the access: from a mailbox, a log, a browser history. It cannot be called
    /// back without taking the permission from the function.
    ///
    /// ## What to do
    ///
    /// Let it live for minutes, and make a new one when it is asked for.
    ///
    /// ```python fires
    /// import boto3
    ///
    /// s3 = boto3.client("s3")
    ///
    /// def handler(event, context):
    ///     return s3.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"}, ExpiresIn=604800)
    /// ```
    /// ```python quiet
    /// import boto3
    ///
    /// s3 = boto3.client("s3")
    ///
    /// def handler(event, context):
    ///     return s3.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"}, ExpiresIn=900)
    /// ```
    /// ```javascript fires
    /// const { S3Client, GetObjectCommand } = require("@aws-sdk/client-s3");
    /// const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");
    ///
    /// const s3 = new S3Client({});
    ///
    /// exports.handler = async () => {
    ///   return getSignedUrl(s3, new GetObjectCommand({ Bucket: "b", Key: "k" }), { expiresIn: 604800 });
    /// };
    /// ```
    /// ```javascript quiet
    /// const { S3Client, GetObjectCommand } = require("@aws-sdk/client-s3");
    /// const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");
    ///
    /// const s3 = new S3Client({});
    ///
    /// exports.handler = async () => {
    ///   return getSignedUrl(s3, new GetObjectCommand({ Bucket: "b", Key: "k" }), { expiresIn: 900 });
    /// };
    /// ```
    PRESIGNED_URL_LONG_LIVED = "presigned-url-long-lived" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-613", "OWASP-SLS:S5", "CSA:SAS-9"],
        also_known_as: &[],
        run: presigned_url_long_lived,
    }
}

const SIGNERS: &[&str] = &[
    "generate_presigned_url",
    "generate_presigned_post",
    "getSignedUrl",
    "getSignedUrlPromise",
    "createPresignedPost",
];
const DAY_SECONDS: i64 = 86_400;

fn presigned_url_long_lived(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let last = seen.call.api.rsplit('.').next().unwrap_or_default();
        if !SIGNERS.contains(&last) {
            continue;
        }
        let seconds = ["ExpiresIn", "expiresIn", "Expires"].iter().find_map(|key| option(seen.call, key));
        let Some(Data::Int(seconds)) = seconds else { continue };
        if *seconds > DAY_SECONDS {
            let hours = seconds / 3600;
            findings.push(
                seen.finding(
                    &PRESIGNED_URL_LONG_LIVED,
                    format!("the address works for {hours} hours for whoever has it"),
                )
                .fix_if(
                    ["ExpiresIn", "Expires"]
                        .into_iter()
                        .find_map(|name| seen.rewrite("end it after an hour", usize::MAX, name, "3600")),
                ),
            );
        }
    }
}
