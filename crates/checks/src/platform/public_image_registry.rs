//! A private image registry that everybody may use.
use crate::prelude::*;
use crate::repair::own_account_only;

check! {
    /// # Public image registry
    ///
    /// Everyone may pull images from this registry, or do more.
    ///
    /// ## Why it matters
    ///
    /// Images hold code, configuration and sometimes secrets. Where pushing is allowed too, everyone
    /// can put their own code into what runs next.
    ///
    /// ## What to do
    ///
    /// Name the accounts or services that need the images, or add a condition on
    /// `aws:PrincipalOrgID`.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::ECR::Repository, Properties: { RepositoryPolicyText: { Statement: [ { Effect: Allow, Principal: "*", Action: "ecr:BatchGetImage" } ] } } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::ECR::Repository, Properties: { RepositoryPolicyText: { Statement: [ { Effect: Allow, Principal: { AWS: "arn:aws:iam::111122223333:root" }, Action: "ecr:BatchGetImage" } ] } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ecr_repository_policy" "x" {
    ///   repository = "r"
    ///   policy     = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "ecr:*" }] })
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ecr_repository_policy" "x" {
    ///   repository = "r"
    ///   policy     = jsonencode({ Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:root" }, Action = "ecr:*" }] })
    /// }
    /// ```
    PUBLIC_IMAGE_REGISTRY = "public-image-registry" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_32"],
        run: public_image_registry,
    }
}

fn public_image_registry(app: &App, findings: &mut Findings) {
    const TYPES: &[&str] = &["AWS::ECR::Repository", "aws_ecr_repository_policy"];
    for node in app.of_type(TYPES) {
        for policy in node.own_resource_policies() {
            let open = policy
                .statements
                .iter()
                .find(|statement| statement.allows() && statement.for_everyone() && !is_bound(statement));
            if let Some(statement) = open {
                findings.push(
                    PUBLIC_IMAGE_REGISTRY
                        .at(node, format!("everyone may use `{}`", node.name))
                        .at(statement.at)
                        .fix_if(own_account_only(node, statement)),
                );
            }
        }
    }
}

/// Bound to an organization, an account, a network or a source.
fn is_bound(statement: &Statement) -> bool {
    const KEYS: &[&str] = &[
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:PrincipalAccount",
        "aws:PrincipalArn",
        "aws:SourceAccount",
        "aws:SourceArn",
        "aws:SourceOrgID",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:SourceIp",
    ];
    KEYS.iter().any(|key| statement.condition(key).is_some())
}
