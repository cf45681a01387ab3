//! A function loads a layer that another account publishes.
use crate::prelude::*;

check! {
    /// # Layer of another account
    ///
    /// A function loads a layer that another account publishes.
    ///
    /// ## Why it matters
    ///
    /// The layer runs inside the function with all its permissions. Its owner, or whoever takes over
    /// that account, decides what is in the next version that you load.
    ///
    /// ## What to do
    ///
    /// Publish a copy of the layer in your own account, from a source that you checked. Pin the
    /// version, as the ARN does.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Layers: [arn:aws:lambda:eu-west-1:464622532012:layer:agent:12]
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Layers: [!Ref L]
    /// L: { Type: AWS::Lambda::LayerVersion, Properties: { Content: { S3Bucket: b, S3Key: k } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   layers = ["arn:aws:lambda:eu-west-1:464622532012:layer:agent:12"]
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    /// }
    /// ```
    FOREIGN_LAYER = "foreign-layer" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        controls: &["CWE-829", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &[],
        run: foreign_layer,
    }
}

fn foreign_layer(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let literal = function.list("layers").iter().find(|layer| {
            let text = layer.display();
            let account = text.split(":layer:").next().and_then(|head| head.rsplit(':').next());
            account.is_some_and(|id| id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit()))
        });
        if let Some(layer) = literal {
            let message =
                format!("`{}` loads a layer of another account: `{}`", function.name, layer.display());
            findings.push(FOREIGN_LAYER.at(function, message).at(layer.at));
        }
    }
}
