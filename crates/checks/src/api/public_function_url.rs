//! A function URL that skips authentication.
use crate::prelude::*;

check! {
    /// # Public function URL
    ///
    /// Anyone on the internet can call this function.
    ///
    /// ## Why it matters
    ///
    /// `AuthType: NONE` skips IAM, so the handler is the only guard left. Scanners find such
    /// addresses within hours, and each call costs money.
    ///
    /// ## What to do
    ///
    /// Require IAM, or put an API with an authorizer in front. A webhook that must stay open has to
    /// verify its sender's signature in the handler: suppress the finding with that reason.
    ///
    /// ```yaml fires
    /// Api: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: f, AuthType: NONE } }
    /// ```
    /// ```yaml quiet
    /// Api: { Type: AWS::Lambda::Url, Properties: { TargetFunctionArn: f, AuthType: AWS_IAM } }
    /// ```
    PUBLIC_FUNCTION_URL = "public-function-url" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-306", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_258"],
        run: public_function_url,
    }
}

fn public_function_url(app: &App, findings: &mut Findings) {
    for url in app.all(Kind::FunctionUrl) {
        findings.when(url.is("auth", "NONE"), || {
            PUBLIC_FUNCTION_URL
                .on(url, "auth", format!("`{}` answers anyone", url.name))
                .fix(Fix::risky("require IAM", url.set("auth", "AWS_IAM")))
        });
    }
}
