//! Data that others choose is compiled as a regular expression.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # Regular expression injection
    ///
    /// Data that others choose is compiled as a regular expression.
    ///
    /// ## Why it matters
    ///
    /// Some patterns take exponential time. One request then keeps the function busy until its timeout, and
    /// every such request is paid for. Or the pattern matches more than meant.
    ///
    /// ## What to do
    ///
    /// Escape the data (`re.escape`, `lodash.escapeRegExp`), or search for it as plain text.
    ///
    /// ```python fires
    /// import re
    ///
    /// def handler(event, context):
    ///     pattern = re.compile(event["queryStringParameters"]["search"])
    ///     return {"body": str(bool(pattern.match("catalogue")))}
    /// ```
    /// ```python quiet
    /// import re
    ///
    /// def handler(event, context):
    ///     pattern = re.compile(re.escape(event["queryStringParameters"]["search"]))
    ///     return {"body": str(bool(pattern.match("catalogue")))}
    /// ```
    /// ```javascript fires
    /// exports.handler = async (event) => {
    ///   const pattern = new RegExp(event.queryStringParameters.search);
    ///   return { body: String("catalogue".search(pattern)) };
    /// };
    /// ```
    /// ```javascript quiet
    /// exports.handler = async (event) => {
    ///   return { body: String("catalogue".includes(event.queryStringParameters.search)) };
    /// };
    /// ```
    REGEX_INJECTION = "regex-injection" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-1333", "CWE-400", "OWASP-SLS:S1", "CSA:SAS-8"],
        also_known_as: &[],
        run: regex_injection,
    }
}

fn regex_injection(app: &App, findings: &mut Findings) {
    flows(app, findings, &REGEX_INJECTION, SinkKind::Regex, "is compiled as a pattern");
}
