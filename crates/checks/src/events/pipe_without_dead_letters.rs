//! Records of a stream that this pipe cannot handle are dropped after their retries.
use crate::data::facts::written;
use crate::prelude::*;
use crate::repair::{dead_letters_by_role, put_property, risky_with};

check! {
    /// # Pipe that drops what fails
    ///
    /// Records of a stream that this pipe cannot handle are dropped after their retries.
    ///
    /// ## Why it matters
    ///
    /// Or, without a limit of retries, they hold up everything behind them until they expire.
    ///
    /// ## What to do
    ///
    /// Give the source a dead-letter queue, and limit its retries.
    ///
    /// ```yaml fires
    /// Feed:
    ///   Type: AWS::Pipes::Pipe
    ///   Properties: { Source: !GetAtt Orders.Arn, Target: t, RoleArn: r }
    /// Orders: { Type: AWS::Kinesis::Stream }
    /// ```
    /// ```yaml quiet
    /// Feed:
    ///   Type: AWS::Pipes::Pipe
    ///   Properties:
    ///     Source: !GetAtt Orders.Arn
    ///     SourceParameters: { KinesisStreamParameters: { DeadLetterConfig: { Arn: q } } }
    /// Orders: { Type: AWS::Kinesis::Stream }
    /// ```
    PIPE_WITHOUT_DEAD_LETTERS = "pipe-without-dead-letters" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-755", "OWASP-SLS:S6", "CSA:SAS-10"],
        also_known_as: &[],
        run: pipe_without_dead_letters,
    }
}

fn pipe_without_dead_letters(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Schedule).filter(|node| node.has("pipe") && !written(node, "dead_letters")) {
        // A queue has dead letters of its own.
        let streams = [Kind::Stream, Kind::Table];
        if app.targets(node, Relation::FedBy).any(|source| streams.contains(&source.kind)) {
            findings.push(
                PIPE_WITHOUT_DEAD_LETTERS
                    .on(node, "source", format!("`{}` drops records that fail", node.name))
                    .fix_if(add_dead_letters(app, node)),
            );
        }
    }
}

fn add_dead_letters(app: &App, node: &Node) -> Option<Fix> {
    let is_table = app.targets(node, Relation::FedBy).any(|source| source.kind == Kind::Table);
    let parameters = if is_table { "DynamoDBStreamParameters" } else { "KinesisStreamParameters" };
    let queue = dead_letters_by_role(app, node, node);
    let path = ["SourceParameters", parameters, "DeadLetterConfig", "Arn"];
    let patch = put_property(node, &path, queue.attribute("Arn"))?;
    Some(risky_with("keep what fails in a queue", queue, [patch]))
}
