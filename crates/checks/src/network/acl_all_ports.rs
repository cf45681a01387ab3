//! An access list rule for every port.
use crate::prelude::*;

check! {
    /// # Access list rule for every port
    ///
    /// The rule does not say which ports it is about.
    ///
    /// ## Why it matters
    ///
    /// A rule for all ports, or one that begins at port 0, makes the list pointless: what the
    /// security groups forget gets through.
    ///
    /// ## What to do
    ///
    /// Name the first and last port that are needed.
    ///
    /// ```yaml fires
    /// Entry:
    ///   Type: AWS::EC2::NetworkAclEntry
    ///   Properties: { NetworkAclId: a, RuleNumber: 100, Protocol: -1, RuleAction: allow, CidrBlock: 0.0.0.0/0 }
    /// ```
    /// ```yaml quiet
    /// Entry:
    ///   Type: AWS::EC2::NetworkAclEntry
    ///   Properties: { NetworkAclId: a, RuleNumber: 100, Protocol: 6, RuleAction: allow, CidrBlock: 0.0.0.0/0, PortRange: { From: 443, To: 443 } }
    /// Deny:
    ///   Type: AWS::EC2::NetworkAclEntry
    ///   Properties: { NetworkAclId: a, RuleNumber: 200, Protocol: -1, RuleAction: deny, CidrBlock: 0.0.0.0/0 }
    /// ```
    /// ```hcl fires
    /// resource "aws_network_acl_rule" "r" {
    ///   network_acl_id = "a"
    ///   rule_number    = 100
    ///   protocol       = "-1"
    ///   rule_action    = "allow"
    ///   cidr_block     = "0.0.0.0/0"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_network_acl_rule" "r" {
    ///   network_acl_id = "a"
    ///   rule_number    = 100
    ///   protocol       = "tcp"
    ///   rule_action    = "allow"
    ///   cidr_block     = "0.0.0.0/0"
    ///   from_port      = 443
    ///   to_port        = 443
    /// }
    /// ```
    ACL_ALL_PORTS = "acl-all-ports" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_352"],
        run: acl_all_ports,
    }
}

fn acl_all_ports(app: &App, findings: &mut Findings) {
    for rule in app.all(Kind::NetworkAclRule) {
        if rule.is("action", "deny").is_true() || rule.flag("egress").is_true() {
            continue;
        }
        let begins = rule.get("from_port").map_or(Tri::False, |port| match port.as_int() {
            Some(port) => (port != 0).into(),
            None if port.as_str() == Some("") => Tri::False,
            None => Tri::Unknown,
        });
        findings.when(!begins, || {
            ACL_ALL_PORTS.on(rule, "from_port", format!("`{}` is about every port", rule.name))
        });
    }
}
