//! SAM resources: functions and state machines with their own policies, layers, applications, connectors.
//!
//! Source: AWS SAM Developer Guide, "AWS SAM resource and property reference" and "Generated
//! CloudFormation resources".
mod connectors;
mod policies;
mod templates;
#[cfg(test)]
mod tests;

use model::{
    Data, Effect, Kind, Node, NodeId, Policy, PolicyOrigin, Principal, ProblemKind, Ref, Relation, Statement,
    Value, schema,
};

use super::compute::workflow;
use crate::lower::{Lowering, Mapping, Site, equals, exists, field, flag, read_policy};
use crate::reader::Reader;
use crate::resource::Resource;

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::Serverless::Function"],
        Kind::Function,
        &[
            field("name", "FunctionName"),
            field("description", "Description"),
            field("runtime", "Runtime"),
            field("handler", "Handler"),
            field("code", "CodeUri"),
            field("inline_code", "InlineCode"),
            field("package", "PackageType"),
            field("image", "ImageUri"),
            field("architectures", "Architectures"),
            field("timeout_seconds", "Timeout"),
            field("memory_mb", "MemorySize"),
            field("ephemeral_storage_mb", "EphemeralStorage.Size"),
            field("concurrency", "ReservedConcurrentExecutions"),
            field("invocations_at_once", "CapacityProviderConfig.PerExecutionEnvironmentMaxConcurrency"),
            field("provisioned_concurrency", "ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions"),
            field("environment", "Environment.Variables"),
            field("environment_key", "KmsKeyArn"),
            field("role", "Role"),
            field("boundary", "PermissionsBoundary"),
            field("layers", "Layers"),
            field("subnets", "VpcConfig.SubnetIds"),
            field("security_groups", "VpcConfig.SecurityGroupIds"),
            exists("network", "VpcConfig"),
            field("file_system", "FileSystemConfigs"),
            field("dead_letters", "DeadLetterQueue.TargetArn"),
            field("on_failure", "EventInvokeConfig.DestinationConfig.OnFailure.Destination"),
            field("on_failure", "EventInvokeConfig.DestinationConfig.OnFailure.Type"),
            field("on_success", "EventInvokeConfig.DestinationConfig.OnSuccess.Destination"),
            field("on_success", "EventInvokeConfig.DestinationConfig.OnSuccess.Type"),
            field("retries", "EventInvokeConfig.MaximumRetryAttempts"),
            field("event_age_seconds", "EventInvokeConfig.MaximumEventAgeInSeconds"),
            equals("tracing", "Tracing", "Active"),
            field("tracing_mode", "Tracing"),
            field("log_group", "LoggingConfig.LogGroup"),
            field("log_format", "LoggingConfig.LogFormat"),
            field("log_level", "LoggingConfig.ApplicationLogLevel"),
            field("signing", "CodeSigningConfigArn"),
            equals("snap_start", "SnapStart.ApplyOn", "PublishedVersions"),
            field("alias", "AutoPublishAlias"),
            field("deployment", "DeploymentPreference"),
            field("tenancy", "TenancyConfig.TenantIsolationMode"),
            field("recursive_loop", "RecursiveLoop"),
            field("runtime_updates", "RuntimeManagementConfig.UpdateRuntimeOn"),
            field("tags", "Tags"),
        ],
    )
    .hook(function),
    Mapping::new(
        &["AWS::Serverless::StateMachine"],
        Kind::StateMachine,
        &[
            field("name", "Name"),
            field("mode", "Type"),
            field("definition", "Definition"),
            field("role", "Role"),
            field("log_level", "Logging.Level"),
            field("log_group", "Logging.Destinations"),
            flag("log_data", "Logging.IncludeExecutionData"),
            flag("tracing", "Tracing.Enabled"),
            field("tags", "Tags"),
        ],
    )
    .hook(state_machine),
    Mapping::new(
        &["AWS::Serverless::LayerVersion"],
        Kind::Layer,
        &[
            field("name", "LayerName"),
            field("description", "Description"),
            field("content", "ContentUri"),
            field("runtimes", "CompatibleRuntimes"),
            field("architectures", "CompatibleArchitectures"),
            field("license", "LicenseInfo"),
            equals("retained", "RetentionPolicy", "Retain"),
        ],
    ),
    Mapping::new(
        &["AWS::Serverless::Application"],
        Kind::NestedStack,
        &[field("template", "Location"), field("parameters", "Parameters")],
    ),
    Mapping::new(&[connectors::CONNECTOR], Kind::Policy, &[]).hook(connectors::connect),
];

