//! A security group rule that does not say what it is for.
use crate::prelude::*;
use crate::repair::is_terraform;

check! {
    /// # Undescribed security group rule
    ///
    /// Nobody can tell why this rule is there.
    ///
    /// ## Why it matters
    ///
    /// Rules without a reason are never removed, since nobody dares to.
    ///
    /// ## What to do
    ///
    /// Describe each rule in a few words: who connects, and for what.
    ///
    /// ```yaml fires
    /// Group:
    ///   Type: AWS::EC2::SecurityGroup
    ///   Properties: { GroupDescription: g, SecurityGroupIngress: [ { IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8 } ] }
    /// ```
    /// ```yaml quiet
    /// Group:
    ///   Type: AWS::EC2::SecurityGroup
    ///   Properties: { GroupDescription: g, SecurityGroupIngress: [ { Description: from the office, IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 10.0.0.0/8 } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_security_group_rule" "r" {
    ///   type              = "ingress"
    ///   security_group_id = "sg-1"
    ///   protocol          = "tcp"
    ///   from_port         = 443
    ///   to_port           = 443
    ///   cidr_blocks       = ["10.0.0.0/8"]
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_security_group_rule" "r" {
    ///   description       = "from the office"
    ///   type              = "ingress"
    ///   security_group_id = "sg-1"
    ///   protocol          = "tcp"
    ///   from_port         = 443
    ///   to_port           = 443
    ///   cidr_blocks       = ["10.0.0.0/8"]
    /// }
    /// ```
    UNDESCRIBED_SECURITY_RULE = "undescribed-security-rule" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-1053", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_23", "W36"],
        run: undescribed_security_rule,
    }
}

fn undescribed_security_rule(app: &App, findings: &mut Findings) {
    for group in app.all(Kind::SecurityGroup).filter(|group| !group.has("default")) {
        let rules = group.list("ingress").iter().chain(group.list("egress"));
        let bare =
            rules.filter(|rule| !rule.entries().is_empty()).find(|rule| !is_told(rule.get("description")));
        // Terraform's groups get "Managed by Terraform" when nobody describes them.
        let group_told = group.provider_type.starts_with("AWS::") || is_told(group.get("description"));
        if bare.is_some() || !group_told {
            let at = bare.map_or(group.name_at, |rule| rule.at);
            findings.push(
                UNDESCRIBED_SECURITY_RULE
                    .at(group, format!("`{}` has a rule without a reason", group.name))
                    .at(at)
                    .fix_if(bare.filter(|_| group_told).and_then(|_| describe(group))),
            );
        }
    }
    for rule in app.all(Kind::SecurityGroupRule).filter(|rule| !is_told(rule.get("description"))) {
        findings.push(
            UNDESCRIBED_SECURITY_RULE.at(rule, format!("`{}` does not say what it is for", rule.name)).fix(
                Fix::safe(
                    "describe it",
                    rule.set(
                        "description",
                        words(|name| rule.get(name), rule.text("direction") == Some("egress")),
                    ),
                ),
            ),
        );
    }
}

fn is_told(description: Option<&Value>) -> bool {
    description.is_some_and(|value| value.as_str() != Some(""))
}

/// What a rule does: the reason is for people to add.
fn words<'a>(get: impl Fn(&str) -> Option<&'a Value>, outward: bool) -> String {
    let of = |name: &str| get(name).map(Value::display).filter(|text| !text.is_empty());
    let direction = if outward { "out" } else { "in" };
    match (of("protocol").filter(|protocol| protocol != "-1"), of("from_port")) {
        (Some(protocol), Some(port)) => format!("Lets {protocol} {port} {direction}"),
        (Some(protocol), None) => format!("Lets {protocol} {direction}"),
        _ => format!("Lets traffic {direction}"),
    }
}

/// Every bare rule of a group.
fn describe(group: &Node) -> Option<Fix> {
    let name = if is_terraform(group) { "description" } else { "Description" };
    let rules = |direction: &'static str| group.list(direction).iter().map(move |rule| (direction, rule));
    let bare = rules("ingress").chain(rules("egress")).filter(|(_, rule)| {
        !rule.entries().is_empty() && !rule.at.is_empty() && !is_told(rule.get("description"))
    });
    let mut patches =
        bare.map(|(direction, rule)| rule.put(&[name], words(|attr| rule.get(attr), direction == "egress")));
    let first = Fix::safe("describe its rules", patches.next()?);
    Some(patches.fold(first, Fix::and))
}
