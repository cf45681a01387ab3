//! Copies and unloads of this warehouse do not have to stay in your network.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::Redshift::Cluster", "aws_redshift_cluster"];

check! {
    /// # Warehouse whose copies leave the network
    ///
    /// Copies and unloads of this warehouse do not have to stay in your network.
    ///
    /// ## Why it matters
    ///
    /// Rules of the network, endpoints and flow logs do not see that traffic.
    ///
    /// ## What to do
    ///
    /// Switch enhanced routing on.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { ClusterType: single-node }
    /// ```
    /// ```hcl fires
    /// resource "aws_redshift_cluster" "store" {
    ///   cluster_identifier = "w"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Redshift::Cluster
    ///   Properties: { EnhancedVpcRouting: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_redshift_cluster" "store" {
    ///   enhanced_vpc_routing = true
    /// }
    /// ```
    WAREHOUSE_COPIES_OVER_THE_INTERNET = "warehouse-copies-over-the-internet" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_321", "REDSHIFT_ENHANCED_VPC_ROUTING_ENABLED"],
        run: warehouse_copies_over_the_internet,
    }
}

fn warehouse_copies_over_the_internet(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "private_routing", || {
            WAREHOUSE_COPIES_OVER_THE_INTERNET
                .on(node, "private_routing", format!("`{}` lets copies leave the network", node.name))
                .fix(Fix::risky("keep copies in the network", node.set("private_routing", true)))
        });
    }
}
