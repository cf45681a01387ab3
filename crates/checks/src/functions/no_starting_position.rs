//! A stream consumer does not say where in the stream it begins.
use crate::prelude::*;

check! {
    /// # Stream without a starting position
    ///
    /// A stream consumer does not say where in the stream it begins.
    ///
    /// ## Why it matters
    ///
    /// Streams and Kafka topics ask for it: without one the deployment fails.
    ///
    /// ## What to do
    ///
    /// Set `StartingPosition` to `TRIM_HORIZON`, which misses nothing, or to `LATEST`.
    ///
    /// ```yaml fires
    /// E:
    ///   Type: AWS::Lambda::EventSourceMapping
    ///   Properties:
    ///     FunctionName: f
    ///     EventSourceArn: arn:aws:kinesis:eu-west-1:123456789012:stream/s
    /// ```
    /// ```yaml quiet
    /// E:
    ///   Type: AWS::Lambda::EventSourceMapping
    ///   Properties:
    ///     FunctionName: f
    ///     EventSourceArn: arn:aws:kinesis:eu-west-1:123456789012:stream/s
    ///     StartingPosition: LATEST
    /// ```
    NO_STARTING_POSITION = "no-starting-position" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-665", "OWASP-SLS:S10", "CSA:SAS-3"],
        also_known_as: &[],
        run: no_starting_position,
    }
}

fn no_starting_position(app: &App, findings: &mut Findings) {
    for trigger in app.all(Kind::Trigger).filter(|trigger| trigger.provider_type.contains("ource")) {
        let needs = matches!(trigger.text("event"), Some("stream" | "table-stream" | "kafka"));
        if needs && !trigger.has("starting_position") {
            let message = format!("`{}` does not say where it begins", trigger.name);
            let begin = trigger.set("starting_position", "TRIM_HORIZON");
            findings.push(
                NO_STARTING_POSITION
                    .at(trigger, message)
                    .fix(Fix::risky("begin with the oldest record", begin)),
            );
        }
    }
}
