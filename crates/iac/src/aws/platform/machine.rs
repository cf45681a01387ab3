//! Virtual machines, volumes and machine learning.
use model::Kind;

use super::kind_of;
use crate::lower::{Field, Mapping, each, field, flag};

pub(super) const MAPPINGS: &[Mapping] = &[
    Mapping::new(
        &["AWS::EC2::Instance"],
        Kind::Machine,
        &[
            field("image", "ImageId"),
            each("interfaces", "NetworkInterfaces", CLOUDFORMATION_INTERFACE),
            each("volumes", "BlockDeviceMappings", CLOUDFORMATION_DISK),
            field("user_data", "UserData"),
            flag("monitoring", "Monitoring"),
            flag("optimized", "EbsOptimized"),
            field("role", "IamInstanceProfile"),
            field("subnets", "SubnetId"),
            field("security_groups", "SecurityGroupIds"),
            field("security_groups", "SecurityGroups"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_instance"],
        Kind::Machine,
        &[
            field("image", "ami"),
            field("public_address", "associate_public_ip_address"),
            field("metadata", "metadata_options"),
            field("metadata_endpoint", "metadata_options.http_endpoint"),
            field("metadata_tokens", "metadata_options.http_tokens"),
            field("metadata_hops", "metadata_options.http_put_response_hop_limit"),
            each("root_volume", "root_block_device", TERRAFORM_DISK),
            each("volumes", "ebs_block_device", TERRAFORM_DISK),
            field("user_data", "user_data"),
            flag("monitoring", "monitoring"),
            flag("optimized", "ebs_optimized"),
            field("role", "iam_instance_profile"),
            field("subnets", "subnet_id"),
            field("security_groups", "vpc_security_group_ids"),
            field("security_groups", "security_groups"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["AWS::EC2::LaunchTemplate"],
        Kind::Machine,
        &[
            field("image", "LaunchTemplateData.ImageId"),
            each("interfaces", "LaunchTemplateData.NetworkInterfaces", CLOUDFORMATION_INTERFACE),
            field("metadata", "LaunchTemplateData.MetadataOptions"),
            field("metadata_endpoint", "LaunchTemplateData.MetadataOptions.HttpEndpoint"),
            field("metadata_tokens", "LaunchTemplateData.MetadataOptions.HttpTokens"),
            field("metadata_hops", "LaunchTemplateData.MetadataOptions.HttpPutResponseHopLimit"),
            each("volumes", "LaunchTemplateData.BlockDeviceMappings", CLOUDFORMATION_DISK),
            field("user_data", "LaunchTemplateData.UserData"),
            flag("monitoring", "LaunchTemplateData.Monitoring.Enabled"),
            flag("optimized", "LaunchTemplateData.EbsOptimized"),
            field("role", "LaunchTemplateData.IamInstanceProfile"),
            field("security_groups", "LaunchTemplateData.SecurityGroupIds"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_launch_template"],
        Kind::Machine,
        &[
            field("image", "image_id"),
            field("public_address", "network_interfaces.associate_public_ip_address"),
            each("interfaces", "network_interfaces", TERRAFORM_INTERFACE),
            field("metadata", "metadata_options"),
            field("metadata_endpoint", "metadata_options.http_endpoint"),
            field("metadata_tokens", "metadata_options.http_tokens"),
            field("metadata_hops", "metadata_options.http_put_response_hop_limit"),
            field("user_data", "user_data"),
            flag("monitoring", "monitoring.enabled"),
            flag("optimized", "ebs_optimized"),
            field("role", "iam_instance_profile"),
            field("security_groups", "vpc_security_group_ids"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["AWS::AutoScaling::LaunchConfiguration"],
        Kind::Machine,
        &[
            field("image", "ImageId"),
            field("public_address", "AssociatePublicIpAddress"),
            field("metadata", "MetadataOptions"),
            field("metadata_endpoint", "MetadataOptions.HttpEndpoint"),
            field("metadata_tokens", "MetadataOptions.HttpTokens"),
            field("metadata_hops", "MetadataOptions.HttpPutResponseHopLimit"),
            each("volumes", "BlockDeviceMappings", CLOUDFORMATION_DISK),
            field("user_data", "UserData"),
            flag("monitoring", "InstanceMonitoring"),
            flag("optimized", "EbsOptimized"),
            field("role", "IamInstanceProfile"),
            field("security_groups", "SecurityGroups"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_launch_configuration"],
        Kind::Machine,
        &[
            field("image", "image_id"),
            field("public_address", "associate_public_ip_address"),
            field("metadata", "metadata_options"),
            field("metadata_endpoint", "metadata_options.http_endpoint"),
            field("metadata_tokens", "metadata_options.http_tokens"),
            field("metadata_hops", "metadata_options.http_put_response_hop_limit"),
            each("root_volume", "root_block_device", TERRAFORM_DISK),
            each("volumes", "ebs_block_device", TERRAFORM_DISK),
            field("user_data", "user_data"),
            flag("monitoring", "enable_monitoring"),
            flag("optimized", "ebs_optimized"),
            field("role", "iam_instance_profile"),
            field("security_groups", "security_groups"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_network_interface"],
        Kind::Machine,
        &[field("subnets", "subnet_id"), field("security_groups", "security_groups")],
    )
    .hook(kind_of),
    Mapping::new(
        &["AWS::EC2::NetworkInterface"],
        Kind::Machine,
        &[field("subnets", "SubnetId"), field("security_groups", "GroupSet")],
    )
    .hook(kind_of),
    Mapping::new(
        &["AWS::EC2::Volume"],
        Kind::Volume,
        &[flag("encrypted", "Encrypted"), field("key", "KmsKeyId")],
    ),
    Mapping::new(
        &["aws_ebs_volume"],
        Kind::Volume,
        &[flag("encrypted", "encrypted"), field("key", "kms_key_id")],
    ),
    Mapping::new(
        &["AWS::SageMaker::NotebookInstance"],
        Kind::Ml,
        &[
            field("role", "RoleArn"),
            field("key", "KmsKeyId"),
            field("internet", "DirectInternetAccess"),
            field("root", "RootAccess"),
            field(
                "metadata_version",
                "InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion",
            ),
            field("subnets", "SubnetId"),
            field("security_groups", "SecurityGroupIds"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_sagemaker_notebook_instance"],
        Kind::Ml,
        &[
            field("role", "role_arn"),
            field("key", "kms_key_id"),
            field("internet", "direct_internet_access"),
            field("root", "root_access"),
            field(
                "metadata_version",
                "instance_metadata_service_configuration.minimum_instance_metadata_service_version",
            ),
            field("subnets", "subnet_id"),
            field("security_groups", "security_groups"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["AWS::SageMaker::Domain"],
        Kind::Ml,
        &[field("key", "KmsKeyId"), field("subnets", "SubnetIds")],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_sagemaker_domain"],
        Kind::Ml,
        &[field("key", "kms_key_id"), field("subnets", "subnet_ids")],
    )
    .hook(kind_of),
    Mapping::new(
        &["AWS::SageMaker::Model"],
        Kind::Ml,
        &[field("role", "ExecutionRoleArn"), flag("isolated", "EnableNetworkIsolation")],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_sagemaker_model"],
        Kind::Ml,
        &[field("role", "execution_role_arn"), flag("isolated", "enable_network_isolation")],
    )
    .hook(kind_of),
    Mapping::new(&["AWS::SageMaker::EndpointConfig"], Kind::Ml, &[field("key", "KmsKeyId")]).hook(kind_of),
    Mapping::new(&["aws_sagemaker_endpoint_configuration"], Kind::Ml, &[field("key", "kms_key_arn")])
        .hook(kind_of),
    Mapping::new(
        &["AWS::SageMaker::DataQualityJobDefinition"],
        Kind::Ml,
        &[
            field("output_key", "DataQualityJobOutputConfig.KmsKeyId"),
            field("volume_key", "JobResources.ClusterConfig.VolumeKmsKeyId"),
            flag("traffic_encrypted", "NetworkConfig.EnableInterContainerTrafficEncryption"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_sagemaker_data_quality_job_definition"],
        Kind::Ml,
        &[
            field("output_key", "data_quality_job_output_config.kms_key_id"),
            field("volume_key", "job_resources.cluster_config.volume_kms_key_id"),
            flag("traffic_encrypted", "network_config.enable_inter_container_traffic_encryption"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_sagemaker_flow_definition"],
        Kind::Ml,
        &[field("output_key", "output_config.kms_key_id")],
    )
    .hook(kind_of),
    Mapping::new(
        &["AWS::Bedrock::Agent"],
        Kind::Ml,
        &[
            field("role", "AgentResourceRoleArn"),
            field("key", "CustomerEncryptionKeyArn"),
            field("guardrail", "GuardrailConfiguration.GuardrailIdentifier"),
            field("function", "ActionGroups"),
        ],
    )
    .hook(kind_of),
    Mapping::new(
        &["aws_bedrockagent_agent"],
        Kind::Ml,
        &[
            field("role", "agent_resource_role_arn"),
            field("key", "customer_encryption_key_arn"),
            field("guardrail", "guardrail_configuration.guardrail_identifier"),
        ],
    )
    .hook(kind_of),
];

const CLOUDFORMATION_INTERFACE: &[Field] = &[
    field("public", "AssociatePublicIpAddress"),
    field("subnet", "SubnetId"),
    field("security_groups", "GroupSet"),
];

const TERRAFORM_INTERFACE: &[Field] = &[
    field("public", "associate_public_ip_address"),
    field("subnet", "subnet_id"),
    field("security_groups", "security_groups"),
];

const CLOUDFORMATION_DISK: &[Field] =
    &[field("disk", "Ebs"), flag("encrypted", "Ebs.Encrypted"), field("snapshot", "Ebs.SnapshotId")];

const TERRAFORM_DISK: &[Field] = &[flag("encrypted", "encrypted"), field("snapshot", "snapshot_id")];
