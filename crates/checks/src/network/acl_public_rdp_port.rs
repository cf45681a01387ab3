//! A network access list that lets everyone reach port 3389.
use super::rules::{acl_opens, narrow_acl};
use crate::prelude::*;

check! {
    /// # Access list opens Remote Desktop to everyone
    ///
    /// The access list lets every address of the internet reach port 3389 of its subnets.
    ///
    /// ## Why it matters
    ///
    /// An access list is the second fence behind the security groups. When it lets Remote Desktop in
    /// from everywhere, one careless group is enough to expose a machine.
    ///
    /// ## What to do
    ///
    /// Deny port 3389 from `0.0.0.0/0`, or allow it for your own networks only.
    ///
    /// ```yaml fires
    /// Entry:
    ///   Type: AWS::EC2::NetworkAclEntry
    ///   Properties: { NetworkAclId: a, RuleNumber: 100, Protocol: 6, RuleAction: allow, CidrBlock: 0.0.0.0/0, PortRange: { From: 3389, To: 3389 } }
    /// ```
    /// ```yaml quiet
    /// Entry:
    ///   Type: AWS::EC2::NetworkAclEntry
    ///   Properties: { NetworkAclId: a, RuleNumber: 100, Protocol: 6, RuleAction: allow, CidrBlock: 10.0.0.0/8, PortRange: { From: 3389, To: 3389 } }
    /// ```
    /// ```hcl fires
    /// resource "aws_network_acl" "a" {
    ///   vpc_id = "v"
    ///   ingress {
    ///     protocol   = "tcp"
    ///     rule_no    = 100
    ///     action     = "allow"
    ///     cidr_block = "0.0.0.0/0"
    ///     from_port  = 3389
    ///     to_port    = 3389
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_network_acl" "a" {
    ///   vpc_id = "v"
    ///   ingress {
    ///     protocol   = "tcp"
    ///     rule_no    = 100
    ///     action     = "allow"
    ///     cidr_block = "0.0.0.0/0"
    ///     from_port  = 443
    ///     to_port    = 443
    ///   }
    /// }
    /// ```
    ACL_PUBLIC_RDP_PORT = "acl-public-rdp-port" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_231"],
        run: acl_public_rdp_port,
    }
}

fn acl_public_rdp_port(app: &App, findings: &mut Findings) {
    const KINDS: &[Kind] = &[Kind::NetworkAcl, Kind::NetworkAclRule];
    for acl in app.any(KINDS) {
        findings.when(acl_opens(acl, 3389), || {
            ACL_PUBLIC_RDP_PORT
                .at(acl, format!("`{}` lets everyone reach port 3389", acl.name))
                .fix_if(narrow_acl(acl, 3389))
        });
    }
}
