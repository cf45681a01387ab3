//! A user pool that one call deletes.
use crate::prelude::*;

check! {
    /// # User pool without deletion protection
    ///
    /// One wrong command, or a changed template, removes every user.
    ///
    /// ## Why it matters
    ///
    /// Passwords cannot be exported from a user pool: what is deleted is gone, and every user has to
    /// register again.
    ///
    /// ## What to do
    ///
    /// Switch deletion protection on.
    ///
    /// ```yaml fires
    /// Pool: { Type: AWS::Cognito::UserPool, Properties: { UserPoolName: p } }
    /// ```
    /// ```yaml quiet
    /// Pool: { Type: AWS::Cognito::UserPool, Properties: { DeletionProtection: ACTIVE } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cognito_user_pool" "p" {
    ///   name = "p"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cognito_user_pool" "p" {
    ///   name                = "p"
    ///   deletion_protection = "ACTIVE"
    /// }
    /// ```
    DELETABLE_USER_POOL = "deletable-user-pool" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-404", "OWASP-SLS:S9", "CSA:SAS-3"],
        also_known_as: &[],
        run: deletable_user_pool,
    }
}

fn deletable_user_pool(app: &App, findings: &mut Findings) {
    for pool in app.all(Kind::UserPool) {
        findings.when(!pool.is("deletion_protection", "ACTIVE"), || {
            DELETABLE_USER_POOL
                .on(pool, "deletion_protection", format!("`{}` can be deleted by accident", pool.name))
                .fix(Fix::safe("protect it from deletion", pool.set("deletion_protection", "ACTIVE")))
        });
    }
}
