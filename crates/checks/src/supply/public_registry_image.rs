//! A function names a container image outside of a private registry of AWS.
use crate::prelude::*;

check! {
    /// # Image of a public registry
    ///
    /// A function names a container image outside of a private registry of AWS.
    ///
    /// ## Why it matters
    ///
    /// Lambda takes images from a private ECR repository only. An image that others publish also
    /// changes without you.
    ///
    /// ## What to do
    ///
    /// Copy the image into a repository of your own, scan it there, and deploy it by digest.
    ///
    /// ```yaml fires
    /// F: { Type: AWS::Lambda::Function, Properties: { PackageType: Image, Code: { ImageUri: 'docker.io/library/python:3.13' }, Role: r } }
    /// ```
    /// ```yaml quiet
    /// F: { Type: AWS::Lambda::Function, Properties: { PackageType: Image, Code: { ImageUri: '123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1.4' }, Role: r } }
    /// ```
    PUBLIC_REGISTRY_IMAGE = "public-registry-image" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        controls: &["CWE-829", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &[],
        run: public_registry_image,
    }
}

fn public_registry_image(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let Some(image) = function.text("image") else { continue };
        let private = image.contains(".dkr.ecr") || image.contains(".dkr-ecr");
        let host = image.split_once('/').map(|(host, _)| host).unwrap_or_default();
        if !private && host.contains('.') && host != "." && !host.starts_with("..") {
            let message = format!("`{}` runs an image of `{host}`", function.name);
            findings.push(PUBLIC_REGISTRY_IMAGE.on(function, "image", message));
        }
    }
}
