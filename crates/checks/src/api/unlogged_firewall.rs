//! A web ACL that writes no logs.
use crate::prelude::*;
use crate::repair::{camel, free_name, log_group, risky_with};

check! {
    /// # Firewall without logs
    ///
    /// What this firewall stops, or lets through, is written nowhere.
    ///
    /// ## Why it matters
    ///
    /// The log of a firewall shows attacks as they begin, and tells a false alarm from a real one
    /// when a rule blocks customers.
    ///
    /// ## What to do
    ///
    /// Add a logging configuration with a log group, bucket or delivery stream whose name begins with
    /// `aws-waf-logs-`, and leave out headers with secrets.
    ///
    /// ```yaml fires
    /// Acl: { Type: AWS::WAFv2::WebACL, Properties: { Scope: REGIONAL, DefaultAction: { Allow: {} } } }
    /// ```
    /// ```yaml quiet
    /// Acl: { Type: AWS::WAFv2::WebACL, Properties: { Scope: REGIONAL, DefaultAction: { Allow: {} } } }
    /// Logs: { Type: AWS::WAFv2::LoggingConfiguration, Properties: { ResourceArn: !GetAtt Acl.Arn, LogDestinationConfigs: [ d ] } }
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
    /// }
    ///
    /// resource "aws_wafv2_web_acl_logging_configuration" "a" {
    ///   log_destination_configs = ["d"]
    ///   resource_arn            = aws_wafv2_web_acl.a.arn
    /// }
    /// ```
    UNLOGGED_FIREWALL = "unlogged-firewall" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_176", "CKV2_AWS_31"],
        run: unlogged_firewall,
    }
}

fn unlogged_firewall(app: &App, findings: &mut Findings) {
    for waf in app.all(Kind::Waf).filter(|waf| !waf.has("is_group")) {
        // Classic ACLs of CloudFormation have no way to say it.
        if matches!(waf.provider_type.as_str(), "AWS::WAF::WebACL" | "AWS::WAFRegional::WebACL") {
            continue;
        }
        let is_logged = app.sources(waf, Relation::PartOf).any(|part| part.kind == Kind::LogConfig);
        if !is_logged {
            findings.unless_set(waf, "log_destination", || {
                UNLOGGED_FIREWALL
                    .at(waf, format!("`{}` writes no logs", waf.name))
                    .fix(log_to_group(app, waf))
            });
        }
    }
}

/// The names of such groups begin so.
fn log_to_group(app: &App, waf: &Node) -> Fix {
    let group = log_group(app, waf, "aws-waf-logs-");
    let name = free_name(app, &format!("{}Logging", camel(&waf.name)));
    let types = ["AWS::WAFv2::LoggingConfiguration", "aws_wafv2_web_acl_logging_configuration"];
    let logging = NewNode::new(waf, name, types)
        .property(["ResourceArn", "resource_arn"], Data::attribute(&waf.name, "Arn"))
        .property(["LogDestinationConfigs", "log_destination_configs"], Data::list([group.attribute("Arn")]));
    risky_with("log requests", group, [logging.create()])
}
