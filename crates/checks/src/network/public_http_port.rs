//! A security group that lets everyone reach port 80.
use super::rules::{open_to_everyone, ranked};
use crate::prelude::*;

check! {
    /// # Public HTTP port
    ///
    /// Every address of the internet may connect to port 80.
    ///
    /// ## Why it matters
    ///
    /// Whatever listens there talks without encryption, to everyone. A load balancer that only
    /// redirects to HTTPS is fine.
    ///
    /// ## What to do
    ///
    /// Open port 443 instead, or let only the load balancer or CDN in front reach the port.
    ///
    /// ```yaml fires
    /// Group:
    ///   Type: AWS::EC2::SecurityGroup
    ///   Properties: { GroupDescription: g, SecurityGroupIngress: [ { IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0 } ] }
    /// ```
    /// ```yaml quiet
    /// Group:
    ///   Type: AWS::EC2::SecurityGroup
    ///   Properties: { GroupDescription: g, SecurityGroupIngress: [ { IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 10.0.0.0/8 } ] }
    /// Rule:
    ///   Type: AWS::EC2::SecurityGroupIngress
    ///   Properties: { GroupId: !Ref Group, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0 }
    /// ```
    /// ```hcl fires
    /// resource "aws_security_group_rule" "r" {
    ///   type              = "ingress"
    ///   security_group_id = "sg-1"
    ///   protocol          = "tcp"
    ///   from_port         = 80
    ///   to_port           = 80
    ///   cidr_blocks       = ["0.0.0.0/0"]
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_security_group" "g" {
    ///   ingress {
    ///     protocol    = "tcp"
    ///     from_port   = 80
    ///     to_port     = 80
    ///     cidr_blocks = ["10.0.0.0/8"]
    ///   }
    /// }
    /// ```
    PUBLIC_HTTP_PORT = "public-http-port" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_260"],
        run: public_http_port,
    }
}

fn public_http_port(app: &App, findings: &mut Findings) {
    for (rule, open) in open_to_everyone(app, 80) {
        findings.when(open, || {
            let text = format!("`{}` lets everyone reach port 80", rule.node.name);
            ranked(
                app,
                rule.node,
                PUBLIC_HTTP_PORT.at(rule.node, text).at(rule.at()).fix_if(rule.only_private_at(app, 80)),
            )
        });
    }
}
