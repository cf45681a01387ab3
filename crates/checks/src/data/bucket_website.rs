//! This bucket answers browsers directly.
use crate::prelude::*;

check! {
    /// # Bucket that serves a website itself
    ///
    /// This bucket answers browsers directly.
    ///
    /// ## Why it matters
    ///
    /// The website endpoint of a bucket knows no TLS, no firewall and no response headers, and the bucket
    /// has to be public for it.
    ///
    /// ## What to do
    ///
    /// Serve the files through a CDN with origin access control, and close the bucket.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { WebsiteConfiguration: { IndexDocument: index.html } }
    /// ```
    /// ```hcl fires
    /// resource "aws_s3_bucket" "store" {
    ///   website {
    ///     index_document = "index.html"
    ///   }
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { WebsiteConfiguration: { RedirectAllRequestsTo: { HostName: example.org } } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_s3_bucket" "store" {
    ///   bucket = "data"
    /// }
    /// ```
    BUCKET_WEBSITE = "bucket-website" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &[],
        run: bucket_website,
    }
}

fn bucket_website(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Bucket).filter(|node| node.has("website")) {
        let redirects = ["RedirectAllRequestsTo", "redirect_all_requests_to"];
        let redirects = |site: &Value| redirects.iter().any(|key| site.path(key).is_some());
        if !node.get("website").is_some_and(redirects) {
            let finding = BUCKET_WEBSITE
                .on(node, "website", format!("`{}` serves a website over plain HTTP", node.name))
                .fix(Fix::risky("serve it through a CDN instead", node.unset("website")));
            // A bucket that keeps the public out answers nobody there.
            let closed = node.flag("restrict_public_buckets").is_true();
            findings.push(if closed { finding.severity(Severity::Low) } else { finding });
        }
    }
}
