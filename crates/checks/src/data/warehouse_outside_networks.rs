//! This warehouse names no subnet group.
use super::facts::written;
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::Redshift::Cluster", "aws_redshift_cluster"];

check! {
    /// # Warehouse without a subnet group
    ///
    /// This warehouse names no subnet group.
    ///
    /// ## Why it matters
    ///
    /// It stands in the default network, whose subnets are often public.
    ///
    /// ## What to do
    ///
    /// Make a subnet group of private subnets and name it.
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
    ///   Properties: { ClusterSubnetGroupName: g }
    /// ```
    /// ```hcl quiet
    /// resource "aws_redshift_cluster" "store" {
    ///   cluster_subnet_group_name = "g"
    /// }
    /// ```
    WAREHOUSE_OUTSIDE_NETWORKS = "warehouse-outside-networks" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_154"],
        run: warehouse_outside_networks,
    }
}

fn warehouse_outside_networks(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "subnet_group") {
            findings.push(WAREHOUSE_OUTSIDE_NETWORKS.on(
                node,
                "subnet_group",
                format!("`{}` names no subnet group", node.name),
            ));
        }
    }
}