/// Tells of policy templates and connectors that grant nothing that we know.
pub(super) fn finish(lowering: &mut Lowering<'_>, reader: &mut Reader<'_>) {
    for node in lowering.app.nodes.iter().filter(|node| !node.implicit) {
        for policy in &node.policies {
            if let PolicyOrigin::Template(name) = &policy.origin
                && policy.statements.is_empty()
            {
                let message = format!("`{name}` of `{}` is no policy template that SAM has", node.name);
                let help = "correct its name; what it grants is not known";
                reader.problem_at(ProblemKind::Unsupported, policy.at, message, help);
            }
        }
        let grants = |other: &Node| {
            let policies = other.policies.iter().chain(&other.resource_policies);
            policies.filter_map(|policy| policy.written_in.as_deref()).any(|name| name == node.name)
        };
        if node.provider_type == connectors::CONNECTOR && !lowering.app.nodes.iter().any(grants) {
            let message = format!("what connector `{}` grants is not known", node.name);
            let help = "its ends are not in the template, or of types that SAM does not connect";
            reader.problem_at(ProblemKind::Unresolved, node.name_at, message, help);
        }
    }
}

fn function(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    // What `sam build` makes an image from.
    let context = ["DockerContext", "Dockerfile"]
        .iter()
        .find_map(|name| resource.settings.get("Metadata").and_then(|metadata| metadata.get(name)));
    let has_code = lowering.node(id).is_some_and(|node| node.attrs.contains_key("code"));
    if let Some(context) = context.filter(|_| !has_code) {
        lowering.set(id, "code", context.clone());
    }
    let mut managed = vec!["AWSLambdaBasicExecutionRole"];
    let properties = &resource.properties;
    if properties.get("Tracing").and_then(Value::as_str) == Some("Active") {
        managed.push("AWSXrayWriteOnlyAccess");
    }
    if properties.get("VpcConfig").is_some_and(|config| !config.is_null()) {
        managed.push("AWSLambdaVPCAccessExecutionRole");
    }
    permissions(lowering, resource, id, &Made { service: "lambda.amazonaws.com", managed });
}

fn state_machine(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    if let Some(definition) = resource.properties.get("Definition") {
        let substitutions = resource.properties.get("DefinitionSubstitutions");
        workflow::describe(lowering, id, definition, substitutions);
    }
    permissions(lowering, resource, id, &Made { service: "states.amazonaws.com", managed: Vec::new() });
}

/// What SAM puts into the role that it makes, besides `Policies`.
struct Made {
    service: &'static str,
    managed: Vec<&'static str>,
}

/// The node's own `Policies`, and the role that SAM makes when none is given.
fn permissions(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId, made: &Made) {
    let role = resource.properties.get("Role").filter(|role| !role.is_null());
    // With a role of its own, SAM leaves `Policies` out. A role that is not known may be none.
    if role.is_some_and(|role| !role.is_unknown()) {
        return;
    }
    let written = resource.properties.get("Policies");
    let read = policies::read(lowering, written, resource);
    let (references, policies): (Vec<_>, Vec<_>) = read
        .into_iter()
        .partition(|policy| policy.written_in.as_deref().is_some_and(|source| source != resource.name));
    if let Some(node) = lowering.node_mut(id) {
        node.policies.extend(policies.iter().cloned());
        node.policies.extend(references.iter().cloned());
    }
    if role.is_none() {
        add_role(lowering, resource, (id, policies), made);
    }
}

fn add_role(
    lowering: &mut Lowering<'_>,
    resource: &Resource,
    (id, policies): (NodeId, Vec<Policy>),
    made: &Made,
) {
    let name = format!("{}Role", resource.name);
    if lowering.find(&name).is_some() {
        return;
    }
    let at = resource.name_at;
    let role = lowering.add(Kind::Role, &name, "AWS::IAM::Role", Site { block: resource.span, name: at });
    let mut carried = policies;
    carried.extend(made.managed.iter().map(|name| policies::managed(&Value::text(at, *name))));
    for policy in &mut carried {
        policy.written_in.get_or_insert_with(|| resource.name.clone());
    }
    let trust = match resource.properties.get("AssumeRolePolicyDocument") {
        Some(document) => read_policy("", document, PolicyOrigin::Trust),
        None => trust(made.service, at),
    };
    let mut trust = trust;
    trust.written_in.get_or_insert_with(|| resource.name.clone());
    let attached = policies::references(resource.properties.get("Policies"));
    if let Some(node) = lowering.node_mut(role) {
        node.implicit = true;
        node.owner = Some(id);
        node.policies = carried;
        node.resource_policies.push(trust);
        if !attached.is_empty() {
            node.attrs.insert("managed_policies", Value::new(at, Data::List(attached)));
        }
        if let Some(boundary) = resource.properties.get("PermissionsBoundary")
            && schema::has(Kind::Role, "boundary")
        {
            node.attrs.insert("boundary", boundary.clone());
        }
    }
    let reference = Data::Ref(Ref { target: name, attribute: Some("Arn".to_owned()) });
    lowering.set(id, "role", Value::new(at, reference));
    lowering.edge(id, Relation::Assumes, role, at);
}

/// Lets one service of the provider assume the role.
fn trust(service: &str, at: model::Span) -> Policy {
    let mut statement = policies::statement(at);
    statement.effect = Effect::Allow;
    statement.actions = vec![Value::text(at, "sts:AssumeRole")];
    statement.principals = vec![Principal { kind: "Service".to_owned(), value: Value::text(at, service) }];
    let statements: Vec<Statement> = vec![statement];
    Policy { name: String::new(), origin: PolicyOrigin::Trust, at, statements, written_in: None }
}
