//! Patches of nodes, written into small templates.
mod permit;
mod random;

use model::{Data, Patch};

use crate::{MemorySource, Options, apply, edits, read};

fn set(node: &str, attr: &'static str, value: impl Into<Data>) -> Patch {
    Patch::Set { node: node.into(), attr, value: value.into() }
}

#[track_caller]
fn written(path: &str, text: &str, patches: &[Patch]) -> Result<String, String> {
    let project = read(&MemorySource::new([(path, text)]), &Options::default());
    let edits = edits(&project, &project.apps[0], patches).map_err(|refused| refused.why)?;
    Ok(apply(text, &edits))
}

#[track_caller]
fn check(path: &str, text: &str, patches: &[Patch], expected: &str) {
    assert_eq!(written(path, text, patches).unwrap(), expected);
}

#[test]
fn an_attribute_is_written_where_its_table_says() {
    check(
        "t.yaml",
        "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Runtime: python3.13 # newest\n",
        &[set("F", "tracing", true)],
        "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      Runtime: python3.13 # newest\n      \
         TracingConfig:\n        Mode: Active\n",
    );
}

#[test]
fn several_attributes_share_the_map_that_is_made() {
    check(
        "t.yaml",
        "Resources:\n  B:\n    Type: AWS::S3::Bucket\n",
        &[
            set("B", "block_public_acls", true),
            set("B", "ignore_public_acls", true),
            set("B", "encryption", "AES256"),
        ],
        "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      PublicAccessBlockConfiguration:\n        \
         BlockPublicAcls: true\n        IgnorePublicAcls: true\n      BucketEncryption:\n        \
         ServerSideEncryptionConfiguration:\n          - ServerSideEncryptionByDefault:\n              SSEAlgorithm: AES256\n",
    );
}

#[test]
fn words_switch_what_words_switch() {
    check(
        "t.yaml",
        "Resources: {P: {Type: AWS::Cognito::UserPool, Properties: {}}}\n",
        &[set("P", "deletion_protection", "ACTIVE")],
        "Resources: {P: {Type: AWS::Cognito::UserPool, Properties: {DeletionProtection: ACTIVE}}}\n",
    );
}

#[test]
fn what_the_provider_asks_for_must_be_there() {
    let text = "Resources:\n  S:\n    Type: AWS::Kinesis::Stream\n";
    let refused = written("t.yaml", text, &[set("S", "encryption", "KMS")]).unwrap_err();
    assert_eq!(refused, "`StreamEncryption` needs `KeyId` as well");
}

#[test]
fn values_from_parameters_are_not_overwritten() {
    let text = "Parameters: {T: {Type: Number, Default: 1}}\nResources:\n  L:\n    Type: AWS::Logs::LogGroup\n    \
                Properties:\n      RetentionInDays: !Ref T\n";
    let refused = written("t.yaml", text, &[set("L", "retention_days", 7)]).unwrap_err();
    assert_eq!(refused, "the value comes from parameter `T`");
}

#[test]
fn globals_stay_and_the_function_says_otherwise() {
    check(
        "t.yaml",
        "Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function:\n    Tracing: PassThrough\nResources:\n  F:\n    \
         Type: AWS::Serverless::Function\n    Properties:\n      Handler: a.b\n      FunctionUrlConfig:\n        AuthType: NONE\n",
        &[set("F", "tracing", true), set("FUrl", "auth", "AWS_IAM")],
        "Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function:\n    Tracing: PassThrough\nResources:\n  F:\n    \
         Type: AWS::Serverless::Function\n    Properties:\n      Handler: a.b\n      FunctionUrlConfig:\n        AuthType: AWS_IAM\n      \
         Tracing: Active\n",
    );
}

const QUEUE: &str = "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n";

#[test]
fn resources_are_added_beside_others() {
    let project = read(&MemorySource::new([("t.yaml", QUEUE)]), &Options::default());
    let queue = project.apps[0].named("Q").unwrap();
    let dead =
        model::NewNode::new(queue, "QDead", ["AWS::SQS::Queue", "aws_sqs_queue"]).with("encrypted", true);
    check(
        "t.yaml",
        QUEUE,
        &[dead.clone().create(), dead.create(), Patch::Ask { near: "Q".into(), parameter: "Key".into() }],
        "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n  QDead:\n    Type: AWS::SQS::Queue\n    Properties:\n      \
         SqsManagedSseEnabled: true\nParameters:\n  Key:\n    Type: String\n    NoEcho: true\n",
    );
}

#[test]
fn parts_of_policies_are_written_where_they_stand() {
    let text = "Resources:\n  P:\n    Type: AWS::SQS::QueuePolicy\n    Properties:\n      Queues: [q]\n      PolicyDocument:\n        \
                Statement:\n          - Effect: Allow # all\n            Action: ['sqs:*', \"sqs:Get\"]\n            Resource: '*'\n            \
                Principal: '*'\n";
    let project = read(&MemorySource::new([("t.yaml", text)]), &Options::default());
    let node = project.apps[0].named("P").unwrap();
    let statement = &node.resource_policies[0].statements[0];
    let patches = [
        statement.actions[0].rewrite("sqs:SendMessage"),
        statement.put(&["Condition", "Bool", "aws:SecureTransport"], true),
    ];
    let expected = text.replace("sqs:*", "sqs:SendMessage")
        + "            Condition:\n              Bool:\n                aws:SecureTransport: true\n";
    check("t.yaml", text, &patches, &expected);
}
