//! Management actions on this broker are not logged.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::AmazonMQ::Broker", "aws_mq_broker"];

check! {
    /// # Broker without an audit log
    ///
    /// Management actions on this broker are not logged.
    ///
    /// ## Why it matters
    ///
    /// Nobody can say who changed users or purged a queue.
    ///
    /// ## What to do
    ///
    /// Switch the audit log on. RabbitMQ has none.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::AmazonMQ::Broker
    ///   Properties: { EngineType: ACTIVEMQ }
    /// ```
    /// ```hcl fires
    /// resource "aws_mq_broker" "store" {
    ///   engine_type = "ActiveMQ"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::AmazonMQ::Broker
    ///   Properties: { EngineType: ACTIVEMQ, Logs: { Audit: true } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_mq_broker" "store" {
    ///   engine_type = "RabbitMQ"
    /// }
    /// ```
    BROKER_WITHOUT_AUDIT_LOG = "broker-without-audit-log" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_197"],
        run: broker_without_audit_log,
    }
}

fn broker_without_audit_log(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if node.is("engine", "rabbitmq").is_true() {
            continue;
        }
        findings.unless_on(node, "audit_log", || {
            BROKER_WITHOUT_AUDIT_LOG
                .on(node, "audit_log", format!("`{}` keeps no audit log", node.name))
                .fix(Fix::safe("keep it", node.set("audit_log", true)))
        });
    }
}
