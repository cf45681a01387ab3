//! This cluster writes no encryption settings, or accepts plain connections.
use crate::prelude::*;

check! {
    /// # Kafka cluster without encryption settings
    ///
    /// This cluster writes no encryption settings, or accepts plain connections.
    ///
    /// ## Why it matters
    ///
    /// Records and passwords go through the network readable.
    ///
    /// ## What to do
    ///
    /// Write the settings, with `TLS` for clients and encryption between brokers.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::MSK::Cluster
    ///   Properties: { EncryptionInfo: { EncryptionInTransit: { ClientBroker: TLS_PLAINTEXT } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_msk_cluster" "store" {
    ///   cluster_name = "k"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::MSK::Cluster
    ///   Properties: { EncryptionInfo: { EncryptionInTransit: { ClientBroker: TLS, InCluster: true } } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_msk_cluster" "store" {
    ///   encryption_info {
    ///     encryption_in_transit {
    ///       client_broker = "TLS"
    ///     }
    ///   }
    /// }
    /// ```
    KAFKA_WITHOUT_ENCRYPTION = "kafka-without-encryption" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_81"],
        run: kafka_without_encryption,
    }
}

fn kafka_without_encryption(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::MSK::Cluster", "aws_msk_cluster"]) {
        let clients = if node.has("client_tls") { node.is("client_tls", "TLS") } else { Tri::True };
        let safe = node.flag("encryption") & clients & node.flag_or("cluster_tls", true);
        findings.when(!safe, || {
            KAFKA_WITHOUT_ENCRYPTION
                .on(node, "client_tls", format!("`{}` may be talked to without encryption", node.name))
                .fix(Fix::risky("require TLS", node.set("client_tls", "TLS")))
        });
    }
}
