//! A disk that is not encrypted.
use crate::prelude::*;

check! {
    /// # Unencrypted volume
    ///
    /// What is written to this disk can be read from its copies.
    ///
    /// ## Why it matters
    ///
    /// Snapshots of disks are shared by mistake, and outlive the machine they came from.
    ///
    /// ## What to do
    ///
    /// Encrypt the volume. It cannot be done later: a new volume has to be made from a snapshot.
    ///
    /// ```yaml fires
    /// Volume: { Type: AWS::EC2::Volume, Properties: { Size: 1 } }
    /// ```
    /// ```yaml quiet
    /// Volume: { Type: AWS::EC2::Volume, Properties: { Size: 1, Encrypted: true } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ebs_volume" "v" {
    ///   size = 1
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ebs_volume" "v" {
    ///   size      = 1
    ///   encrypted = true
    /// }
    /// ```
    UNENCRYPTED_VOLUME = "unencrypted-volume" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_3", "F1"],
        run: unencrypted_volume,
    }
}

fn unencrypted_volume(app: &App, findings: &mut Findings) {
    for volume in app.all(Kind::Volume) {
        findings.unless_on(volume, "encrypted", || {
            UNENCRYPTED_VOLUME
                .on(volume, "encrypted", format!("`{}` is not encrypted", volume.name))
                .fix(Fix::risky("encrypt it", volume.set("encrypted", true)))
        });
    }
}
