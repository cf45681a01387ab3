//! Events reach a function asynchronously, and those that fail are dropped.
use crate::prelude::*;
use crate::repair::{dead_letters_by_role, put_property, risky_with};

check! {
    /// # Events without a second chance
    ///
    /// Events reach a function asynchronously, and those that fail are dropped.
    ///
    /// ## Why it matters
    ///
    /// Notifications, rules and schedules do not wait for an answer. After two retries the event is
    /// gone: an object not scanned, an order not booked.
    ///
    /// ## What to do
    ///
    /// Set a dead-letter queue, or a destination for failures of asynchronous invocations.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    /// B: { Type: AWS::S3::Bucket, Properties: { NotificationConfiguration: { LambdaConfigurations: [{ Event: 's3:ObjectCreated:*', Function: !GetAtt F.Arn }] } } }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     DeadLetterConfig: { TargetArn: arn:aws:sqs:eu-west-1:123456789012:failed }
    /// B: { Type: AWS::S3::Bucket, Properties: { NotificationConfiguration: { LambdaConfigurations: [{ Event: 's3:ObjectCreated:*', Function: !GetAtt F.Arn }] } } }
    /// ```
    LOST_EVENTS = "lost-events" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-703", "CWE-778", "OWASP-SLS:S10", "CSA:SAS-10"],
        also_known_as: &[],
        run: lost_events,
    }
}

const ASYNCHRONOUS: &[&str] = &["object-store", "topic", "event-bus", "schedule", "email", "iot", "logs"];

fn lost_events(app: &App, findings: &mut Findings) {
    for function in app.functions().filter(|f| !f.has("dead_letters") && !f.has("on_failure")) {
        let mut triggers = app.parts(function, Kind::Trigger).filter(|trigger| !trigger.has("on_failure"));
        let lost =
            triggers.find_map(|trigger| trigger.text("event").filter(|event| ASYNCHRONOUS.contains(event)));
        if let Some(event) = lost {
            let message = format!("`{}` drops events ({event}) that fail", function.name);
            findings
                .push(LOST_EVENTS.on(function, "dead_letters", message).fix(add_dead_letters(app, function)));
        }
    }
}

/// In a queue that its role may write to. A template's own model of functions asks for the kind of queue.
fn add_dead_letters(app: &App, function: &Node) -> Fix {
    let queue = dead_letters_by_role(app, function, function);
    let arn = queue.attribute("Arn");
    let patch = if function.provider_type == "AWS::Serverless::Function" {
        let to = Data::map([("Type", "SQS".into()), ("TargetArn", arn.clone())]);
        put_property(function, &["DeadLetterQueue"], to)
    } else {
        None
    };
    let patch = patch.unwrap_or_else(|| function.set("dead_letters", arn));
    risky_with("keep what fails in a queue", queue, [patch])
}
