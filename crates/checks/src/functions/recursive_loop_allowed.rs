//! A function may start itself again without end.
use crate::prelude::*;

check! {
    /// # Recursive loops allowed
    ///
    /// A function may start itself again without end.
    ///
    /// ## Why it matters
    ///
    /// Lambda stops a function that feeds its own queue, topic or bucket. With `Allow` such a loop runs
    /// until the bill or the quota ends it, and a forged event can start one.
    ///
    /// ## What to do
    ///
    /// Remove `RecursiveLoop: Allow`. Write results elsewhere than where the events come from.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     RecursiveLoop: Allow
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     RecursiveLoop: Terminate
    /// ```
    RECURSIVE_LOOP_ALLOWED = "recursive-loop-allowed" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-674", "CWE-770", "OWASP-SLS:S8", "CSA:SAS-8"],
        also_known_as: &[],
        run: recursive_loop_allowed,
    }
}

fn recursive_loop_allowed(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let wrong = function.is("recursive_loop", "Allow");
        findings.when(wrong, || {
            RECURSIVE_LOOP_ALLOWED
                .on(
                    function,
                    "recursive_loop",
                    format!("`{}` may start itself again without end", function.name),
                )
                .fix(Fix::safe("stop loops", function.set("recursive_loop", "Terminate")))
        });
    }
}
