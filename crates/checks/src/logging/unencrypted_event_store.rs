//! An event data store without a customer key.
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # Event data store without customer key
    ///
    /// The audit events are encrypted with a key that is not yours.
    ///
    /// ## Why it matters
    ///
    /// A key of your own decides who may query years of audit events, and records who did. It can be
    /// chosen only when the store is made.
    ///
    /// ## What to do
    ///
    /// Name a KMS key when you create the store.
    ///
    /// ```yaml fires
    /// Store: { Type: AWS::CloudTrail::EventDataStore, Properties: { Name: s } }
    /// ```
    /// ```yaml quiet
    /// Store: { Type: AWS::CloudTrail::EventDataStore, Properties: { Name: s, KmsKeyId: k } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudtrail_event_data_store" "s" {
    ///   name = "s"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudtrail_event_data_store" "s" {
    ///   name       = "s"
    ///   kms_key_id = "k"
    /// }
    /// ```
    UNENCRYPTED_EVENT_STORE = "unencrypted-event-store" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_294"],
        run: unencrypted_event_store,
    }
}

fn unencrypted_event_store(app: &App, findings: &mut Findings) {
    for store in app.all(Kind::Trail).filter(|trail| trail.has("is_store")) {
        if !store.has("key") || store.text("key") == Some("") {
            findings.push(
                UNENCRYPTED_EVENT_STORE
                    .at(store, format!("`{}` has no customer key", store.name))
                    .fix(with_own_key(app, store, "key", "encrypt with a customer key")),
            );
        }
    }
}
