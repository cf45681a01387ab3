//! Secret in a Kubernetes manifest.
use super::kinds::{KUBERNETES, report};
use crate::prelude::*;

check! {
    /// # Secret in a Kubernetes manifest
    ///
    /// A Kubernetes manifest holds the values of a secret.
    ///
    /// ## Why it matters
    ///
    /// The values stand in base 64, which everybody can read: it is a spelling, not encryption.
    ///
    /// ## What to do
    ///
    /// Keep the manifest without values, and fill it from a secret store at deployment; or encrypt it
    /// before it enters the repository.
    ///
    /// ```file fires
    /// # file: deploy/secret.yaml
    /// apiVersion: v1
    /// kind: Secret
    /// metadata: { name: shop }
    /// data:
    ///   db: S3E3dkVYQU1QTEV6OVJ0Mkx3
    /// ```
    /// ```file quiet
    /// # file: deploy/secret.yaml
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: { name: shop }
    /// data:
    ///   db: shop
    /// ```
    SECRET_IN_MANIFEST = "secret-in-manifest" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-312", "CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: secret_in_manifest,
    }
}

fn secret_in_manifest(app: &App, findings: &mut Findings) {
    report(&SECRET_IN_MANIFEST, app, findings, |detector| KUBERNETES.contains(&detector));
}
