//! A security group that lets everyone reach port 3389.
use super::rules::{open_to_everyone, ranked};
use crate::prelude::*;

check! {
    /// # Public Remote Desktop port
    ///
    /// Every address of the internet may connect to port 3389.
    ///
    /// ## Why it matters
    ///
    /// Remote Desktop is the door through which most ransomware comes: passwords are tried around the
    /// clock, and flaws such as BlueKeep (CVE-2019-0708) need none.
    ///
    /// ## What to do
    ///
    /// Use Session Manager or a gateway, or allow the addresses of your own network only.
    ///
    /// ```yaml fires
    /// Group:
    ///   Type: AWS::EC2::SecurityGroup
    ///   Properties: { GroupDescription: g, SecurityGroupIngress: [ { IpProtocol: tcp, FromPort: 3389, ToPort: 3389, CidrIp: 0.0.0.0/0 } ] }
    /// ```
    /// ```yaml quiet
    /// Group:
    ///   Type: AWS::EC2::SecurityGroup
    ///   Properties: { GroupDescription: g, SecurityGroupIngress: [ { IpProtocol: tcp, FromPort: 3389, ToPort: 3389, CidrIp: 10.0.0.0/8 } ] }
    /// Rule:
    ///   Type: AWS::EC2::SecurityGroupIngress
    ///   Properties: { GroupId: !Ref Group, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0 }
    /// ```
    /// ```hcl fires
    /// resource "aws_security_group_rule" "r" {
    ///   type              = "ingress"
    ///   security_group_id = "sg-1"
    ///   protocol          = "tcp"
    ///   from_port         = 3389
    ///   to_port           = 3389
    ///   cidr_blocks       = ["0.0.0.0/0"]
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_security_group" "g" {
    ///   ingress {
    ///     protocol    = "tcp"
    ///     from_port   = 3389
    ///     to_port     = 3389
    ///     cidr_blocks = ["10.0.0.0/8"]
    ///   }
    /// }
    /// ```
    PUBLIC_RDP_PORT = "public-rdp-port" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_25"],
        run: public_rdp_port,
    }
}

fn public_rdp_port(app: &App, findings: &mut Findings) {
    for (rule, open) in open_to_everyone(app, 3389) {
        findings.when(open, || {
            let text = format!("`{}` lets everyone reach port 3389", rule.node.name);
            ranked(
                app,
                rule.node,
                PUBLIC_RDP_PORT.at(rule.node, text).at(rule.at()).fix_if(rule.only_private_at(app, 3389)),
            )
        });
    }
}
