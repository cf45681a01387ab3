//! The number of deliveries after which a message counts as failed is extreme.
use crate::prelude::*;

check! {
    /// # Redrive after one failure, or after very many
    ///
    /// The number of deliveries after which a message counts as failed is extreme.
    ///
    /// ## Why it matters
    ///
    /// With one delivery, a throttled or slow function sends good messages away. With hundreds, one bad
    /// message costs hundreds of invocations.
    ///
    /// ## What to do
    ///
    /// Use a number between 3 and 10; at least 5 for a queue that starts functions.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::SQS::Queue
    ///   Properties: { RedrivePolicy: { deadLetterTargetArn: dead, maxReceiveCount: 1 } }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::SQS::Queue
    ///   Properties: { RedrivePolicy: { deadLetterTargetArn: dead, maxReceiveCount: 5 } }
    /// ```
    EXTREME_REDRIVE_COUNT = "extreme-redrive-count" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-755", "OWASP-SLS:S6", "CSA:SAS-10"],
        also_known_as: &[],
        run: extreme_redrive_count,
    }
}

fn extreme_redrive_count(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Queue) {
        let Some(count) = node.int("max_receives").filter(|count| *count < 2 || *count > 100) else {
            continue;
        };
        let message = format!("`{}` gives a message up after {count} deliveries", node.name);
        let fix = Fix::risky("allow five deliveries", node.set("max_receives", 5));
        findings.push(EXTREME_REDRIVE_COUNT.on(node, "max_receives", message).fix(fix));
    }
}
