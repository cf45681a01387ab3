//! A replica of this global table cannot be put back to an earlier time.
use crate::prelude::*;

check! {
    /// # Global table without point in time recovery
    ///
    /// A replica of this global table cannot be put back to an earlier time.
    ///
    /// ## Why it matters
    ///
    /// What is deleted in one region is deleted in all of them a moment later.
    ///
    /// ## What to do
    ///
    /// Switch point in time recovery on in every replica.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::DynamoDB::GlobalTable
    ///   Properties: { Replicas: [{ Region: eu-west-1 }] }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::DynamoDB::GlobalTable
    ///   Properties: { Replicas: [{ Region: eu-west-1, PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }] }
    /// ```
    GLOBAL_TABLE_WITHOUT_RECOVERY = "global-table-without-recovery" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_165"],
        run: global_table_without_recovery,
    }
}

fn global_table_without_recovery(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::DynamoDB::GlobalTable"]) {
        let recovers = |replica: &Value| replica.get("pitr").map_or(Tri::False, Value::truth);
        let replicas = node.list("replicas");
        let all = Tri::all(replicas.iter().map(recovers)) & (!replicas.is_empty()).into();
        findings.when(!all, || {
            GLOBAL_TABLE_WITHOUT_RECOVERY
                .on(
                    node,
                    "replicas",
                    format!("not every replica of `{}` can be put back to an earlier time", node.name),
                )
                .fix_if(recover(replicas))
        });
    }
}

fn recover(replicas: &[Value]) -> Option<Fix> {
    let path = ["PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"];
    let wrong = |replica: &&Value| !replica.get("pitr").is_some_and(|value| value.truth().is_true());
    let mut patches = replicas.iter().filter(wrong).map(|replica| replica.put(&path, true));
    let first = Fix::safe("switch recovery on", patches.next()?);
    Some(patches.fold(first, Fix::and))
}
