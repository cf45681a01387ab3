//! The text of an error, or its trace, is part of the answer.
use model::UseKind;

use crate::code::shared::uses;
use crate::prelude::*;

check! {
    /// # Error in the answer
    ///
    /// The text of an error, or its trace, is part of the answer.
    ///
    /// ## Why it matters
    ///
    /// Errors name files, tables, queries and versions: what an attacker otherwise has to guess. Some hold
    /// the data that failed.
    ///
    /// ## What to do
    ///
    /// Log the error, and answer a sentence of your own with an id to find it by.
    ///
    /// ```python fires
    /// def handler(event, context):
    ///     try:
    ///         return {"statusCode": 200, "body": str(1 / int(event["body"]))}
    ///     except Exception as error:
    ///         return {"statusCode": 500, "body": str(error)}
    /// ```
    /// ```python quiet
    /// def handler(event, context):
    ///     try:
    ///         return {"statusCode": 200, "body": str(1 / int(event["body"]))}
    ///     except Exception:
    ///         return {"statusCode": 500, "body": "something went wrong"}
    /// ```
    /// ```javascript fires
    /// exports.handler = async (event) => {
    ///   try {
    ///     return { statusCode: 200, body: JSON.parse(event.body).name };
    ///   } catch (error) {
    ///     return { statusCode: 500, body: error.stack };
    ///   }
    /// };
    /// ```
    /// ```javascript quiet
    /// exports.handler = async (event) => {
    ///   try {
    ///     return { statusCode: 200, body: "ok" };
    ///   } catch (error) {
    ///     console.error(error.message);
    ///     return { statusCode: 500, body: "something went wrong" };
    ///   }
    /// };
    /// ```
    ERROR_IN_ANSWER = "error-in-answer" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        controls: &["CWE-209", "OWASP-SLS:S6", "CSA:SAS-10"],
        also_known_as: &[],
        run: error_in_answer,
    }
}

fn error_in_answer(app: &App, findings: &mut Findings) {
    uses(app, findings, &ERROR_IN_ANSWER, UseKind::ErrorInAnswer, |seen| {
        Some(if seen.name.starts_with("the answer of") {
            "the caller sees what the invoked function answered, its error and trace too: `FunctionError` is \
             not looked at"
                .to_owned()
        } else {
            "the caller sees the text of the error".to_owned()
        })
    });
}
