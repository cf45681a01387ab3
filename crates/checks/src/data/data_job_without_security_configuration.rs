//! This job, crawler or endpoint names no security configuration.
use super::facts::written;
use crate::prelude::*;

const TYPES: &[&str] = &[
    "AWS::Glue::Crawler",
    "AWS::Glue::DevEndpoint",
    "AWS::Glue::Job",
    "aws_glue_crawler",
    "aws_glue_dev_endpoint",
    "aws_glue_job",
];

check! {
    /// # Data job without a security configuration
    ///
    /// This job, crawler or endpoint names no security configuration.
    ///
    /// ## Why it matters
    ///
    /// Its logs, bookmarks and results are written without a key.
    ///
    /// ## What to do
    ///
    /// Name a security configuration that encrypts all three.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Glue::Job
    ///   Properties: { Role: r }
    /// ```
    /// ```hcl fires
    /// resource "aws_glue_crawler" "store" {
    ///   role = "r"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Glue::Job
    ///   Properties: { Role: r, SecurityConfiguration: s }
    /// ```
    /// ```hcl quiet
    /// resource "aws_glue_crawler" "store" {
    ///   security_configuration = "s"
    /// }
    /// ```
    DATA_JOB_WITHOUT_SECURITY_CONFIGURATION = "data-job-without-security-configuration" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_195"],
        run: data_job_without_security_configuration,
    }
}

fn data_job_without_security_configuration(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "security") {
            findings.push(DATA_JOB_WITHOUT_SECURITY_CONFIGURATION.on(
                node,
                "security",
                format!("`{}` names no security configuration", node.name),
            ));
        }
    }
}
