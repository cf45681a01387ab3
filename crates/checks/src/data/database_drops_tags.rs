//! Snapshots of this database do not get its labels.
use crate::prelude::*;

const TYPES: &[&str] = &["AWS::RDS::DBInstance", "aws_db_instance"];

check! {
    /// # Database that drops its labels
    ///
    /// Snapshots of this database do not get its labels.
    ///
    /// ## Why it matters
    ///
    /// Policies and costs that go by labels miss the copies, which hold the same data.
    ///
    /// ## What to do
    ///
    /// Copy tags to snapshots.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { Engine: mysql }
    /// ```
    /// ```hcl fires
    /// resource "aws_db_instance" "store" {
    ///   engine = "mysql"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBInstance
    ///   Properties: { CopyTagsToSnapshot: true }
    /// ```
    /// ```hcl quiet
    /// resource "aws_db_instance" "store" {
    ///   copy_tags_to_snapshot = true
    /// }
    /// ```
    DATABASE_DROPS_TAGS = "database-drops-tags" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-1188", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_60"],
        run: database_drops_tags,
    }
}

fn database_drops_tags(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if node.has("cluster") {
            continue;
        }
        findings.unless_on(node, "copy_tags", || {
            DATABASE_DROPS_TAGS
                .on(node, "copy_tags", format!("`{}` does not copy its labels to snapshots", node.name))
                .fix(Fix::safe("copy them", node.set("copy_tags", true)))
        });
    }
}
