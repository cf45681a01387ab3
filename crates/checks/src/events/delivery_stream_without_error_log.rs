//! Failed deliveries and failed transformations of this stream are not logged.
use crate::prelude::*;

check! {
    /// # Delivery stream that logs no errors
    ///
    /// Failed deliveries and failed transformations of this stream are not logged.
    ///
    /// ## Why it matters
    ///
    /// Records go to an error prefix, or are dropped after a day, and nobody sees why.
    ///
    /// ## What to do
    ///
    /// Switch error logging on for the destination.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::KinesisFirehose::DeliveryStream
    ///   Properties: { ExtendedS3DestinationConfiguration: { BucketARN: b, RoleARN: r } }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::KinesisFirehose::DeliveryStream
    ///   Properties: { ExtendedS3DestinationConfiguration: { BucketARN: b, RoleARN: r, CloudWatchLoggingOptions: { Enabled: true, LogGroupName: g, LogStreamName: s } } }
    /// ```
    DELIVERY_STREAM_WITHOUT_ERROR_LOG = "delivery-stream-without-error-log" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &[],
        run: delivery_stream_without_error_log,
    }
}

fn delivery_stream_without_error_log(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::DeliveryStream).filter(|node| node.has("role")) {
        findings.unless_on(node, "error_logging", || {
            DELIVERY_STREAM_WITHOUT_ERROR_LOG
                .on(node, "error_logging", format!("`{}` logs no failed deliveries", node.name))
                .fix(Fix::safe("log failed deliveries", node.set("error_logging", true)))
        });
    }
}
