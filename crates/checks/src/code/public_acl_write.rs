//! An object is stored with a list that lets everyone read or write it.
use crate::code::shared::{calls, option, text};
use crate::prelude::*;

check! {
    /// # Object written for everyone
    ///
    /// An object is stored with a list that lets everyone read or write it.
    ///
    /// ## Why it matters
    ///
    /// The object is open to the internet whatever the policy of the bucket says, until somebody looks at
    /// each object.
    ///
    /// ## What to do
    ///
    /// Write without an ACL. For what is meant to be public use a CDN in front of a private bucket.
    ///
    /// ```python fires
    /// import boto3
    ///
    /// s3 = boto3.client("s3")
    ///
    /// def handler(event, context):
    ///     s3.put_object(Bucket="reports", Key="a", Body=b"x", ACL="public-read")
    /// ```
    /// ```python quiet
    /// import boto3
    ///
    /// s3 = boto3.client("s3")
    ///
    /// def handler(event, context):
    ///     s3.put_object(Bucket="reports", Key="a", Body=b"x")
    /// ```
    /// ```javascript fires
    /// const AWS = require("aws-sdk");
    ///
    /// const s3 = new AWS.S3();
    ///
    /// exports.handler = async () => s3.putObject({ Bucket: "b", Key: "k", Body: "x", ACL: "public-read" }).promise();
    /// ```
    /// ```javascript quiet
    /// const AWS = require("aws-sdk");
    ///
    /// const s3 = new AWS.S3();
    ///
    /// exports.handler = async () => s3.putObject({ Bucket: "b", Key: "k", Body: "x", ACL: "private" }).promise();
    /// ```
    PUBLIC_ACL_WRITE = "public-acl-write" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &[],
        run: public_acl_write,
    }
}

fn public_acl_write(app: &App, findings: &mut Findings) {
    for seen in calls(app).filter(|seen| seen.call.aws.as_ref().is_some_and(|aws| aws.service == "s3")) {
        let list = option(seen.call, "ACL").and_then(text);
        if let Some(list) = list.filter(|list| list.starts_with("public-read")) {
            let who = if list == "public-read" { "read" } else { "read and write" };
            findings.push(
                seen.finding(&PUBLIC_ACL_WRITE, format!("everyone may {who} what is stored"))
                    .fix_if(seen.rewrite("keep it private", usize::MAX, "ACL", "\"private\"")),
            );
        }
    }
}
