//! The policy of this bucket, queue, secret, key or store names an account by its number.
use super::policies::{Guarded, held, named_accounts};
use crate::prelude::*;

check! {
    /// # Store that another account may use
    ///
    /// The policy of this bucket, queue, secret, key or store names an account by its number.
    ///
    /// ## Why it matters
    ///
    /// What happens in the other account decides who gets at the data. If the account is closed or sold,
    /// nobody here notices.
    ///
    /// ## What to do
    ///
    /// Check that the account is yours or a partner's, grant to a role instead of the whole account, and
    /// require your organisation where it is one of yours.
    ///
    /// ```yaml fires
    /// Shared:
    ///   Type: AWS::S3::BucketPolicy
    ///   Properties:
    ///     Bucket: b
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "s3:GetObject", Resource: "*" }] }
    /// ```
    /// ```yaml quiet
    /// Own:
    ///   Type: AWS::S3::BucketPolicy
    ///   Properties:
    ///     Bucket: b
    ///     PolicyDocument: { Statement: [{ Effect: Allow, Principal: { AWS: !Sub "arn:aws:iam::${AWS::AccountId}:root" }, Action: "s3:GetObject", Resource: "*" }] }
    /// ```
    STORE_OPEN_TO_ANOTHER_ACCOUNT = "store-open-to-another-account" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        controls: &["CWE-732", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: store_open_to_another_account,
    }
}

fn store_open_to_another_account(app: &App, findings: &mut Findings) {
    for held in held(app).filter(|held| !matches!(held.guarded, Guarded::Topic | Guarded::Key)) {
        let named = |statement: &&Statement| statement.allows() && named_accounts(statement).next().is_some();
        let Some(statement) = held.policy.statements.iter().find(named) else { continue };
        let account = named_accounts(statement).next().unwrap_or_default();
        let message = format!("the policy of `{}` lets account {account} in", held.node.name);
        findings.push(STORE_OPEN_TO_ANOTHER_ACCOUNT.at(held.node, message).at(statement.at));
    }
}
