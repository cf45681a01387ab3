//! Properties of CloudFormation in the framework's own words, to say how a setting is changed.
use model::Data;

use super::build::normalised;

/// Where a setting is written, and how.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Setting {
    /// `functions.hello`, `provider.apiGateway`.
    pub place: String,
    pub name: String,
    pub value: Data,
}

/// What the framework calls a property: the end of the place, the property, the setting.
/// A setting that begins with `/` is written at the root.
const WORDS: &[(&str, &str, &str)] = &[
    ("url", "AuthType", "authorizer"),
    ("url", "InvokeMode", "invokeMode"),
    ("url", "Cors.AllowOrigins", "cors.allowedOrigins"),
    ("url", "Cors.AllowCredentials", "cors.allowCredentials"),
    ("url", "Cors.AllowMethods", "cors.allowedMethods"),
    ("url", "Cors.AllowHeaders", "cors.allowedHeaders"),
    ("provider.iam.role", "PermissionsBoundary", "permissionsBoundary"),
    ("provider.iam.role", "ManagedPolicyArns", "managedPolicies"),
    ("provider.apiGateway", "DisableExecuteApiEndpoint", "disableDefaultEndpoint"),
    ("provider.apiGateway", "MinimumCompressionSize", "minimumCompressionSize"),
    ("provider.apiGateway", "EndpointConfiguration.Types", "/provider.endpointType"),
    ("provider.apiGateway", "Policy", "resourcePolicy"),
    ("provider.logs.restApi", "TracingEnabled", "/provider.tracing.apiGateway"),
    ("provider.logs.restApi", "AccessLogSetting.DestinationArn", "accessLogging"),
    ("provider.logs.restApi", "AccessLogSetting.Format", "format"),
    ("provider.httpApi", "DisableExecuteApiEndpoint", "disableDefaultEndpoint"),
    ("provider.httpApi", "CorsConfiguration.AllowOrigins", "cors.allowedOrigins"),
    ("provider.httpApi", "CorsConfiguration.AllowCredentials", "cors.allowCredentials"),
    ("provider.logs", "AccessLogSettings.DestinationArn", "httpApi"),
    ("provider.logs", "AccessLogSettings.Format", "httpApi.format"),
    ("provider.deploymentBucket", "VersioningConfiguration.Status", "versioning"),
    ("provider.deploymentBucket", "PublicAccessBlockConfiguration.BlockPublicAcls", "blockPublicAccess"),
    ("provider.deploymentBucket", "PublicAccessBlockConfiguration.BlockPublicPolicy", "blockPublicAccess"),
    ("logRetentionInDays", "RetentionInDays", "/provider.logRetentionInDays"),
];

/// Words of functions that are no plain copies.
const FUNCTION: &[(&str, &str)] = &[
    ("TracingConfig.Mode", "tracing"),
    ("KmsKeyArn", "kmsKeyArn"),
    ("DeadLetterConfig.TargetArn", "onError"),
    ("Environment.Variables", "environment"),
    ("VpcConfig", "vpc"),
    ("VpcConfig.SubnetIds", "vpc.subnetIds"),
    ("VpcConfig.SecurityGroupIds", "vpc.securityGroupIds"),
    ("SnapStart.ApplyOn", "snapStart"),
    ("Role", "role"),
    ("Architectures", "architecture"),
];

/// How to write a property of what stands at `construct`. What the framework has no word for is laid
/// over its template by `resources.extensions`.
pub(crate) fn setting(construct: &str, name: &str, property: &str, value: Data) -> Setting {
    let function = construct.strip_prefix("functions.").filter(|rest| !rest.contains('.'));
    let word = match function {
        Some(_) => {
            let special = FUNCTION.iter().find(|(path, _)| *path == property).map(|(_, word)| *word);
            let plain = super::functions::PLAIN.iter().find(|(path, ..)| *path == property);
            special.or(plain.map(|(_, word, _)| *word))
        }
        None => {
            let here = |(place, path, _): &&(&str, &str, &str)| {
                *path == property && (construct == *place || construct.ends_with(&format!(".{place}")))
            };
            WORDS.iter().find(here).map(|(.., word)| *word)
        }
    };
    match word {
        Some(word) => {
            let value = spelt(word, value);
            let rooted = word.strip_prefix('/').and_then(|path| path.rsplit_once('.'));
            let (place, word) = rooted.unwrap_or((construct, word));
            Setting { place: place.to_owned(), name: word.to_owned(), value }
        }
        None => {
            let id = logical_id(construct, name);
            let place = format!("resources.extensions.{id}.Properties");
            Setting { place, name: property.to_owned(), value }
        }
    }
}

/// The logical id that the framework gives to what stands at `construct`.
pub(crate) fn logical_id(construct: &str, name: &str) -> String {
    match construct.strip_prefix("functions.").map(|rest| rest.split_once('.').unwrap_or((rest, ""))) {
        Some((key, "")) => format!("{}LambdaFunction", normalised(key)),
        Some((key, "url")) => format!("{}LambdaFunctionUrl", normalised(key)),
        _ => name.to_owned(),
    }
}

/// The value as the framework spells it.
fn spelt(word: &str, value: Data) -> Data {
    match (word, &value) {
        ("authorizer", Data::Text(text)) => Data::Text(text.to_ascii_lowercase()),
        ("tracing" | "snapStart" | "versioning" | "accessLogging" | "httpApi", Data::Text(_)) => {
            Data::Bool(true)
        }
        ("architecture", Data::List(items)) => items.first().map_or(Data::Null, |item| item.data.clone()),
        _ => value,
    }
}
