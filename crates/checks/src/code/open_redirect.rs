//! Data that others choose decides where the browser is sent.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # Open redirect
    ///
    /// Data that others choose decides where the browser is sent.
    ///
    /// ## Why it matters
    ///
    /// A link to your site that ends on the site of an attacker is trusted by people and by filters. In a
    /// sign-in flow the token goes with it.
    ///
    /// ## What to do
    ///
    /// Redirect to paths of your own site, or compare the host with a list.
    ///
    /// ```python fires
    /// def handler(event, context):
    ///     target = event["queryStringParameters"]["next"]
    ///     return {"statusCode": 302, "headers": {"Location": target}}
    /// ```
    /// ```python quiet
    /// from urllib.parse import quote
    ///
    /// def handler(event, context):
    ///     page = quote(event["queryStringParameters"]["next"])
    ///     return {"statusCode": 302, "headers": {"Location": "https://shop.example/" + page}}
    /// ```
    /// ```javascript fires
    /// exports.handler = async (event) => {
    ///   return { statusCode: 302, headers: { Location: event.queryStringParameters.to } };
    /// };
    /// ```
    /// ```javascript quiet
    /// exports.handler = async () => {
    ///   return { statusCode: 302, headers: { Location: "https://shop.example/" } };
    /// };
    /// ```
    OPEN_REDIRECT = "open-redirect" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-601", "OWASP-SLS:S5", "CSA:SAS-1"],
        also_known_as: &[],
        run: open_redirect,
    }
}

fn open_redirect(app: &App, findings: &mut Findings) {
    flows(app, findings, &OPEN_REDIRECT, SinkKind::Redirect, "chooses where the browser goes");
}
