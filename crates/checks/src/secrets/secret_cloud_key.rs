//! Key of a cloud account.
use super::kinds::{CLOUD, report};
use crate::prelude::*;

check! {
    /// # Key of a cloud account
    ///
    /// A file holds an access key of a cloud provider.
    ///
    /// ## Why it matters
    ///
    /// Whoever reads the file, or any copy of the repository, acts in the account with everything the
    /// key may do. Bots try such keys within minutes after they were published.
    ///
    /// ## What to do
    ///
    /// Revoke the key first, then take it out of the file. Functions get short-lived credentials from
    /// their role; developers from single sign-on; pipelines from OIDC.
    ///
    /// ```file fires
    /// # file: config.ini
    /// [default]
    /// aws_access_key_id = AKIAIOSFODNN7EXAMPLE
    /// ```
    /// ```file quiet
    /// # file: config.ini
    /// [default]
    /// role_arn = arn:aws:iam::123456789012:role/deploy
    /// ```
    SECRET_CLOUD_KEY = "secret-cloud-key" {
        since: "0.1.0",
        severity: Critical,
        confidence: Certain,
        controls: &["CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_cloud_key,
    }
}

fn secret_cloud_key(app: &App, findings: &mut Findings) {
    report(&SECRET_CLOUD_KEY, app, findings, |detector| CLOUD.contains(&detector));
}
