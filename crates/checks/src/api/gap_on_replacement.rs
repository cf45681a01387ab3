//! A Terraform resource that is destroyed before its replacement stands.
use crate::prelude::*;

check! {
    /// # Gap on replacement
    ///
    /// When this resource has to be replaced, Terraform removes it first.
    ///
    /// ## Why it matters
    ///
    /// Between the removal of an API, a deployment or a certificate and its replacement nothing
    /// answers; a certificate that is in use cannot even be removed, so that the change fails half
    /// way.
    ///
    /// ## What to do
    ///
    /// Set `create_before_destroy` in its `lifecycle` block.
    ///
    /// ```hcl fires
    /// resource "aws_api_gateway_deployment" "api" {
    ///   rest_api_id = "a"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_api_gateway_deployment" "api" {
    ///   rest_api_id = "a"
    ///   lifecycle {
    ///     create_before_destroy = true
    ///   }
    /// }
    /// ```
    GAP_ON_REPLACEMENT = "gap-on-replacement" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-404", "OWASP-SLS:S9", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_217", "CKV_AWS_233", "CKV_AWS_237"],
        run: gap_on_replacement,
    }
}

fn gap_on_replacement(app: &App, findings: &mut Findings) {
    const TYPES: &[&str] = &["aws_api_gateway_deployment", "aws_api_gateway_rest_api", "aws_acm_certificate"];
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "create_before_destroy", || {
            GAP_ON_REPLACEMENT
                .at(node, format!("`{}` is removed before its replacement stands", node.name))
                .fix(Fix::risky(
                    "make the replacement first",
                    model::Patch::Put {
                        at: node.span,
                        path: vec!["lifecycle", "create_before_destroy"],
                        value: true.into(),
                    },
                ))
        });
    }
}
