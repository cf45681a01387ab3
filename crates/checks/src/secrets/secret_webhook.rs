//! Address of a webhook in a file.
use super::kinds::{WEBHOOKS, report};
use crate::prelude::*;

check! {
    /// # Address of a webhook in a file
    ///
    /// A file holds the secret address of a webhook.
    ///
    /// ## Why it matters
    ///
    /// The address is the password: whoever has it writes into the channel, and people believe what
    /// they read there.
    ///
    /// ## What to do
    ///
    /// Make a new address and read it at run time, as any other secret.
    ///
    /// ```file fires
    /// # file: notify.py
    /// HOOK = "https://hooks.slack.com/services/T0EXAMPLE/B0EXAMPLE/Kq7vEXAMPLEz9Rt2LwJq8Zr5"
    /// ```
    /// ```file quiet
    /// # file: notify.py
    /// HOOK = os.environ["SLACK_HOOK"]
    /// ```
    SECRET_WEBHOOK = "secret-webhook" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_webhook,
    }
}

fn secret_webhook(app: &App, findings: &mut Findings) {
    report(&SECRET_WEBHOOK, app, findings, |detector| WEBHOOKS.contains(&detector));
}
