//! The CORS rules of this bucket let scripts of every website talk to it.
use crate::prelude::*;

check! {
    /// # Bucket that any website may use
    ///
    /// The CORS rules of this bucket let scripts of every website talk to it.
    ///
    /// ## Why it matters
    ///
    /// A script on any page can read what the visitor's browser can reach, and, with writing methods,
    /// upload in their name through a presigned URL that leaked.
    ///
    /// ## What to do
    ///
    /// List the origins of your own pages.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { CorsConfiguration: { CorsRules: [{ AllowedOrigins: ["*"], AllowedMethods: [PUT] }] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_s3_bucket" "store" {
    ///   cors_rule {
    ///     allowed_methods = ["GET"]
    ///     allowed_origins = ["*"]
    ///   }
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { CorsConfiguration: { CorsRules: [{ AllowedOrigins: ["https://app.example.org"], AllowedMethods: [PUT] }] } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket" "store" {
    ///   cors_rule {
    ///     allowed_methods = ["GET"]
    ///     allowed_origins = ["https://app.example.org"]
    ///   }
    /// }
    /// ```
    BUCKET_CORS_FOR_ANY_ORIGIN = "bucket-cors-for-any-origin" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-942", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &[],
        run: bucket_cors_for_any_origin,
    }
}

fn bucket_cors_for_any_origin(app: &App, findings: &mut Findings) {
    for node in app.any(&[Kind::Bucket, Kind::BucketSetting]) {
        // A rule that is written on its own is reported there.
        if node.provider_type == "aws_s3_bucket"
            && app.parts(node, Kind::BucketSetting).any(|part| part.has("cors"))
        {
            continue;
        }
        let open =
            |rule: &&Value| rule.get("origins").is_some_and(|list| list.one_or_many().iter().any(is_any));
        let Some(rule) = node.list("cors").iter().find(open) else { continue };
        let writes = rule.get("methods").is_some_and(|list| list.one_or_many().iter().any(is_write));
        let finding = BUCKET_CORS_FOR_ANY_ORIGIN
            .at(node, format!("scripts of any website may use `{}`", node.name))
            .at(rule.at)
            .fix(Fix::risky("let no other origin in", node.unset("cors")));
        findings.push(if writes { finding.severity(Severity::Medium) } else { finding });
    }
}

fn is_any(origin: &Value) -> bool {
    origin.as_str().is_some_and(|text| ["*", "http://*", "https://*"].contains(&text))
}

fn is_write(method: &Value) -> bool {
    method.as_str().is_some_and(|text| ["PUT", "POST", "DELETE", "*"].contains(&text))
}
