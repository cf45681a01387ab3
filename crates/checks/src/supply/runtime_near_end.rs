//! The runtime of a function loses its support within half a year.
use crate::facts::runtimes;
use crate::prelude::*;

check! {
    /// # Runtime whose support ends soon
    ///
    /// The runtime of a function loses its support within half a year.
    ///
    /// ## Why it matters
    ///
    /// From that day on weaknesses in it stay open, and later the function cannot be updated any more.
    ///
    /// ## What to do
    ///
    /// Plan the move to a later version now.
    ///
    /// ```yaml fires
    /// F: { Type: AWS::Lambda::Function, Properties: { Handler: a.b, Runtime: ruby3.3 } }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    /// ```
    RUNTIME_NEAR_END = "runtime-near-end" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-1104", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &[],
        run: runtime_near_end,
    }
}

/// AWS announces the end of a runtime this long before.
const SOON_DAYS: i64 = 180;

fn runtime_near_end(app: &App, findings: &mut Findings) {
    let today = findings.today;
    for function in app.functions() {
        let Some(runtime) = function.text("runtime").and_then(runtimes::find) else { continue };
        if runtime.ends > today && runtimes::days_between(today, runtime.ends) <= SOON_DAYS {
            let message = format!(
                "`{}` runs on `{}`, whose updates end on {}",
                function.name, runtime.id, runtime.ends
            );
            let update = function.set("runtime", runtime.successor);
            findings.push(
                RUNTIME_NEAR_END
                    .on(function, "runtime", message)
                    .fix(Fix::risky("use a later runtime", update)),
            );
        }
    }
}
