//! Hash of a password in a file.
use super::kinds::{HASHES, report};
use crate::prelude::*;

check! {
    /// # Hash of a password in a file
    ///
    /// A file holds the hash of a password, as `.htpasswd` does.
    ///
    /// ## Why it matters
    ///
    /// Whoever has the hash tries passwords against it, as many as a machine can, and nobody notices.
    ///
    /// ## What to do
    ///
    /// Leave sign-in to an identity provider. Change the password, since people use one in several
    /// places.
    ///
    /// ```file fires
    /// # file: .htpasswd
    /// admin:$2y$10$EXAMPLEk3Jq8Zr5Tn0Vw7YuXc9Md4Lf6Ghs1Kp3Jq8Rt6Uy2Wz0Ab
    /// ```
    /// ```file quiet
    /// # file: .htpasswd
    /// admin:
    /// ```
    SECRET_PASSWORD_HASH = "secret-password-hash" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-256", "CWE-522", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_password_hash,
    }
}

fn secret_password_hash(app: &App, findings: &mut Findings) {
    report(&SECRET_PASSWORD_HASH, app, findings, |detector| HASHES.contains(&detector));
}
