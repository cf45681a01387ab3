//! Logs of the brokers of this cluster go nowhere.
use crate::prelude::*;
use crate::repair::{is_terraform, log_group, risky_with};

const TYPES: &[&str] = &["AWS::MSK::Cluster", "aws_msk_cluster"];

check! {
    /// # Kafka cluster that keeps no log
    ///
    /// Logs of the brokers of this cluster go nowhere.
    ///
    /// ## Why it matters
    ///
    /// Failed sign-ins and errors leave no trace.
    ///
    /// ## What to do
    ///
    /// Send the logs to the log service, a bucket or a delivery stream.
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
    ///   Properties: { LoggingInfo: { BrokerLogs: { CloudWatchLogs: { Enabled: true, LogGroup: g } } } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_msk_cluster" "store" {
    ///   logging_info {
    ///     broker_logs {
    ///       s3 {
    ///         enabled = true
    ///         bucket  = "b"
    ///       }
    ///     }
    ///   }
    /// }
    /// ```
    KAFKA_WITHOUT_LOGS = "kafka-without-logs" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_80"],
        run: kafka_without_logs,
    }
}

fn kafka_without_logs(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "any_log", || {
            KAFKA_WITHOUT_LOGS
                .on(node, "any_log", format!("`{}` keeps no log", node.name))
                .fix(keep(app, node))
        });
    }
}

fn keep(app: &App, node: &Node) -> Fix {
    let group = log_group(app, node, "");
    // CloudFormation's reference to a log group is its name.
    let name = if is_terraform(node) { group.attribute("Name") } else { Data::reference(&group.name) };
    let patches = [node.set("cloud_logs", true), node.set("log_group", name)];
    risky_with("keep the logs of its brokers", group, patches)
}
