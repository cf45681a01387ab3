//! A function does not take security updates of its runtime.
use crate::prelude::*;

check! {
    /// # Runtime frozen at one version
    ///
    /// A function does not take security updates of its runtime.
    ///
    /// ## Why it matters
    ///
    /// With `Manual` the function stays on one build of the runtime, with every weakness that is found
    /// in it later.
    ///
    /// ## What to do
    ///
    /// Use `Auto` or `FunctionUpdate`. `Manual` is for a rollback of a few days.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     RuntimeManagementConfig: { UpdateRuntimeOn: Manual, RuntimeVersionArn: "arn:aws:lambda:eu-west-1::runtime:abc" }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    ///     RuntimeManagementConfig: { UpdateRuntimeOn: Auto }
    /// ```
    FROZEN_RUNTIME_UPDATES = "frozen-runtime-updates" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-1104", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &[],
        run: frozen_runtime_updates,
    }
}

fn frozen_runtime_updates(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        let wrong = function.is("runtime_updates", "Manual");
        findings.when(wrong, || {
            FROZEN_RUNTIME_UPDATES
                .on(
                    function,
                    "runtime_updates",
                    format!("`{}` takes no updates of its runtime", function.name),
                )
                .fix(Fix::risky("take updates", function.set("runtime_updates", "Auto")))
        });
    }
}
