//! Data of one request is kept in a variable that the next request sees.
use model::UseKind;

use crate::code::shared::uses;
use crate::prelude::*;

check! {
    /// # State across invocations
    ///
    /// Data of one request is kept in a variable that the next request sees.
    ///
    /// ## Why it matters
    ///
    /// The platform keeps the process for later requests, of other users too. One user is then answered
    /// with the data of another, or pays with their rights.
    ///
    /// ## What to do
    ///
    /// Keep data of a request in variables of the handler. Outside of it keep only clients and settings.
    ///
    /// ```python fires
    /// user = None
    ///
    /// def handler(event, context):
    ///     global user
    ///     user = user or event["headers"]["x-user"]
    ///     return {"body": user}
    /// ```
    /// ```python quiet
    /// import boto3
    ///
    /// table = boto3.resource("dynamodb").Table("users")
    ///
    /// def handler(event, context):
    ///     user = event["headers"]["x-user"]
    ///     return {"body": user}
    /// ```
    /// ```javascript fires
    /// const cart = [];
    ///
    /// exports.handler = async (event) => {
    ///   cart.push(JSON.parse(event.body).item);
    ///   return { body: JSON.stringify(cart) };
    /// };
    /// ```
    /// ```javascript quiet
    /// exports.handler = async (event) => {
    ///   const cart = [];
    ///   cart.push(JSON.parse(event.body).item);
    ///   return { body: JSON.stringify(cart) };
    /// };
    /// ```
    STATE_ACROSS_INVOCATIONS = "state-across-invocations" {
        since: "0.1.0",
        severity: Medium,
        confidence: Possible,
        controls: &["CWE-488", "CWE-668", "OWASP-SLS:S3", "CSA:SAS-12"],
        also_known_as: &[],
        run: state_across_invocations,
    }
}

fn state_across_invocations(app: &App, findings: &mut Findings) {
    uses(app, findings, &STATE_ACROSS_INVOCATIONS, UseKind::Survives, |one| {
        Some(format!("`{}` keeps data of one request for the next one", one.name))
    });
}
