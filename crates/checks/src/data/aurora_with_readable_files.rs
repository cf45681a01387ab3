//! This version of Aurora PostgreSQL lets users read files of the host.
use super::facts::one_of;
use crate::prelude::*;

check! {
    /// # Aurora PostgreSQL version that shows its files
    ///
    /// This version of Aurora PostgreSQL lets users read files of the host.
    ///
    /// ## Why it matters
    ///
    /// The versions 10.11 to 10.13 and 11.6 to 11.8 are known to be open to it, and are no longer
    /// maintained.
    ///
    /// ## What to do
    ///
    /// Upgrade to a version that is supported today.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: aurora-postgresql, EngineVersion: '10.12' }
    /// ```
    /// ```hcl fires
    /// resource "aws_db_instance" "store" {
    ///   engine = "aurora-postgresql"
    ///   engine_version = "11.6"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: aurora-postgresql, EngineVersion: '16.3' }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "store" {
    ///   engine = "aurora-postgresql"
    ///   engine_version = "16.3"
    /// }
    /// ```
    AURORA_WITH_READABLE_FILES = "aurora-with-readable-files" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-1104", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &["CKV_AWS_388"],
        run: aurora_with_readable_files,
    }
}

fn aurora_with_readable_files(app: &App, findings: &mut Findings) {
    const VERSIONS: &[&str] = &["10.11", "10.12", "10.13", "11.6", "11.7", "11.8"];
    for node in app.any(&[Kind::Database, Kind::DatabaseCluster]) {
        let vulnerable = node.is("engine", "aurora-postgresql") & one_of(node, "engine_version", VERSIONS);
        findings.when(vulnerable, || {
            AURORA_WITH_READABLE_FILES
                .on(node, "engine_version", format!("`{}` runs a version that shows its files", node.name))
                .fix({
                    let first =
                        if node.text("engine_version").is_some_and(|version| version.starts_with("10.")) {
                            "10.14"
                        } else {
                            "11.9"
                        };
                    Fix::risky("run a version that is repaired", node.set("engine_version", first))
                })
        });
    }
}
