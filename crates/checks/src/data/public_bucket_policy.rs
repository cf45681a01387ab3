//! The policy of this bucket names everyone, and no condition narrows that.
use super::policies::{Guarded, held, open_statement, what};
use crate::prelude::*;
use crate::repair::own_account_only;

check! {
    /// # Bucket policy that lets everyone in
    ///
    /// The policy of this bucket names everyone, and no condition narrows that.
    ///
    /// ## Why it matters
    ///
    /// Anybody on the internet can do what the statement allows. Files are found by guessing and by search
    /// engines for open buckets.
    ///
    /// ## What to do
    ///
    /// Name the accounts, roles or services that need access. Put a CDN with origin access control in front
    /// of files that are meant to be public.
    ///
    /// ```yaml fires
    /// Open:
    ///   Type: AWS::S3::BucketPolicy
    ///   Properties:
    ///     Bucket: files
    ///     PolicyDocument:
    ///       Statement: [{ Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::files/*" }]
    /// ```
    /// ```yaml fires
    /// Open:
    ///   Type: AWS::S3::BucketPolicy
    ///   Properties:
    ///     Bucket: files
    ///     PolicyDocument:
    ///       Statement: { Effect: Allow, Principal: { AWS: ["*"] }, Action: "s3:*", Resource: "*", Condition: { Bool: { "aws:SecureTransport": true } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_s3_bucket_policy" "open" {
    ///   bucket = "files"
    ///   policy = jsonencode({
    ///     Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::files/*" }]
    ///   })
    /// }
    /// ```
    /// ```yaml quiet
    /// Own:
    ///   Type: AWS::S3::BucketPolicy
    ///   Properties:
    ///     Bucket: files
    ///     PolicyDocument:
    ///       Statement:
    ///         - { Effect: Allow, Principal: "*", Action: "s3:GetObject", Resource: "*", Condition: { StringEquals: { "aws:PrincipalOrgID": o-1 } } }
    ///         - { Effect: Deny, Principal: "*", Action: "s3:*", Resource: "*", Condition: { Bool: { "aws:SecureTransport": false } } }
    /// ```
    PUBLIC_BUCKET_POLICY = "public-bucket-policy" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_70", "F16", "F9"],
        run: public_bucket_policy,
    }
}

fn public_bucket_policy(app: &App, findings: &mut Findings) {
    for held in held(app).filter(|held| held.guarded == Guarded::Bucket) {
        let (open, statement) = open_statement(held.policy);
        let bucket = app.owner(held.node).unwrap_or(held.node);
        let refused = ["block_public_policy", "restrict_public_buckets"];
        let is_closed = bucket.kind == Kind::Bucket && refused.iter().any(|attr| bucket.flag(attr).is_true());
        findings.when(open, || {
            let finding = PUBLIC_BUCKET_POLICY
                .at(held.node, format!("the policy `{}` lets everyone {}", held.node.name, what(statement)))
                .fix_if(statement.and_then(|statement| own_account_only(held.node, statement)));
            let finding = finding.at(statement.map_or(held.policy.at, |statement| statement.at));
            if is_closed { finding.severity(Severity::Low) } else { finding }
        });
    }
}
