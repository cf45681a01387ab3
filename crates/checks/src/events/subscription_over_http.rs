//! Messages of the topic are delivered to this endpoint without TLS.
use crate::prelude::*;

check! {
    /// # Subscription over plain HTTP
    ///
    /// Messages of the topic are delivered to this endpoint without TLS.
    ///
    /// ## Why it matters
    ///
    /// Everyone on the way can read the messages, and can answer the confirmation in place of the endpoint.
    ///
    /// ## What to do
    ///
    /// Deliver to an `https` endpoint.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::SNS::Subscription
    ///   Properties: { TopicArn: t, Protocol: http, Endpoint: "http://example.org" }
    /// ```
    /// ```hcl fires
    /// resource "aws_sns_topic_subscription" "store" {
    ///   topic_arn = "t"
    ///   protocol = "http"
    ///   endpoint = "http://example.org"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::SNS::Subscription
    ///   Properties: { TopicArn: t, Protocol: https, Endpoint: "https://example.org" }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sns_topic_subscription" "store" {
    ///   topic_arn = "t"
    ///   protocol = "https"
    ///   endpoint = "https://example.org"
    /// }
    /// ```
    SUBSCRIPTION_OVER_HTTP = "subscription-over-http" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &[],
        run: subscription_over_http,
    }
}

fn subscription_over_http(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Subscription) {
        findings.when(node.is("protocol", "http"), || {
            SUBSCRIPTION_OVER_HTTP
                .on(node, "protocol", format!("`{}` delivers over plain HTTP", node.name))
                .fix(Fix::risky("deliver over TLS", node.set("protocol", "https")))
        });
    }
    for topic in app.all(Kind::Topic) {
        let plain = |item: &&Value| item.get("protocol").and_then(Value::as_str) == Some("http");
        if let Some(item) = topic.list("subscriptions").iter().find(plain) {
            findings.push(
                SUBSCRIPTION_OVER_HTTP
                    .at(topic, format!("`{}` delivers over plain HTTP", topic.name))
                    .at(item.at),
            );
        }
    }
}
