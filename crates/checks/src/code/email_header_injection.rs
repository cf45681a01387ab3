//! Text that others choose becomes part of the raw text of an e-mail.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # Email header injection
    ///
    /// Text that others choose becomes part of the raw text of an e-mail.
    ///
    /// ## Why it matters
    ///
    /// With a line break the sender adds headers: more recipients, another subject, a body of their own.
    /// Your domain then sends their mail.
    ///
    /// ## What to do
    ///
    /// Build messages with a library (`email.message.EmailMessage`, the structured `SendEmail`), which
    /// refuses line breaks in headers.
    ///
    /// ```python fires
    /// import smtplib
    ///
    /// def handler(event, context):
    ///     subject = event["queryStringParameters"]["subject"]
    ///     with smtplib.SMTP_SSL("mail.example") as server:
    ///         server.sendmail("a@shop.example", ["b@shop.example"], "Subject: " + subject + "\n\nHello")
    /// ```
    /// ```python quiet
    /// import boto3
    ///
    /// client = boto3.client("ses")
    ///
    /// def handler(event, context):
    ///     subject = event["queryStringParameters"]["subject"]
    ///     client.send_email(
    ///         Source="a@shop.example",
    ///         Destination={"ToAddresses": ["b@shop.example"]},
    ///         Message={"Subject": {"Data": subject}, "Body": {"Text": {"Data": "Hello"}}},
    ///     )
    /// ```
    EMAIL_HEADER_INJECTION = "email-header-injection" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-93", "OWASP-SLS:S1", "CSA:SAS-1"],
        also_known_as: &[],
        run: email_header_injection,
    }
}

fn email_header_injection(app: &App, findings: &mut Findings) {
    flows(app, findings, &EMAIL_HEADER_INJECTION, SinkKind::Email, "becomes part of a raw message");
}
