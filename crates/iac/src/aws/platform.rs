//! What an application stands on: networks, logs, builds, containers, machines.
mod build;
mod container;
mod logs;
mod machine;
mod network;
mod plain;

use model::{Data, Kind, NodeId, Relation, Value};

use crate::lower::{Lowering, Mapping};
use crate::reader::Reader;
use crate::resource::Resource;

pub(super) const TABLES: &[&[Mapping]] = &[
    network::MAPPINGS,
    logs::MAPPINGS,
    build::MAPPINGS,
    container::MAPPINGS,
    machine::MAPPINGS,
    plain::MAPPINGS,
];

/// Whatever names a security group runs behind it, also a resource that the model has no table for.
pub(super) fn finish(lowering: &mut Lowering<'_>, _reader: &mut Reader<'_>) {
    const OWN: &[Kind] = &[Kind::SecurityGroup, Kind::SecurityGroupRule];
    let mut links = Vec::new();
    for (name, resource) in lowering.resources {
        let Some(from) = lowering.find(name) else { continue };
        if lowering.node(from).is_some_and(|node| OWN.contains(&node.kind)) {
            continue;
        }
        let mut references = Vec::new();
        resource.properties.references(&mut references);
        links.extend(references.into_iter().filter_map(|(reference, at)| {
            let to = lowering.find(&reference.target)?;
            lowering.node(to).filter(|node| node.kind == Kind::SecurityGroup)?;
            Some((from, to, at))
        }));
    }
    for (from, to, at) in links {
        lowering.edge(from, Relation::RunsIn, to, at);
    }
}

fn label(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId, attr: &'static str, word: &str) {
    lowering.set(id, attr, Value::text(resource.name_at, word));
}

fn mark(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId, attr: &'static str) {
    lowering.set(id, attr, Value::new(resource.name_at, Data::Bool(true)));
}

/// Types that differ in nothing but what they are.
fn kind_of(lowering: &mut Lowering<'_>, resource: &Resource, id: NodeId) {
    const WORDS: &[(&str, &str)] = &[
        ("AWS::CodeBuild::Project", "project"),
        ("aws_codebuild_project", "project"),
        ("AWS::CodePipeline::Pipeline", "pipeline"),
        ("aws_codepipeline", "pipeline"),
        ("AWS::CodeCommit::Repository", "repository"),
        ("aws_codecommit_repository", "repository"),
        ("AWS::CodeArtifact::Domain", "packages"),
        ("AWS::CodeArtifact::Repository", "packages"),
        ("aws_codeartifact_domain", "packages"),
        ("aws_codeartifact_repository", "packages"),
        ("AWS::SES::ConfigurationSet", "configuration-set"),
        ("aws_ses_configuration_set", "configuration-set"),
        ("aws_sesv2_configuration_set", "configuration-set"),
        ("AWS::SES::ReceiptRule", "rule"),
        ("aws_ses_receipt_rule", "rule"),
        ("AWS::ECS::Cluster", "cluster"),
        ("aws_ecs_cluster", "cluster"),
        ("AWS::ECS::Service", "service"),
        ("aws_ecs_service", "service"),
        ("AWS::ECS::TaskDefinition", "task"),
        ("aws_ecs_task_definition", "task"),
        ("AWS::EC2::Instance", "instance"),
        ("aws_instance", "instance"),
        ("AWS::EC2::LaunchTemplate", "template"),
        ("aws_launch_template", "template"),
        ("AWS::AutoScaling::LaunchConfiguration", "launch-configuration"),
        ("aws_launch_configuration", "launch-configuration"),
        ("AWS::AutoScaling::AutoScalingGroup", "group"),
        ("aws_autoscaling_group", "group"),
        ("AWS::EC2::NetworkInterface", "interface"),
        ("aws_network_interface", "interface"),
        ("AWS::SageMaker::NotebookInstance", "notebook"),
        ("aws_sagemaker_notebook_instance", "notebook"),
        ("AWS::SageMaker::Domain", "domain"),
        ("aws_sagemaker_domain", "domain"),
        ("AWS::SageMaker::Model", "model"),
        ("aws_sagemaker_model", "model"),
        ("AWS::SageMaker::EndpointConfig", "endpoint"),
        ("aws_sagemaker_endpoint_configuration", "endpoint"),
        ("AWS::SageMaker::DataQualityJobDefinition", "quality-job"),
        ("aws_sagemaker_data_quality_job_definition", "quality-job"),
        ("aws_sagemaker_flow_definition", "flow"),
        ("AWS::Bedrock::Agent", "agent"),
        ("aws_bedrockagent_agent", "agent"),
    ];
    if let Some((_, word)) = WORDS.iter().find(|(name, _)| *name == resource.provider_type) {
        label(lowering, resource, id, "type", word);
    }
}
