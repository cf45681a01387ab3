//! No policy of this queue refuses requests without TLS.
use super::policies::refuses_plain_http;
use crate::prelude::*;
use crate::repair::tls_policy;

check! {
    /// # Queue that answers plain HTTP
    ///
    /// No policy of this queue refuses requests without TLS.
    ///
    /// ## Why it matters
    ///
    /// The provider's endpoints still answer plain HTTP. A client that is set up wrongly sends its data and
    /// its signed requests readable to everyone on the way.
    ///
    /// ## What to do
    ///
    /// Deny every action when `aws:SecureTransport` is false.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::SQS::Queue
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::SQS::Queue
    /// Rule:
    ///   Type: AWS::SQS::QueuePolicy
    ///   Properties:
    ///     Queues: [!Ref Store]
    ///     PolicyDocument:
    ///       Statement: [{ Effect: Deny, Principal: "*", Action: "*", Resource: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } }]
    /// ```
    QUEUE_WITHOUT_TLS = "queue-without-tls" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &[],
        run: queue_without_tls,
    }
}

fn queue_without_tls(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Queue) {
        findings.when(!refuses_plain_http(node), || {
            QUEUE_WITHOUT_TLS
                .at(node, format!("`{}` answers plain HTTP", node.name))
                .fix_if(tls_policy(app, node))
        });
    }
}
