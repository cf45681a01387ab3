//! A security group that nothing uses.
use crate::prelude::*;

check! {
    /// # Unattached security group
    ///
    /// Nothing in this application runs behind this group.
    ///
    /// ## Why it matters
    ///
    /// A forgotten group keeps its rules. The next person who needs one takes it, open ports
    /// included.
    ///
    /// ## What to do
    ///
    /// Remove it, or attach it.
    ///
    /// ```yaml fires
    /// Group: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: g } }
    /// ```
    /// ```yaml quiet
    /// Group: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: g } }
    /// Fn:
    ///   Type: AWS::Lambda::Function
    ///   Properties: { Runtime: python3.13, VpcConfig: { SubnetIds: [ s ], SecurityGroupIds: [ !Ref Group ] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_security_group" "g" {
    ///   description = "g"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_security_group" "g" {
    ///   description = "g"
    /// }
    ///
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   role          = "r"
    ///   vpc_config {
    ///     subnet_ids         = ["s"]
    ///     security_group_ids = [aws_security_group.g.id]
    ///   }
    /// }
    /// ```
    UNATTACHED_SECURITY_GROUP = "unattached-security-group" {
        since: "0.1.0",
        severity: Info,
        confidence: Likely,
        controls: &["CWE-1164", "OWASP-SLS:S9", "CSA:SAS-11"],
        also_known_as: &["CKV2_AWS_5"],
        run: unattached_security_group,
    }
}

fn unattached_security_group(app: &App, findings: &mut Findings) {
    const RULES: &[Kind] = &[Kind::SecurityGroup, Kind::SecurityGroupRule];
    for group in app.all(Kind::SecurityGroup).filter(|group| !group.has("default")) {
        let mut users =
            app.edges.iter().filter(|edge| edge.to == group.id).filter_map(|edge| app.node(edge.from));
        if !users.any(|user| !RULES.contains(&user.kind)) {
            findings
                .push(UNATTACHED_SECURITY_GROUP.at(group, format!("nothing runs behind `{}`", group.name)));
        }
    }
}
