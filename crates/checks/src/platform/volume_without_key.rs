//! A disk without a customer key.
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # Volume without customer key
    ///
    /// The disk is not encrypted with a key of yours.
    ///
    /// ## Why it matters
    ///
    /// A key of your own decides who may use copies of the disk, and records who did.
    ///
    /// ## What to do
    ///
    /// Name a KMS key.
    ///
    /// ```yaml fires
    /// Volume: { Type: AWS::EC2::Volume, Properties: { Encrypted: true } }
    /// ```
    /// ```yaml quiet
    /// Volume: { Type: AWS::EC2::Volume, Properties: { Encrypted: true, KmsKeyId: k } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ebs_volume" "v" {
    ///   encrypted = true
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ebs_volume" "v" {
    ///   encrypted  = true
    ///   kms_key_id = "k"
    /// }
    /// ```
    VOLUME_WITHOUT_KEY = "volume-without-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_189", "W37"],
        run: volume_without_key,
    }
}

fn volume_without_key(app: &App, findings: &mut Findings) {
    for volume in app.all(Kind::Volume) {
        findings.unless_set(volume, "key", || {
            VOLUME_WITHOUT_KEY.at(volume, format!("`{}` has no customer key", volume.name)).fix(with_own_key(
                app,
                volume,
                "key",
                "encrypt with a customer key (replaces the volume)",
            ))
        });
    }
}
