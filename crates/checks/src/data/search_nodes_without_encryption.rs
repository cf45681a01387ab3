//! Traffic between the nodes of this search domain is not encrypted.
use super::facts::below;
use crate::prelude::*;

const TYPES: &[&str] = &[
    "AWS::Elasticsearch::Domain",
    "AWS::OpenSearchService::Domain",
    "aws_elasticsearch_domain",
    "aws_opensearch_domain",
];

check! {
    /// # Search domain whose nodes talk in the clear
    ///
    /// Traffic between the nodes of this search domain is not encrypted.
    ///
    /// ## Why it matters
    ///
    /// Documents go from node to node readable.
    ///
    /// ## What to do
    ///
    /// Switch node-to-node encryption on.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::OpenSearchService::Domain
    ///   Properties: { DomainName: s }
    /// ```
    /// ```hcl fires
    /// resource "aws_opensearch_domain" "store" {
    ///   cluster_config {
    ///     instance_count = 3
    ///   }
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::OpenSearchService::Domain
    ///   Properties: { NodeToNodeEncryptionOptions: { Enabled: true } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_opensearch_domain" "store" {
    ///   cluster_config {
    ///     instance_count = 3
    ///   }
    ///   node_to_node_encryption {
    ///     enabled = true
    ///   }
    /// }
    /// ```
    SEARCH_NODES_WITHOUT_ENCRYPTION = "search-nodes-without-encryption" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-319", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &[
            "CKV_AWS_6",
            "W85",
            "ELASTICSEARCH_NODE_TO_NODE_ENCRYPTION_CHECK",
            "OPENSEARCH_NODE_TO_NODE_ENCRYPTION_CHECK",
        ],
        run: search_nodes_without_encryption,
    }
}

fn search_nodes_without_encryption(app: &App, findings: &mut Findings) {
    for node in app.of_type(TYPES) {
        // A single node has nobody to talk to.
        let alone = node.provider_type.starts_with("aws_") && below(node, "nodes", 2, 1).is_true();
        if !alone {
            findings.unless_on(node, "node_encryption", || {
                SEARCH_NODES_WITHOUT_ENCRYPTION
                    .on(node, "node_encryption", format!("nodes of `{}` talk without encryption", node.name))
                    .fix(Fix::risky("encrypt between nodes", node.set("node_encryption", true)))
            });
        }
    }
}
