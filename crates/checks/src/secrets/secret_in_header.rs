//! Credentials in a header.
use super::kinds::{HEADERS, report};
use crate::prelude::*;

check! {
    /// # Credentials in a header
    ///
    /// A file holds the value of an `Authorization` header.
    ///
    /// ## Why it matters
    ///
    /// `Basic` is a name and a password in base 64, which is no protection; `Bearer` is a token that
    /// works as it stands.
    ///
    /// ## What to do
    ///
    /// Read the value at run time, and change it where it was accepted.
    ///
    /// ```file fires
    /// # file: client.js
    /// fetch(url, { headers: { Authorization: "Basic RVhBTVBMRTpLcTd2RVhBTVBMRXo5UnQyTHc=" } })
    /// ```
    /// ```file quiet
    /// # file: client.js
    /// fetch(url, { headers: { Authorization: `Basic ${credentials}` } })
    /// ```
    SECRET_IN_HEADER = "secret-in-header" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-798", "CWE-522", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_in_header,
    }
}

fn secret_in_header(app: &App, findings: &mut Findings) {
    report(&SECRET_IN_HEADER, app, findings, |detector| HEADERS.contains(&detector));
}
