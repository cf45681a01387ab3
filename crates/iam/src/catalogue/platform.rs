//! What the platform does with a function's role, without a line of code: polling, networks, logs, traces, keys.
use super::Action;

/// What the platform needs with a function's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Platform {
    /// `sqs:ReceiveMessage`
    pub action: &'static str,
    /// What it is needed on.
    pub on: Target,
}

/// What a permission of the platform is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// The queue, stream, cluster, topic or bucket itself.
    Source,
    /// Only `*`: the action knows no resource.
    Everything,
    /// The secret with which the source is opened, when one is named.
    Secret,
    /// The key that encrypts the source (or its secret), when the customer owns one.
    Key,
    /// The function's log group and the streams in it.
    Logs,
}

const fn need(action: &'static str, on: Target) -> Platform {
    Platform { action, on }
}

/// Lambda Developer Guide, "Configuring Lambda functions to access resources in an Amazon VPC": it places network
/// interfaces with the function's role.
const NETWORK: &[Platform] = &[
    need("ec2:CreateNetworkInterface", Target::Everything),
    need("ec2:DescribeNetworkInterfaces", Target::Everything),
    need("ec2:DeleteNetworkInterface", Target::Everything),
    need("ec2:DescribeSubnets", Target::Everything),
    need("ec2:AssignPrivateIpAddresses", Target::Everything),
    need("ec2:UnassignPrivateIpAddresses", Target::Everything),
];

/// Lambda Developer Guide, "Sending Lambda function logs to CloudWatch Logs"; `AWSLambdaBasicExecutionRole`.
const BASE: &[Platform] = &[
    need("logs:CreateLogGroup", Target::Logs),
    need("logs:CreateLogStream", Target::Logs),
    need("logs:PutLogEvents", Target::Logs),
];

/// Lambda Developer Guide, "Visualize Lambda function invocations using AWS X-Ray".
const TRACING: &[Platform] = &[
    need("xray:PutTraceSegments", Target::Everything),
    need("xray:PutTelemetryRecords", Target::Everything),
];

/// Lambda Developer Guide, "Using Lambda with Amazon SQS": permissions.
const SQS: &[Platform] = &[
    need("sqs:ReceiveMessage", Target::Source),
    need("sqs:DeleteMessage", Target::Source),
    need("sqs:GetQueueAttributes", Target::Source),
    need("kms:Decrypt", Target::Key),
];

/// Lambda Developer Guide, "Using Lambda with Kinesis": permissions.
const KINESIS: &[Platform] = &[
    need("kinesis:DescribeStream", Target::Source),
    need("kinesis:DescribeStreamSummary", Target::Source),
    need("kinesis:GetRecords", Target::Source),
    need("kinesis:GetShardIterator", Target::Source),
    need("kinesis:ListShards", Target::Source),
    need("kinesis:ListStreams", Target::Everything),
    need("kinesis:SubscribeToShard", Target::Source),
    need("kms:Decrypt", Target::Key),
];

/// Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB": permissions.
const DYNAMODB: &[Platform] = &[
    need("dynamodb:DescribeStream", Target::Source),
    need("dynamodb:GetRecords", Target::Source),
    need("dynamodb:GetShardIterator", Target::Source),
    need("dynamodb:ListStreams", Target::Everything),
    need("kms:Decrypt", Target::Key),
];

/// Lambda Developer Guide, "Configuring Lambda permissions for Amazon MSK event source mappings".
const MSK: &[Platform] = &[
    need("kafka:DescribeCluster", Target::Source),
    need("kafka:DescribeClusterV2", Target::Source),
    need("kafka:GetBootstrapBrokers", Target::Source),
    need("kafka-cluster:Connect", Target::Source),
    need("ec2:CreateNetworkInterface", Target::Everything),
    need("ec2:DescribeNetworkInterfaces", Target::Everything),
    need("ec2:DescribeVpcs", Target::Everything),
    need("ec2:DeleteNetworkInterface", Target::Everything),
    need("ec2:DescribeSubnets", Target::Everything),
    need("ec2:DescribeSecurityGroups", Target::Everything),
    need("secretsmanager:GetSecretValue", Target::Secret),
    need("kms:Decrypt", Target::Key),
];

