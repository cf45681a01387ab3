//! Nothing in the configuration forbids making this bucket public.
use crate::prelude::*;
use crate::repair::{camel, free_name};

const TYPES: &[&str] = &["aws_s3_bucket"];

check! {
    /// # Bucket without a public access block
    ///
    /// Nothing in the configuration forbids making this bucket public.
    ///
    /// ## Why it matters
    ///
    /// Switches on the bucket hold even when somebody changes its policy or the access list of an object.
    ///
    /// ## What to do
    ///
    /// Add an `aws_s3_bucket_public_access_block` with all four switches on.
    ///
    /// ```hcl fires
    /// resource "aws_s3_bucket" "data" {
    ///   bucket = "data"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket" "data" {
    ///   bucket = "data"
    /// }
    /// resource "aws_s3_bucket_public_access_block" "data" {
    ///   bucket                  = aws_s3_bucket.data.id
    ///   block_public_acls       = true
    ///   block_public_policy     = true
    ///   ignore_public_acls      = true
    ///   restrict_public_buckets = true
    /// }
    /// ```
    BUCKET_WITHOUT_PUBLIC_ACCESS_BLOCK = "bucket-without-public-access-block" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV2_AWS_6", "S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED"],
        run: bucket_without_public_access_block,
    }
}

fn bucket_without_public_access_block(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(!(node.flag("block_public_acls") & node.flag("block_public_policy")), || {
            BUCKET_WITHOUT_PUBLIC_ACCESS_BLOCK
                .on(node, "public_access_block", format!("`{}` has no public access block", node.name))
                .fix(block(app, node))
        });
    }
}

const SWITCHES: &[&str] =
    &["block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets"];

/// Every switch: where some stand already, else in a block of their own.
fn block(app: &App, node: &Node) -> Fix {
    let title = "block public access";
    let mut blocks = app.all(Kind::PublicAccessBlock);
    let of_this = |block: &&Node| {
        block.get("bucket").and_then(Value::first_reference).is_some_and(|bucket| bucket.target == node.name)
    };
    if let Some(known) = blocks.find(of_this) {
        let patches = SWITCHES.iter().map(|attr| known.set(attr, true)).collect();
        return Fix { title: title.to_owned(), safety: model::Safety::Risky, patches };
    }
    let name = free_name(app, &format!("{}PublicAccess", camel(&node.name)));
    let block = NewNode::new(node, name, ["", "aws_s3_bucket_public_access_block"])
        .with("bucket", Data::reference(&node.name));
    let block = SWITCHES.iter().fold(block, |block, attr| block.with(attr, true));
    Fix::risky(title, block.create())
}
