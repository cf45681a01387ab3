//! This search domain stands outside of your networks.
use crate::prelude::*;

const TYPES: &[&str] = &[
    "AWS::Elasticsearch::Domain",
    "AWS::OpenSearchService::Domain",
    "aws_elasticsearch_domain",
    "aws_opensearch_domain",
];

check! {
    /// # Search domain with a public endpoint
    ///
    /// This search domain stands outside of your networks.
    ///
    /// ## Why it matters
    ///
    /// Only its access policy stands between everyone and the indexes. Open search domains are found by
    /// scanners within hours.
    ///
    /// ## What to do
    ///
    /// Put the domain into private subnets.
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
    ///   Properties: { VPCOptions: { SubnetIds: [a], SecurityGroupIds: [g] } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_opensearch_domain" "store" {
    ///   vpc_options {
    ///     subnet_ids = ["a"]
    ///   }
    /// }
    /// ```
    SEARCH_DOMAIN_OUTSIDE_NETWORKS = "search-domain-outside-networks" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_137", "W90", "ELASTICSEARCH_IN_VPC_ONLY", "OPENSEARCH_IN_VPC_ONLY"],
        run: search_domain_outside_networks,
    }
}

fn search_domain_outside_networks(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        findings.unless_on(node, "network", || {
            SEARCH_DOMAIN_OUTSIDE_NETWORKS.on(
                node,
                "network",
                format!("`{}` has a public endpoint", node.name),
            )
        });
    }
}
