//! Brokers of this cluster have addresses on the internet.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::MSK::Cluster", "aws_msk_cluster"];

check! {
    /// # Kafka cluster with public addresses
    ///
    /// Brokers of this cluster have addresses on the internet.
    ///
    /// ## Why it matters
    ///
    /// Only the sign-in of clients stands between everyone and the records.
    ///
    /// ## What to do
    ///
    /// Switch public access off, and connect through private connectivity.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::MSK::Cluster
    ///   Properties: { BrokerNodeGroupInfo: { ConnectivityInfo: { PublicAccess: { Type: SERVICE_PROVIDED_EIPS } } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_msk_cluster" "store" {
    ///   broker_node_group_info {
    ///     connectivity_info {
    ///       public_access {
    ///         type = "SERVICE_PROVIDED_EIPS"
    ///       }
    ///     }
    ///   }
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::MSK::Cluster
    ///   Properties: { BrokerNodeGroupInfo: { ConnectivityInfo: { PublicAccess: { Type: DISABLED } } } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_msk_cluster" "store" {
    ///   broker_node_group_info {
    ///     client_subnets = ["a"]
    ///   }
    /// }
    /// ```
    PUBLIC_KAFKA = "public-kafka" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_291"],
        run: public_kafka,
    }
}

fn public_kafka(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(node.flag("public"), || {
            PUBLIC_KAFKA
                .on(node, "public_access", format!("`{}` has public addresses", node.name))
                .fix(Fix::risky("switch public access off", node.set("public_access", "DISABLED")))
        });
    }
}
