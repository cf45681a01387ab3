//! Code that stands in the template holds a secret.
use crate::facts::secrets::known_format;
use crate::prelude::*;

check! {
    /// # Secret in inline code
    ///
    /// Code that stands in the template holds a secret.
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
    ///     Code: { ZipFile: "key = 'AKIAIOSFODNN7EXAMPLE'" }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { ZipFile: "def handler(event, context): return 1" }
    /// ```
    SECRETS_IN_INLINE_CODE = "secrets-in-inline-code" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secrets_in_inline_code,
    }
}

fn secrets_in_inline_code(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let code = function.text("inline_code").unwrap_or_default();
        if let Some(what) = code.lines().find_map(known_format) {
            let message = format!("the code of `{}` holds {what}", function.name);
            findings.push(SECRETS_IN_INLINE_CODE.on(function, "inline_code", message));
        }
    }
}
