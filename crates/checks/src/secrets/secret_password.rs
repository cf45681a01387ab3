//! Password in a file.
use super::kinds::{PASSWORDS, report};
use crate::prelude::*;

check! {
    /// # Password in a file
    ///
    /// A file holds a password.
    ///
    /// ## Why it matters
    ///
    /// Everybody who can read the repository can log in, and so can everybody who ever could: a
    /// password in a file is hardly ever changed.
    ///
    /// ## What to do
    ///
    /// Change the password, keep it in Secrets Manager, and let the function read it at run time.
    /// Databases take IAM sign-in, which needs no password at all.
    ///
    /// ```file fires
    /// # file: settings.py
    /// DATABASES = {"default": {"USER": "shop", "PASSWORD": "Kq7vEXAMPLEz9Rt2Lw"}}
    /// ```
    /// ```file quiet
    /// # file: settings.py
    /// DATABASES = {"default": {"USER": "shop", "PASSWORD": os.environ["DB_PASSWORD"]}}
    /// ```
    SECRET_PASSWORD = "secret-password" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-259", "CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_password,
    }
}

fn secret_password(app: &App, findings: &mut Findings) {
    report(&SECRET_PASSWORD, app, findings, |detector| PASSWORDS.contains(&detector));
}
