//! Layers, the deployment bucket, and what plugins add: state machines.
use model::{Data, Entry, Value};

use super::apis;
use super::build::{Properties, alphanumeric, arn_of, entry_of, list, normalised, reference, set};
use super::events::{self, Needs, Owner};
use super::roles;
use super::service::Service;
use super::template::{Origin, Template};
use super::variables::Variables;

/// `layers`: folders or archives that are published, and who else may use them.
pub(super) fn layers(service: &Service, template: &mut Template) {
    for written in &service.layers {
        let layer = &written.value;
        let id = format!("{}LambdaLayer", normalised(&written.key.text));
        let mut properties = Properties::default();
        properties.copy(
            layer,
            &[
                ("LayerName", "name"),
                ("Description", "description"),
                ("CompatibleRuntimes", "compatibleRuntimes"),
                ("CompatibleArchitectures", "compatibleArchitectures"),
                ("LicenseInfo", "licenseInfo"),
                ("Content", "path"),
                ("Content", "package.artifact"),
            ],
        );
        template.add(&id, "AWS::Lambda::LayerVersion", Origin::entry(written), properties);
        template.name(&id, &written.key.text);
        let Some(accounts) = entry_of(layer, "allowedAccounts") else { continue };
        for (number, account) in (1..).zip(accounts.value.one_or_many()) {
            let mut properties = Properties::default();
            properties.put("LayerVersionArn", Some(reference(account.at, &id)));
            properties.put("Principal", Some(account.clone()));
            properties.text("Action", account.at, "lambda:GetLayerVersion");
            let id = format!("{}LambdaLayerPermission{number}", normalised(&written.key.text));
            let origin = Origin::block(account.at, account.at);
            template.add(&id, "AWS::Lambda::LayerVersionPermission", origin, properties);
        }
    }
}

/// The bucket for packages, when the service says how it is made. The framework encrypts it always.
pub(super) fn deployment_bucket(service: &Service, template: &mut Template) {
    let Some(written) = service.entry("deploymentBucket") else { return };
    let bucket = &written.value;
    let exists = bucket.entries().is_empty() || set(bucket, "name").is_some();
    if exists || super::build::is_intrinsic(bucket) {
        return;
    }
    let mut properties = Properties::default();
    let encryption = set(bucket, "serverSideEncryption").cloned();
    let mut default = Properties::default();
    default.put("SSEAlgorithm", Some(encryption.unwrap_or_else(|| Value::text(bucket.at, "AES256"))));
    default.copy(bucket, &[("KMSMasterKeyID", "sseKMSKeyId")]);
    let mut rule = Properties::default();
    rule.put("ServerSideEncryptionByDefault", Some(default.value(bucket.at)));
    let rules = list(bucket.at, vec![rule.value(bucket.at)]);
    properties.put("BucketEncryption.ServerSideEncryptionConfiguration", Some(rules));
    if let Some(block) = set(bucket, "blockPublicAccess") {
        for switch in ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"] {
            properties.put(&format!("PublicAccessBlockConfiguration.{switch}"), Some(block.clone()));
        }
    }
    if set(bucket, "versioning").is_some_and(|versioning| versioning.truth().is_true()) {
        properties.text("VersioningConfiguration.Status", bucket.at, "Enabled");
    }
    let origin = Origin::entry(written).implicit(true).construct("provider.deploymentBucket");
    template.add("ServerlessDeploymentBucket", "AWS::S3::Bucket", origin, properties);
}

