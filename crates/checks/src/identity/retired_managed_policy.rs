//! An identity has a managed policy that AWS no longer maintains.
use super::managed::managed;
use super::managed::replaced;
use crate::prelude::*;

check! {
    /// # Managed policy that AWS withdrew
    ///
    /// An identity has a managed policy that AWS no longer maintains.
    ///
    /// ## Why it matters
    ///
    /// A withdrawn policy cannot be attached to new identities, so that the next deployment fails, and
    /// it allows more than its successor.
    ///
    /// ## What to do
    ///
    /// Use the successor, or a policy of your own: `AWSLambda_FullAccess` and
    /// `AWSLambda_ReadOnlyAccess` replaced the two for Lambda.
    ///
    /// ```yaml fires
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     ManagedPolicyArns: ['arn:aws:iam::aws:policy/AWSLambdaFullAccess']
    /// ```
    /// ```yaml quiet
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    ///     ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']
    /// ```
    /// ```hcl fires
    /// resource "aws_iam_role_policy_attachment" "a" {
    ///   role       = "worker"
    ///   policy_arn = "arn:aws:iam::aws:policy/AWSLambdaFullAccess"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_iam_role_policy_attachment" "a" {
    ///   role       = "worker"
    ///   policy_arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    /// }
    /// ```
    RETIRED_MANAGED_POLICY = "retired-managed-policy" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-477", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: retired_managed_policy,
    }
}

/// Source: AWS Lambda Developer Guide, "AWS managed policies for AWS Lambda" (March 2021), and the
/// Amazon ECR, EC2 Container Service and CodePipeline guides.
const RETIRED: &[&str] = &[
    "AWSLambdaFullAccess",
    "AWSLambdaReadOnlyAccess",
    "AmazonEC2RoleforSSM",
    "AWSCodePipelineFullAccess",
    "AWSCodePipelineReadOnlyAccess",
    "AmazonMachineLearningRoleforRedshiftDataSource",
];

fn retired_managed_policy(app: &App, findings: &mut Findings) {
    for (node, policy, name) in managed(app) {
        if RETIRED.contains(&name) {
            let message = format!("`{}` has the managed policy `{name}`", node.name);
            findings.push(
                RETIRED_MANAGED_POLICY
                    .at(node, message)
                    .at(policy.at)
                    .fix_if(successor(name).and_then(|other| replaced(policy, other))),
            );
        }
    }
}

fn successor(name: &str) -> Option<&'static str> {
    Some(match name {
        "AWSLambdaFullAccess" => "AWSLambda_FullAccess",
        "AWSLambdaReadOnlyAccess" => "AWSLambda_ReadOnlyAccess",
        "AmazonEC2RoleforSSM" => "AmazonSSMManagedInstanceCore",
        "AWSCodePipelineFullAccess" => "AWSCodePipeline_FullAccess",
        "AWSCodePipelineReadOnlyAccess" => "AWSCodePipeline_ReadOnlyAccess",
        _ => return None,
    })
}
