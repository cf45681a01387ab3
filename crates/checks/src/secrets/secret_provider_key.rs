//! Key of a service.
use super::kinds::{is_provider, report};
use crate::prelude::*;

check! {
    /// # Key of a service
    ///
    /// A file holds a key in the format of a known service, such as GitHub, Stripe or OpenAI.
    ///
    /// ## Why it matters
    ///
    /// The format says where it works, so that whoever finds it can use it at once: read code, send
    /// mail, move money, run up a bill.
    ///
    /// ## What to do
    ///
    /// Revoke the key at the service, create a new one, and read it at run time from Secrets Manager or
    /// Parameter Store.
    ///
    /// ```file fires
    /// # file: deploy.sh
    /// curl -H "Authorization: token ghp_EXAMPLEk3Jq8Zr5Tn0Vw7Yb2Xc9Md4Lf6Ghs" https://api.github.com/user
    /// ```
    /// ```file quiet
    /// # file: deploy.sh
    /// curl -H "Authorization: token ${GITHUB_TOKEN}" https://api.github.com/user
    /// ```
    SECRET_PROVIDER_KEY = "secret-provider-key" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        controls: &["CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_provider_key,
    }
}

fn secret_provider_key(app: &App, findings: &mut Findings) {
    report(&SECRET_PROVIDER_KEY, app, findings, is_provider);
}
