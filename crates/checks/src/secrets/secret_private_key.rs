//! Private key in a file.
use super::kinds::{PRIVATE_KEYS, report};
use crate::prelude::*;

check! {
    /// # Private key in a file
    ///
    /// A file holds a private key that no passphrase protects.
    ///
    /// ## Why it matters
    ///
    /// A private key proves who somebody is. Who has it can pose as the server, log in as the user, or
    /// sign as the publisher, and nobody sees a difference.
    ///
    /// ## What to do
    ///
    /// Replace the key pair, since the old one is known. Keep private keys in KMS or Secrets Manager,
    /// and public ones in the repository.
    ///
    /// ```file fires
    /// # file: server.key
    /// -----BEGIN EC PRIVATE KEY-----
    /// MHcCAQEEIEXAMPLEq7Zr5Tn0Vw7Yb2Xc9Md4Lf6Ghs1Kp3Jq8oAoGCCqGSM49
    /// AwEHoUQDQgAEEXAMPLEZr5Tn0Vw7Yb2Xc9Md4Lf6Ghs1Kp3Jq8Rt6Uy
    /// -----END EC PRIVATE KEY-----
    /// ```
    /// ```file quiet
    /// # file: server.key
    /// -----BEGIN PUBLIC KEY-----
    /// MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEEXAMPLEZr5Tn0Vw7Yb2Xc9Md4Lf6
    /// -----END PUBLIC KEY-----
    /// ```
    SECRET_PRIVATE_KEY = "secret-private-key" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        controls: &["CWE-321", "CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_private_key,
    }
}

fn secret_private_key(app: &App, findings: &mut Findings) {
    report(&SECRET_PRIVATE_KEY, app, findings, |detector| PRIVATE_KEYS.contains(&detector));
}
