//! Data that others choose becomes part of a page without being escaped.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # Cross-site scripting
    ///
    /// Data that others choose becomes part of a page without being escaped.
    ///
    /// ## Why it matters
    ///
    /// A link with a script in it runs that script in the browser of whoever follows it, as a part of your
    /// site: with their session.
    ///
    /// ## What to do
    ///
    /// Render pages with a template engine that escapes, or escape each value (`html.escape`, `he.encode`).
    /// Answer data as JSON.
    ///
    /// ```python fires
    /// def handler(event, context):
    ///     name = event["queryStringParameters"]["name"]
    ///     page = f"<html><body>Hello {name}</body></html>"
    ///     return {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": page}
    /// ```
    /// ```python quiet
    /// import html
    ///
    /// def handler(event, context):
    ///     name = html.escape(event["queryStringParameters"]["name"])
    ///     page = f"<html><body>Hello {name}</body></html>"
    ///     return {"statusCode": 200, "headers": {"Content-Type": "text/html"}, "body": page}
    /// ```
    /// ```javascript fires
    /// exports.handler = async (event) => {
    ///   const body = `<h1>${event.queryStringParameters.title}</h1>`;
    ///   return { statusCode: 200, headers: { "Content-Type": "text/html" }, body };
    /// };
    /// ```
    /// ```javascript quiet
    /// exports.handler = async (event) => {
    ///   const body = JSON.stringify({ title: event.queryStringParameters.title });
    ///   return { statusCode: 200, headers: { "Content-Type": "application/json" }, body };
    /// };
    /// ```
    CROSS_SITE_SCRIPTING = "cross-site-scripting" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-79", "OWASP-SLS:S7", "CSA:SAS-1"],
        also_known_as: &[],
        run: cross_site_scripting,
    }
}

fn cross_site_scripting(app: &App, findings: &mut Findings) {
    flows(app, findings, &CROSS_SITE_SCRIPTING, SinkKind::Html, "becomes part of a page");
}
