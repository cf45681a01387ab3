//! Which trigger sent an event, by its shape.
use super::json::Value;

/// What starts a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trigger {
    /// Amazon API Gateway, REST (payload version 1.0).
    ApiGatewayV1,
    /// Amazon API Gateway HTTP APIs (payload version 2.0) and Lambda function URLs.
    ApiGatewayV2,
    ApiGatewayWebSocket,
    LoadBalancer,
    /// CloudFront with Lambda@Edge.
    CloudFront,
    VpcLattice,
    AppSync,
    S3,
    S3Batch,
    S3ObjectLambda,
    Sqs,
    Sns,
    EventBridge,
    DynamoDb,
    Kinesis,
    Firehose,
    Kafka,
    /// Amazon MQ: ActiveMQ and RabbitMQ.
    Mq,
    Ses,
    CloudWatchLogs,
    Cognito,
    Iot,
    StepFunctions,
    Alexa,
    Lex,
    /// Azure Functions, HTTP (custom handlers).
    AzureHttp,
    /// Azure Functions, other bindings: queue, blob, event hub, timer.
    AzureFunction,
    AzureEventGrid,
    /// CloudEvents 1.0, also of Google Cloud (Storage, Firestore, Audit Logs).
    CloudEvent,
    /// Google Cloud Pub/Sub, pushed.
    PubSub,
    /// Google Cloud Storage without an envelope.
    GoogleStorage,
    /// Called directly, or of a shape that nobody knows.
    Direct,
}

const NAMES: &[(&str, Trigger)] = &[
    ("api-gateway-v1", Trigger::ApiGatewayV1),
    ("api-gateway-v2", Trigger::ApiGatewayV2),
    ("function-url", Trigger::ApiGatewayV2),
    ("websocket", Trigger::ApiGatewayWebSocket),
    ("alb", Trigger::LoadBalancer),
    ("cloudfront", Trigger::CloudFront),
    ("vpc-lattice", Trigger::VpcLattice),
    ("appsync", Trigger::AppSync),
    ("s3", Trigger::S3),
    ("s3-batch", Trigger::S3Batch),
    ("s3-object-lambda", Trigger::S3ObjectLambda),
    ("sqs", Trigger::Sqs),
    ("sns", Trigger::Sns),
    ("eventbridge", Trigger::EventBridge),
    ("dynamodb", Trigger::DynamoDb),
    ("kinesis", Trigger::Kinesis),
    ("firehose", Trigger::Firehose),
    ("kafka", Trigger::Kafka),
    ("mq", Trigger::Mq),
    ("ses", Trigger::Ses),
    ("cloudwatch-logs", Trigger::CloudWatchLogs),
    ("cognito", Trigger::Cognito),
    ("iot", Trigger::Iot),
    ("step-functions", Trigger::StepFunctions),
    ("alexa", Trigger::Alexa),
    ("lex", Trigger::Lex),
    ("azure-http", Trigger::AzureHttp),
    ("azure-function", Trigger::AzureFunction),
    ("azure-event-grid", Trigger::AzureEventGrid),
    ("cloudevent", Trigger::CloudEvent),
    ("pubsub", Trigger::PubSub),
    ("google-storage", Trigger::GoogleStorage),
    ("direct", Trigger::Direct),
];

impl Trigger {
    /// The name in lower case: `api-gateway-v2`.
    #[must_use]
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|&&(_, known)| known == self).map_or("direct", |&(name, _)| name)
    }

    /// Finds a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|&(_, trigger)| trigger)
    }

    /// Every name.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|&(name, _)| name)
    }

    /// Whether its events are HTTP requests.
    #[must_use]
    pub fn is_http(self) -> bool {
        matches!(
            self,
            Self::ApiGatewayV1
                | Self::ApiGatewayV2
                | Self::LoadBalancer
                | Self::CloudFront
                | Self::VpcLattice
                | Self::AppSync
                | Self::AzureHttp
        )
    }
}

/// The trigger of an event, by its shape.
pub(super) fn recognise(event: &Value<'_>) -> Trigger {
    let has = |path: &str| event.has(path);
    if let Some(first) = event.get("Records").and_then(|records| records.items().first()) {
        return of_records(first);
    }
    let gateway = [
        (has("requestContext.elb") && has("httpMethod"), Trigger::LoadBalancer),
        (has("requestContext.http.method"), Trigger::ApiGatewayV2),
        (has("requestContext.connectionId"), Trigger::ApiGatewayWebSocket),
        (has("httpMethod") && has("path"), Trigger::ApiGatewayV1),
        (has("requestContext.serviceNetworkArn") || (has("raw_path") && has("method")), Trigger::VpcLattice),
        (has("info.fieldName") && has("arguments"), Trigger::AppSync),
        (has("Data.req.Method"), Trigger::AzureHttp),
        (has("Data") && has("Metadata"), Trigger::AzureFunction),
    ];
    let services = [
        (has("awslogs.data"), Trigger::CloudWatchLogs),
        (has("detail-type") && has("source"), Trigger::EventBridge),
        (has("deliveryStreamArn") && has("records"), Trigger::Firehose),
        (has("rmqMessagesByQueue") || (has("messages") && has("eventSource")), Trigger::Mq),
        (has("records") && (has("bootstrapServers") || has("eventSourceArn")), Trigger::Kafka),
        (has("triggerSource") && has("userPoolId"), Trigger::Cognito),
        (has("invocationSchemaVersion") && has("tasks"), Trigger::S3Batch),
        (has("getObjectContext") && has("userRequest"), Trigger::S3ObjectLambda),
        (has("session.application") && has("request.type"), Trigger::Alexa),
        (has("bot.name") && (has("sessionState") || has("currentIntent")), Trigger::Lex),
        (has("specversion") && has("type"), Trigger::CloudEvent),
        (has("message.data") && has("subscription"), Trigger::PubSub),
        (has("message.attributes") && has("subscription"), Trigger::PubSub),
        (has("kind") && has("bucket") && has("name"), Trigger::GoogleStorage),
        (has("0.eventType") && has("0.subject") && has("0.data"), Trigger::AzureEventGrid),
        (has("0.specversion") && has("0.type"), Trigger::CloudEvent),
        (has("Execution.StateMachine") || has("StateMachine.Id") || has("taskToken"), Trigger::StepFunctions),
        (has("Message") && has("TopicArn"), Trigger::Sns),
    ];
    gateway.iter().chain(&services).find(|(fits, _)| *fits).map_or(Trigger::Direct, |&(_, trigger)| trigger)
}

fn of_records(first: &Value<'_>) -> Trigger {
    let source = first
        .get("eventSource")
        .or_else(|| first.get("EventSource"))
        .and_then(Value::text)
        .unwrap_or_default();
    match source {
        "aws:s3" | "minio:s3" => Trigger::S3,
        "aws:sqs" => Trigger::Sqs,
        "aws:sns" => Trigger::Sns,
        "aws:dynamodb" => Trigger::DynamoDb,
        "aws:kinesis" => Trigger::Kinesis,
        "aws:ses" => Trigger::Ses,
        _ if first.has("cf.request") => Trigger::CloudFront,
        _ if first.has("s3.object.key") => Trigger::S3,
        _ if first.has("kinesis.data") => Trigger::Kinesis,
        _ if first.has("Sns.Message") => Trigger::Sns,
        _ => Trigger::Direct,
    }
}
