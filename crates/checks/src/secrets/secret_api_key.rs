//! API key in a file.
use super::kinds::{KEYS, report};
use crate::prelude::*;

check! {
    /// # API key in a file
    ///
    /// A file holds a value under a name that promises a key.
    ///
    /// ## Why it matters
    ///
    /// An API key is all that a service asks for. It is used in the owner's name and on the owner's
    /// bill.
    ///
    /// ## What to do
    ///
    /// Revoke the key, create a new one, and read it at run time. Limit what it may do and from where.
    ///
    /// ```file fires
    /// # file: weather.js
    /// const apiKey = "Kq7vEXAMPLEz9Rt2LwJq8Zr5Tn0Vw7Yb";
    /// ```
    /// ```file quiet
    /// # file: weather.js
    /// const apiKey = process.env.API_KEY;
    /// ```
    SECRET_API_KEY = "secret-api-key" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_api_key,
    }
}

fn secret_api_key(app: &App, findings: &mut Findings) {
    report(&SECRET_API_KEY, app, findings, |detector| KEYS.contains(&detector));
}
