//! The general log of this broker is not kept.
use crate::prelude::*;

const TYPES: &[&str] = &["aws_mq_broker", "AWS::AmazonMQ::Broker"];

check! {
    /// # Broker without a general log
    ///
    /// The general log of this broker is not kept.
    ///
    /// ## Why it matters
    ///
    /// Failed connections and errors leave no trace.
    ///
    /// ## What to do
    ///
    /// Switch the general log on.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::AmazonMQ::Broker
    ///   Properties: { EngineType: RABBITMQ }
    /// ```
    /// ```hcl fires
    /// resource "aws_mq_broker" "store" {
    ///   engine_type = "RabbitMQ"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::AmazonMQ::Broker
    ///   Properties: { Logs: { General: true } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_mq_broker" "store" {
    ///   logs {
    ///     general = true
    ///   }
    /// }
    /// ```
    BROKER_WITHOUT_GENERAL_LOG = "broker-without-general-log" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_48"],
        run: broker_without_general_log,
    }
}

fn broker_without_general_log(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "general_log", || {
            BROKER_WITHOUT_GENERAL_LOG
                .on(node, "general_log", format!("`{}` keeps no general log", node.name))
                .fix(Fix::safe("keep it", node.set("general_log", true)))
        });
    }
}
