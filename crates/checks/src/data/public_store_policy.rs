//! The policy of this table, stream or backup vault names everyone, and no condition narrows that.
use super::policies::{Guarded, held, open_statement, what};
use crate::prelude::*;
use crate::repair::own_account_only;

check! {
    /// # Policy on a store that lets everyone in
    ///
    /// The policy of this table, stream or backup vault names everyone, and no condition narrows that.
    ///
    /// ## Why it matters
    ///
    /// Any account can do what the statement allows with the data.
    ///
    /// ## What to do
    ///
    /// Name the principals, or narrow the statement with the account, the network or the organisation that
    /// it is for.
    ///
    /// ```yaml fires
    /// Orders:
    ///   Type: AWS::DynamoDB::Table
    ///   Properties:
    ///     ResourcePolicy:
    ///       PolicyDocument: { Statement: [{ Effect: Allow, Principal: "*", Action: "dynamodb:GetItem", Resource: "*" }] }
    /// ```
    /// ```yaml quiet
    /// Orders:
    ///   Type: AWS::DynamoDB::Table
    ///   Properties:
    ///     ResourcePolicy:
    ///       PolicyDocument: { Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "dynamodb:GetItem", Resource: "*" }] }
    /// ```
    PUBLIC_STORE_POLICY = "public-store-policy" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: public_store_policy,
    }
}

fn public_store_policy(app: &App, findings: &mut Findings) {
    // A file system is only reached through its mount targets, so everyone is everyone in the network.
    let stores = held(app).filter(|held| held.guarded == Guarded::Store && !is_file_system(held.node));
    for held in stores {
        let (open, statement) = open_statement(held.policy);
        findings.when(open, || {
            PUBLIC_STORE_POLICY
                .at(
                    held.node,
                    format!("the policy of `{}` lets everyone {}", held.node.name, what(statement)),
                )
                .at(statement.map_or(held.policy.at, |statement| statement.at))
                .fix_if(statement.and_then(|statement| own_account_only(held.node, statement)))
        });
    }
}

fn is_file_system(node: &Node) -> bool {
    node.kind == Kind::FileSystem || node.provider_type == "aws_efs_file_system_policy"
}
