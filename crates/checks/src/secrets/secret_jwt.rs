//! Signed token in a file.
use super::kinds::{SIGNED_TOKENS, report};
use crate::prelude::*;

check! {
    /// # Signed token in a file
    ///
    /// A file holds a token that is signed for somebody.
    ///
    /// ## Why it matters
    ///
    /// Until it expires, and some never do, it opens what its owner may open. Its content is readable
    /// without any key.
    ///
    /// ## What to do
    ///
    /// Let the token expire or revoke it. Tests should sign tokens of their own with a key made for the
    /// test.
    ///
    /// ```file fires
    /// # file: request.http
    /// GET https://api.internal/orders
    /// Cookie: session=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJFWEFNUExFIiwiYWRtaW4iOnRydWV9.EXAMPLEk3Jq8Zr5Tn0Vw7Yb2Xc9Md4Lf6Ghs1Kp3Jq8Q
    /// ```
    /// ```file quiet
    /// # file: request.http
    /// GET https://api.internal/orders
    /// Cookie: session={{token}}
    /// ```
    SECRET_JWT = "secret-jwt" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-798", "CWE-522", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_jwt,
    }
}

fn secret_jwt(app: &App, findings: &mut Findings) {
    report(&SECRET_JWT, app, findings, |detector| SIGNED_TOKENS.contains(&detector));
}
