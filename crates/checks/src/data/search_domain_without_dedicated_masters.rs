//! Data nodes of this search domain also lead it.
use crate::prelude::*;

const TYPES: &[&str] = &[
    "AWS::Elasticsearch::Domain",
    "AWS::OpenSearchService::Domain",
    "aws_elasticsearch_domain",
    "aws_opensearch_domain",
];

check! {
    /// # Search domain without dedicated masters
    ///
    /// Data nodes of this search domain also lead it.
    ///
    /// ## Why it matters
    ///
    /// A heavy query can take down the node that leads the cluster.
    ///
    /// ## What to do
    ///
    /// Use dedicated masters in production.
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
    ///   Properties: { ClusterConfig: { DedicatedMasterEnabled: true } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_opensearch_domain" "store" {
    ///   cluster_config {
    ///     dedicated_master_enabled = true
    ///   }
    /// }
    /// ```
    SEARCH_DOMAIN_WITHOUT_DEDICATED_MASTERS = "search-domain-without-dedicated-masters" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-693", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV2_AWS_59", "OPENSEARCH_PRIMARY_NODE_FAULT_TOLERANCE"],
        run: search_domain_without_dedicated_masters,
    }
}

fn search_domain_without_dedicated_masters(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "dedicated_masters", || {
            SEARCH_DOMAIN_WITHOUT_DEDICATED_MASTERS
                .on(node, "dedicated_masters", format!("`{}` has no dedicated masters", node.name))
                .fix(Fix::risky("add dedicated masters", node.set("dedicated_masters", true)))
        });
    }
}
