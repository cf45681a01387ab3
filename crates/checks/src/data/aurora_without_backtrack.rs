//! Backtracking is off for this Aurora MySQL cluster.
use super::facts::{below, one_of};
use crate::prelude::*;

check! {
    /// # Aurora cluster that cannot be rewound
    ///
    /// Backtracking is off for this Aurora MySQL cluster.
    ///
    /// ## Why it matters
    ///
    /// Rewinding undoes a mistake in minutes; restoring a backup takes hours.
    ///
    /// ## What to do
    ///
    /// Set a backtrack window, where the engine has it.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::RDS::DBCluster
    ///   Properties: { Engine: aurora-mysql }
    /// ```
    /// ```hcl fires
    /// resource "aws_rds_cluster" "store" {
    ///   engine = "aurora-mysql"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::RDS::DBCluster
    ///   Properties: { Engine: aurora-mysql, BacktrackWindow: 86400 }
    /// ```
    /// ```hcl quiet
    /// resource "aws_rds_cluster" "store" {
    ///   engine = "aurora-postgresql"
    /// }
    /// ```
    AURORA_WITHOUT_BACKTRACK = "aurora-without-backtrack" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_326", "AURORA_MYSQL_BACKTRACKING_ENABLED"],
        run: aurora_without_backtrack,
    }
}

fn aurora_without_backtrack(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::RDS::DBCluster", "aws_rds_cluster"]) {
        if node.has("engine") && one_of(node, "engine", &["aurora", "aurora-mysql"]).is_false() {
            continue;
        }
        findings.when(below(node, "backtrack_seconds", 1, 0), || {
            AURORA_WITHOUT_BACKTRACK
                .on(node, "backtrack_seconds", format!("`{}` cannot be rewound", node.name))
                .fix(Fix::risky("let it be rewound by a day", node.set("backtrack_seconds", 86_400)))
        });
    }
}
