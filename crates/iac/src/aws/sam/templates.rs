//! SAM policy templates: what each grants.
//!
//! Source: AWS SAM Developer Guide, "AWS SAM policy templates" and "Policy template list" (81 templates).
//! `cargo xtask catalogue` compares the table with that of aws-sam-translator, statement by statement.

/// One policy template.
#[derive(Debug)]
pub(super) struct Template {
    pub name: &'static str,
    pub grants: &'static [Grant],
}

/// One statement of a template.
#[derive(Debug)]
pub(super) struct Grant {
    /// `service:Action,Action`, with blanks between services.
    pub actions: &'static str,
    /// Patterns with blanks between them. `{Name}` is a parameter of the template, `{here}` region and account.
    pub resources: &'static str,
    /// Operator, key and pattern; `""` for none.
    pub condition: &'static str,
}

const fn template(name: &'static str, grants: &'static [Grant]) -> Template {
    Template { name, grants }
}

const fn grant(actions: &'static str, resources: &'static str) -> Grant {
    Grant { actions, resources, condition: "" }
}

const fn only(actions: &'static str, resources: &'static str, condition: &'static str) -> Grant {
    Grant { actions, resources, condition }
}

/// In order of their names.
pub(super) const TEMPLATES: &[Template] = &[
    template("AMIDescribePolicy", &[grant("ec2:DescribeImages", "*")]),
    template(
        "AWSSecretsManagerGetSecretValuePolicy",
        &[grant("secretsmanager:GetSecretValue", "{SecretArn}")],
    ),
    template(
        "AWSSecretsManagerRotationPolicy",
        &[
            only(
                "secretsmanager:DescribeSecret,GetSecretValue,PutSecretValue,UpdateSecretVersionStage",
                "arn:aws:secretsmanager:{here}:secret:*",
                "StringEquals secretsmanager:resource/AllowRotationLambdaArn \
                 arn:aws:lambda:{here}:function:{FunctionName}",
            ),
            grant("secretsmanager:GetRandomPassword", "*"),
        ],
    ),
    template("AcmGetCertificatePolicy", &[grant("acm:GetCertificate", "{CertificateArn}")]),
    template(
        "AthenaQueryPolicy",
        &[
            grant(
                "athena:ListWorkGroups,GetExecutionEngine,GetExecutionEngines,GetNamespace,GetCatalogs,\
                 GetNamespaces,GetTables,GetTable",
                "*",
            ),
            grant(
                "athena:StartQueryExecution,GetQueryResults,DeleteNamedQuery,GetNamedQuery,\
                 ListQueryExecutions,StopQueryExecution,GetQueryResultsStream,ListNamedQueries,\
                 CreateNamedQuery,GetQueryExecution,BatchGetNamedQuery,BatchGetQueryExecution,\
                 GetWorkGroup",
                "arn:aws:athena:{here}:workgroup/{WorkGroupName}",
            ),
        ],
    ),
    template(
        "CloudFormationDescribeStacksPolicy",
        &[grant("cloudformation:DescribeStacks", "arn:aws:cloudformation:{here}:stack/*")],
    ),
    template(
        "CloudWatchDashboardPolicy",
        &[grant("cloudwatch:GetDashboard,ListDashboards,PutDashboard,ListMetrics", "*")],
    ),
    template("CloudWatchDescribeAlarmHistoryPolicy", &[grant("cloudwatch:DescribeAlarmHistory", "*")]),
    template("CloudWatchPutMetricPolicy", &[grant("cloudwatch:PutMetricData", "*")]),
    template(
        "CodeCommitCrudPolicy",
        &[grant(
            "codecommit:GitPull,GitPush,CreateBranch,DeleteBranch,GetBranch,ListBranches,\
                 MergeBranchesByFastForward,MergeBranchesBySquash,MergeBranchesByThreeWay,\
                 UpdateDefaultBranch,BatchDescribeMergeConflicts,CreateUnreferencedMergeCommit,\
                 DescribeMergeConflicts,GetMergeCommit,GetMergeOptions,BatchGetPullRequests,\
                 CreatePullRequest,DescribePullRequestEvents,GetCommentsForPullRequest,\
                 GetCommitsFromMergeBase,GetMergeConflicts,GetPullRequest,ListPullRequests,\
                 MergePullRequestByFastForward,MergePullRequestBySquash,MergePullRequestByThreeWay,\
                 PostCommentForPullRequest,UpdatePullRequestDescription,UpdatePullRequestStatus,\
                 UpdatePullRequestTitle,DeleteFile,GetBlob,GetFile,GetFolder,PutFile,\
                 DeleteCommentContent,GetComment,GetCommentsForComparedCommit,\
                 PostCommentForComparedCommit,PostCommentReply,UpdateComment,BatchGetCommits,\
                 CreateCommit,GetCommit,GetCommitHistory,GetDifferences,GetObjectIdentifier,\
                 GetReferences,GetTree,GetRepository,UpdateRepositoryDescription,ListTagsForResource,\
                 TagResource,UntagResource,GetRepositoryTriggers,PutRepositoryTriggers,\
                 TestRepositoryTriggers,GetBranch,GetCommit,UploadArchive,GetUploadArchiveStatus,\
                 CancelUploadArchive",
            "arn:aws:codecommit:{here}:{RepositoryName}",
        )],
    ),
    template(
        "CodeCommitReadPolicy",
        &[grant(
            "codecommit:GitPull,GetBranch,ListBranches,BatchDescribeMergeConflicts,\
                 DescribeMergeConflicts,GetMergeCommit,GetMergeOptions,BatchGetPullRequests,\
                 DescribePullRequestEvents,GetCommentsForPullRequest,GetCommitsFromMergeBase,\
                 GetMergeConflicts,GetPullRequest,ListPullRequests,GetBlob,GetFile,GetFolder,GetComment,\
                 GetCommentsForComparedCommit,BatchGetCommits,GetCommit,GetCommitHistory,GetDifferences,\
                 GetObjectIdentifier,GetReferences,GetTree,GetRepository,ListTagsForResource,\
                 GetRepositoryTriggers,TestRepositoryTriggers,GetBranch,GetCommit,GetUploadArchiveStatus",
            "arn:aws:codecommit:{here}:{RepositoryName}",
        )],
    ),
    template(
        "CodePipelineLambdaExecutionPolicy",
        &[grant("codepipeline:PutJobSuccessResult,PutJobFailureResult", "*")],
    ),
    template(
        "CodePipelineReadOnlyPolicy",
        &[grant("codepipeline:ListPipelineExecutions", "arn:aws:codepipeline:{here}:{PipelineName}")],
    ),
    template(
        "ComprehendBasicAccessPolicy",
        &[grant(
            "comprehend:BatchDetectKeyPhrases,DetectDominantLanguage,DetectEntities,\
                 BatchDetectEntities,DetectKeyPhrases,DetectSentiment,BatchDetectDominantLanguage,\
                 BatchDetectSentiment",
            "*",
        )],
    ),
    template(
        "CostExplorerReadOnlyPolicy",
        &[grant(
            "ce:GetCostAndUsage,GetDimensionValues,GetReservationCoverage,\
                 GetReservationPurchaseRecommendation,GetReservationUtilization,GetTags",
            "*",
        )],
    ),
    template(
        "DynamoDBBackupFullAccessPolicy",
        &[
            grant(
                "dynamodb:CreateBackup,DescribeContinuousBackups",
                "arn:aws:dynamodb:{here}:table/{TableName}",
            ),
            grant(
                "dynamodb:DeleteBackup,DescribeBackup,ListBackups",
                "arn:aws:dynamodb:{here}:table/{TableName}/backup/*",
            ),
        ],
    ),
    template(
        "DynamoDBCrudPolicy",
        &[grant(
            "dynamodb:GetItem,DeleteItem,PutItem,Scan,Query,UpdateItem,BatchWriteItem,BatchGetItem,\
                 DescribeTable,ConditionCheckItem",
            "arn:aws:dynamodb:{here}:table/{TableName} arn:aws:dynamodb:{here}:table/{TableName}/index/*",
        )],
    ),
    template(
        "DynamoDBReadPolicy",
        &[grant(
            "dynamodb:GetItem,Scan,Query,BatchGetItem,DescribeTable",
            "arn:aws:dynamodb:{here}:table/{TableName} arn:aws:dynamodb:{here}:table/{TableName}/index/*",
        )],
    ),
    template(
        "DynamoDBReconfigurePolicy",
        &[grant("dynamodb:UpdateTable", "arn:aws:dynamodb:{here}:table/{TableName}")],
    ),
    template(
        "DynamoDBRestoreFromBackupPolicy",
        &[
            grant("dynamodb:RestoreTableFromBackup", "arn:aws:dynamodb:{here}:table/{TableName}/backup/*"),
            grant(
                "dynamodb:PutItem,UpdateItem,DeleteItem,GetItem,Query,Scan,BatchWriteItem",
                "arn:aws:dynamodb:{here}:table/{TableName}",
            ),
        ],
    ),
    template(
        "DynamoDBStreamReadPolicy",
        &[
            grant(
                "dynamodb:DescribeStream,GetRecords,GetShardIterator",
                "arn:aws:dynamodb:{here}:table/{TableName}/stream/{StreamName}",
            ),
            grant("dynamodb:ListStreams", "arn:aws:dynamodb:{here}:table/{TableName}/stream/*"),
        ],
    ),
    template(
        "DynamoDBWritePolicy",
        &[grant(
            "dynamodb:PutItem,UpdateItem,BatchWriteItem",
            "arn:aws:dynamodb:{here}:table/{TableName} arn:aws:dynamodb:{here}:table/{TableName}/index/*",
        )],
    ),
    template("EC2CopyImagePolicy", &[grant("ec2:CopyImage", "arn:aws:ec2:{here}:image/{ImageId}")]),
    template("EC2DescribePolicy", &[grant("ec2:DescribeRegions,DescribeInstances", "*")]),
    template(
        "EFSWriteAccessPolicy",
        &[only(
            "elasticfilesystem:ClientMount,ClientWrite",
            "arn:aws:elasticfilesystem:{here}:file-system/{FileSystem}",
            "StringEquals elasticfilesystem:AccessPointArn \
                 arn:aws:elasticfilesystem:{here}:access-point/{AccessPoint}",
        )],
    ),
    template("EKSDescribePolicy", &[grant("eks:DescribeCluster,ListClusters", "*")]),
    template(
        "EcsRunTaskPolicy",
        &[grant("ecs:RunTask", "arn:aws:ecs:{here}:task-definition/{TaskDefinition}")],
    ),
    template(
        "ElasticMapReduceAddJobFlowStepsPolicy",
        &[grant("elasticmapreduce:AddJobFlowSteps", "arn:aws:elasticmapreduce:{here}:cluster/{ClusterId}")],
    ),
    template(
        "ElasticMapReduceCancelStepsPolicy",
        &[grant("elasticmapreduce:CancelSteps", "arn:aws:elasticmapreduce:{here}:cluster/{ClusterId}")],
    ),
    template(
        "ElasticMapReduceModifyInstanceFleetPolicy",
        &[grant(
            "elasticmapreduce:ModifyInstanceFleet,ListInstanceFleets",
            "arn:aws:elasticmapreduce:{here}:cluster/{ClusterId}",
        )],
    ),
    template(
        "ElasticMapReduceModifyInstanceGroupsPolicy",
        &[grant(
            "elasticmapreduce:ModifyInstanceGroups,ListInstanceGroups",
            "arn:aws:elasticmapreduce:{here}:cluster/{ClusterId}",
        )],
    ),
    template(
        "ElasticMapReduceSetTerminationProtectionPolicy",
        &[grant(
            "elasticmapreduce:SetTerminationProtection",
            "arn:aws:elasticmapreduce:{here}:cluster/{ClusterId}",
        )],
    ),
    template(
        "ElasticMapReduceTerminateJobFlowsPolicy",
        &[grant("elasticmapreduce:TerminateJobFlows", "arn:aws:elasticmapreduce:{here}:cluster/{ClusterId}")],
    ),
    template(
        "ElasticsearchHttpPostPolicy",
        &[grant("es:ESHttpPost,ESHttpPut", "arn:aws:es:{here}:domain/{DomainName}/*")],
    ),
    template(
        "EventBridgePutEventsPolicy",
        &[grant("events:PutEvents", "arn:aws:events:{here}:event-bus/{EventBusName}")],
    ),
    template(
        "FilterLogEventsPolicy",
        &[grant("logs:FilterLogEvents", "arn:aws:logs:{here}:log-group:{LogGroupName}:log-stream:*")],
    ),
    template(
        "FirehoseCrudPolicy",
        &[grant(
            "firehose:CreateDeliveryStream,DeleteDeliveryStream,DescribeDeliveryStream,PutRecord,\
                 PutRecordBatch,UpdateDestination",
            "arn:aws:firehose:{here}:deliverystream/{DeliveryStreamName}",
        )],
    ),
    template(
        "FirehoseWritePolicy",
        &[grant(
            "firehose:PutRecord,PutRecordBatch",
            "arn:aws:firehose:{here}:deliverystream/{DeliveryStreamName}",
        )],
    ),
    template("KMSDecryptPolicy", &[grant("kms:Decrypt", "arn:aws:kms:{here}:key/{KeyId}")]),
    template("KMSEncryptPolicy", &[grant("kms:Encrypt", "arn:aws:kms:{here}:key/{KeyId}")]),
    template(
        "KMSEncryptPolicy_v2",
        &[grant(
            "kms:Encrypt,GenerateDataKey,GenerateDataKeyWithoutPlaintext,GenerateDataKeyPair,\
                 GenerateDataKeyPairWithoutPlaintext",
            "arn:aws:kms:{here}:key/{KeyId}",
        )],
    ),
    template(
        "KinesisCrudPolicy",
        &[grant(
            "kinesis:AddTagsToStream,CreateStream,DecreaseStreamRetentionPeriod,DeleteStream,\
                 DescribeStream,DescribeStreamSummary,GetShardIterator,IncreaseStreamRetentionPeriod,\
                 ListTagsForStream,MergeShards,PutRecord,PutRecords,SplitShard,RemoveTagsFromStream",
            "arn:aws:kinesis:{here}:stream/{StreamName}",
        )],
    ),
    template(
        "KinesisStreamReadPolicy",
        &[
            grant("kinesis:ListStreams,DescribeLimits", "arn:aws:kinesis:{here}:stream/*"),
            grant(
                "kinesis:DescribeStream,DescribeStreamSummary,GetRecords,GetShardIterator",
                "arn:aws:kinesis:{here}:stream/{StreamName}",
            ),
        ],
    ),
    template(
        "LambdaInvokePolicy",
        &[grant("lambda:InvokeFunction", "arn:aws:lambda:{here}:function:{FunctionName}*")],
    ),
    template("MobileAnalyticsWriteOnlyAccessPolicy", &[grant("mobileanalytics:PutEvents", "*")]),
    template("OrganizationsListAccountsPolicy", &[grant("organizations:ListAccounts", "*")]),
    template(
        "PinpointEndpointAccessPolicy",
        &[grant(
            "mobiletargeting:GetEndpoint,UpdateEndpoint,UpdateEndpointsBatch",
            "arn:aws:mobiletargeting:{here}:apps/{PinpointApplicationId}/endpoints/*",
        )],
    ),
    template(
        "PollyFullAccessPolicy",
        &[
            grant("polly:GetLexicon,DeleteLexicon", "arn:aws:polly:{here}:lexicon/{LexiconName}"),
            grant(
                "polly:DescribeVoices,ListLexicons,PutLexicon,SynthesizeSpeech",
                "arn:aws:polly:{here}:lexicon/*",
            ),
        ],
    ),
    template(
        "RekognitionDetectOnlyPolicy",
        &[grant("rekognition:DetectFaces,DetectLabels,DetectModerationLabels,DetectText", "*")],
    ),
    template(
        "RekognitionFacesManagementPolicy",
        &[grant(
            "rekognition:IndexFaces,DeleteFaces,SearchFaces,SearchFacesByImage,ListFaces",
            "arn:aws:rekognition:{here}:collection/{CollectionId}",
        )],
    ),
    template("RekognitionFacesPolicy", &[grant("rekognition:CompareFaces,DetectFaces", "*")]),
    template("RekognitionLabelsPolicy", &[grant("rekognition:DetectLabels,DetectModerationLabels", "*")]),
    template(
        "RekognitionNoDataAccessPolicy",
        &[grant(
            "rekognition:CompareFaces,DetectFaces,DetectLabels,DetectModerationLabels",
            "arn:aws:rekognition:{here}:collection/{CollectionId}",
        )],
    ),
    template(
        "RekognitionReadPolicy",
        &[grant(
            "rekognition:ListCollections,ListFaces,SearchFaces,SearchFacesByImage",
            "arn:aws:rekognition:{here}:collection/{CollectionId}",
        )],
    ),
    template(
        "RekognitionWriteOnlyAccessPolicy",
        &[grant(
            "rekognition:CreateCollection,IndexFaces",
            "arn:aws:rekognition:{here}:collection/{CollectionId}",
        )],
    ),
    template(
        "Route53ChangeResourceRecordSetsPolicy",
        &[grant("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/{HostedZoneId}")],
    ),
    template(
        "S3CrudPolicy",
        &[grant(
            "s3:GetObject,ListBucket,GetBucketLocation,GetObjectVersion,PutObject,PutObjectAcl,\
                 GetLifecycleConfiguration,PutLifecycleConfiguration,DeleteObject",
            "arn:aws:s3:::{BucketName} arn:aws:s3:::{BucketName}/*",
        )],
    ),
    template(
        "S3FullAccessPolicy",
        &[
            grant(
                "s3:GetObject,GetObjectAcl,GetObjectVersion,PutObject,PutObjectAcl,DeleteObject,\
                 DeleteObjectTagging,DeleteObjectVersionTagging,GetObjectTagging,\
                 GetObjectVersionTagging,PutObjectTagging,PutObjectVersionTagging",
                "arn:aws:s3:::{BucketName}/*",
            ),
            grant(
                "s3:ListBucket,GetBucketLocation,GetLifecycleConfiguration,PutLifecycleConfiguration",
                "arn:aws:s3:::{BucketName}",
            ),
        ],
    ),
    template(
        "S3ReadPolicy",
        &[grant(
            "s3:GetObject,ListBucket,GetBucketLocation,GetObjectVersion,GetLifecycleConfiguration",
            "arn:aws:s3:::{BucketName} arn:aws:s3:::{BucketName}/*",
        )],
    ),
    template(
        "S3WritePolicy",
        &[grant(
            "s3:PutObject,PutObjectAcl,PutLifecycleConfiguration",
            "arn:aws:s3:::{BucketName} arn:aws:s3:::{BucketName}/*",
        )],
    ),
    template(
        "SESBulkTemplatedCrudPolicy",
        &[grant(
            "ses:GetIdentityVerificationAttributes,SendEmail,SendRawEmail,SendTemplatedEmail,\
                 SendBulkTemplatedEmail,VerifyEmailIdentity",
            "arn:aws:ses:{here}:identity/{IdentityName}",
        )],
    ),
    template(
        "SESBulkTemplatedCrudPolicy_v2",
        &[
            grant(
                "ses:SendEmail,SendRawEmail,SendTemplatedEmail,SendBulkTemplatedEmail",
                "arn:aws:ses:{here}:identity/{IdentityName} arn:aws:ses:{here}:template/{TemplateName}",
            ),
            grant("ses:GetIdentityVerificationAttributes,VerifyEmailIdentity", "*"),
        ],
    ),
    template(
        "SESCrudPolicy",
        &[grant(
            "ses:GetIdentityVerificationAttributes,SendEmail,SendRawEmail,VerifyEmailIdentity",
            "arn:aws:ses:{here}:identity/{IdentityName}",
        )],
    ),
    template(
        "SESEmailTemplateCrudPolicy",
        &[grant(
            "ses:CreateTemplate,GetTemplate,ListTemplates,UpdateTemplate,DeleteTemplate,\
                 TestRenderTemplate",
            "*",
        )],
    ),
    template("SESSendBouncePolicy", &[grant("ses:SendBounce", "arn:aws:ses:{here}:identity/{IdentityName}")]),
    template(
        "SNSCrudPolicy",
        &[grant(
            "sns:ListSubscriptionsByTopic,CreateTopic,SetTopicAttributes,Subscribe,Publish",
            "arn:aws:sns:{here}:{TopicName}*",
        )],
    ),
    template("SNSPublishMessagePolicy", &[grant("sns:Publish", "arn:aws:sns:{here}:{TopicName}")]),
    template(
        "SQSPollerPolicy",
        &[grant(
            "sqs:ChangeMessageVisibility,ChangeMessageVisibilityBatch,DeleteMessage,\
                 DeleteMessageBatch,GetQueueAttributes,ReceiveMessage",
            "arn:aws:sqs:{here}:{QueueName}",
        )],
    ),
    template("SQSSendMessagePolicy", &[grant("sqs:SendMessage*", "arn:aws:sqs:{here}:{QueueName}")]),
    template(
        "SSMParameterReadPolicy",
        &[
            grant("ssm:DescribeParameters", "*"),
            grant(
                "ssm:GetParameters,GetParameter,GetParametersByPath",
                "arn:aws:ssm:{here}:parameter/{ParameterName}",
            ),
        ],
    ),
    template(
        "SSMParameterWithSlashPrefixReadPolicy",
        &[
            grant("ssm:DescribeParameters", "*"),
            grant(
                "ssm:GetParameters,GetParameter,GetParametersByPath",
                "arn:aws:ssm:{here}:parameter{ParameterName}",
            ),
        ],
    ),
    template(
        "SageMakerCreateEndpointConfigPolicy",
        &[grant(
            "sagemaker:CreateEndpointConfig",
            "arn:aws:sagemaker:{here}:endpoint-config/{EndpointConfigName}",
        )],
    ),
    template(
        "SageMakerCreateEndpointPolicy",
        &[grant("sagemaker:CreateEndpoint", "arn:aws:sagemaker:{here}:endpoint/{EndpointName}")],
    ),
    template(
        "ServerlessRepoReadWriteAccessPolicy",
        &[grant(
            "serverlessrepo:CreateApplication,CreateApplicationVersion,UpdateApplication,\
                 GetApplication,ListApplications,ListApplicationVersions,ListApplicationDependencies",
            "arn:aws:serverlessrepo:{here}:applications/*",
        )],
    ),
    template(
        "StepFunctionsCallbackPolicy",
        &[grant(
            "states:SendTaskFailure,SendTaskHeartbeat,SendTaskSuccess",
            "arn:aws:states:{here}:stateMachine:{StateMachineName}",
        )],
    ),
    template(
        "StepFunctionsExecutionPolicy",
        &[grant("states:StartExecution", "arn:aws:states:{here}:stateMachine:{StateMachineName}")],
    ),
    template(
        "StepFunctionsExecutionPolicy_v2",
        &[grant(
            "states:StartExecution,StartSyncExecution",
            "arn:aws:states:{here}:stateMachine:{StateMachineName}",
        )],
    ),
    template(
        "TextractDetectAnalyzePolicy",
        &[grant(
            "textract:DetectDocumentText,StartDocumentTextDetection,StartDocumentAnalysis,AnalyzeDocument",
            "*",
        )],
    ),
    template(
        "TextractGetResultPolicy",
        &[grant("textract:GetDocumentTextDetection,GetDocumentAnalysis", "*")],
    ),
    template("TextractPolicy", &[grant("textract:*", "*")]),
    template(
        "VPCAccessPolicy",
        &[grant(
            "ec2:CreateNetworkInterface,DeleteNetworkInterface,DescribeNetworkInterfaces,\
                 DetachNetworkInterface",
            "*",
        )],
    ),
];
