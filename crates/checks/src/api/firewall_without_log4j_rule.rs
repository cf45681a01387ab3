//! A web ACL without the rule group for known bad inputs.
use crate::prelude::*;
use crate::repair::{is_terraform, managed_rules, put_property};

check! {
    /// # Firewall without rules for known bad inputs
    ///
    /// This firewall does not stop the strings of well-known exploits, Log4Shell among them.
    ///
    /// ## Why it matters
    ///
    /// The managed group `AWSManagedRulesKnownBadInputsRuleSet` blocks JNDI look-ups
    /// (CVE-2021-44228), Java deserialisation and other payloads that scanners send all day, also to
    /// functions that log what they get.
    ///
    /// ## What to do
    ///
    /// Add the group with the override action `none`, and do not exclude its Log4J rule.
    ///
    /// ```yaml fires
    /// Acl: { Type: AWS::WAFv2::WebACL, Properties: { Scope: REGIONAL, DefaultAction: { Allow: {} } } }
    /// ```
    /// ```yaml quiet
    /// Acl:
    ///   Type: AWS::WAFv2::WebACL
    ///   Properties:
    ///     Scope: REGIONAL
    ///     DefaultAction: { Allow: {} }
    ///     Rules:
    ///       - Name: bad-inputs
    ///         Priority: 0
    ///         OverrideAction: { None: {} }
    ///         Statement: { ManagedRuleGroupStatement: { VendorName: AWS, Name: AWSManagedRulesKnownBadInputsRuleSet } }
    /// ```
    /// ```hcl fires
    /// resource "aws_wafv2_web_acl" "a" {
    ///   scope = "REGIONAL"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_wafv2_web_acl" "a" {
    ///   scope = "REGIONAL"
    ///   rule {
    ///     name     = "bad-inputs"
    ///     priority = 0
    ///     override_action {
    ///       none {}
    ///     }
    ///     statement {
    ///       managed_rule_group_statement {
    ///         name        = "AWSManagedRulesKnownBadInputsRuleSet"
    ///         vendor_name = "AWS"
    ///       }
    ///     }
    ///   }
    /// }
    /// ```
    FIREWALL_WITHOUT_LOG4J_RULE = "firewall-without-log4j-rule" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-1395", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &["CKV_AWS_192"],
        run: firewall_without_log4j_rule,
    }
}

fn firewall_without_log4j_rule(app: &App, findings: &mut Findings) {
    for waf in app.of_type(&["AWS::WAFv2::WebACL", "aws_wafv2_web_acl"]) {
        let mut rules = waf.list("rules").iter();
        let group = rules.find(|rule| {
            rule.get("managed").and_then(Value::as_str) == Some("AWSManagedRulesKnownBadInputsRuleSet")
        });
        let lacks = group.is_none();
        let blocks = match group {
            None => waf
                .get("rules")
                .map_or(Tri::False, |rules| if rules.is_unknown() { Tri::Unknown } else { Tri::False }),
            Some(rule) => (!excludes_log4j(rule) && is_in_force(rule, waf)).into(),
        };
        findings.when(!blocks, || {
            FIREWALL_WITHOUT_LOG4J_RULE
                .on(waf, "rules", format!("`{}` does not stop known bad inputs", waf.name))
                .fix_if(lacks.then(|| add_rules(waf, "AWSManagedRulesKnownBadInputsRuleSet")).flatten())
        });
    }
}

fn excludes_log4j(rule: &Value) -> bool {
    let excluded = rule.get("excluded").map_or(&[][..], Value::one_or_many);
    excluded
        .iter()
        .any(|item| item.get("Name").or_else(|| item.get("name")).and_then(Value::as_str) == Some("Log4JRCE"))
}

/// The group's own actions count. CloudFormation's default for a group is the same.
fn is_in_force(rule: &Value, waf: &Node) -> bool {
    rule.get("override_none").is_some()
        || rule.get("override").is_none() && waf.provider_type.starts_with("AWS::")
}

/// A further rule; without rules, the first.
fn add_rules(wall: &Node, group: &'static str) -> Option<Fix> {
    const LATE: i64 = 900;
    if wall.span.is_empty() {
        return None;
    }
    let late = i64::try_from(wall.list("rules").len()).unwrap_or(0) + LATE;
    let rule = managed_rules(wall, group, late);
    let title = "add the provider's rules";
    if is_terraform(wall) {
        let patch = model::Patch::Put { at: wall.span, path: Vec::new(), value: Data::map([("rule", rule)]) };
        return Some(Fix::risky(title, patch));
    }
    match wall.get("rules") {
        None => put_property(wall, &["Rules"], Data::list([rule])).map(|patch| Fix::risky(title, patch)),
        Some(rules) => Some(Fix::risky(title, rules.put(&[], rule))),
    }
}
