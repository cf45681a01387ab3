//! A security group that lets everyone reach every port.
use super::rules::{ranked, rules};
use crate::prelude::*;

check! {
    /// # Every port public
    ///
    /// Every address of the internet may connect to every port.
    ///
    /// ## Why it matters
    ///
    /// The group protects nothing: what listens on any port, now or after the next update, is open to
    /// the world.
    ///
    /// ## What to do
    ///
    /// Open the ports that are needed, to those who need them.
    ///
    /// ```yaml fires
    /// Group:
    ///   Type: AWS::EC2::SecurityGroup
    ///   Properties: { GroupDescription: g, SecurityGroupIngress: [ { IpProtocol: "-1", CidrIp: 0.0.0.0/0 } ] }
    /// ```
    /// ```yaml quiet
    /// Group:
    ///   Type: AWS::EC2::SecurityGroup
    ///   Properties: { GroupDescription: g, SecurityGroupIngress: [ { IpProtocol: "-1", SourceSecurityGroupId: sg-1 } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_security_group" "g" {
    ///   ingress {
    ///     protocol    = "-1"
    ///     from_port   = 0
    ///     to_port     = 0
    ///     cidr_blocks = ["0.0.0.0/0"]
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_security_group" "g" {
    ///   ingress {
    ///     protocol    = "tcp"
    ///     from_port   = 443
    ///     to_port     = 443
    ///     cidr_blocks = ["0.0.0.0/0"]
    ///   }
    /// }
    /// ```
    ALL_PORTS_PUBLIC = "all-ports-public" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_277", "W40"],
        run: all_ports_public,
    }
}

fn all_ports_public(app: &App, findings: &mut Findings) {
    for rule in rules(app, "ingress") {
        findings.when(rule.opens_everything(), || {
            let text = format!("`{}` lets everyone reach every port", rule.node.name);
            ranked(
                app,
                rule.node,
                ALL_PORTS_PUBLIC.at(rule.node, text).at(rule.at()).fix_if(rule.only_private()),
            )
        });
    }
}
