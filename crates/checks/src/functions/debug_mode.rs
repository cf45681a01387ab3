//! An environment variable switches on the debug mode of a framework.
use crate::prelude::*;

check! {
    /// # Debug mode
    ///
    /// An environment variable switches on the debug mode of a framework.
    ///
    /// ## Why it matters
    ///
    /// Debug modes show stack traces, settings and sometimes a console to whoever causes an error.
    ///
    /// ## What to do
    ///
    /// Set the variable in development only.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Environment: { Variables: { FLASK_DEBUG: '1' } }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     Environment: { Variables: { FLASK_DEBUG: '0' } }
    /// ```
    DEBUG_MODE = "debug-mode" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-489", "CWE-215", "OWASP-SLS:S6", "CSA:SAS-10"],
        also_known_as: &[],
        run: debug_mode,
    }
}

const SWITCHES: &[&str] = &["FLASK_DEBUG", "DJANGO_DEBUG", "APP_DEBUG", "DEBUG"];

fn debug_mode(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let variables = function.get("environment").map_or(&[][..], Value::entries);
        let found = variables.iter().find(|entry| {
            let value = entry.value.display();
            let on = ["1", "true", "on", "*"].iter().any(|on| value.eq_ignore_ascii_case(on));
            on && SWITCHES.contains(&entry.key.text.as_str())
        });
        if let Some(entry) = found {
            let message = format!("`{}` runs in debug mode: `{}`", function.name, entry.key.text);
            findings.push(
                DEBUG_MODE
                    .at(function, message)
                    .at(entry.key.at)
                    .fix(Fix::risky("switch it off", entry.value.rewrite("false"))),
            );
        }
    }
}
