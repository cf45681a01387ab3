//! A secret that the function reads is part of its answer.
use model::UseKind;

use crate::code::shared::uses;
use crate::prelude::*;

check! {
    /// # Secret in the answer
    ///
    /// A secret that the function reads is part of its answer.
    ///
    /// ## Why it matters
    ///
    /// Whoever calls the function gets the secret, and can use it without the function from then on.
    ///
    /// ## What to do
    ///
    /// Use the secret where it is needed, and answer only what the caller asked for.
    ///
    /// ```python fires
    /// import boto3
    ///
    /// client = boto3.client("secretsmanager")
    ///
    /// def handler(event, context):
    ///     secret = client.get_secret_value(SecretId="mail")["SecretString"]
    ///     return {"statusCode": 200, "body": secret}
    /// ```
    /// ```python quiet
    /// import boto3
    ///
    /// client = boto3.client("secretsmanager")
    ///
    /// def handler(event, context):
    ///     secret = client.get_secret_value(SecretId="mail")["SecretString"]
    ///     return {"statusCode": 200, "body": "ready" if secret else "no"}
    /// ```
    SECRET_IN_ANSWER = "secret-in-answer" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-200", "CWE-497", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_in_answer,
    }
}

fn secret_in_answer(app: &App, findings: &mut Findings) {
    uses(app, findings, &SECRET_IN_ANSWER, UseKind::SensitiveLog, |one| {
        one.name.ends_with("in the answer").then(|| "the caller gets the secret that is read here".to_owned())
    });
}
