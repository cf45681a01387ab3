//! A security group that lets everyone reach port 22.
use super::rules::{open_to_everyone, ranked};
use crate::prelude::*;

check! {
    /// # Public SSH port
    ///
    /// Every address of the internet may connect to port 22.
    ///
    /// ## Why it matters
    ///
    /// Remote logins are tried against every address of the internet within minutes. One weak or
    /// leaked credential, or one flaw in the server, is enough.
    ///
    /// ## What to do
    ///
    /// Use Session Manager or an instance connect endpoint, which need no open port, or allow the
    /// addresses of your own network only.
    ///
    /// ```yaml fires
    /// Group:
    ///   Type: AWS::EC2::SecurityGroup
    ///   Properties: { GroupDescription: g, SecurityGroupIngress: [ { IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 0.0.0.0/0 } ] }
    /// ```
    /// ```yaml quiet
    /// Group:
    ///   Type: AWS::EC2::SecurityGroup
    ///   Properties: { GroupDescription: g, SecurityGroupIngress: [ { IpProtocol: tcp, FromPort: 22, ToPort: 22, CidrIp: 10.0.0.0/8 } ] }
    /// Rule:
    ///   Type: AWS::EC2::SecurityGroupIngress
    ///   Properties: { GroupId: !Ref Group, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0 }
    /// ```
    /// ```hcl fires
    /// resource "aws_security_group_rule" "r" {
    ///   type              = "ingress"
    ///   security_group_id = "sg-1"
    ///   protocol          = "tcp"
    ///   from_port         = 22
    ///   to_port           = 22
    ///   cidr_blocks       = ["0.0.0.0/0"]
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_security_group" "g" {
    ///   ingress {
    ///     protocol    = "tcp"
    ///     from_port   = 22
    ///     to_port     = 22
    ///     cidr_blocks = ["10.0.0.0/8"]
    ///   }
    /// }
    /// ```
    PUBLIC_SSH_PORT = "public-ssh-port" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_24"],
        run: public_ssh_port,
    }
}

fn public_ssh_port(app: &App, findings: &mut Findings) {
    for (rule, open) in open_to_everyone(app, 22) {
        findings.when(open, || {
            let text = format!("`{}` lets everyone reach port 22", rule.node.name);
            ranked(
                app,
                rule.node,
                PUBLIC_SSH_PORT.at(rule.node, text).at(rule.at()).fix_if(rule.only_private_at(app, 22)),
            )
        });
    }
}