/// Lambda Developer Guide, "Using Lambda with self-managed Apache Kafka": permissions.
const KAFKA: &[Platform] = &[
    need("secretsmanager:GetSecretValue", Target::Secret),
    need("kms:Decrypt", Target::Key),
    need("ec2:CreateNetworkInterface", Target::Everything),
    need("ec2:DescribeNetworkInterfaces", Target::Everything),
    need("ec2:DescribeVpcs", Target::Everything),
    need("ec2:DeleteNetworkInterface", Target::Everything),
    need("ec2:DescribeSubnets", Target::Everything),
    need("ec2:DescribeSecurityGroups", Target::Everything),
];

/// Lambda Developer Guide, "Using Lambda with Amazon MQ": execution role permissions.
const MQ: &[Platform] = &[
    need("mq:DescribeBroker", Target::Source),
    need("secretsmanager:GetSecretValue", Target::Secret),
    need("kms:Decrypt", Target::Key),
    need("ec2:CreateNetworkInterface", Target::Everything),
    need("ec2:DeleteNetworkInterface", Target::Everything),
    need("ec2:DescribeNetworkInterfaces", Target::Everything),
    need("ec2:DescribeSecurityGroups", Target::Everything),
    need("ec2:DescribeSubnets", Target::Everything),
    need("ec2:DescribeVpcs", Target::Everything),
];

/// Lambda Developer Guide, "Using AWS Lambda with Amazon DocumentDB": permissions.
const DOCUMENTDB: &[Platform] = &[
    need("rds:DescribeDBClusters", Target::Everything),
    need("rds:DescribeDBClusterParameters", Target::Everything),
    need("rds:DescribeDBSubnetGroups", Target::Everything),
    need("secretsmanager:GetSecretValue", Target::Secret),
    need("kms:Decrypt", Target::Key),
    need("ec2:CreateNetworkInterface", Target::Everything),
    need("ec2:DescribeNetworkInterfaces", Target::Everything),
    need("ec2:DescribeVpcs", Target::Everything),
    need("ec2:DeleteNetworkInterface", Target::Everything),
    need("ec2:DescribeSubnets", Target::Everything),
    need("ec2:DescribeSecurityGroups", Target::Everything),
];

/// Polling: kinds of event sources as services name themselves in ARNs, and the words of templates.
const POLLING: &[(&[&str], &[Platform])] = &[
    (&["sqs"], SQS),
    (&["kinesis"], KINESIS),
    (&["dynamodb"], DYNAMODB),
    (&["msk", "kafka"], MSK),
    (&["selfmanagedkafka", "self-managed-kafka"], KAFKA),
    (&["mq", "activemq", "rabbitmq"], MQ),
    (&["documentdb", "docdb"], DOCUMENTDB),
];

/// Where failed events, results or dead letters are sent, by the prefix of the target's ARN.
const SENDING: &[(&str, &[Platform])] = &[
    (
        "sqs",
        &[
            need("sqs:SendMessage", Target::Source),
            need("kms:Decrypt", Target::Key),
            need("kms:GenerateDataKey", Target::Key),
        ],
    ),
    (
        "sns",
        &[
            need("sns:Publish", Target::Source),
            need("kms:Decrypt", Target::Key),
            need("kms:GenerateDataKey", Target::Key),
        ],
    ),
    ("lambda", &[need("lambda:InvokeFunction", Target::Source)]),
    ("events", &[need("events:PutEvents", Target::Source)]),
    (
        "s3",
        &[
            need("s3:PutObject", Target::Source),
            need("s3:ListBucket", Target::Source),
            need("kms:GenerateDataKey", Target::Key),
        ],
    ),
];

/// What it takes to read events of a kind: `sqs`, `kinesis`, `dynamodb`, `msk`, `self-managed-kafka`, `mq`,
/// `documentdb`. Empty when the source sends events itself.
#[must_use]
pub fn polling(kind: &str) -> &'static [Platform] {
    let lower = kind.to_ascii_lowercase();
    let found = POLLING.iter().find(|(names, _)| names.contains(&lower.as_str()));
    found.map_or(&[], |(_, needs)| needs)
}

