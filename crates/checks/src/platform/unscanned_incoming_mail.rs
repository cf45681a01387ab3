//! Incoming mail that is not scanned.
use crate::prelude::*;

check! {
    /// # Unscanned incoming mail
    ///
    /// Mail reaches the application without a look for spam and viruses.
    ///
    /// ## Why it matters
    ///
    /// Mail is input from strangers: attachments and headers go straight into the function that reads
    /// them.
    ///
    /// ## What to do
    ///
    /// Switch `ScanEnabled` on, and refuse mail whose verdict headers say FAIL.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::SES::ReceiptRule, Properties: { RuleSetName: s, Rule: { Enabled: true } } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::SES::ReceiptRule, Properties: { RuleSetName: s, Rule: { Enabled: true, ScanEnabled: true } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ses_receipt_rule" "x" {
    ///   name = "r"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ses_receipt_rule" "x" {
    ///   name         = "r"
    ///   scan_enabled = true
    /// }
    /// ```
    UNSCANNED_INCOMING_MAIL = "unscanned-incoming-mail" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-434", "OWASP-SLS:S1", "CSA:SAS-1"],
        also_known_as: &[],
        run: unscanned_incoming_mail,
    }
}

fn unscanned_incoming_mail(app: &App, findings: &mut Findings) {
    for rule in app.all(Kind::Email).filter(|mail| mail.is("type", "rule").is_true()) {
        findings.unless_on(rule, "scan", || {
            UNSCANNED_INCOMING_MAIL
                .on(rule, "scan", format!("mail of `{}` is not scanned", rule.name))
                .fix(Fix::safe("scan incoming mail", rule.set("scan", true)))
        });
    }
}
