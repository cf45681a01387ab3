//! A web ACL without a single rule.
use crate::prelude::*;
use crate::repair::{first_rules, is_terraform, put_property};

check! {
    /// # Firewall without rules
    ///
    /// This firewall lets through whatever its default action says.
    ///
    /// ## Why it matters
    ///
    /// A web ACL without rules blocks nothing and counts nothing, and yet everyone takes the
    /// application for protected.
    ///
    /// ## What to do
    ///
    /// Add a rate limit and the managed rule groups for common attacks.
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
    ///       - { Name: r, Priority: 0, Action: { Block: {} }, Statement: { RateBasedStatement: { Limit: 500, AggregateKeyType: IP } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_wafv2_web_acl" "a" {
    ///   scope = "REGIONAL"
    ///   default_action {
    ///     allow {}
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_wafv2_web_acl" "a" {
    ///   scope = "REGIONAL"
    ///   default_action {
    ///     allow {}
    ///   }
    ///   rule {
    ///     name     = "r"
    ///     priority = 0
    ///     action {
    ///       block {}
    ///     }
    ///   }
    /// }
    /// ```
    FIREWALL_WITHOUT_RULES = "firewall-without-rules" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-693", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_175"],
        run: firewall_without_rules,
    }
}

fn firewall_without_rules(app: &App, findings: &mut Findings) {
    for waf in app.all(Kind::Waf).filter(|waf| !waf.has("is_group")) {
        let empty = waf.get("rules").map_or(Tri::True, |rules| match &rules.data {
            Data::List(items) => {
                items.iter().all(|item| matches!(&item.data, Data::Map(map) if map.is_empty())).into()
            }
            _ => Tri::Unknown,
        });
        findings.when(empty, || {
            FIREWALL_WITHOUT_RULES.at(waf, format!("`{}` has no rules", waf.name)).fix_if(add_rules(waf))
        });
    }
}

fn add_rules(waf: &Node) -> Option<Fix> {
    if !waf.provider_type.to_ascii_lowercase().contains("wafv2") || waf.span.is_empty() {
        return None;
    }
    let rules = Data::list(first_rules(waf));
    let title = "add the provider's rules";
    if is_terraform(waf) {
        let patch = model::Patch::Put { at: waf.span, path: vec!["rule"], value: rules };
        return Some(Fix::risky(title, patch));
    }
    put_property(waf, &["Rules"], rules).map(|patch| Fix::risky(title, patch))
}
