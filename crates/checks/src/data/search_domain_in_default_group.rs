//! This search domain names no security group.
use super::facts::written;
use crate::prelude::*;

const TYPES: &[&str] = &[
    "AWS::Elasticsearch::Domain",
    "AWS::OpenSearchService::Domain",
    "aws_elasticsearch_domain",
    "aws_opensearch_domain",
];

check! {
    /// # Search domain without a security group
    ///
    /// This search domain names no security group.
    ///
    /// ## Why it matters
    ///
    /// In a network it gets the default group, which lets every member of that group in. Outside of
    /// networks it has none.
    ///
    /// ## What to do
    ///
    /// Make a group for the domain that lets its clients in, and nobody else.
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
    ///     security_group_ids = ["g"]
    ///   }
    /// }
    /// ```
    SEARCH_DOMAIN_IN_DEFAULT_GROUP = "search-domain-in-default-group" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_248"],
        run: search_domain_in_default_group,
    }
}

fn search_domain_in_default_group(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        if !written(node, "security_groups") {
            findings.push(SEARCH_DOMAIN_IN_DEFAULT_GROUP.on(
                node,
                "security_groups",
                format!("`{}` names no security group", node.name),
            ));
        }
    }
}
