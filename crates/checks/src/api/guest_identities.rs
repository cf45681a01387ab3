//! An identity pool that gives cloud credentials to people who did not sign in.
use crate::prelude::*;

check! {
    /// # Guest identities
    ///
    /// Anybody gets cloud credentials from this pool, without signing in.
    ///
    /// ## Why it matters
    ///
    /// The pool's id stands in every web page that uses it. With it, anyone asks for credentials and
    /// does what the guest role may do, straight against the cloud's APIs and past the application.
    ///
    /// ## What to do
    ///
    /// Do not allow unauthenticated identities. Where guests are needed, give their role single
    /// actions on single resources.
    ///
    /// ```yaml fires
    /// Pool: { Type: AWS::Cognito::IdentityPool, Properties: { AllowUnauthenticatedIdentities: true } }
    /// ```
    /// ```yaml quiet
    /// Pool: { Type: AWS::Cognito::IdentityPool, Properties: { AllowUnauthenticatedIdentities: false } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cognito_identity_pool" "p" {
    ///   identity_pool_name               = "p"
    ///   allow_unauthenticated_identities = true
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cognito_identity_pool" "p" {
    ///   identity_pool_name               = "p"
    ///   allow_unauthenticated_identities = false
    /// }
    /// ```
    GUEST_IDENTITIES = "guest-identities" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-306", "OWASP-SLS:S2", "OWASP-API-2023:API2", "CSA:SAS-2"],
        also_known_as: &["CKV_AWS_366", "F57"],
        run: guest_identities,
    }
}

fn guest_identities(app: &App, findings: &mut Findings) {
    for pool in app.all(Kind::IdentityPool) {
        // Required in CloudFormation; Terraform's default is to refuse guests.
        findings.when(pool.flag_or("guests", !pool.provider_type.starts_with("aws_")), || {
            let finding = GUEST_IDENTITIES
                .on(
                    pool,
                    "guests",
                    format!("`{}` gives credentials to people who did not sign in", pool.name),
                )
                .fix(Fix::risky("refuse guests", pool.set("guests", false)));
            match app.targets(pool, Relation::Uses).find(|node| is_guest_role(pool, node)) {
                Some(role) => finding.related(role.name_at, "the role of guests"),
                None => finding,
            }
        });
    }
}

fn is_guest_role(pool: &Node, role: &Node) -> bool {
    let guest = pool.get("guest_role").and_then(Value::first_reference);
    guest.is_some_and(|reference| reference.target == role.name)
}
