//! Techniques that take over something that runs as a role.
use crate::paths::technique::{Shape, Technique, new, target};

const fn running(types: &'static [&'static str]) -> Shape {
    Shape::Take { types, or_any: &[] }
}

const FUNCTION: Shape =
    running(&["AWS::Lambda::Function", "AWS::Serverless::Function", "aws_lambda_function"]);
const MACHINE: Shape = running(&["AWS::EC2::Instance", "aws_instance"]);
const PROJECT: Shape = running(&["AWS::CodeBuild::Project", "aws_codebuild_project"]);
const STACK: Shape = running(&["AWS::CloudFormation::Stack", "aws_cloudformation_stack"]);
const NOTEBOOK: Shape = running(&["AWS::SageMaker::NotebookInstance", "aws_sagemaker_notebook_instance"]);
const WORKFLOW: Shape =
    running(&["AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine", "aws_sfn_state_machine"]);
const ECS: Shape =
    running(&["AWS::ECS::Service", "aws_ecs_service", "AWS::ECS::TaskDefinition", "aws_ecs_task_definition"]);

pub(super) const TECHNIQUES: &[Technique] = &[
    Technique::certain(
        "update-function-code",
        "replaces the code of a function",
        FUNCTION,
        &[target(&["lambda:UpdateFunctionCode"])],
        &["lambda-003", "lambda-004", "lambda-005"],
    ),
    Technique::certain(
        "update-function-configuration",
        "loads a layer or a wrapper of its own into a function",
        FUNCTION,
        &[target(&["lambda:UpdateFunctionConfiguration"])],
        &[],
    ),
    Technique::certain(
        "ssm-send-command",
        "runs commands on an instance",
        MACHINE,
        &[target(&["ssm:SendCommand"])],
        &["ssm-002"],
    ),
    Technique::certain(
        "ssm-start-session",
        "opens a shell on an instance",
        MACHINE,
        &[target(&["ssm:StartSession"])],
        &["ssm-001"],
    ),
    Technique::certain(
        "ssm-association",
        "makes Systems Manager run commands on an instance",
        MACHINE,
        &[target(&["ssm:CreateAssociation", "ssm:UpdateAssociation"])],
        &[],
    ),
    Technique::certain(
        "instance-connect",
        "signs in to an instance with a key of its own",
        MACHINE,
        &[target(&[
            "ec2-instance-connect:SendSSHPublicKey",
            "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
        ])],
        &["ec2-003"],
    ),
    Technique::certain(
        "modify-user-data",
        "replaces the start script of an instance and restarts it",
        MACHINE,
        &[
            target(&["ec2:ModifyInstanceAttribute"]),
            target(&["ec2:StopInstances"]),
            target(&["ec2:StartInstances"]),
        ],
        &["ec2-002"],
    ),
    Technique::certain(
        "launch-template-version",
        "changes the template that new instances are made from",
        Shape::Take { types: &["AWS::EC2::LaunchTemplate", "aws_launch_template"], or_any: &["ec2"] },
        &[target(&["ec2:CreateLaunchTemplateVersion"]), target(&["ec2:ModifyLaunchTemplate"])],
        &["ec2-005"],
    ),
    Technique::certain(
        "start-build",
        "starts a build with orders of its own",
        PROJECT,
        &[target(&["codebuild:StartBuild", "codebuild:StartBuildBatch"])],
        &["codebuild-002", "codebuild-003"],
    ),
    Technique::certain(
        "update-project",
        "changes the orders of a build project",
        PROJECT,
        &[target(&["codebuild:UpdateProject"])],
        &[],
    ),
    Technique::certain(
        "update-stack",
        "changes a stack that is deployed with a stronger role",
        STACK,
        &[target(&["cloudformation:UpdateStack"])],
        &["cloudformation-002"],
    ),
    Technique::certain(
        "change-set",
        "changes a stack that is deployed with a stronger role",
        STACK,
        &[target(&["cloudformation:CreateChangeSet"]), target(&["cloudformation:ExecuteChangeSet"])],
        &["cloudformation-005"],
    ),
    Technique::certain(
        "update-stack-set",
        "changes a stack set that is deployed with a stronger role",
        running(&["AWS::CloudFormation::StackSet", "aws_cloudformation_stack_set"]),
        &[target(&["cloudformation:UpdateStackSet"])],
        &["cloudformation-004"],
    ),
    Technique::certain(
        "glue-update-dev-endpoint",
        "signs in to a development endpoint with a key of its own",
        running(&["AWS::Glue::DevEndpoint", "aws_glue_dev_endpoint"]),
        &[target(&["glue:UpdateDevEndpoint"])],
        &["glue-002"],
    ),
    Technique::certain(
        "glue-run-statement",
        "runs code in a session that is open",
        Shape::Elsewhere,
        &[new(&["glue:RunStatement"])],
        &[],
    )
    .if_only("a Glue session of a stronger role is open"),
    Technique::certain(
        "notebook-url",
        "opens a notebook",
        NOTEBOOK,
        &[target(&["sagemaker:CreatePresignedNotebookInstanceUrl"])],
        &["sagemaker-004"],
    ),
    Technique::certain(
        "notebook-lifecycle",
        "gives a notebook a start script and restarts it",
        NOTEBOOK,
        &[
            target(&["sagemaker:UpdateNotebookInstance"]),
            target(&["sagemaker:StopNotebookInstance"]),
            target(&["sagemaker:StartNotebookInstance"]),
            new(&[
                "sagemaker:CreateNotebookInstanceLifecycleConfig",
                "sagemaker:UpdateNotebookInstanceLifecycleConfig",
            ]),
        ],
        &["sagemaker-005"],
    ),
    Technique::certain(
        "studio-url",
        "opens somebody's Studio",
        Shape::Elsewhere,
        &[new(&["sagemaker:CreatePresignedDomainUrl"])],
        &[],
    )
    .if_only("a SageMaker domain exists"),
    Technique::certain(
        "ecs-execute-command",
        "opens a shell in a running container",
        ECS,
        &[target(&["ecs:ExecuteCommand"])],
        &["ecs-006"],
    ),
    Technique::certain(
        "update-workflow",
        "rewrites the states of a workflow",
        WORKFLOW,
        &[target(&["states:UpdateStateMachine"])],
        &[],
    ),
    Technique::certain(
        "update-apprunner-service",
        "replaces the image of a service",
        running(&["AWS::AppRunner::Service", "aws_apprunner_service"]),
        &[target(&["apprunner:UpdateService"])],
        &["apprunner-002"],
    ),
    Technique::certain(
        "code-interpreter-session",
        "runs code in an agent's code interpreter",
        running(&["AWS::BedrockAgentCore::CodeInterpreterCustom", "aws_bedrockagentcore_code_interpreter"]),
        &[
            target(&["bedrock-agentcore:StartCodeInterpreterSession"]),
            target(&["bedrock-agentcore:InvokeCodeInterpreter"]),
        ],
        &["bedrock-002"],
    ),
    Technique::certain(
        "update-environment",
        "deploys code of its own to Elastic Beanstalk",
        running(&["AWS::ElasticBeanstalk::Environment", "aws_elastic_beanstalk_environment"]),
        &[
            target(&["elasticbeanstalk:UpdateEnvironment"]),
            new(&["elasticbeanstalk:CreateApplicationVersion"]),
        ],
        &[],
    ),
    Technique::certain(
        "pipeline-update",
        "changes a pipeline",
        running(&["AWS::CodePipeline::Pipeline", "aws_codepipeline"]),
        &[target(&["codepipeline:UpdatePipeline"])],
        &[],
    )
    .if_only("the pipeline's actions run what it names"),
];
