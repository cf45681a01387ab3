//! Password in an address.
use super::kinds::{ADDRESSES, report};
use crate::prelude::*;

check! {
    /// # Password in an address
    ///
    /// An address or a connection string in a file holds a password or a key.
    ///
    /// ## Why it matters
    ///
    /// It names the server, the user and the password in one line: nothing is left to find out.
    /// Addresses also end up in logs and error messages.
    ///
    /// ## What to do
    ///
    /// Put the parts that are no secret together in the code, and read the password at run time from
    /// Secrets Manager.
    ///
    /// ```file fires
    /// # file: app.yaml
    /// database: postgres://shop:Kq7vEXAMPLEz9Rt2Lw@db.internal:5432/shop
    /// ```
    /// ```file quiet
    /// # file: app.yaml
    /// database: postgres://db.internal:5432/shop
    /// ```
    SECRET_CONNECTION_STRING = "secret-connection-string" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-798", "CWE-312", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_connection_string,
    }
}

fn secret_connection_string(app: &App, findings: &mut Findings) {
    report(&SECRET_CONNECTION_STRING, app, findings, |detector| ADDRESSES.contains(&detector));
}
