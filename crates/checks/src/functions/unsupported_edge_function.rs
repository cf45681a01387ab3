//! A function at the edge has settings that Lambda@Edge does not support.
use crate::prelude::*;

check! {
    /// # Setting that Lambda@Edge refuses
    ///
    /// A function at the edge has settings that Lambda@Edge does not support.
    ///
    /// ## Why it matters
    ///
    /// CloudFront refuses functions with environment variables, a network, a dead-letter queue, layers,
    /// arm64 or an image. Settings that protect a function elsewhere do not protect it there.
    ///
    /// ## What to do
    ///
    /// Take the settings away, and read configuration from the request or from code.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Environment: { Variables: { STAGE: prod } }
    /// D:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties: { DistributionConfig: { Enabled: true, DefaultCacheBehavior: { TargetOriginId: o, ViewerProtocolPolicy: https-only, LambdaFunctionAssociations: [{ EventType: viewer-request, LambdaFunctionARN: !Ref V }] } } }
    /// V: { Type: AWS::Lambda::Version, Properties: { FunctionName: !Ref F } }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    /// D:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties: { DistributionConfig: { Enabled: true, DefaultCacheBehavior: { TargetOriginId: o, ViewerProtocolPolicy: https-only, LambdaFunctionAssociations: [{ EventType: viewer-request, LambdaFunctionARN: !Ref V }] } } }
    /// V: { Type: AWS::Lambda::Version, Properties: { FunctionName: !Ref F } }
    /// ```
    UNSUPPORTED_EDGE_FUNCTION = "unsupported-edge-function" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-665", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &[],
        run: unsupported_edge_function,
    }
}

/// Source: Amazon CloudFront Developer Guide, "Restrictions on Lambda@Edge".
const REFUSED: &[(&str, &str)] = &[
    ("environment", "environment variables"),
    ("network", "a network"),
    ("dead_letters", "a dead-letter queue"),
    ("layers", "layers"),
    ("image", "a container image"),
    ("file_system", "a file system"),
];

fn unsupported_edge_function(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let edge = app.parts(function, Kind::Trigger).any(|trigger| trigger.text("event") == Some("cdn"));
        if !edge {
            continue;
        }
        if let Some((attr, what)) = REFUSED.iter().find(|(attr, _)| function.has(attr)) {
            let message = format!("`{}` runs at the edge, where {what} cannot be used", function.name);
            let fix = Fix::risky("take the setting away", function.unset(attr));
            findings.push(UNSUPPORTED_EDGE_FUNCTION.on(function, attr, message).fix(fix));
        }
    }
}
