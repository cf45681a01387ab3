//! Calls of every dialect, and the operation that each is.
use super::operation;

#[track_caller]
fn is(keyed: &str, expect: &str) {
    with(keyed, None, expect);
}

#[track_caller]
fn with(keyed: &str, command: Option<&str>, expect: &str) {
    let found = operation(keyed, command)
        .map_or_else(|| "-".to_owned(), |aws| format!("{}:{}", aws.service, aws.operation));
    assert_eq!(found, expect, "{keyed}");
}

#[test]
fn a_client_of_boto3() {
    is("boto3.client(s3).put_object", "s3:PutObject");
    is("boto3.Session().client(dynamodb).transact_write_items", "dynamodb:TransactWriteItems");
    is("boto3.session.Session(profile).client(s3).list_objects_v2", "s3:ListObjectsV2");
    is("aioboto3.Session().client(s3).__aenter__().get_object", "s3:GetObject");
    is("aiobotocore.session.get_session().create_client(sqs).send_message", "sqs:SendMessage");
    is("boto3.client(rds).create_db_instance", "rds:CreateDBInstance");
    is("boto3.client(iam).list_mfa_devices", "iam:ListMFADevices");
    is("boto3.client(cognito-idp).set_user_pool_mfa_config", "cognito-idp:SetUserPoolMfaConfig");
    is("boto3.client(stepfunctions).start_execution", "stepfunctions:StartExecution");
    is("boto3.client(s3)", "-");
    is("boto3.client().put_object", "-");
    is("boto3.client(s3).exceptions.NoSuchKey", "-");
    is("boto3.client(s3).close", "-");
}

#[test]
fn paginators_waiters_and_transfers_of_boto3() {
    is("boto3.client(s3).get_paginator(list_objects_v2).paginate", "s3:ListObjectsV2");
    is("boto3.client(s3).get_paginator(list_objects_v2)", "-");
    is("boto3.client(lambda).get_waiter(function_active).wait", "lambda:GetFunctionConfiguration");
    is("boto3.client(dynamodb).get_waiter(table_exists).wait", "dynamodb:DescribeTable");
    is("boto3.client(s3).upload_fileobj", "s3:PutObject");
    is("boto3.client(s3).download_file", "s3:GetObject");
    is("boto3.client(s3).copy", "s3:CopyObject");
    with("boto3.client(s3).generate_presigned_url", Some("get_object"), "s3:GetObject");
    is("boto3.client(s3).generate_presigned_url(put_object)", "s3:PutObject");
    is("boto3.client(s3).generate_presigned_url", "-");
}

#[test]
fn resources_of_boto3() {
    is("boto3.resource(dynamodb).Table(orders).put_item", "dynamodb:PutItem");
    is("boto3.resource(dynamodb).Table().scan", "dynamodb:Scan");
    is("boto3.resource(dynamodb).Table(a.b).batch_writer().put_item", "dynamodb:BatchWriteItem");
    is(
        "boto3.resource(dynamodb).Table(a.b).batch_writer().__enter__().delete_item",
        "dynamodb:BatchWriteItem",
    );
    is("boto3.resource(dynamodb).batch_get_item", "dynamodb:BatchGetItem");
    is("boto3.resource(s3).Bucket(b).Object(k).put", "s3:PutObject");
    is("boto3.resource(s3).Object(b).download_file", "s3:GetObject");
    is("boto3.resource(s3).Bucket(b).objects.all", "s3:ListObjects");
    is("boto3.resource(s3).Bucket(b).objects.filter().delete", "s3:DeleteObjects");
    is("boto3.resource(s3).Bucket(b).Acl().put", "s3:PutBucketAcl");
    is("boto3.resource(s3).Object(b).Acl().put", "s3:PutObjectAcl");
    is("boto3.resource(s3).meta.client.head_object", "s3:HeadObject");
    is("boto3.resource(sqs).get_queue_by_name().send_message", "sqs:SendMessage");
    is("boto3.resource(sqs).Queue(url).receive_messages", "sqs:ReceiveMessage");
    is("boto3.resource(sns).Topic(arn).publish", "sns:Publish");
    is("boto3.resource(s3).Bucket(b)", "-");
}

