//! Several functions run as the same role.
use super::effective::few;
use crate::prelude::*;

check! {
    /// # One role for several functions
    ///
    /// Several functions run as the same role.
    ///
    /// ## Why it matters
    ///
    /// Each of them has the permissions that any of them needs: a fault in the least important one
    /// reaches the data of all.
    ///
    /// ## What to do
    ///
    /// Give each function its own role.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties: { Handler: a.b, Runtime: python3.13, Code: { S3Bucket: b, S3Key: k }, Role: !GetAtt R.Arn }
    /// G:
    ///   Type: AWS::Lambda::Function
    ///   Properties: { Handler: a.b, Runtime: python3.13, Code: { S3Bucket: b, S3Key: k }, Role: !GetAtt R.Arn }
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties: { Handler: a.b, Runtime: python3.13, Code: { S3Bucket: b, S3Key: k }, Role: !GetAtt R.Arn }
    /// G:
    ///   Type: AWS::Lambda::Function
    ///   Properties: { Handler: a.b, Runtime: python3.13, Code: { S3Bucket: b, S3Key: k }, Role: !GetAtt Q.Arn }
    /// R:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    /// Q:
    ///   Type: AWS::IAM::Role
    ///   Properties:
    ///     AssumeRolePolicyDocument: { Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }] }
    /// ```
    SHARED_ROLE = "shared-role" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &[],
        run: shared_role,
    }
}

fn shared_role(app: &App, findings: &mut Findings) {
    for role in app.all(Kind::Role).filter(|role| !role.implicit) {
        let holders = app.sources(role, Relation::Assumes).filter(|node| node.kind == Kind::Function);
        let names: Vec<String> = holders.map(|function| function.name.clone()).collect();
        if names.len() > 1 {
            let message = format!(
                "`{}` is the role of {} functions: {}",
                role.name,
                names.len(),
                few(names.iter().cloned(), names.len())
            );
            findings.push(SHARED_ROLE.at(role, message));
        }
    }
}
