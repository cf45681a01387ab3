//! Security fixes are not installed on this broker by themselves.
use crate::prelude::*;

const TYPES: &[&str] = &["aws_mq_broker", "AWS::AmazonMQ::Broker"];

check! {
    /// # Broker without automatic minor upgrades
    ///
    /// Security fixes are not installed on this broker by themselves.
    ///
    /// ## Why it matters
    ///
    /// Brokers had flaws that let strangers run code, and they were used within days.
    ///
    /// ## What to do
    ///
    /// Switch automatic minor upgrades on.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::AmazonMQ::Broker
    ///   Properties: { AutoMinorVersionUpgrade: false }
    /// ```
    /// ```hcl fires
    /// resource "aws_mq_broker" "store" {
    ///   broker_name = "b"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::AmazonMQ::Broker
    ///   Properties: { AutoMinorVersionUpgrade: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_mq_broker" "store" {
    ///   auto_minor_version_upgrade = true
    /// }
    /// ```
    BROKER_WITHOUT_MINOR_UPGRADES = "broker-without-minor-upgrades" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-1104", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &["CKV_AWS_207", "MQ_AUTO_MINOR_VERSION_UPGRADE_ENABLED"],
        run: broker_without_minor_upgrades,
    }
}

fn broker_without_minor_upgrades(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "minor_upgrades", || {
            BROKER_WITHOUT_MINOR_UPGRADES
                .on(node, "minor_upgrades", format!("`{}` installs no minor upgrades", node.name))
                .fix(Fix::safe("upgrade by itself", node.set("minor_upgrades", true)))
        });
    }
}
