//! Search engines: domains and serverless collections.
use model::{Data, Kind, NodeId, Value};

use crate::lower::{Field, Lowering, Mapping, each, embedded, exists, field, flag, policy};
use crate::resource::Resource;

const LOGS: &[Field] =
    &[field("type", "log_type"), field("group", "cloudwatch_log_group_arn"), flag("enabled", "enabled")];

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::Elasticsearch::Domain", "AWS::OpenSearchService::Domain"],
        Kind::SearchDomain,
        &[
            field("name", "DomainName"),
            field("engine", "EngineVersion"),
            field("engine", "ElasticsearchVersion"),
            flag("encrypted", "EncryptionAtRestOptions.Enabled"),
            field("key", "EncryptionAtRestOptions.KmsKeyId"),
            flag("node_encryption", "NodeToNodeEncryptionOptions.Enabled"),
            exists("endpoint_options", "DomainEndpointOptions"),
            flag("https_only", "DomainEndpointOptions.EnforceHTTPS"),
            field("tls_policy", "DomainEndpointOptions.TLSSecurityPolicy"),
            exists("network", "VPCOptions"),
            field("subnets", "VPCOptions.SubnetIds"),
            field("security_groups", "VPCOptions.SecurityGroupIds"),
            field("nodes", "ElasticsearchClusterConfig.InstanceCount"),
            field("nodes", "ClusterConfig.InstanceCount"),
            field("master_nodes", "ElasticsearchClusterConfig.DedicatedMasterCount"),
            field("master_nodes", "ClusterConfig.DedicatedMasterCount"),
            flag("dedicated_masters", "ElasticsearchClusterConfig.DedicatedMasterEnabled"),
            flag("dedicated_masters", "ClusterConfig.DedicatedMasterEnabled"),
            flag("zone_aware", "ElasticsearchClusterConfig.ZoneAwarenessEnabled"),
            flag("zone_aware", "ClusterConfig.ZoneAwarenessEnabled"),
            flag("access_control", "AdvancedSecurityOptions.Enabled"),
            flag("internal_users", "AdvancedSecurityOptions.InternalUserDatabaseEnabled"),
            field("master_password", "AdvancedSecurityOptions.MasterUserOptions.MasterUserPassword"),
            field("logs", "LogPublishingOptions"),
            flag("audit_log", "LogPublishingOptions.AUDIT_LOGS.Enabled"),
            policy("AccessPolicies"),
            field("tags", "Tags"),
        ],
    )
    .hook(logs_by_name),
    Mapping::new(
        &["aws_elasticsearch_domain", "aws_opensearch_domain"],
        Kind::SearchDomain,
        &[
            field("name", "domain_name"),
            field("engine", "engine_version"),
            field("engine", "elasticsearch_version"),
            flag("encrypted", "encrypt_at_rest.enabled"),
            field("key", "encrypt_at_rest.kms_key_id"),
            flag("node_encryption", "node_to_node_encryption.enabled"),
            exists("endpoint_options", "domain_endpoint_options"),
            flag("https_only", "domain_endpoint_options.enforce_https"),
            field("tls_policy", "domain_endpoint_options.tls_security_policy"),
            exists("network", "vpc_options"),
            field("subnets", "vpc_options.subnet_ids"),
            field("security_groups", "vpc_options.security_group_ids"),
            field("nodes", "cluster_config.instance_count"),
            field("master_nodes", "cluster_config.dedicated_master_count"),
            flag("dedicated_masters", "cluster_config.dedicated_master_enabled"),
            flag("zone_aware", "cluster_config.zone_awareness_enabled"),
            flag("access_control", "advanced_security_options.enabled"),
            flag("internal_users", "advanced_security_options.internal_user_database_enabled"),
            field("master_password", "advanced_security_options.master_user_options.master_user_password"),
            each("logs", "log_publishing_options", LOGS),
            policy("access_policies"),
            field("tags", "tags"),
        ],
    )
    .hook(logs_by_block),
    Mapping::new(
        &["aws_elasticsearch_domain_policy", "aws_opensearch_domain_policy"],
        Kind::ResourcePolicy,
        &[field("target", "domain_name"), policy("access_policies")],
    )
    .merge_into("target"),
    Mapping::new(
        &["AWS::OpenSearchServerless::Collection", "aws_opensearchserverless_collection"],
        Kind::SearchDomain,
        &[
            field("name", "Name"),
            field("name", "name"),
            field("collection_type", "Type"),
            field("collection_type", "type"),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &[
            "AWS::OpenSearchServerless::SecurityPolicy",
            "AWS::OpenSearchServerless::AccessPolicy",
            "aws_opensearchserverless_security_policy",
            "aws_opensearchserverless_access_policy",
        ],
        Kind::SearchDomain,
        &[
            field("name", "Name"),
            field("name", "name"),
            field("policy_type", "Type"),
            field("policy_type", "type"),
            field("policy_text", "Policy"),
            field("policy_text", "policy"),
        ],
    )
    .hook(collection_policy),
];

/// Logs as a map from kind to settings: some log is on when one of them is.
fn logs_by_name(lowering: &mut Lowering<'_>, _resource: &Resource, id: NodeId) {
    let Some(logs) = lowering.node(id).and_then(|node| node.get("logs")).cloned() else { return };
    let on = |entry: &model::Entry| entry.value.get("Enabled").is_some_and(|value| !value.truth().is_false());
    let any = logs.entries().iter().any(on);
    lowering.set(id, "any_log", Value::new(logs.at, Data::Bool(any)));
}

/// Logs as repeated blocks, on unless they say otherwise.
fn logs_by_block(lowering: &mut Lowering<'_>, _resource: &Resource, id: NodeId) {
    let Some(logs) = lowering.node(id).and_then(|node| node.get("logs")).cloned() else { return };
    let on = |item: &&Value| item.get("enabled").is_none_or(|value| !value.truth().is_false());
    let any = logs.one_or_many().iter().any(|item| on(&item));
    let audit = |item: &Value| item.get("type").and_then(Value::as_str) == Some("AUDIT_LOGS");
    let audited = logs.one_or_many().iter().filter(on).any(audit);
    lowering.set(id, "any_log", Value::new(logs.at, Data::Bool(any)));
    lowering.set(id, "audit_log", Value::new(logs.at, Data::Bool(audited)));
}

/// A network policy opens collections to the internet when one of its rules says so.
fn collection_policy(lowering: &mut Lowering<'_>, _resource: &Resource, id: NodeId) {
    let Some(written) = lowering.node(id).and_then(|node| node.get("policy_text")).cloned() else { return };
    let policy = embedded(&written).unwrap_or_else(|| written.clone());
    let rule = policy.one_or_many().iter().find_map(|rule| rule.get("AllowFromPublic")).cloned();
    if let Some(open) = rule {
        lowering.set(id, "public", open);
    }
    lowering.set(id, "policy_text", policy);
}
