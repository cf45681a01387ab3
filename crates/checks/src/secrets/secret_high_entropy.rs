//! Random value under the name of a key.
use super::kinds::{RANDOM, report};
use crate::prelude::*;

check! {
    /// # Random value under the name of a key
    ///
    /// A file holds a long random value under a name such as `key`.
    ///
    /// ## Why it matters
    ///
    /// Values that nobody can guess are made to be secrets. Some are only identifiers: have a look.
    ///
    /// ## What to do
    ///
    /// If it is a secret, replace it and read it at run time. If it is none, a name that says what it
    /// is helps the next reader.
    ///
    /// ```file fires
    /// # file: crypto.json
    /// { "key": "Kq7vEXAMPLEz9Rt2LwJq8Zr5Tn0Vw7Yb2Xc9Md4" }
    /// ```
    /// ```file quiet
    /// # file: crypto.json
    /// { "key": "orders-by-customer" }
    /// ```
    SECRET_HIGH_ENTROPY = "secret-high-entropy" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        controls: &["CWE-798", "CWE-321", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_high_entropy,
    }
}

fn secret_high_entropy(app: &App, findings: &mut Findings) {
    report(&SECRET_HIGH_ENTROPY, app, findings, |detector| RANDOM.contains(&detector));
}
