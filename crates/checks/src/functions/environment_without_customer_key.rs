//! The environment variables of a function are encrypted with the provider's key.
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # Environment without a key of your own
    ///
    /// The environment variables of a function are encrypted with the provider's key.
    ///
    /// ## Why it matters
    ///
    /// With a customer key you decide who may read the variables, see each use in the trail, and can
    /// withdraw it.
    ///
    /// ## What to do
    ///
    /// Set `KmsKeyArn` to a key of your own. Secrets belong into Secrets Manager or Parameter Store all
    /// the same.
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
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Environment: { Variables: { STAGE: prod } }
    ///     KmsKeyArn: arn:aws:kms:eu-west-1:123456789012:key/abc
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   environment {
    ///     variables = { STAGE = "prod" }
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   environment {
    ///     variables = { STAGE = "prod" }
    ///   }
    ///   kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/abc"
    /// }
    /// ```
    ENVIRONMENT_WITHOUT_CUSTOMER_KEY = "environment-without-customer-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &["CKV_AWS_173"],
        run: environment_without_customer_key,
    }
}

fn environment_without_customer_key(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let variables = function.get("environment");
        let any = variables.is_some_and(|value| {
            !value.entries().is_empty() || !value.items().is_empty() || !value.is_literal()
        });
        let keyed = function.get("environment_key").is_some_and(|key| key.as_str() != Some(""));
        let wrong = (any && !keyed).into();
        findings.when(wrong, || {
            ENVIRONMENT_WITHOUT_CUSTOMER_KEY
                .on(
                    function,
                    "environment",
                    format!("`{}` has environment variables under the provider's key", function.name),
                )
                .fix(with_own_key(app, function, "environment_key", "encrypt with a customer key"))
        });
    }
}
