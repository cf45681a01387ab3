//! Secret or token in a file.
use super::kinds::{TOKENS, report};
use crate::prelude::*;

check! {
    /// # Secret or token in a file
    ///
    /// A file holds a value under a name that promises a secret or a token.
    ///
    /// ## Why it matters
    ///
    /// A shared secret signs sessions, checks webhooks, or gets tokens from an identity provider:
    /// whoever knows it can do the same.
    ///
    /// ## What to do
    ///
    /// Create a new one and keep it in Secrets Manager or Parameter Store.
    ///
    /// ```file fires
    /// # file: config.yml
    /// client_secret: Kq7vEXAMPLEz9Rt2LwJq8Zr5Tn0Vw7Yb
    /// ```
    /// ```file quiet
    /// # file: config.yml
    /// client_secret: ${env:CLIENT_SECRET}
    /// ```
    SECRET_TOKEN = "secret-token" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_token,
    }
}

fn secret_token(app: &App, findings: &mut Findings) {
    report(&SECRET_TOKEN, app, findings, |detector| TOKENS.contains(&detector));
}
