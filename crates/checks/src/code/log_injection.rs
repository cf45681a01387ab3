//! Text that others choose is written to the log with its line breaks.
use model::{SinkKind, Trust};

use crate::code::shared::flows_of;
use crate::prelude::*;

check! {
    /// # Log injection
    ///
    /// Text that others choose is written to the log with its line breaks.
    ///
    /// ## Why it matters
    ///
    /// The sender forges lines of the log, or hides their own among them. Alarms and people that read lines
    /// believe them.
    ///
    /// ## What to do
    ///
    /// Log structures as JSON (`json.dumps`, Powertools' Logger): line breaks are escaped there.
    ///
    /// ```python fires
    /// def handler(event, context):
    ///     print("looking for " + event["queryStringParameters"]["name"])
    /// ```
    /// ```python quiet
    /// import json
    ///
    /// def handler(event, context):
    ///     print(json.dumps({"looking for": event["queryStringParameters"]["name"]}))
    /// ```
    /// ```javascript fires
    /// exports.handler = async (event) => {
    ///   console.log(`looking for ${event.queryStringParameters.name}`);
    /// };
    /// ```
    /// ```javascript quiet
    /// exports.handler = async (event) => {
    ///   console.log(JSON.stringify({ name: event.queryStringParameters.name }));
    /// };
    /// ```
    LOG_INJECTION = "log-injection" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        controls: &["CWE-117", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &[],
        run: log_injection,
    }
}

fn log_injection(app: &App, findings: &mut Findings) {
    // Names and numbers of the system itself forge no lines.
    flows_of(app, findings, &LOG_INJECTION, "is written to the log as it is", |flow| {
        flow.sink.kind == SinkKind::Log && flow.trust != Trust::Internal
    });
}
