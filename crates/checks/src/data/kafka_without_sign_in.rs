//! Clients of this cluster need not sign in.
use crate::prelude::*;

check! {
    /// # Kafka cluster that asks nobody to sign in
    ///
    /// Clients of this cluster need not sign in.
    ///
    /// ## Why it matters
    ///
    /// Any workload in the network, also one that was taken over, can read and write every topic.
    ///
    /// ## What to do
    ///
    /// Switch IAM, SCRAM or certificates on, and unauthenticated access off.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::MSK::Cluster
    ///   Properties: { ClusterName: k }
    /// ```
    /// ```hcl fires
    /// resource "aws_msk_cluster" "store" {
    ///   cluster_name = "k"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::MSK::Cluster
    ///   Properties: { ClientAuthentication: { Sasl: { Iam: { Enabled: true } } } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_msk_cluster" "store" {
    ///   client_authentication {
    ///     sasl {
    ///       iam = true
    ///     }
    ///   }
    /// }
    /// ```
    KAFKA_WITHOUT_SIGN_IN = "kafka-without-sign-in" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-306", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &["MSK_UNRESTRICTED_ACCESS_CHECK"],
        run: kafka_without_sign_in,
    }
}

fn kafka_without_sign_in(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::MSK::Cluster", "aws_msk_cluster"]) {
        let ways = ["iam_auth", "scram_auth", "tls_auth"];
        let none = !Tri::any(ways.iter().map(|attr| node.flag(attr)));
        findings.when(none | node.flag("unauthenticated"), || {
            KAFKA_WITHOUT_SIGN_IN
                .at(node, format!("clients of `{}` need not sign in", node.name))
                .fix(Fix::risky("let clients sign in with cloud credentials", node.set("iam_auth", true)))
        });
    }
}
