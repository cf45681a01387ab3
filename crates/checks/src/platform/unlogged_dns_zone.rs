//! A public DNS zone whose queries are not recorded.
use crate::prelude::*;

check! {
    /// # DNS zone without query log
    ///
    /// Nobody sees what is asked of this zone.
    ///
    /// ## Why it matters
    ///
    /// Query logs show scans for forgotten host names, and data that leaves inside of names.
    ///
    /// ## What to do
    ///
    /// Send the zone's query log to a log group in us-east-1.
    ///
    /// ```yaml fires
    /// Zone: { Type: AWS::Route53::HostedZone, Properties: { Name: example.com } }
    /// ```
    /// ```yaml quiet
    /// Zone: { Type: AWS::Route53::HostedZone, Properties: { Name: example.com, QueryLoggingConfig: { CloudWatchLogsLogGroupArn: g } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_route53_zone" "z" {
    ///   name = "example.com"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_route53_zone" "z" {
    ///   name = "internal"
    ///   vpc {
    ///     vpc_id = "v"
    ///   }
    /// }
    /// ```
    UNLOGGED_DNS_ZONE = "unlogged-dns-zone" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV2_AWS_39"],
        run: unlogged_dns_zone,
    }
}

fn unlogged_dns_zone(app: &App, findings: &mut Findings) {
    for zone in app.all(Kind::DnsZone).filter(|zone| !zone.has("networks") && !zone.has("query_log")) {
        if app.parts(zone, Kind::LogConfig).next().is_none() {
            findings.push(UNLOGGED_DNS_ZONE.at(zone, format!("queries of `{}` are not recorded", zone.name)));
        }
    }
}
