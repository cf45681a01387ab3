//! A function runs a container image by its tag.
use crate::prelude::*;

check! {
    /// # Image without a digest
    ///
    /// A function runs a container image by its tag.
    ///
    /// ## Why it matters
    ///
    /// A tag can be moved: what was tested is not what runs, and whoever can push to the registry
    /// decides.
    ///
    /// ## What to do
    ///
    /// Deploy by digest: `repository@sha256:…`. Or make the tags of the repository immutable.
    ///
    /// ```yaml fires
    /// F: { Type: AWS::Lambda::Function, Properties: { PackageType: Image, Code: { ImageUri: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1.4' }, Role: r } }
    /// ```
    /// ```yaml quiet
    /// F: { Type: AWS::Lambda::Function, Properties: { PackageType: Image, Code: { ImageUri: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app@sha256:abababababababababababababababababababababababababababababababab' }, Role: r } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   role          = "arn:aws:iam::123456789012:role/r"
    ///   package_type  = "Image"
    ///   image_uri     = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1.4"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   role          = "arn:aws:iam::123456789012:role/r"
    ///   package_type  = "Image"
    ///   image_uri     = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app@sha256:abababababababababababababababababababababababababababababababab"
    /// }
    /// ```
    IMAGE_WITHOUT_DIGEST = "image-without-digest" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-494", "CWE-829", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &[],
        run: image_without_digest,
    }
}

fn image_without_digest(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let Some(image) = function.text("image") else { continue };
        if image.contains('/') && !image.contains("@sha256:") {
            let message = format!("`{}` runs an image by its tag", function.name);
            findings.push(IMAGE_WITHOUT_DIGEST.on(function, "image", message));
        }
    }
}
