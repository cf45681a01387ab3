//! Data that others choose becomes part of a header of the answer.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # Header injection
    ///
    /// Data that others choose becomes part of a header of the answer.
    ///
    /// ## Why it matters
    ///
    /// Through `Set-Cookie` the sender gives a visitor a session that they know. Where line breaks pass,
    /// they add headers and a body of their own.
    ///
    /// ## What to do
    ///
    /// Set headers to values of your own. Encode what has to be in them (`encodeURIComponent`,
    /// `urllib.parse.quote`).
    ///
    /// ```python fires
    /// def handler(event, context):
    ///     theme = event["queryStringParameters"]["theme"]
    ///     return {"statusCode": 200, "headers": {"Set-Cookie": "theme=" + theme}, "body": "ok"}
    /// ```
    /// ```python quiet
    /// from urllib.parse import quote
    ///
    /// def handler(event, context):
    ///     theme = quote(event["queryStringParameters"]["theme"])
    ///     return {"statusCode": 200, "headers": {"Set-Cookie": "theme=" + theme}, "body": "ok"}
    /// ```
    /// ```javascript fires
    /// exports.handler = async (event) => {
    ///   const cookie = `lang=${event.queryStringParameters.lang}`;
    ///   return { statusCode: 200, headers: { "Set-Cookie": cookie }, body: "ok" };
    /// };
    /// ```
    /// ```javascript quiet
    /// exports.handler = async (event) => {
    ///   const cookie = `lang=${encodeURIComponent(event.queryStringParameters.lang)}`;
    ///   return { statusCode: 200, headers: { "Set-Cookie": cookie }, body: "ok" };
    /// };
    /// ```
    HEADER_INJECTION = "header-injection" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-113", "OWASP-SLS:S1", "CSA:SAS-1"],
        also_known_as: &[],
        run: header_injection,
    }
}

fn header_injection(app: &App, findings: &mut Findings) {
    flows(app, findings, &HEADER_INJECTION, SinkKind::Header, "becomes part of a header");
}
