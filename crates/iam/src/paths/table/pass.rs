//! Techniques that hand a role to a service. `iam:PassRole` on the role is needed for each of them.
use crate::paths::technique::{Need, Shape, Technique, new};

/// A role goes to a service that anybody can order something from.
const fn pass(
    id: &'static str,
    does: &'static str,
    services: &'static [&'static str],
    needs: &'static [Need],
    known_as: &'static [&'static str],
) -> Technique {
    Technique::certain(id, does, Shape::Pass { services, beside: &[] }, needs, known_as)
}

/// The same, where something of these types must be there already.
const fn beside(types: &'static [&'static str], technique: Technique) -> Technique {
    let Shape::Pass { services, .. } = technique.shape else { return technique };
    Technique { shape: Shape::Pass { services, beside: types }, ..technique }
}

const CLUSTER: &[&str] = &["AWS::ECS::Cluster", "aws_ecs_cluster"];
const PROFILE: &[&str] = &["AWS::IAM::InstanceProfile", "aws_iam_instance_profile"];

pub(super) const TECHNIQUES: &[Technique] = &[
    pass(
        "pass-role-new-function-invoke",
        "makes a function that runs as a role, and invokes it",
        &["lambda"],
        &[
            new(&["lambda:CreateFunction"]),
            new(&["lambda:InvokeFunction", "lambda:InvokeAsync", "lambda:InvokeFunctionUrl"]),
        ],
        &["lambda-001"],
    ),
    pass(
        "pass-role-new-function-event-source",
        "makes a function that runs as a role, and lets a stream or queue start it",
        &["lambda"],
        &[new(&["lambda:CreateFunction"]), new(&["lambda:CreateEventSourceMapping"])],
        &["lambda-002"],
    ),
    pass(
        "pass-role-new-function-permission",
        "makes a function that runs as a role, and lets others invoke it",
        &["lambda"],
        &[new(&["lambda:CreateFunction"]), new(&["lambda:AddPermission"])],
        &["lambda-006"],
    ),
    pass(
        "pass-role-update-function",
        "lets a function run as another role, and changes its code",
        &["lambda"],
        &[new(&["lambda:UpdateFunctionConfiguration"]), new(&["lambda:UpdateFunctionCode"])],
        &[],
    ),
    beside(
        PROFILE,
        pass(
            "pass-role-new-instance",
            "starts an instance that runs as a role",
            &["ec2"],
            &[new(&[
                "ec2:RunInstances",
                "ec2:RequestSpotInstances",
                "ec2:RequestSpotFleet",
                "ec2:CreateFleet",
            ])],
            &["ec2-001", "ec2-004"],
        ),
    ),
    pass(
        "pass-role-new-profile-instance",
        "makes an instance profile of a role and starts an instance with it",
        &["ec2"],
        &[
            new(&["iam:AddRoleToInstanceProfile"]),
            new(&[
                "ec2:RunInstances",
                "ec2:AssociateIamInstanceProfile",
                "ec2:ReplaceIamInstanceProfileAssociation",
            ]),
        ],
        &[],
    ),
    beside(
        PROFILE,
        pass(
            "pass-role-instance-profile",
            "lets an instance run as another role",
            &["ec2"],
            &[new(&["ec2:AssociateIamInstanceProfile", "ec2:ReplaceIamInstanceProfileAssociation"])],
            &[],
        ),
    )
    .if_only("it holds an instance"),
    beside(
        PROFILE,
        pass(
            "pass-role-auto-scaling",
            "lets Auto Scaling start instances that run as a role",
            &["ec2"],
            &[
                new(&["autoscaling:CreateLaunchConfiguration", "ec2:CreateLaunchTemplate"]),
                new(&["autoscaling:CreateAutoScalingGroup", "autoscaling:UpdateAutoScalingGroup"]),
            ],
            &[],
        ),
    ),
    pass(
        "pass-role-new-stack",
        "deploys a stack with a role",
        &["cloudformation"],
        &[new(&["cloudformation:CreateStack", "cloudformation:UpdateStack"])],
        &["cloudformation-001"],
    ),
    pass(
        "pass-role-change-set",
        "deploys a change set with a role",
        &["cloudformation"],
        &[new(&["cloudformation:CreateChangeSet"]), new(&["cloudformation:ExecuteChangeSet"])],
        &[],
    ),
    pass(
        "pass-role-new-stack-set",
        "deploys a stack set with a role",
        &["cloudformation"],
        &[new(&["cloudformation:CreateStackSet"]), new(&["cloudformation:CreateStackInstances"])],
        &["cloudformation-003"],
    ),
    pass(
        "pass-role-update-stack-set",
        "changes a stack set with a role",
        &["cloudformation"],
        &[new(&["cloudformation:UpdateStackSet"])],
        &["cloudformation-004"],
    ),
    pass(
        "pass-role-new-project",
        "makes a build project that runs as a role, and starts it",
        &["codebuild"],
        &[
            new(&["codebuild:CreateProject", "codebuild:UpdateProject"]),
            new(&["codebuild:StartBuild", "codebuild:StartBuildBatch"]),
        ],
        &["codebuild-001", "codebuild-004"],
    ),
    pass(
        "pass-role-new-pipeline",
        "makes a pipeline that runs as a role",
        &["codepipeline"],
        &[new(&["codepipeline:CreatePipeline", "codepipeline:UpdatePipeline"])],
        &[],
    ),
    pass(
        "pass-role-codestar",
        "makes a CodeStar project that runs as a role",
        &["codestar", "cloudformation"],
        &[new(&["codestar:CreateProject"])],
        &[],
    )
    .if_only("CodeStar, which AWS has closed, still works in the account"),
    pass(
        "pass-role-data-pipeline",
        "makes a data pipeline that runs as a role",
        &["datapipeline", "elasticmapreduce"],
        &[new(&["datapipeline:CreatePipeline"]), new(&["datapipeline:PutPipelineDefinition"])],
        &["datapipeline-001"],
    ),
    pass(
        "pass-role-glue-dev-endpoint",
        "makes a development endpoint that runs as a role",
        &["glue"],
        &[new(&["glue:CreateDevEndpoint"])],
        &["glue-001"],
    ),
    pass(
        "pass-role-glue-job",
        "makes a Glue job that runs as a role, and starts it",
        &["glue"],
        &[new(&["glue:CreateJob", "glue:UpdateJob"]), new(&["glue:StartJobRun", "glue:CreateTrigger"])],
        &["glue-003", "glue-004", "glue-005", "glue-006"],
    ),
    pass(
        "pass-role-glue-session",
        "opens a Glue session that runs as a role",
        &["glue"],
        &[new(&["glue:CreateSession"]), new(&["glue:RunStatement"])],
        &["glue-007"],
    ),
    pass(
        "pass-role-notebook",
        "makes a notebook that runs as a role",
        &["sagemaker"],
        &[new(&["sagemaker:CreateNotebookInstance"])],
        &["sagemaker-001"],
    ),
    pass(
        "pass-role-training-job",
        "starts a training or tuning job that runs as a role",
        &["sagemaker"],
        &[new(&[
            "sagemaker:CreateTrainingJob",
            "sagemaker:CreateHyperParameterTuningJob",
            "sagemaker:CreateAutoMLJob",
            "sagemaker:CreateAutoMLJobV2",
        ])],
        &["sagemaker-002"],
    ),
    pass(
        "pass-role-processing-job",
        "starts a processing job that runs as a role",
        &["sagemaker"],
        &[new(&["sagemaker:CreateProcessingJob"])],
        &["sagemaker-003"],
    ),
    pass(
        "pass-role-studio",
        "makes a Studio profile that runs as a role, and opens it",
        &["sagemaker"],
        &[
            new(&["sagemaker:CreateDomain", "sagemaker:CreateUserProfile", "sagemaker:UpdateUserProfile"]),
            new(&["sagemaker:CreatePresignedDomainUrl"]),
        ],
        &[],
    ),
    pass(
        "pass-role-pipeline-execution",
        "makes a SageMaker pipeline that runs as a role, and starts it",
        &["sagemaker"],
        &[
            new(&["sagemaker:CreatePipeline", "sagemaker:UpdatePipeline"]),
            new(&["sagemaker:StartPipelineExecution"]),
        ],
        &[],
    ),
    pass(
        "pass-role-new-task",
        "registers a task that runs as a role, and starts it",
        &["ecs-tasks"],
        &[
            new(&["ecs:RegisterTaskDefinition"]),
            new(&["ecs:RunTask", "ecs:StartTask", "ecs:CreateService", "ecs:UpdateService"]),
        ],
        &["ecs-001", "ecs-002", "ecs-003", "ecs-004", "ecs-005"],
    ),
    beside(
        CLUSTER,
        pass(
            "pass-role-task-override",
            "starts a known task with another role and other orders",
            &["ecs-tasks"],
            &[new(&["ecs:RunTask", "ecs:StartTask"])],
            &["ecs-007", "ecs-008", "ecs-009"],
        ),
    ),
    pass(
        "pass-role-batch",
        "registers a batch job that runs as a role, and submits it",
        &["ecs-tasks"],
        &[new(&["batch:RegisterJobDefinition"]), new(&["batch:SubmitJob"])],
        &[],
    ),
    pass(
        "pass-role-apprunner",
        "makes a service that runs as a role",
        &["tasks.apprunner", "apprunner"],
        &[new(&["apprunner:CreateService"])],
        &["apprunner-001"],
    ),
    pass(
        "pass-role-workflow",
        "makes a workflow that acts as a role, and starts it",
        &["states"],
        &[
            new(&["states:CreateStateMachine", "states:UpdateStateMachine"]),
            new(&["states:StartExecution", "states:StartSyncExecution"]),
        ],
        &[],
    ),
    pass(
        "pass-role-test-state",
        "tests a state that acts as a role",
        &["states"],
        &[new(&["states:TestState"])],
        &[],
    ),
    pass(
        "pass-role-schedule",
        "makes a schedule that acts as a role",
        &["scheduler"],
        &[new(&["scheduler:CreateSchedule", "scheduler:UpdateSchedule"])],
        &[],
    ),
    pass(
        "pass-role-pipe",
        "makes an EventBridge pipe that acts as a role",
        &["pipes"],
        &[new(&["pipes:CreatePipe", "pipes:UpdatePipe"])],
        &[],
    )
    .if_only("what a pipe can call is worth something"),
    pass(
        "pass-role-event-target",
        "lets a rule act as a role",
        &["events"],
        &[new(&["events:PutTargets"])],
        &[],
    )
    .if_only("what a rule can call is worth something"),
    pass(
        "pass-role-automation",
        "starts an automation that acts as a role",
        &["ssm"],
        &[new(&["ssm:StartAutomationExecution"])],
        &[],
    ),
    pass(
        "pass-role-maintenance-window",
        "lets a maintenance window act as a role",
        &["ssm"],
        &[new(&["ssm:RegisterTaskWithMaintenanceWindow"])],
        &[],
    ),
    pass(
        "pass-role-code-interpreter",
        "makes a code interpreter that runs as a role, and uses it",
        &["bedrock-agentcore"],
        &[
            new(&["bedrock-agentcore:CreateCodeInterpreter"]),
            new(&["bedrock-agentcore:StartCodeInterpreterSession"]),
            new(&["bedrock-agentcore:InvokeCodeInterpreter"]),
        ],
        &["bedrock-001"],
    ),
    pass(
        "pass-role-agent-runtime",
        "makes an agent that runs as a role, and calls it",
        &["bedrock-agentcore"],
        &[
            new(&["bedrock-agentcore:CreateAgentRuntime", "bedrock-agentcore:UpdateAgentRuntime"]),
            new(&["bedrock-agentcore:InvokeAgentRuntime"]),
        ],
        &[],
    ),
    beside(
        PROFILE,
        pass(
            "pass-role-emr-cluster",
            "makes a cluster that runs as a role",
            &["ec2", "elasticmapreduce"],
            &[new(&["elasticmapreduce:RunJobFlow"])],
            &[],
        ),
    ),
    pass(
        "pass-role-emr-serverless",
        "starts an EMR Serverless job that runs as a role",
        &["emr-serverless"],
        &[new(&["emr-serverless:StartJobRun"])],
        &[],
    )
    .if_only("an EMR Serverless application exists"),
    pass(
        "pass-role-amplify",
        "makes an Amplify application that is built with a role",
        &["amplify"],
        &[new(&["amplify:CreateApp", "amplify:UpdateApp"])],
        &[],
    ),
    pass(
        "pass-role-beanstalk",
        "makes an Elastic Beanstalk environment that runs as a role",
        &["ec2", "elasticbeanstalk"],
        &[new(&["elasticbeanstalk:CreateEnvironment", "elasticbeanstalk:UpdateEnvironment"])],
        &[],
    )
    .if_only("Elastic Beanstalk is in use"),
    pass(
        "pass-role-image-builder",
        "builds a machine image with a role",
        &["ec2"],
        &[new(&["imagebuilder:CreateInfrastructureConfiguration"]), new(&["imagebuilder:CreateImage"])],
        &[],
    ),
    pass(
        "pass-role-airflow",
        "makes an Airflow environment that runs as a role",
        &["airflow", "airflow-env"],
        &[new(&["airflow:CreateEnvironment", "airflow:UpdateEnvironment"])],
        &[],
    ),
    pass(
        "pass-role-analytics",
        "makes a stream application that runs as a role, and starts it",
        &["kinesisanalytics"],
        &[new(&["kinesisanalytics:CreateApplication"]), new(&["kinesisanalytics:StartApplication"])],
        &[],
    ),
    pass(
        "pass-role-iot-rule",
        "makes an IoT rule that acts as a role",
        &["iot"],
        &[new(&["iot:CreateTopicRule", "iot:ReplaceTopicRule"])],
        &[],
    )
    .if_only("what an IoT rule can call is worth something"),
    pass(
        "pass-role-roles-anywhere",
        "trusts a certificate of its own and becomes a role with it",
        &["rolesanywhere"],
        &[new(&["rolesanywhere:CreateTrustAnchor"]), new(&["rolesanywhere:CreateProfile"])],
        &[],
    ),
    pass(
        "pass-role-appstream",
        "makes a desktop fleet that runs as a role, and opens it",
        &["appstream"],
        &[new(&["appstream:CreateFleet"]), new(&["appstream:CreateStreamingURL"])],
        &[],
    ),
    pass(
        "pass-role-pod-identity",
        "lets a pod of a Kubernetes cluster run as a role",
        &["pods.eks"],
        &[new(&["eks:CreatePodIdentityAssociation"])],
        &[],
    )
    .if_only("it can start pods in a cluster"),
];
