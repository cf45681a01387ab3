//! A secret is compared with an operator that stops at the first difference.
use model::UseKind;

use crate::code::shared::uses;
use crate::prelude::*;

check! {
    /// # Secret compared in variable time
    ///
    /// A secret is compared with an operator that stops at the first difference.
    ///
    /// ## Why it matters
    ///
    /// Who can measure the answers well enough finds the secret character by character. A signature of a
    /// webhook is found this way.
    ///
    /// ## What to do
    ///
    /// Use `hmac.compare_digest` or `crypto.timingSafeEqual`.
    ///
    /// ```python fires
    /// import hashlib
    /// import hmac
    /// import os
    ///
    /// def handler(event, context):
    ///     mac = hmac.new(os.environ["KEY"].encode(), event["body"].encode(), hashlib.sha256).hexdigest()
    ///     return mac == event["headers"]["x-signature"]
    /// ```
    /// ```python quiet
    /// import hashlib
    /// import hmac
    /// import os
    ///
    /// def handler(event, context):
    ///     mac = hmac.new(os.environ["KEY"].encode(), event["body"].encode(), hashlib.sha256).hexdigest()
    ///     return hmac.compare_digest(mac, event["headers"]["x-signature"])
    /// ```
    SECRET_COMPARED_IN_VARIABLE_TIME = "secret-compared-in-variable-time" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        controls: &["CWE-208", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &[],
        run: secret_compared_in_variable_time,
    }
}

fn secret_compared_in_variable_time(app: &App, findings: &mut Findings) {
    uses(app, findings, &SECRET_COMPARED_IN_VARIABLE_TIME, UseKind::TimingComparison, |_| {
        Some("the comparison takes longer the more of the secret is right".to_owned())
    });
}
