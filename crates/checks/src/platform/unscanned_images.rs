//! An image registry that does not look for known flaws.
use crate::prelude::*;

check! {
    /// # Unscanned images
    ///
    /// Images are stored without a look at what is in them.
    ///
    /// ## Why it matters
    ///
    /// A base image that was fine last year holds dozens of published flaws today. A scan on push
    /// shows them before they run.
    ///
    /// ## What to do
    ///
    /// Switch scanning on push on, or enhanced scanning for the whole account (then accept this
    /// finding).
    ///
    /// ```yaml fires
    /// X: { Type: AWS::ECR::Repository, Properties: { RepositoryName: r } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::ECR::Repository, Properties: { ImageScanningConfiguration: { ScanOnPush: true } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ecr_repository" "x" {
    ///   name = "r"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ecr_repository" "x" {
    ///   name = "r"
    ///   image_scanning_configuration {
    ///     scan_on_push = true
    ///   }
    /// }
    /// ```
    UNSCANNED_IMAGES = "unscanned-images" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-1395", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &["CKV_AWS_163"],
        run: unscanned_images,
    }
}

fn unscanned_images(app: &App, findings: &mut Findings) {
    for registry in app.all(Kind::ImageRegistry).filter(|registry| !registry.has("public")) {
        findings.unless_on(registry, "scan", || {
            UNSCANNED_IMAGES
                .on(registry, "scan", format!("images of `{}` are not scanned", registry.name))
                .fix(Fix::safe("scan on push", registry.set("scan", true)))
        });
    }
}
