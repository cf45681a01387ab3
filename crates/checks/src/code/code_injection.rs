//! Data that others choose is run as code of the function.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # Code injection
    ///
    /// Data that others choose is run as code of the function.
    ///
    /// ## Why it matters
    ///
    /// The sender writes the program. It runs with the role of the function, next to its secrets, and it
    /// can change what later invocations in the same environment do.
    ///
    /// ## What to do
    ///
    /// Parse the data instead of running it: `json.loads`, `JSON.parse`, `ast.literal_eval`, a table from
    /// allowed names to functions. A sandbox such as `vm` is not a security boundary.
    ///
    /// ```python fires
    /// def handler(event, context):
    ///     return {"body": str(eval(event["queryStringParameters"]["formula"]))}
    /// ```
    /// ```python quiet
    /// import ast
    ///
    /// def handler(event, context):
    ///     return {"body": str(ast.literal_eval(event["queryStringParameters"]["value"]))}
    /// ```
    /// ```javascript fires
    /// exports.handler = async (event) => {
    ///   const rule = new Function("row", event.queryStringParameters.rule);
    ///   return { body: String(rule({ a: 1 })) };
    /// };
    /// ```
    /// ```javascript quiet
    /// const RULES = { sum: (row) => row.a + row.b };
    ///
    /// exports.handler = async (event) => {
    ///   const rule = RULES[event.queryStringParameters.rule];
    ///   return { body: String(rule({ a: 1, b: 2 })) };
    /// };
    /// ```
    CODE_INJECTION = "code-injection" {
        since: "0.1.0",
        severity: Critical,
        confidence: Likely,
        controls: &["CWE-94", "CWE-95", "OWASP-SLS:S1", "CSA:SAS-1"],
        also_known_as: &[],
        run: code_injection,
    }
}

fn code_injection(app: &App, findings: &mut Findings) {
    flows(app, findings, &CODE_INJECTION, SinkKind::Code, "is run as code");
}
