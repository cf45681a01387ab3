//! What services ask of a key on behalf of the caller.
use super::Action;

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
        // Only an upload in parts reads them again.
        ("s3", "PutObject") => WRITE,
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
        ("ssm", "PutParameter") => &["kms:Encrypt"],
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
