//! This message broker can be reached from the internet.
use crate::prelude::*;

check! {
    /// # Broker with a public address
    ///
    /// This message broker can be reached from the internet.
    ///
    /// ## Why it matters
    ///
    /// Only its password stands between everyone and the messages: brokers of this kind have no security
    /// group on their public side.
    ///
    /// ## What to do
    ///
    /// Take the public address away.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::AmazonMQ::Broker
    ///   Properties: { PubliclyAccessible: true }
    /// ```
    /// ```hcl fires
    /// resource "aws_mq_broker" "store" {
    ///   publicly_accessible = true
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::AmazonMQ::Broker
    ///   Properties: { PubliclyAccessible: false }
    /// ```
    /// ```hcl quiet
    /// resource "aws_mq_broker" "store" {
    ///   broker_name = "b"
    /// }
    /// ```
    PUBLIC_BROKER = "public-broker" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_69"],
        run: public_broker,
    }
}

fn public_broker(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::AmazonMQ::Broker", "aws_mq_broker"]) {
        let unsaid = !node.has("public") && node.provider_type.starts_with("AWS::");
        findings.when(node.flag_or("public", unsaid), || {
            let finding = PUBLIC_BROKER.on(
                node,
                "public",
                if unsaid {
                    format!("`{}` does not say that it has no public address", node.name)
                } else {
                    format!("`{}` has a public address", node.name)
                },
            );
            let finding = if unsaid { finding.severity(Severity::Low) } else { finding };
            finding.fix(Fix::risky(
                "take the public address away (replaces the broker)",
                node.set("public", false),
            ))
        });
    }
}
