//! An image registry whose tags may be moved.
use crate::prelude::*;

check! {
    /// # Mutable image tags
    ///
    /// A tag of this registry can be pointed at another image.
    ///
    /// ## Why it matters
    ///
    /// Who may push can replace the image behind `latest` or `v1.2`, by mistake or on purpose. The
    /// next start of the function or container runs it, and no template has changed.
    ///
    /// ## What to do
    ///
    /// Make tags immutable, and deploy by digest.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::ECR::Repository, Properties: { RepositoryName: r } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::ECR::Repository, Properties: { ImageTagMutability: IMMUTABLE } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ecr_repository" "x" {
    ///   name = "r"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ecr_repository" "x" {
    ///   name                 = "r"
    ///   image_tag_mutability = "IMMUTABLE"
    /// }
    /// ```
    MUTABLE_IMAGE_TAGS = "mutable-image-tags" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-494", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &["CKV_AWS_51"],
        run: mutable_image_tags,
    }
}

fn mutable_image_tags(app: &App, findings: &mut Findings) {
    for registry in app.all(Kind::ImageRegistry).filter(|registry| !registry.has("public")) {
        findings.when(!registry.is("mutability", "IMMUTABLE"), || {
            MUTABLE_IMAGE_TAGS
                .on(registry, "mutability", format!("tags of `{}` can be moved", registry.name))
                .fix(Fix::risky("make tags immutable", registry.set("mutability", "IMMUTABLE")))
        });
    }
}
