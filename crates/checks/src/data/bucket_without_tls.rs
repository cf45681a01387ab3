//! No policy of this bucket refuses requests without TLS.
use super::policies::refuses_plain_http;
use crate::prelude::*;
use crate::repair::tls_policy;

check! {
    /// # Bucket that answers plain HTTP
    ///
    /// No policy of this bucket refuses requests without TLS.
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
    ///   Type: AWS::S3::Bucket
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::Bucket
    /// Rule:
    ///   Type: AWS::S3::BucketPolicy
    ///   Properties:
    ///     Bucket: !Ref Store
    ///     PolicyDocument:
    ///       Statement: [{ Effect: Deny, Principal: "*", Action: "*", Resource: "*", Condition: { Bool: { "aws:SecureTransport": "false" } } }]
    /// ```
    BUCKET_WITHOUT_TLS = "bucket-without-tls" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["S3_BUCKET_SSL_REQUESTS_ONLY"],
        run: bucket_without_tls,
    }
}

fn bucket_without_tls(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Bucket) {
        findings.when(!refuses_plain_http(node), || {
            BUCKET_WITHOUT_TLS
                .at(node, format!("`{}` answers plain HTTP", node.name))
                .fix_if(tls_policy(app, node))
        });
    }
}