/// `stepFunctions.stateMachines` of the plugin serverless-step-functions.
pub(super) fn state_machines(
    variables: &mut Variables<'_, '_>,
    service: &Service,
    template: &mut Template,
    needs: &mut Needs,
) {
    for written in &service.state_machines {
        let machine = &written.value;
        let named = set(machine, "id").or_else(|| set(machine, "name")).and_then(Value::as_str);
        let id = named.map(alphanumeric).filter(|id| !id.is_empty());
        let id = id.unwrap_or_else(|| format!("{}StepFunctionsStateMachine", normalised(&written.key.text)));
        let mut properties = Properties::default();
        properties.copy(
            machine,
            &[
                ("StateMachineName", "name"),
                ("StateMachineType", "type"),
                ("LoggingConfiguration.Level", "loggingConfig.level"),
                ("LoggingConfiguration.IncludeExecutionData", "loggingConfig.includeExecutionData"),
                ("TracingConfiguration.Enabled", "tracingConfig.enabled"),
                ("EncryptionConfiguration.KmsKeyId", "encryptionConfig.KmsKeyId"),
            ],
        );
        let definition = set(machine, "definition").map(|definition| with_functions(service, definition));
        properties.put("Definition", definition);
        properties.put("LoggingConfiguration.Destinations", log_destinations(machine));
        let role = match set(machine, "role") {
            Some(role) => role.clone(),
            None => machine_role(service, template, (&id, &written.key.text), machine),
        };
        properties.put("RoleArn", Some(role));
        template.add(&id, "AWS::StepFunctions::StateMachine", Origin::entry(written), properties);
        template.name(&id, &written.key.text);
        if let Some(list) = set(machine, "events") {
            let owner = Owner { name: &written.key.text, id: &id };
            events::add_events(variables, service, template, (owner, list), needs);
        }
    }
}

/// In definitions functions may be named by their key: `Fn::GetAtt: [key, Arn]`.
fn with_functions(service: &Service, value: &Value) -> Value {
    let data = match &value.data {
        Data::List(items) => Data::List(items.iter().map(|item| with_functions(service, item)).collect()),
        Data::Map(entries) => match entries.as_slice() {
            [call] if call.key.text == "Fn::GetAtt" => {
                let named = call.value.items().first().unwrap_or(&call.value).as_str().unwrap_or_default();
                let function = service.function(named.split('.').next().unwrap_or_default());
                return function.map_or_else(|| value.clone(), |function| arn_of(value.at, &function.id));
            }
            _ => Data::Map(
                entries
                    .iter()
                    .map(|entry| Entry {
                        key: entry.key.clone(),
                        value: with_functions(service, &entry.value),
                    })
                    .collect(),
            ),
        },
        other => other.clone(),
    };
    Value::new(value.at, data)
}

fn log_destinations(machine: &Value) -> Option<Value> {
    let destinations = set(machine, "loggingConfig.destinations")?;
    let one = |arn: &Value| {
        let mut destination = Properties::default();
        destination.put("CloudWatchLogsLogGroup.LogGroupArn", Some(arn.clone()));
        destination.value(arn.at)
    };
    let all = destinations.one_or_many().iter().map(one).collect();
    Some(Value::new(destinations.at, Data::List(all)))
}

/// The firewall that the plugin serverless-associate-waf puts in front of the REST API.
pub(super) fn firewall(variables: &mut Variables<'_, '_>, template: &mut Template) {
    let Some(written) = variables.lookup("custom.associateWaf") else { return };
    let Some(name) = set(&written, "name").filter(|_| template.has(apis::REST_STAGE)) else { return };
    let mut properties = Properties::default();
    properties.put("ResourceArn", Some(reference(name.at, apis::REST_STAGE)));
    let reason = format!("web ACL `{}` is found by its name when deployed", name.display());
    properties.put("WebACLArn", Some(Value::unknown(name.at, reason, name.display())));
    let origin = Origin::block(name.at, written.at);
    template.add("ApiGatewayWebAclAssociation", "AWS::WAFv2::WebACLAssociation", origin, properties);
}

/// The role that the plugin makes: what the service adds to it is known, what the plugin derives is not judged.
fn machine_role(
    service: &Service,
    template: &mut Template,
    (id, name): (&str, &str),
    machine: &Value,
) -> Value {
    let written = entry_of(machine, "iamRoleStatements");
    let at = written.map_or(machine.at, |written| written.key.at);
    let mut properties = roles::assumed_by(at, "states.amazonaws.com");
    let policy = format!("{}-{name}", service.prefix());
    properties.put("Policies", written.and_then(|written| roles::permissions(&policy, &written.value)));
    let origin = written.map_or_else(|| Origin::implied_by(at), Origin::entry);
    let role = format!("{id}Role");
    template.add(&role, "AWS::IAM::Role", origin, properties);
    arn_of(at, &role)
}
