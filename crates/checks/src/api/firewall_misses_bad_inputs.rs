//! Something public whose firewall lets known attacks through.
use crate::prelude::*;
use crate::repair::{is_terraform, managed_rules, put_property};

check! {
    /// # Protected by a firewall that misses known attacks
    ///
    /// The firewall in front lacks the managed rules for anonymous sources or known bad inputs.
    ///
    /// ## Why it matters
    ///
    /// Most attacks come from scanners behind proxies and repeat payloads that are known for years,
    /// such as Log4Shell's. `AWSManagedRulesAnonymousIpList` and
    /// `AWSManagedRulesKnownBadInputsRuleSet` stop both.
    ///
    /// ## What to do
    ///
    /// Add both managed rule groups to the web ACL that protects this resource.
    ///
    /// ```yaml fires
    /// Api: { Type: AWS::AppSync::GraphQLApi, Properties: { Name: a, AuthenticationType: AWS_IAM } }
    /// Association: { Type: AWS::WAFv2::WebACLAssociation, Properties: { WebACLArn: !GetAtt Acl.Arn, ResourceArn: !GetAtt Api.Arn } }
    /// Acl: { Type: AWS::WAFv2::WebACL, Properties: { Scope: REGIONAL, DefaultAction: { Allow: {} } } }
    /// ```
    /// ```yaml quiet
    /// Api: { Type: AWS::AppSync::GraphQLApi, Properties: { Name: a, AuthenticationType: AWS_IAM } }
    /// Association: { Type: AWS::WAFv2::WebACLAssociation, Properties: { WebACLArn: !GetAtt Acl.Arn, ResourceArn: !GetAtt Api.Arn } }
    /// Acl:
    ///   Type: AWS::WAFv2::WebACL
    ///   Properties:
    ///     Scope: REGIONAL
    ///     DefaultAction: { Allow: {} }
    ///     Rules:
    ///       - { Name: a, Priority: 0, OverrideAction: { None: {} }, Statement: { ManagedRuleGroupStatement: { VendorName: AWS, Name: AWSManagedRulesAnonymousIpList } } }
    ///       - { Name: b, Priority: 1, OverrideAction: { None: {} }, Statement: { ManagedRuleGroupStatement: { VendorName: AWS, Name: AWSManagedRulesKnownBadInputsRuleSet } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_appsync_graphql_api" "a" {
    ///   name                = "a"
    ///   authentication_type = "AWS_IAM"
    /// }
    ///
    /// resource "aws_wafv2_web_acl_association" "a" {
    ///   resource_arn = aws_appsync_graphql_api.a.arn
    ///   web_acl_arn  = aws_wafv2_web_acl.a.arn
    /// }
    ///
    /// resource "aws_wafv2_web_acl" "a" {
    ///   scope = "REGIONAL"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_appsync_graphql_api" "a" {
    ///   name                = "a"
    ///   authentication_type = "AWS_IAM"
    /// }
    /// ```
    FIREWALL_MISSES_BAD_INPUTS = "firewall-misses-bad-inputs" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-1395", "OWASP-SLS:S9", "CSA:SAS-6"],
        also_known_as: &["CKV2_AWS_47", "CKV2_AWS_76", "CKV2_AWS_77", "CKV2_AWS_78"],
        run: firewall_misses_bad_inputs,
    }
}

fn firewall_misses_bad_inputs(app: &App, findings: &mut Findings) {
    const KINDS: &[Kind] = &[Kind::ApiStage, Kind::Api, Kind::GraphqlApi, Kind::LoadBalancer, Kind::Cdn];
    for node in app.any(KINDS) {
        if node.kind == Kind::LoadBalancer && node.flag("internal").is_true() {
            continue;
        }
        let associations = super::shared::firewalls(app, node);
        let mut walls: Vec<&Node> = associations.flat_map(|link| app.targets(link, Relation::Uses)).collect();
        walls.extend(app.targets(node, Relation::Uses));
        for wall in walls.into_iter().filter(|wall| wall.provider_type.to_ascii_lowercase().contains("wafv2"))
        {
            let missing = GROUPS.iter().find(|group| !has_group(wall, group));
            if let Some(group) = missing {
                let text = format!("the firewall of `{}` lacks `{group}`", node.name);
                findings.push(
                    FIREWALL_MISSES_BAD_INPUTS
                        .at(node, text)
                        .related(wall.name_at, "the firewall")
                        .fix_if(add_rules(wall)),
                );
            }
        }
    }
}

const GROUPS: &[&str] = &["AWSManagedRulesAnonymousIpList", "AWSManagedRulesKnownBadInputsRuleSet"];

fn has_group(wall: &Node, group: &str) -> bool {
    // Rules that are not known are no proof of a gap.
    wall.get("rules").is_some_and(Value::is_unknown)
        || wall.list("rules").iter().any(|rule| rule.get("managed").and_then(Value::as_str) == Some(group))
}

/// A further rule for each group that is missing.
fn add_rules(wall: &Node) -> Option<Fix> {
    const LATE: i64 = 900;
    if wall.span.is_empty() {
        return None;
    }
    let missing = GROUPS.iter().filter(|group| !has_group(wall, group));
    let count = i64::try_from(wall.list("rules").len()).unwrap_or(0);
    let rules = missing.zip(LATE + count..).map(|(group, priority)| managed_rules(wall, group, priority));
    let patches: Vec<model::Patch> = match wall.get("rules") {
        _ if is_terraform(wall) => {
            let put = |rule| model::Patch::Put {
                at: wall.span,
                path: Vec::new(),
                value: Data::map([("rule", rule)]),
            };
            rules.map(put).collect()
        }
        None => vec![put_property(wall, &["Rules"], Data::list(rules))?],
        Some(known) => rules.map(|rule| known.put(&[], rule)).collect(),
    };
    let mut patches = patches.into_iter();
    let first = patches.next()?;
    Some(patches.fold(Fix::risky("add the provider's rules", first), Fix::and))
}
