//! A firewall rule that does nothing.
use crate::prelude::*;
use crate::repair::is_terraform;

check! {
    /// # Firewall rule without action
    ///
    /// A rule of this firewall does not say what happens to requests that it matches.
    ///
    /// ## Why it matters
    ///
    /// A rule without an action has no effect: what it was written against gets through.
    ///
    /// ## What to do
    ///
    /// Give the rule an action (`block`, `count`, `allow`), or an override action when it uses a rule
    /// group.
    ///
    /// ```yaml fires
    /// Acl:
    ///   Type: AWS::WAFv2::WebACL
    ///   Properties:
    ///     Scope: REGIONAL
    ///     DefaultAction: { Allow: {} }
    ///     Rules: [ { Name: r, Priority: 0, Statement: { GeoMatchStatement: { CountryCodes: [ AQ ] } } } ]
    /// ```
    /// ```yaml quiet
    /// Acl:
    ///   Type: AWS::WAFv2::WebACL
    ///   Properties:
    ///     Scope: REGIONAL
    ///     DefaultAction: { Allow: {} }
    ///     Rules: [ { Name: r, Priority: 0, Action: { Block: {} }, Statement: { GeoMatchStatement: { CountryCodes: [ AQ ] } } } ]
    /// ```
    /// ```hcl fires
    /// resource "aws_wafv2_web_acl" "a" {
    ///   scope = "REGIONAL"
    ///   rule {
    ///     name     = "r"
    ///     priority = 0
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_wafv2_web_acl" "a" {
    ///   scope = "REGIONAL"
    ///   rule {
    ///     name     = "r"
    ///     priority = 0
    ///     action {
    ///       block {}
    ///     }
    ///   }
    /// }
    /// ```
    FIREWALL_RULE_WITHOUT_ACTION = "firewall-rule-without-action" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-693", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_342"],
        run: firewall_rule_without_action,
    }
}

fn firewall_rule_without_action(app: &App, findings: &mut Findings) {
    for waf in app.all(Kind::Waf) {
        let rules = waf.list("rules").iter().filter(|rule| !rule.entries().is_empty());
        let idle = rules.into_iter().find(|rule| {
            !["action", "override"].iter().any(|name| rule.get(name).is_some_and(|value| !is_empty(value)))
                && rule.get("managed").is_none()
        });
        if let Some(rule) = idle {
            let path = if is_terraform(waf) { ["action", "block"] } else { ["Action", "Block"] };
            findings.push(
                FIREWALL_RULE_WITHOUT_ACTION
                    .at(waf, format!("a rule of `{}` has no action", waf.name))
                    .at(rule.at)
                    .fix(Fix::risky("block what it matches", rule.put(&path, Data::Map(Vec::new())))),
            );
        }
    }
}

/// `{}`, as HCL's empty block is read.
fn is_empty(value: &Value) -> bool {
    match &value.data {
        Data::Map(entries) => entries.is_empty(),
        Data::List(items) => items.iter().all(is_empty),
        _ => false,
    }
}
