//! Cognito: who signs in, with which program, and for which cloud credentials.
use model::Kind;

use crate::lower::{Mapping, field, flag};

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::Cognito::UserPool"],
        Kind::UserPool,
        &[
            field("name", "UserPoolName"),
            field("mfa", "MfaConfiguration"),
            field("password", "Policies.PasswordPolicy"),
            field("password_length", "Policies.PasswordPolicy.MinimumLength"),
            flag("password_lowercase", "Policies.PasswordPolicy.RequireLowercase"),
            flag("password_uppercase", "Policies.PasswordPolicy.RequireUppercase"),
            flag("password_number", "Policies.PasswordPolicy.RequireNumbers"),
            flag("password_symbol", "Policies.PasswordPolicy.RequireSymbols"),
            field("temporary_password_days", "Policies.PasswordPolicy.TemporaryPasswordValidityDays"),
            flag("admin_creates_users", "AdminCreateUserConfig.AllowAdminCreateUserOnly"),
            field("threat_protection", "UserPoolAddOns.AdvancedSecurityMode"),
            field("deletion_protection", "DeletionProtection"),
            field("auto_verified", "AutoVerifiedAttributes"),
            field("attributes", "Schema"),
            field("usernames", "UsernameAttributes"),
            field("aliases", "AliasAttributes"),
            field("recovery", "AccountRecoverySetting"),
            field("email", "EmailConfiguration"),
            field("triggers", "LambdaConfig"),
            field("lambda_triggers", "LambdaConfig"),
            field("trigger_key", "LambdaConfig.KMSKeyID"),
            field("device", "DeviceConfiguration"),
        ],
    )
    .hook(super::pool_triggers),
    Mapping::new(
        &["aws_cognito_user_pool"],
        Kind::UserPool,
        &[
            field("name", "name"),
            field("mfa", "mfa_configuration"),
            field("password", "password_policy"),
            field("password_length", "password_policy.minimum_length"),
            flag("password_lowercase", "password_policy.require_lowercase"),
            flag("password_uppercase", "password_policy.require_uppercase"),
            flag("password_number", "password_policy.require_numbers"),
            flag("password_symbol", "password_policy.require_symbols"),
            field("temporary_password_days", "password_policy.temporary_password_validity_days"),
            flag("admin_creates_users", "admin_create_user_config.allow_admin_create_user_only"),
            field("threat_protection", "user_pool_add_ons.advanced_security_mode"),
            field("deletion_protection", "deletion_protection"),
            field("auto_verified", "auto_verified_attributes"),
            field("attributes", "schema"),
            field("usernames", "username_attributes"),
            field("aliases", "alias_attributes"),
            field("recovery", "account_recovery_setting"),
            field("email", "email_configuration"),
            field("triggers", "lambda_config"),
            field("lambda_triggers", "lambda_config"),
            field("trigger_key", "lambda_config.kms_key_id"),
            field("device", "device_configuration"),
        ],
    )
    .hook(super::pool_triggers),
    Mapping::new(
        &["AWS::Cognito::UserPoolClient"],
        Kind::UserPoolClient,
        &[
            field("pool", "UserPoolId"),
            field("name", "ClientName"),
            flag("secret", "GenerateSecret"),
            field("auth_flows", "ExplicitAuthFlows"),
            field("oauth_flows", "AllowedOAuthFlows"),
            field("oauth_scopes", "AllowedOAuthScopes"),
            field("callback_urls", "CallbackURLs"),
            field("user_errors", "PreventUserExistenceErrors"),
            flag("revocation", "EnableTokenRevocation"),
            field("access_validity", "AccessTokenValidity"),
            field("id_validity", "IdTokenValidity"),
            field("refresh_validity", "RefreshTokenValidity"),
            field("units", "TokenValidityUnits"),
            field("providers", "SupportedIdentityProviders"),
            field("writable", "WriteAttributes"),
        ],
    )
    .owner("pool"),
    Mapping::new(
        &["aws_cognito_user_pool_client"],
        Kind::UserPoolClient,
        &[
            field("pool", "user_pool_id"),
            field("name", "name"),
            flag("secret", "generate_secret"),
            field("auth_flows", "explicit_auth_flows"),
            field("oauth_flows", "allowed_oauth_flows"),
            field("oauth_scopes", "allowed_oauth_scopes"),
            field("callback_urls", "callback_urls"),
            field("user_errors", "prevent_user_existence_errors"),
            flag("revocation", "enable_token_revocation"),
            field("access_validity", "access_token_validity"),
            field("id_validity", "id_token_validity"),
            field("refresh_validity", "refresh_token_validity"),
            field("units", "token_validity_units"),
            field("providers", "supported_identity_providers"),
            field("writable", "write_attributes"),
        ],
    )
    .owner("pool"),
    Mapping::new(
        &["AWS::Cognito::IdentityPool"],
        Kind::IdentityPool,
        &[
            field("name", "IdentityPoolName"),
            flag("guests", "AllowUnauthenticatedIdentities"),
            flag("classic_flow", "AllowClassicFlow"),
            field("providers", "CognitoIdentityProviders"),
        ],
    ),
    Mapping::new(
        &["aws_cognito_identity_pool"],
        Kind::IdentityPool,
        &[
            field("name", "identity_pool_name"),
            flag("guests", "allow_unauthenticated_identities"),
            flag("classic_flow", "allow_classic_flow"),
            field("providers", "cognito_identity_providers"),
        ],
    ),
    Mapping::new(
        &["AWS::Cognito::IdentityPoolRoleAttachment"],
        Kind::IdentityPoolRoles,
        &[
            field("pool", "IdentityPoolId"),
            field("guest_role", "Roles.unauthenticated"),
            field("user_role", "Roles.authenticated"),
        ],
    )
    .merge_into("pool"),
    Mapping::new(
        &["aws_cognito_identity_pool_roles_attachment"],
        Kind::IdentityPoolRoles,
        &[
            field("pool", "identity_pool_id"),
            field("guest_role", "roles.unauthenticated"),
            field("user_role", "roles.authenticated"),
        ],
    )
    .merge_into("pool"),
];
