//! This search domain has less than three dedicated masters, or stands in one zone.
use super::facts::below;
use crate::prelude::*;

const TYPES: &[&str] = &[
    "AWS::Elasticsearch::Domain",
    "AWS::OpenSearchService::Domain",
    "aws_elasticsearch_domain",
    "aws_opensearch_domain",
];

check! {
    /// # Search domain without three masters in several zones
    ///
    /// This search domain has less than three dedicated masters, or stands in one zone.
    ///
    /// ## Why it matters
    ///
    /// Two masters cannot agree on who leads when one is lost, and a zone that fails takes the domain with
    /// it.
    ///
    /// ## What to do
    ///
    /// Use three dedicated masters and zone awareness in production.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::OpenSearchService::Domain
    ///   Properties: { DomainName: s }
    /// ```
    /// ```hcl fires
    /// resource "aws_opensearch_domain" "store" {
    ///   domain_name = "s"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::OpenSearchService::Domain
    ///   Properties: { ClusterConfig: { DedicatedMasterCount: 3, ZoneAwarenessEnabled: true } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_opensearch_domain" "store" {
    ///   cluster_config {
    ///     dedicated_master_count = 3
    ///     zone_awareness_enabled = true
    ///   }
    /// }
    /// ```
    SEARCH_DOMAIN_WITHOUT_SPARE_MASTERS = "search-domain-without-spare-masters" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_318"],
        run: search_domain_without_spare_masters,
    }
}

fn search_domain_without_spare_masters(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.when(!(!below(node, "master_nodes", 3, 0) & node.flag("zone_aware")), || {
            SEARCH_DOMAIN_WITHOUT_SPARE_MASTERS
                .on(node, "master_nodes", format!("`{}` has no three masters in several zones", node.name))
                .fix(
                    Fix::risky("add three masters in several zones", node.set("dedicated_masters", true))
                        .and(node.set("master_nodes", 3))
                        .and(node.set("zone_aware", true)),
                )
        });
    }
}
