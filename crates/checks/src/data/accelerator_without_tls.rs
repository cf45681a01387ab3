//! Connections to this accelerator are not encrypted.
use crate::prelude::*;

const TYPES: &[&str] = &["aws_dax_cluster", "AWS::DAX::Cluster"];

check! {
    /// # DAX cluster that talks without TLS
    ///
    /// Connections to this accelerator are not encrypted.
    ///
    /// ## Why it matters
    ///
    /// Items of the table go through the network readable.
    ///
    /// ## What to do
    ///
    /// Set the endpoint encryption to `TLS`. The cluster has to be made anew for it.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::DAX::Cluster
    ///   Properties: { ClusterName: c }
    /// ```
    /// ```hcl fires
    /// resource "aws_dax_cluster" "store" {
    ///   cluster_name = "c"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::DAX::Cluster
    ///   Properties: { ClusterEndpointEncryptionType: TLS }
    /// ```
    /// ```hcl quiet
    /// resource "aws_dax_cluster" "store" {
    ///   cluster_endpoint_encryption_type = "TLS"
    /// }
    /// ```
    ACCELERATOR_WITHOUT_TLS = "accelerator-without-tls" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_239"],
        run: accelerator_without_tls,
    }
}

fn accelerator_without_tls(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(!node.is("endpoint_encryption", "TLS"), || {
            ACCELERATOR_WITHOUT_TLS
                .on(node, "endpoint_encryption", format!("`{}` talks without TLS", node.name))
                .fix(Fix::risky(
                    "switch TLS on (replaces the cluster)",
                    node.set("endpoint_encryption", "TLS"),
                ))
        });
    }
}
