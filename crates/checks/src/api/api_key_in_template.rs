//! An API key whose value stands in the template.
use crate::prelude::*;

check! {
    /// # API key in the template
    ///
    /// The value of this API key can be read in the source.
    ///
    /// ## Why it matters
    ///
    /// Whoever may read the repository, its history or the deployed template has the key. It does not
    /// change until somebody changes the template.
    ///
    /// ## What to do
    ///
    /// Leave the value out: API Gateway then makes one that only it knows.
    ///
    /// ```yaml fires
    /// Key: { Type: AWS::ApiGateway::ApiKey, Properties: { Value: 0123456789abcdef0123456789, Enabled: true } }
    /// ```
    /// ```yaml quiet
    /// Key: { Type: AWS::ApiGateway::ApiKey, Properties: { Enabled: true } }
    /// ```
    /// ```hcl fires
    /// resource "aws_api_gateway_api_key" "k" {
    ///   name  = "k"
    ///   value = "0123456789abcdef0123456789"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_api_gateway_api_key" "k" {
    ///   name = "k"
    /// }
    /// ```
    API_KEY_IN_TEMPLATE = "api-key-in-template" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-798", "OWASP-SLS:S7", "OWASP-API-2023:API2", "CSA:SAS-7"],
        also_known_as: &[],
        run: api_key_in_template,
    }
}

fn api_key_in_template(app: &App, findings: &mut Findings) {
    for key in app.of_type(&["AWS::ApiGateway::ApiKey", "aws_api_gateway_api_key"]) {
        if key.text("value").is_some_and(|value| !value.is_empty()) {
            findings.push(
                API_KEY_IN_TEMPLATE
                    .on(key, "value", format!("the value of `{}` stands in the template", key.name))
                    .fix(Fix::risky("let API Gateway make the value", key.unset("value"))),
            );
        }
    }
}
