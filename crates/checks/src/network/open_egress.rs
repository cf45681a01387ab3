//! A security group that lets everything out, to everywhere.
use super::rules::rules;
use crate::prelude::*;

check! {
    /// # Egress to everywhere
    ///
    /// What runs behind this group may connect to any address, by any port.
    ///
    /// ## Why it matters
    ///
    /// Code that was broken into, or a poisoned dependency, sends what it finds to its own server. A
    /// function that calls two services needs two ways out, not all of them.
    ///
    /// ## What to do
    ///
    /// Allow port 443 to the addresses, prefix lists or network endpoints that are used.
    ///
    /// ```yaml fires
    /// Group:
    ///   Type: AWS::EC2::SecurityGroup
    ///   Properties: { GroupDescription: g, SecurityGroupEgress: [ { IpProtocol: "-1", CidrIp: 0.0.0.0/0 } ] }
    /// ```
    /// ```yaml quiet
    /// Group:
    ///   Type: AWS::EC2::SecurityGroup
    ///   Properties: { GroupDescription: g, SecurityGroupEgress: [ { IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8 } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_security_group" "g" {
    ///   egress {
    ///     protocol    = "-1"
    ///     from_port   = 0
    ///     to_port     = 0
    ///     cidr_blocks = ["0.0.0.0/0"]
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_security_group" "g" {
    ///   egress {
    ///     protocol    = "tcp"
    ///     from_port   = 443
    ///     to_port     = 443
    ///     cidr_blocks = ["10.0.0.0/8"]
    ///   }
    /// }
    /// ```
    OPEN_EGRESS = "open-egress" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_382", "W5"],
        run: open_egress,
    }
}

fn open_egress(app: &App, findings: &mut Findings) {
    for rule in rules(app, "egress") {
        findings.when(rule.opens_everything(), || {
            OPEN_EGRESS
                .at(rule.node, format!("`{}` lets everything out", rule.node.name))
                .at(rule.at())
                .fix_if(rule.only_https())
        });
    }
}
