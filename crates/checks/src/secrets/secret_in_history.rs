//! Secret in the history.
use super::kinds::finding;
use crate::prelude::*;

check! {
    /// # Secret in the history
    ///
    /// A former version of a file holds a secret, which every clone of the repository still brings
    /// along.
    ///
    /// ## Why it matters
    ///
    /// Deleting a line does not delete it from the history. Whoever clones the repository, or finds an
    /// old copy of it, has the secret.
    ///
    /// ## What to do
    ///
    /// Replace the secret: that is what helps. Rewriting the history (`git filter-repo`) keeps it from
    /// the next clone, not from those that exist. `buckler scan --history` finds such secrets.
    ///
    /// ```file fires
    /// # file: config.ini
    /// # commit: 1f0c1a2b3c4d5e6f
    /// password = Kq7vEXAMPLEz9Rt2Lw
    /// ```
    /// ```file quiet
    /// # file: config.ini
    /// password = Kq7vEXAMPLEz9Rt2Lw
    /// ```
    SECRET_IN_HISTORY = "secret-in-history" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-540", "CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_in_history,
    }
}

fn secret_in_history(app: &App, findings: &mut Findings) {
    for secret in app.secrets.iter().filter(|secret| !secret.is_personal) {
        let Some(commit) = &secret.commit else { continue };
        let mut finding = finding(&SECRET_IN_HISTORY, secret);
        finding.message = format!("{}, since commit {commit}", finding.message);
        findings.push(finding);
    }
}
