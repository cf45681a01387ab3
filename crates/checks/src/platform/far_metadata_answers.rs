//! A machine whose metadata answers travel further than itself.
use crate::prelude::*;

check! {
    /// # Metadata answers travel too far
    ///
    /// Containers on this machine can ask for the machine's credentials.
    ///
    /// ## Why it matters
    ///
    /// An answer that may pass more than one hop reaches containers and proxies, which should have
    /// credentials of their own.
    ///
    /// ## What to do
    ///
    /// Set the hop limit to 1.
    ///
    /// ```yaml fires
    /// Template: { Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateData: { MetadataOptions: { HttpPutResponseHopLimit: 2 } } } }
    /// ```
    /// ```yaml quiet
    /// Template: { Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateData: { MetadataOptions: { HttpPutResponseHopLimit: 1 } } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_launch_template" "t" {
    ///   metadata_options {
    ///     http_put_response_hop_limit = 2
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_launch_template" "t" {
    ///   image_id = "i"
    /// }
    /// ```
    FAR_METADATA_ANSWERS = "far-metadata-answers" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_341"],
        run: far_metadata_answers,
    }
}

fn far_metadata_answers(app: &App, findings: &mut Findings) {
    for machine in app.all(Kind::Machine).filter(|machine| !machine.is("type", "instance").is_true()) {
        if machine.int("metadata_hops").is_some_and(|hops| hops > 1) {
            findings.push(
                FAR_METADATA_ANSWERS
                    .on(machine, "metadata_hops", format!("metadata of `{}` travels too far", machine.name))
                    .fix(Fix::risky("keep it on the machine", machine.set("metadata_hops", 1))),
            );
        }
    }
}
