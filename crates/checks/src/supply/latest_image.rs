//! A function runs the image that is tagged `latest`.
use crate::prelude::*;

check! {
    /// # Newest image, whatever it is
    ///
    /// A function runs the image that is tagged `latest`.
    ///
    /// ## Why it matters
    ///
    /// The next deployment takes whatever was pushed last. Nobody can say which code ran yesterday.
    ///
    /// ## What to do
    ///
    /// Name a version, better a digest.
    ///
    /// ```yaml fires
    /// F: { Type: AWS::Lambda::Function, Properties: { PackageType: Image, Code: { ImageUri: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:latest' }, Role: r } }
    /// ```
    /// ```yaml quiet
    /// F: { Type: AWS::Lambda::Function, Properties: { PackageType: Image, Code: { ImageUri: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1.4' }, Role: r } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   role          = "arn:aws:iam::123456789012:role/r"
    ///   package_type  = "Image"
    ///   image_uri     = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   role          = "arn:aws:iam::123456789012:role/r"
    ///   package_type  = "Image"
    ///   image_uri     = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1.4"
    /// }
    /// ```
    LATEST_IMAGE = "latest-image" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-829", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &[],
        run: latest_image,
    }
}

fn latest_image(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let Some(image) = function.text("image") else { continue };
        let name = image.rsplit('/').next().unwrap_or_default();
        let untagged = !name.contains([':', '@']) && image.contains('/');
        if name.ends_with(":latest") || untagged {
            let message = format!("`{}` runs whatever image is newest", function.name);
            findings.push(LATEST_IMAGE.on(function, "image", message));
        }
    }
}
