//! The whole event, or a secret, is written to the log.
use model::UseKind;

use crate::code::shared::uses;
use crate::prelude::*;

check! {
    /// # Whole event logged
    ///
    /// The whole event, or a secret, is written to the log.
    ///
    /// ## Why it matters
    ///
    /// Events carry tokens, cookies, addresses and passwords. Logs are kept longer, copied further and read
    /// by more people than the data itself.
    ///
    /// ## What to do
    ///
    /// Log the fields that you need by name. Powertools' Logger can leave out the rest.
    ///
    /// ```python fires
    /// def handler(event, context):
    ///     print(event)
    /// ```
    /// ```python quiet
    /// def handler(event, context):
    ///     print(event["requestContext"]["requestId"])
    /// ```
    /// ```javascript fires
    /// exports.handler = async (event) => {
    ///   console.log(JSON.stringify(event));
    /// };
    /// ```
    /// ```javascript quiet
    /// exports.handler = async (event) => {
    ///   console.log(event.requestContext.requestId);
    /// };
    /// ```
    WHOLE_EVENT_LOGGED = "whole-event-logged" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        controls: &["CWE-532", "OWASP-SLS:S3", "CSA:SAS-5"],
        also_known_as: &[],
        run: whole_event_logged,
    }
}

fn whole_event_logged(app: &App, findings: &mut Findings) {
    uses(app, findings, &WHOLE_EVENT_LOGGED, UseKind::SensitiveLog, |one| {
        // What is answered instead of logged has a check of its own.
        let is_logged = !one.name.ends_with("in the answer");
        is_logged.then(|| format!("`{}` is logged", if one.name.is_empty() { "event" } else { &one.name }))
    });
}
