//! A machine whose metadata service answers plain requests.
use crate::prelude::*;

check! {
    /// # Metadata service version 1
    ///
    /// Any request from the machine gets its credentials.
    ///
    /// ## Why it matters
    ///
    /// With version 1 a single request that an application can be tricked into (SSRF) returns the
    /// credentials of the machine's role. Version 2 asks for a token first.
    ///
    /// ## What to do
    ///
    /// Set `HttpTokens` to `required`.
    ///
    /// ```yaml fires
    /// Template: { Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateData: { ImageId: i } } }
    /// ```
    /// ```yaml quiet
    /// Template: { Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateData: { MetadataOptions: { HttpTokens: required } } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_instance" "i" {
    ///   ami = "i"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_instance" "i" {
    ///   metadata_options {
    ///     http_tokens = "required"
    ///   }
    /// }
    /// ```
    METADATA_SERVICE_V1 = "metadata-service-v1" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-918", "OWASP-SLS:S3", "OWASP-API-2023:API7", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_79"],
        run: metadata_service_v1,
    }
}

fn metadata_service_v1(app: &App, findings: &mut Findings) {
    const TYPES: &[&str] = &[
        "AWS::EC2::LaunchTemplate",
        "AWS::AutoScaling::LaunchConfiguration",
        "aws_instance",
        "aws_launch_template",
        "aws_launch_configuration",
    ];
    for machine in app.of_type(TYPES) {
        let safe = machine.is("metadata_endpoint", "disabled") | machine.is("metadata_tokens", "required");
        findings.when(!safe, || {
            METADATA_SERVICE_V1
                .on(machine, "metadata", format!("`{}` gives its credentials to any request", machine.name))
                .fix(Fix::risky("ask for tokens", machine.set("metadata_tokens", "required")))
        });
    }
}
