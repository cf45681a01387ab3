//! Secrets, parameters and keys.
use model::{Data, Kind, NodeId, Value};

use crate::lower::{Lowering, Mapping, exists, field, flag, policy};
use crate::resource::Resource;

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &[crate::cloudformation::PARAMETER],
        Kind::TemplateParameter,
        &[flag("hidden", "NoEcho"), exists("has_default", "Default")],
    ),
    Mapping::new(
        &["AWS::SecretsManager::Secret"],
        Kind::Secret,
        &[
            field("name", "Name"),
            field("key", "KmsKeyId"),
            field("value", "SecretString"),
            field("generated", "GenerateSecretString"),
            field("generated_length", "GenerateSecretString.PasswordLength"),
            field("replicas", "ReplicaRegions"),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &["aws_secretsmanager_secret"],
        Kind::Secret,
        &[
            field("name", "name"),
            field("name", "name_prefix"),
            field("key", "kms_key_id"),
            field("recovery_days", "recovery_window_in_days"),
            field("replicas", "replica"),
            policy("policy"),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(
        &["aws_secretsmanager_secret_version"],
        Kind::Secret,
        &[field("of", "secret_id"), field("value", "secret_string"), field("value", "secret_binary")],
    )
    .owner("of"),
    Mapping::new(
        &["AWS::SecretsManager::RotationSchedule"],
        Kind::SecretRotation,
        &[
            field("secret", "SecretId"),
            exists("rotates", ""),
            field("function", "RotationLambdaARN"),
            field("days", "RotationRules.AutomaticallyAfterDays"),
            field("schedule", "RotationRules.ScheduleExpression"),
            field("rules", "RotationRules"),
        ],
    )
    .merge_into("secret"),
    Mapping::new(
        &["aws_secretsmanager_secret_rotation"],
        Kind::SecretRotation,
        &[
            field("secret", "secret_id"),
            exists("rotates", ""),
            field("function", "rotation_lambda_arn"),
            field("days", "rotation_rules.automatically_after_days"),
            field("schedule", "rotation_rules.schedule_expression"),
            field("rules", "rotation_rules"),
        ],
    )
    .merge_into("secret"),
    Mapping::new(
        &["AWS::SecretsManager::ResourcePolicy"],
        Kind::ResourcePolicy,
        &[field("target", "SecretId"), flag("block_public", "BlockPublicPolicy"), policy("ResourcePolicy")],
    )
    .merge_into("target"),
    Mapping::new(
        &["aws_secretsmanager_secret_policy"],
        Kind::ResourcePolicy,
        &[field("target", "secret_arn"), flag("block_public", "block_public_policy"), policy("policy")],
    )
    .merge_into("target"),
    Mapping::new(
        &["AWS::SSM::Parameter"],
        Kind::Parameter,
        &[
            field("name", "Name"),
            field("kind", "Type"),
            field("value", "Value"),
            field("description", "Description"),
            field("pattern", "AllowedPattern"),
        ],
    ),
    Mapping::new(
        &["aws_ssm_parameter"],
        Kind::Parameter,
        &[
            field("name", "name"),
            field("kind", "type"),
            field("value", "value"),
            field("value", "insecure_value"),
            field("key", "key_id"),
            field("description", "description"),
            field("pattern", "allowed_pattern"),
        ],
    ),
    Mapping::new(
        &["AWS::KMS::Key", "AWS::KMS::ReplicaKey"],
        Kind::Key,
        &[
            field("description", "Description"),
            flag("rotation", "EnableKeyRotation"),
            flag("enabled", "Enabled"),
            field("spec", "KeySpec"),
            field("usage", "KeyUsage"),
            field("deletion_days", "PendingWindowInDays"),
            exists("policy", "KeyPolicy"),
            flag("multi_region", "MultiRegion"),
            flag("bypass_policy_check", "BypassPolicyLockoutSafetyCheck"),
            policy("KeyPolicy"),
            field("tags", "Tags"),
        ],
    ),
    Mapping::new(
        &["aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key"],
        Kind::Key,
        &[
            field("description", "description"),
            flag("rotation", "enable_key_rotation"),
            flag("enabled", "is_enabled"),
            flag("enabled", "enabled"),
            field("spec", "customer_master_key_spec"),
            field("usage", "key_usage"),
            field("deletion_days", "deletion_window_in_days"),
            exists("policy", "policy"),
            flag("multi_region", "multi_region"),
            flag("bypass_policy_check", "bypass_policy_lockout_safety_check"),
            policy("policy"),
            field("tags", "tags"),
        ],
    ),
    Mapping::new(
        &["aws_kms_key_policy"],
        Kind::ResourcePolicy,
        &[field("target", "key_id"), policy("policy")],
    )
    .merge_into("target")
    .hook(key_has_policy),
    Mapping::new(&["AWS::KMS::Alias", "aws_kms_alias"], Kind::Other, &[]).hook(alias),
    Mapping::new(
        &["aws_backup_vault"],
        Kind::BackupVault,
        &[field("name", "name"), field("key", "kms_key_arn")],
    ),
    Mapping::new(
        &["AWS::Backup::BackupVault"],
        Kind::BackupVault,
        &[
            field("name", "BackupVaultName"),
            field("key", "EncryptionKeyArn"),
            field("lock", "LockConfiguration"),
            policy("AccessPolicy"),
        ],
    ),
    Mapping::new(
        &["aws_backup_vault_policy"],
        Kind::ResourcePolicy,
        &[field("target", "backup_vault_name"), policy("policy")],
    )
    .merge_into("target"),
    Mapping::new(
        &["AWS::Backup::BackupSelection"],
        Kind::BackupSelection,
        &[
            field("plan", "BackupPlanId"),
            field("resources", "BackupSelection.Resources"),
            field("by_tags", "BackupSelection.ListOfTags"),
            field("role", "BackupSelection.IamRoleArn"),
        ],
    ),
    Mapping::new(
        &["aws_backup_selection"],
        Kind::BackupSelection,
        &[
            field("plan", "plan_id"),
            field("resources", "resources"),
            field("by_tags", "selection_tag"),
            field("role", "iam_role_arn"),
        ],
    ),
    Mapping::new(
        &["AWS::Backup::BackupPlan", "aws_backup_plan"],
        Kind::BackupSelection,
        &[field("rules", "BackupPlan.BackupPlanRule"), field("rules", "rule")],
    ),
];

/// A key whose policy is its own resource has a policy.
fn key_has_policy(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    let key = lowering.node(id).and_then(|node| node.get("target")).and_then(|value| lowering.target(value));
    if let Some(key) = key.filter(|key| lowering.node(*key).is_some_and(|node| node.kind == Kind::Key)) {
        lowering.set(key, "policy", Value::new(resource.span, Data::Bool(true)));
    }
}

/// An alias gives its key a name that other resources may use.
fn alias(lowering: &mut Lowering<'_>, resource: &Resource, _id: NodeId) {
    let field = |cfn: &str, tf: &str| resource.properties.get(cfn).or_else(|| resource.properties.get(tf));
    let key = field("TargetKeyId", "target_key_id").and_then(|value| lowering.target(value));
    let name = field("AliasName", "name").cloned();
    if let (Some(key), Some(name)) = (key, name)
        && lowering.node(key).is_some_and(|node| node.kind == Kind::Key)
    {
        lowering.set(key, "name", name);
    }
}