/// What it takes to send dead letters, failed batches and results to a queue, topic, function, event bus or bucket,
/// by the prefix of its ARN: `sqs`.
#[must_use]
pub fn sending(service: &str) -> &'static [Platform] {
    SENDING.iter().find(|(name, _)| *name == service).map_or(&[], |(_, needs)| needs)
}

/// What every function needs: its logs.
#[must_use]
pub fn base() -> &'static [Platform] {
    BASE
}

/// What active tracing needs.
#[must_use]
pub fn tracing() -> &'static [Platform] {
    TRACING
}

/// What a function inside of a VPC needs.
#[must_use]
pub fn network() -> &'static [Platform] {
    NETWORK
}

/// What an action needs of the key that encrypts its resource, when the customer owns the key.
///
/// Sources: "Required permissions" for SSE-KMS in the guides of S3, DynamoDB, SQS, SNS, Kinesis, Secrets Manager,
/// Systems Manager, EventBridge, Step Functions and CloudWatch Logs.
#[must_use]
pub fn behind_key(action: Action) -> &'static [&'static str] {
    const READ: &[&str] = &["kms:Decrypt"];
    const WRITE: &[&str] = &["kms:GenerateDataKey"];
    const BOTH: &[&str] = &["kms:GenerateDataKey", "kms:Decrypt"];
    match (action.service, action.name) {
        ("s3", "GetObject" | "GetObjectVersion" | "GetObjectAttributes" | "GetObjectVersionAttributes") => {
            READ
        }
        // Parts of an upload are read again when they are put together.
        ("s3", "PutObject") => BOTH,
        // The table's key is asked for with every first use, whatever the operation.
        (
            "dynamodb",
            "GetItem" | "BatchGetItem" | "Query" | "Scan" | "PutItem" | "UpdateItem" | "DeleteItem"
            | "BatchWriteItem" | "ConditionCheckItem" | "PartiQLSelect" | "PartiQLInsert" | "PartiQLUpdate"
            | "PartiQLDelete" | "GetRecords",
        ) => READ,
        ("sqs", "SendMessage") | ("sns", "Publish") => BOTH,
        ("sqs", "ReceiveMessage") => READ,
        ("kinesis", "PutRecord" | "PutRecords") => WRITE,
        ("kinesis", "GetRecords" | "SubscribeToShard") => READ,
        ("secretsmanager", "GetSecretValue" | "BatchGetSecretValue") => READ,
        ("secretsmanager", "CreateSecret" | "PutSecretValue" | "UpdateSecret" | "RotateSecret") => BOTH,
        ("ssm", "GetParameter" | "GetParameters" | "GetParametersByPath" | "GetParameterHistory") => READ,
        ("ssm", "PutParameter") => &["kms:Encrypt", "kms:GenerateDataKey"],
        ("events", "PutEvents") => BOTH,
        ("states", "StartExecution" | "StartSyncExecution" | "SendTaskSuccess" | "SendTaskFailure") => BOTH,
        ("states", "DescribeExecution" | "GetExecutionHistory" | "GetActivityTask") => READ,
        ("states", "DescribeStateMachine" | "DescribeStateMachineForExecution") => READ,
        ("lambda", "UpdateFunctionConfiguration" | "CreateFunction") => &["kms:Encrypt", "kms:Decrypt"],
        ("lambda", "GetFunctionConfiguration" | "GetFunction") => READ,
        ("codecommit", "GitPull" | "GetFile" | "GetBlob" | "GetFolder") => READ,
        ("codecommit", "GitPush" | "PutFile" | "CreateCommit") => BOTH,
        _ => &[],
    }
}

/// Every action of this file, for a test that they exist.
#[cfg(test)]
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    let polling = POLLING.iter().flat_map(|(_, needs)| needs.iter());
    let sending = SENDING.iter().flat_map(|(_, needs)| needs.iter());
    let rest = BASE.iter().chain(TRACING).chain(NETWORK);
    polling.chain(sending).chain(rest).map(|need| need.action)
}
