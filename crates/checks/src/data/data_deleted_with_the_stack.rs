//! Removing this store from the template, or a change that replaces it, deletes its data.
use crate::prelude::*;
use crate::repair::put_beside;

check! {
    /// # Data that is deleted with the stack
    ///
    /// Removing this store from the template, or a change that replaces it, deletes its data.
    ///
    /// ## Why it matters
    ///
    /// A renamed logical id is a removal and a new, empty store.
    ///
    /// ## What to do
    ///
    /// Set `DeletionPolicy` and `UpdateReplacePolicy` to `Retain`, or to `Snapshot` where the store has
    /// snapshots.
    ///
    /// ```yaml fires
    /// Orders:
    ///   Type: AWS::DynamoDB::Table
    /// ```
    /// ```yaml quiet
    /// Orders:
    ///   Type: AWS::DynamoDB::Table
    ///   DeletionPolicy: Retain
    /// ```
    DATA_DELETED_WITH_THE_STACK = "data-deleted-with-the-stack" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &[],
        run: data_deleted_with_the_stack,
    }
}

fn data_deleted_with_the_stack(app: &App, findings: &mut Findings) {
    const TYPES: &[&str] = &[
        "AWS::DynamoDB::Table",
        "AWS::DynamoDB::GlobalTable",
        "AWS::EFS::FileSystem",
        "AWS::OpenSearchService::Domain",
        "AWS::Elasticsearch::Domain",
        "AWS::Kinesis::Stream",
    ];
    for node in app.of_type(TYPES) {
        let deleted = match node.get("deletion_policy") {
            None => Tri::True,
            Some(_) => node.is("deletion_policy", "Delete"),
        };
        findings.when(deleted, || {
            DATA_DELETED_WITH_THE_STACK
                .on(node, "deletion_policy", format!("the data of `{}` goes with the stack", node.name))
                .fix_if(
                    put_beside(node, "DeletionPolicy", "Retain")
                        .map(|patch| Fix::safe("keep the data", patch)),
                )
        });
    }
}
