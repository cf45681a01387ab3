//! An error is caught and nothing is done about it.
use model::UseKind;

use crate::code::shared::uses;
use crate::prelude::*;

check! {
    /// # Swallowed error
    ///
    /// An error is caught and nothing is done about it.
    ///
    /// ## Why it matters
    ///
    /// The function goes on as if nothing had happened and answers success. No alarm counts it, no retry
    /// comes, and an attack that makes errors stays unseen.
    ///
    /// ## What to do
    ///
    /// Log the error, count it, or let it go on: the platform retries and keeps what failed.
    ///
    /// ```python fires
    /// def handler(event, context):
    ///     try:
    ///         return int(event["body"])
    ///     except Exception:
    ///         pass
    /// ```
    /// ```python quiet
    /// def handler(event, context):
    ///     try:
    ///         return int(event["body"])
    ///     except ValueError as error:
    ///         print("no number", type(error).__name__)
    /// ```
    /// ```javascript fires
    /// exports.handler = async (event) => {
    ///   try {
    ///     return JSON.parse(event.body).id;
    ///   } catch (error) {}
    /// };
    /// ```
    /// ```javascript quiet
    /// exports.handler = async (event) => {
    ///   try {
    ///     return JSON.parse(event.body).id;
    ///   } catch (error) {
    ///     console.error("no JSON");
    ///     throw error;
    ///   }
    /// };
    /// ```
    SWALLOWED_ERROR = "swallowed-error" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        controls: &["CWE-391", "CWE-390", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &[],
        run: swallowed_error,
    }
}

fn swallowed_error(app: &App, findings: &mut Findings) {
    uses(app, findings, &SWALLOWED_ERROR, UseKind::SwallowedError, |_| {
        Some("an error is caught here and nobody hears of it".to_owned())
    });
}
