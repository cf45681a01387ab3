//! A CDN with a single origin for each path.
use crate::prelude::*;

check! {
    /// # CDN without origin failover
    ///
    /// When an origin fails, nothing takes its place.
    ///
    /// ## Why it matters
    ///
    /// A second origin keeps a site up when a region or a bucket fails. It is a matter of
    /// availability that only some applications need.
    ///
    /// ## What to do
    ///
    /// Put two origins into an origin group with failover criteria, and point the behaviours at it.
    ///
    /// ```yaml fires
    /// Cdn: { Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { Enabled: true } } }
    /// ```
    /// ```yaml quiet
    /// Cdn:
    ///   Type: AWS::CloudFront::Distribution
    ///   Properties:
    ///     DistributionConfig:
    ///       Enabled: true
    ///       OriginGroups:
    ///         Quantity: 1
    ///         Items:
    ///           - Id: g
    ///             FailoverCriteria: { StatusCodes: { Quantity: 1, Items: [ 500 ] } }
    ///             Members: { Quantity: 2, Items: [ { OriginId: a }, { OriginId: b } ] }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudfront_distribution" "c" {
    ///   enabled = true
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudfront_distribution" "c" {
    ///   enabled = true
    ///   origin_group {
    ///     origin_id = "g"
    ///     failover_criteria {
    ///       status_codes = [500]
    ///     }
    ///     member {
    ///       origin_id = "a"
    ///     }
    ///     member {
    ///       origin_id = "b"
    ///     }
    ///   }
    /// }
    /// ```
    CDN_WITHOUT_FAILOVER = "cdn-without-failover" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        controls: &["CWE-636", "OWASP-SLS:S9", "CSA:SAS-8"],
        also_known_as: &["CKV_AWS_310"],
        run: cdn_without_failover,
    }
}

fn cdn_without_failover(app: &App, findings: &mut Findings) {
    for cdn in app.all(Kind::Cdn) {
        if cdn.unclear("origin_groups") {
            continue;
        }
        let groups = cdn.list("origin_groups");
        let covered = groups.iter().all(|group| {
            let members = group.get("members").map_or(0, |members| members.one_or_many().len());
            group.get("failover").is_some() && members >= 2
        });
        if groups.is_empty() || !covered {
            findings.push(CDN_WITHOUT_FAILOVER.on(
                cdn,
                "origin_groups",
                format!("`{}` has no origin to fall back to", cdn.name),
            ));
        }
    }
}
