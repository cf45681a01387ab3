//! Mail that may be sent without TLS.
use crate::prelude::*;

check! {
    /// # Mail may be sent without TLS
    ///
    /// Messages are handed over in the clear when the other side asks for it.
    ///
    /// ## Why it matters
    ///
    /// Who stands between two mail servers can strip the offer of TLS, and read password links and
    /// invoices.
    ///
    /// ## What to do
    ///
    /// Set the delivery option `TlsPolicy` to `Require`.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::SES::ConfigurationSet, Properties: { Name: s } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::SES::ConfigurationSet, Properties: { DeliveryOptions: { TlsPolicy: REQUIRE } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ses_configuration_set" "x" {
    ///   name = "s"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ses_configuration_set" "x" {
    ///   name = "s"
    ///   delivery_options {
    ///     tls_policy = "Require"
    ///   }
    /// }
    /// ```
    PLAIN_MAIL_DELIVERY = "plain-mail-delivery" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_365"],
        run: plain_mail_delivery,
    }
}

fn plain_mail_delivery(app: &App, findings: &mut Findings) {
    for mail in app.all(Kind::Email).filter(|mail| mail.is("type", "configuration-set").is_true()) {
        findings.when(!mail.is("tls", "Require"), || {
            let word = if mail.provider_type.starts_with("aws_") { "Require" } else { "REQUIRE" };
            PLAIN_MAIL_DELIVERY
                .on(mail, "tls", format!("`{}` may send without TLS", mail.name))
                .fix(Fix::risky("require TLS", mail.set("tls", word)))
        });
    }
}