#[test]
fn version_2_for_javascript() {
    is("aws-sdk.S3().putObject", "s3:PutObject");
    is("aws-sdk.S3().putObject().promise", "-");
    is("aws-sdk.S3()", "-");
    is("aws-sdk/clients/s3().listObjectsV2", "s3:ListObjectsV2");
    is("aws-sdk/clients/dynamodb.DocumentClient().batchWrite", "dynamodb:BatchWriteItem");
    is("aws-sdk.DynamoDB.DocumentClient().get", "dynamodb:GetItem");
    is("aws-sdk.DynamoDB.DocumentClient().transactWrite", "dynamodb:TransactWriteItems");
    is("aws-sdk.DynamoDB.DocumentClient().query", "dynamodb:Query");
    is("aws-sdk.StepFunctions().startExecution", "stepfunctions:StartExecution");
    is("aws-sdk.CognitoIdentityServiceProvider().adminGetUser", "cognito-idp:AdminGetUser");
    is("aws-sdk.CloudWatchLogs().putLogEvents", "logs:PutLogEvents");
    is("aws-sdk.EventBridge().putEvents", "events:PutEvents");
    is("aws-sdk.IotData().publish", "iot-data:Publish");
    is("aws-sdk.S3().upload", "s3:PutObject");
    is("aws-sdk.S3.ManagedUpload()", "s3:PutObject");
    with("aws-sdk.S3().getSignedUrl", Some("getObject"), "s3:GetObject");
    is("@aws-sdk/client-s3.S3Client().send().Body.transformToString", "-");
    is("@aws-sdk/client-s3.S3().getObject().Body.transformToString", "-");
    with("aws-sdk.S3().waitFor", Some("objectExists"), "s3:HeadObject");
    is("aws-xray-sdk-core.captureAWS().Lambda().invoke", "lambda:Invoke");
    is("aws-sdk.config.update", "-");
}

#[test]
fn version_3_for_javascript() {
    with("@aws-sdk/client-s3.S3Client().send", Some("@aws-sdk/client-s3.PutObjectCommand()"), "s3:PutObject");
    with("?.send", Some("@aws-sdk/client-sfn.StartExecutionCommand()"), "stepfunctions:StartExecution");
    with(
        "@aws-sdk/lib-dynamodb.DynamoDBDocumentClient.from().send",
        Some("@aws-sdk/lib-dynamodb.GetCommand()"),
        "dynamodb:GetItem",
    );
    with(
        "@aws-sdk/s3-request-presigner.getSignedUrl",
        Some("@aws-sdk/client-s3.GetObjectCommand()"),
        "s3:GetObject",
    );
    is("@aws-sdk/client-s3.S3().putObject", "s3:PutObject");
    is("@aws-sdk/lib-dynamodb.DynamoDBDocument.from().put", "dynamodb:PutItem");
    is("@aws-sdk/client-s3.paginateListObjectsV2", "s3:ListObjectsV2");
    is("@aws-sdk/lib-dynamodb.paginateScan", "dynamodb:Scan");
    is("@aws-sdk/client-dynamodb.waitUntilTableExists", "dynamodb:DescribeTable");
    is("@aws-sdk/lib-storage.Upload()", "s3:PutObject");
    is("@aws-sdk/lib-storage.Upload", "s3:PutObject");
    is("@aws-sdk/client-s3.S3Client", "-");
    is("@aws-sdk/client-s3.S3Client().send", "s3:[]");
    is("boto3.client(s3).[]", "s3:[]");
    is("aws-sdk.S3().[]", "s3:[]");
    is("@aws-sdk/client-s3.PutObjectCommand", "-");
    is("@aws-sdk/client-cloudwatch-logs.CloudWatchLogs().putLogEvents", "logs:PutLogEvents");
}

#[test]
fn parameters_of_powertools() {
    is("aws_lambda_powertools.utilities.parameters.get_secret", "secretsmanager:GetSecretValue");
    is("aws_lambda_powertools.utilities.parameters.SSMProvider().get", "ssm:GetParameter");
    is("aws_lambda_powertools.Logger().info", "-");
    is("@aws-lambda-powertools/parameters/secrets.getSecret", "secretsmanager:GetSecretValue");
    is("@aws-lambda-powertools/parameters/ssm.SSMProvider().getMultiple", "ssm:GetParametersByPath");
}

#[test]
fn other_calls_are_no_operation() {
    is("os.system", "-");
    is("?.put_item", "-");
    is("", "-");
    is(&"a.".repeat(100_000), "-");
}
