//! The access list opens this bucket to everyone, and no policy asks for TLS.
use super::acls::{beside, granted_to_everyone};
use super::policies::refuses_plain_http;
use crate::prelude::*;

check! {
    /// # Public bucket that answers plain HTTP
    ///
    /// The access list opens this bucket to everyone, and no policy asks for TLS.
    ///
    /// ## Why it matters
    ///
    /// Whoever sits between a reader and the bucket can read and change what is delivered.
    ///
    /// ## What to do
    ///
    /// Close the bucket, or deny requests whose `aws:SecureTransport` is false in the bucket's policy.
    ///
    /// ```hcl fires
    /// resource "aws_s3_bucket" "b" {
    ///   bucket = "data"
    /// }
    /// resource "aws_s3_bucket_acl" "open" {
    ///   bucket = aws_s3_bucket.b.id
    ///   acl    = "public-read"
    /// }
    /// resource "aws_s3_bucket_policy" "p" {
    ///   bucket = aws_s3_bucket.b.id
    ///   policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "*" }] })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket" "b" {
    ///   bucket = "data"
    /// }
    /// resource "aws_s3_bucket_acl" "open" {
    ///   bucket = aws_s3_bucket.b.id
    ///   acl    = "public-read"
    /// }
    /// resource "aws_s3_bucket_policy" "p" {
    ///   bucket = aws_s3_bucket.b.id
    ///   policy = jsonencode({ Statement = [{ Effect = "Deny", Principal = "*", Action = "s3:*", Resource = "*", Condition = { Bool = { "aws:SecureTransport" = "false" } } }] })
    /// }
    /// ```
    PUBLIC_BUCKET_WITHOUT_TLS = "public-bucket-without-tls" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_379"],
        run: public_bucket_without_tls,
    }
}

fn public_bucket_without_tls(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::BucketSetting) {
        let around: Vec<&Node> = beside(app, node).collect();
        let on = |attr: &str| {
            let blocks = around.iter().filter(|other| other.kind == Kind::PublicAccessBlock);
            Tri::any(blocks.map(|block| block.flag(attr)))
        };
        let listed = node.is("acl", "public-read") | node.is("acl", "public-read-write");
        let list_is_blocked = on("restrict_public_buckets") | on("block_public_acls");
        let granted = granted_to_everyone(node, &[]) & !on("block_public_acls");
        let open = (listed & !list_is_blocked) | granted;
        let website = around.iter().any(|other| other.kind == Kind::BucketSetting && other.has("website"));
        // Without a policy another check says that nothing asks for TLS.
        let Some(policy) = around.iter().find(|other| other.kind == Kind::ResourcePolicy) else { continue };
        if !website {
            findings.when(open & !refuses_plain_http(policy), || {
                PUBLIC_BUCKET_WITHOUT_TLS
                    .at(node, format!("the bucket of `{}` is public and answers plain HTTP", node.name))
            });
        }
    }
}
