//! A user pool without a web application firewall.
use super::shared::firewalls;
use crate::prelude::*;
use crate::repair::firewall;

check! {
    /// # User pool without firewall
    ///
    /// No firewall slows down who tries passwords here.
    ///
    /// ## Why it matters
    ///
    /// The sign-in endpoints of a user pool are open to the internet. A web ACL can limit requests
    /// per address and refuse known bad ones.
    ///
    /// ## What to do
    ///
    /// Associate a web ACL with a rate limit.
    ///
    /// ```yaml fires
    /// Pool: { Type: AWS::Cognito::UserPool, Properties: { UserPoolName: p } }
    /// ```
    /// ```yaml quiet
    /// Pool: { Type: AWS::Cognito::UserPool, Properties: { UserPoolName: p } }
    /// Association: { Type: AWS::WAFv2::WebACLAssociation, Properties: { WebACLArn: w, ResourceArn: !GetAtt Pool.Arn } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cognito_user_pool" "p" {
    ///   name = "p"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cognito_user_pool" "p" {
    ///   name = "p"
    /// }
    ///
    /// resource "aws_wafv2_web_acl_association" "a" {
    ///   resource_arn = aws_cognito_user_pool.p.arn
    ///   web_acl_arn  = "w"
    /// }
    /// ```
    USER_POOL_WITHOUT_FIREWALL = "user-pool-without-firewall" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-693", "OWASP-SLS:S3", "OWASP-API-2023:API2", "CSA:SAS-3"],
        also_known_as: &[],
        run: user_pool_without_firewall,
    }
}

fn user_pool_without_firewall(app: &App, findings: &mut Findings) {
    for pool in app.all(Kind::UserPool) {
        if firewalls(app, pool).next().is_none() {
            findings.push(
                USER_POOL_WITHOUT_FIREWALL
                    .at(pool, format!("no firewall stands in front of `{}`", pool.name))
                    .fix(firewall(app, pool, Data::attribute(&pool.name, "Arn"))),
            );
        }
    }
}
