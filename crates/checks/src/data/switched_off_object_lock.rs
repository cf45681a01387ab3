//! The bucket has an object lock configuration that is not enabled.
use crate::prelude::*;

check! {
    /// # Object lock that is not switched on
    ///
    /// The bucket has an object lock configuration that is not enabled.
    ///
    /// ## Why it matters
    ///
    /// Somebody wanted objects that cannot be deleted, and the bucket does not give them.
    ///
    /// ## What to do
    ///
    /// Set `object_lock_enabled` to `Enabled`, or take the block away.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { ObjectLockEnabled: false }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::S3::Bucket
    ///   Properties: { ObjectLockEnabled: true }
    /// ```
    SWITCHED_OFF_OBJECT_LOCK = "switched-off-object-lock" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_143"],
        run: switched_off_object_lock,
    }
}

fn switched_off_object_lock(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Bucket).filter(|node| node.has("object_lock")) {
        findings.unless_on(node, "object_lock", || {
            SWITCHED_OFF_OBJECT_LOCK
                .on(node, "object_lock", format!("`{}` has an object lock that is off", node.name))
                .fix(Fix::risky("switch it on", node.set("object_lock", true)))
        });
    }
}
