//! One of the two queues keeps the order of messages and the other does not.
use crate::prelude::*;

check! {
    /// # Dead letters of a FIFO queue in a standard queue
    ///
    /// One of the two queues keeps the order of messages and the other does not.
    ///
    /// ## Why it matters
    ///
    /// The service refuses such a pair, so that the deployment fails or dead letters are lost.
    ///
    /// ## What to do
    ///
    /// Make both queues FIFO, or neither.
    ///
    /// ```yaml fires
    /// Orders:
    ///   Type: AWS::SQS::Queue
    ///   Properties: { FifoQueue: true, RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 } }
    /// Dead: { Type: AWS::SQS::Queue }
    /// ```
    /// ```yaml quiet
    /// Orders:
    ///   Type: AWS::SQS::Queue
    ///   Properties: { FifoQueue: true, RedrivePolicy: { deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3 } }
    /// Dead: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }
    /// ```
    MISMATCHED_DEAD_LETTER_QUEUE = "mismatched-dead-letter-queue" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-755", "OWASP-SLS:S6", "CSA:SAS-10"],
        also_known_as: &[],
        run: mismatched_dead_letter_queue,
    }
}

fn mismatched_dead_letter_queue(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Queue) {
        for dead in app.targets(node, Relation::DeadLetters).filter(|dead| dead.kind == Kind::Queue) {
            let (ordered, dead_ordered) = (node.flag("fifo"), dead.flag("fifo"));
            findings.when((ordered & !dead_ordered) | (!ordered & dead_ordered), || {
                MISMATCHED_DEAD_LETTER_QUEUE.on(
                    node,
                    "dead_letters",
                    format!("`{}` and its dead letters in `{}` differ in order", node.name, dead.name),
                )
            });
        }
    }
}
