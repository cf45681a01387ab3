//! A function keeps environments warm, and has neither an alias nor a version.
use crate::prelude::*;

check! {
    /// # Warm environments that nobody uses
    ///
    /// A function keeps environments warm, and has neither an alias nor a version.
    ///
    /// ## Why it matters
    ///
    /// Provisioned concurrency works for a version or an alias only. Without one it has no effect, or
    /// fails to deploy.
    ///
    /// ## What to do
    ///
    /// Publish an alias (`AutoPublishAlias` in SAM) and send the callers to it.
    ///
    /// ```sam fires
    /// F:
    ///   Type: AWS::Serverless::Function
    ///   Properties: { Handler: a.b, Runtime: python3.14, CodeUri: src, ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 5 } }
    /// ```
    /// ```sam quiet
    /// F:
    ///   Type: AWS::Serverless::Function
    ///   Properties: { Handler: a.b, Runtime: python3.14, CodeUri: src, AutoPublishAlias: live, ProvisionedConcurrencyConfig: { ProvisionedConcurrentExecutions: 5 } }
    /// ```
    PROVISIONED_CONCURRENCY_WITHOUT_ALIAS = "provisioned-concurrency-without-alias" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-1164", "OWASP-SLS:S8", "CSA:SAS-3"],
        also_known_as: &[],
        run: provisioned_concurrency_without_alias,
    }
}

fn provisioned_concurrency_without_alias(app: &App, findings: &mut Findings) {
    for function in app.functions().filter(|function| function.has("provisioned_concurrency")) {
        let published = function.has("alias")
            || app.parts(function, Kind::FunctionVersion).next().is_some()
            || app.parts(function, Kind::FunctionSetting).any(|setting| setting.has("qualifier"));
        if !published {
            let message = format!("`{}` keeps environments warm for no version or alias", function.name);
            findings.push(
                PROVISIONED_CONCURRENCY_WITHOUT_ALIAS
                    .on(function, "provisioned_concurrency", message)
                    .fix(Fix::risky("keep none warm", function.unset("provisioned_concurrency"))),
            );
        }
    }
}
