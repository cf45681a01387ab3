//! This broker runs a version that gets no more fixes.
use crate::prelude::*;

check! {
    /// # Broker of an old version
    ///
    /// This broker runs a version that gets no more fixes.
    ///
    /// ## Why it matters
    ///
    /// ActiveMQ before 5.17 and RabbitMQ before 3.11 have flaws that let strangers run code.
    ///
    /// ## What to do
    ///
    /// Upgrade to a version that is supported today.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::AmazonMQ::Broker
    ///   Properties: { EngineType: ACTIVEMQ, EngineVersion: 5.15.0 }
    /// ```
    /// ```hcl fires
    /// resource "aws_mq_broker" "store" {
    ///   engine_type = "RabbitMQ"
    ///   engine_version = "3.8.6"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::AmazonMQ::Broker
    ///   Properties: { EngineType: ACTIVEMQ, EngineVersion: '5.18' }
    /// ```
    /// ```hcl quiet
    /// resource "aws_mq_broker" "store" {
    ///   engine_type = "RabbitMQ"
    ///   engine_version = "3.13.2"
    /// }
    /// ```
    OUTDATED_BROKER = "outdated-broker" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-1104", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &["CKV_AWS_208"],
        run: outdated_broker,
    }
}

fn outdated_broker(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["aws_mq_broker", "aws_mq_configuration", "AWS::AmazonMQ::Broker"]) {
        let least = match node.text("engine").map(str::to_lowercase).as_deref() {
            Some("activemq") => (5, 17),
            Some("rabbitmq") => (3, 11),
            _ => continue,
        };
        let Some(version) = node.text("engine_version").and_then(major_and_minor) else { continue };
        if version < least {
            findings.push(
                OUTDATED_BROKER
                    .on(node, "engine_version", format!("`{}` runs an old version", node.name))
                    .fix(Fix::risky(
                        "run a supported version",
                        node.set("engine_version", if least.0 == 5 { "5.18" } else { "3.13" }),
                    )),
            );
        }
    }
}

fn major_and_minor(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
