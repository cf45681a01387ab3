//! What a service says that is not read, or that the framework itself would not read: always told.
use model::{ProblemKind, Span, Value};

use super::variables::Variables;

/// Sections that the framework has, and that are read or do not matter.
const SECTIONS: &[&str] = &[
    "service",
    "frameworkVersion",
    "configValidationMode",
    "useDotenv",
    "variablesResolutionMode",
    "unresolvedVariablesNotificationMode",
    "deprecationNotificationMode",
    "disabledDeprecations",
    "console",
    "app",
    "org",
    "tenant",
    "dashboard",
    "provider",
    "custom",
    "functions",
    "resources",
    "package",
    "plugins",
    "layers",
    "params",
    "stages",
    "outputs",
    "build",
    "stepFunctions",
    "licenseKey",
    "projectDir",
    "state",
    "configurationInput",
    "enableLegacyDeploymentBucket",
    "projectVisibility",
];

/// Settings whose case people get wrong.
const PROVIDER: &[&str] = &[
    "name",
    "stage",
    "region",
    "runtime",
    "memorySize",
    "timeout",
    "environment",
    "vpc",
    "tracing",
    "iam",
    "iamRoleStatements",
    "iamManagedPolicies",
    "role",
    "logRetentionInDays",
    "kmsKeyArn",
    "layers",
    "architecture",
    "apiGateway",
    "httpApi",
    "logs",
    "endpointType",
    "resourcePolicy",
    "deploymentBucket",
    "tags",
    "stackTags",
];
const FUNCTION: &[&str] = &[
    "handler",
    "name",
    "runtime",
    "memorySize",
    "timeout",
    "environment",
    "vpc",
    "tracing",
    "role",
    "events",
    "kmsKeyArn",
    "layers",
    "architecture",
    "onError",
    "reservedConcurrency",
    "provisionedConcurrency",
    "image",
    "url",
    "iamRoleStatements",
    "logRetentionInDays",
    "tags",
    "description",
    "package",
];

/// Tells of sections that belong to plugins which are not read.
pub(super) fn tell_sections(variables: &mut Variables<'_, '_>, document: &Value) {
    for entry in document.entries() {
        let name = entry.key.text.as_str();
        if SECTIONS.contains(&name) || name.starts_with("x-") {
            continue;
        }
        let message = format!("section `{name}` belongs to a plugin that is not read");
        let help =
            "what it deploys is not in the graph; `serverless package` writes the whole template, scan that";
        variables.tell(ProblemKind::Unsupported, entry.key.at, message, help);
    }
    if let Some(dotenv) = document.get("useDotenv").filter(|value| !value.truth().is_false()) {
        let message = "`.env` files are not read, since they hold secrets";
        let help = "give the variables that `${env:…}` needs with `--env NAME=VALUE`, or in `buckler.toml`";
        variables.tell(ProblemKind::Unresolved, dotenv.at, message, help);
    }
}

/// Tells of plugins that change the deployment by what `custom` says.
pub(super) fn tell_plugins(variables: &mut Variables<'_, '_>, document: &Value) {
    const CUSTOM: &[(&str, &str)] = &[
        ("customDomain", "the domain in front of the API is"),
        ("customDomains", "the domains in front of the API are"),
        ("splitStacks", "how the stack is split is"),
        ("apiGatewayServiceProxies", "the routes without a function are"),
        ("appSync", "the GraphQL API is"),
    ];
    let Some(custom) = document.get("custom") else { return };
    for entry in custom.entries() {
        let Some((_, what)) = CUSTOM.iter().find(|(name, _)| *name == entry.key.text) else { continue };
        let message = format!("`custom.{}` is read by a plugin: {what} not in the graph", entry.key.text);
        let help = "`serverless package` writes the whole template, scan that";
        variables.tell(ProblemKind::Unsupported, entry.key.at, message, help);
    }
}

/// Where routes without a function are written: they, too, need the API.
pub(super) fn service_proxies(document: &Value) -> Option<Span> {
    let custom = document.get("custom")?;
    super::build::entry_of(custom, "apiGatewayServiceProxies").map(|entry| entry.key.at)
}

pub(super) fn tell_provider(variables: &mut Variables<'_, '_>, provider: &Value) {
    tell_case(variables, provider, PROVIDER, "the provider");
}

pub(super) fn tell_function(variables: &mut Variables<'_, '_>, name: &str, settings: &Value) {
    tell_case(variables, settings, FUNCTION, &format!("function `{name}`"));
}

/// A setting in the wrong case is not read by the framework: its default applies.
fn tell_case(variables: &mut Variables<'_, '_>, settings: &Value, known: &[&str], whose: &str) {
    for entry in settings.entries() {
        let written = entry.key.text.as_str();
        let meant = known.iter().find(|name| name.eq_ignore_ascii_case(written));
        let Some(meant) = meant.filter(|meant| **meant != written) else { continue };
        let message = format!("`{written}` is no setting of {whose}; the framework does not read it");
        variables.tell(ProblemKind::Suspicious, entry.key.at, message, &format!("write `{meant}`"));
    }
}
