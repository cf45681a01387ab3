//! An environment variable of a function holds a secret as plain text.
use crate::facts::secrets::{known_format, named_secret};
use crate::prelude::*;
use crate::repair::ask_for;

check! {
    /// # Secret in the environment
    ///
    /// An environment variable of a function holds a secret as plain text.
    ///
    /// ## Why it matters
    ///
    /// Whoever can read the template, its repository, the function or a crash report has the secret. It
    /// stays in the history when it is removed.
    ///
    /// ## What to do
    ///
    /// Keep the value in Secrets Manager or Parameter Store, and read it at run time, or resolve it
    /// with `{{resolve:secretsmanager:…}}`. Then change the secret: the old value is known.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Environment: { Variables: { DB_PASSWORD: correct-horse-7 } }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Environment: { Variables: { DB_PASSWORD: '{{resolve:secretsmanager:db:SecretString:password}}', DB_SECRET_NAME: prod/db } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   handler       = "app.handler"
    ///   runtime       = "python3.14"
    ///   role          = "arn:aws:iam::123456789012:role/worker"
    ///   filename      = "app.zip"
    ///   environment {
    ///     variables = { KEY = "AKIAIOSFODNN7EXAMPLE" }
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
    ///     variables = { TABLE = "orders" }
    ///   }
    /// }
    /// ```
    SECRETS_IN_ENVIRONMENT = "secrets-in-environment" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-798", "CWE-312", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &["CKV_AWS_45", "CKV_AWS_41"],
        run: secrets_in_environment,
    }
}

fn secrets_in_environment(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let variables = function.get("environment").map_or(&[][..], Value::entries);
        let found = variables.iter().find_map(|entry| {
            let text = entry.value.as_str()?;
            let what = known_format(text).or_else(|| named_secret(&entry.key.text, text))?;
            Some((entry, what))
        });
        if let Some((entry, what)) = found {
            let message = format!("`{}` of `{}` holds {what}", entry.key.text, function.name);
            findings.push(SECRETS_IN_ENVIRONMENT.at(function, message).at(entry.value.at).fix_if(ask_for(
                function,
                &entry.key.text,
                &entry.value,
            )));
        }
    }
}
