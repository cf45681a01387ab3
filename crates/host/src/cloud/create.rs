//! Making the template's resources in the local cloud, and learning the names that it chose.
use super::{Cloud, CloudError};
use crate::names::Names;
use crate::talk::Talk;
use http::Method;
use model::{App, Kind, Node, Tri, Value};
use serde_json::{Map, Value as Json, json};

/// Makes every resource that is known how to make. What fails is told, and the rest goes on.
pub(crate) async fn all(cloud: &Cloud, app: &App, names: &mut Names, talk: &Talk) {
    // Queues that others name come first, clients after their pools.
    const ORDER: &[Kind] = &[
        Kind::Key,
        Kind::Bucket,
        Kind::Queue,
        Kind::Topic,
        Kind::Table,
        Kind::Stream,
        Kind::UserPool,
        Kind::UserPoolClient,
        Kind::IdentityPool,
        Kind::Secret,
        Kind::Parameter,
        Kind::LogGroup,
        Kind::EventBus,
        Kind::Subscription,
    ];
    for kind in ORDER {
        for node in app.all(*kind) {
            if let Err(why) = one(cloud, app, node, names).await {
                talk.note(format!("`{}` could not be made in the local cloud: {why}", node.name));
            }
        }
    }
}

#[expect(clippy::too_many_lines, reason = "a table: one arm for each kind of resource")]
async fn one(cloud: &Cloud, app: &App, node: &Node, names: &mut Names) -> Result<(), CloudError> {
    let name = names.name(app, node);
    match node.kind {
        Kind::Bucket => {
            let body = if names.region == "us-east-1" {
                String::new()
            } else {
                format!(
                    "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>{}</LocationConstraint></CreateBucketConfiguration>",
                    names.region
                )
            };
            cloud.s3(Method::PUT, &format!("/{name}"), body).await?;
            if node.flag("versioning") == Tri::True {
                let on = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
                cloud.s3(Method::PUT, &format!("/{name}?versioning"), on.to_owned()).await?;
            }
        }
        Kind::Queue => queue(cloud, app, node, names, &name).await?,
        Kind::Topic => {
            let mut fields = vec![("Name".to_owned(), name.clone())];
            if node.flag("fifo") == Tri::True {
                fields.push(("Attributes.entry.1.key".to_owned(), "FifoTopic".to_owned()));
                fields.push(("Attributes.entry.1.value".to_owned(), "true".to_owned()));
            }
            cloud.query("sns", "2010-03-31", "CreateTopic", &fields).await?;
            for entry in node.list("subscriptions") {
                let protocol = entry.get("protocol").and_then(Value::as_str).unwrap_or_default();
                subscribe(cloud, app, names, (&name, protocol, entry.get("endpoint"))).await?;
            }
        }
        Kind::Subscription => {
            let Some(topic) =
                node.get("topic").and_then(Value::first_reference).and_then(|one| app.named(&one.target))
            else {
                return Ok(());
            };
            let (topic, protocol) = (names.name(app, topic), node.text("protocol").unwrap_or_default());
            subscribe(cloud, app, names, (&topic, protocol, node.get("endpoint"))).await?;
        }
        Kind::Table => table(cloud, app, node, names, &name).await?,
        Kind::Stream => {
            let body = json!({"StreamName": name, "ShardCount": node.int("shards").unwrap_or(1).max(1)});
            cloud.json("kinesis", "Kinesis_20131202.CreateStream", &body).await?;
        }
        Kind::UserPool | Kind::UserPoolClient | Kind::IdentityPool => {
            sign_in(cloud, app, node, names, &name).await?
        }
        Kind::Secret if node.owner.is_none() => {
            let value = node.get("value").and_then(|value| names.text(app, value));
            let value = value.unwrap_or_else(|| generated(node));
            let answer = cloud
                .json(
                    "secretsmanager",
                    "secretsmanager.CreateSecret",
                    &json!({"Name": name, "SecretString": value}),
                )
                .await?;
            keep(names, node, "Arn", &answer, "/ARN");
            keep(names, node, "", &answer, "/ARN");
        }
        Kind::Parameter => {
            let value = node
                .get("value")
                .and_then(|value| names.text(app, value))
                .unwrap_or_else(|| "local".to_owned());
            let body = json!({"Name": name, "Value": value, "Type": "String", "Overwrite": true});
            cloud.json("ssm", "AmazonSSM.PutParameter", &body).await?;
        }
        Kind::LogGroup => {
            cloud.json("logs", "Logs_20140328.CreateLogGroup", &json!({"logGroupName": name})).await?;
        }
        Kind::EventBus if name != "default" => {
            cloud.json("events", "AWSEvents.CreateEventBus", &json!({"Name": name})).await?;
        }
        Kind::Key if node.provider_type.ends_with("Key") || node.provider_type == "aws_kms_key" => {
            let answer = cloud.json("kms", "TrentService.CreateKey", &json!({})).await?;
            keep(names, node, "", &answer, "/KeyMetadata/KeyId");
            keep(names, node, "Arn", &answer, "/KeyMetadata/Arn");
        }
        _ => {}
    }
    Ok(())
}

fn keep(names: &mut Names, node: &Node, attribute: &str, answer: &Json, at: &str) {
    if let Some(text) = answer.pointer(at).and_then(Json::as_str) {
        names.set(&node.name, attribute, text);
    }
}

async fn queue(cloud: &Cloud, app: &App, node: &Node, names: &Names, name: &str) -> Result<(), CloudError> {
    let mut attributes = Map::new();
    let numbers = [
        ("visibility_seconds", "VisibilityTimeout"),
        ("delay_seconds", "DelaySeconds"),
        ("retention_seconds", "MessageRetentionPeriod"),
        ("wait_seconds", "ReceiveMessageWaitTimeSeconds"),
        ("message_bytes_max", "MaximumMessageSize"),
    ];
    for (attr, attribute) in numbers {
        if let Some(number) = node.int(attr) {
            attributes.insert(attribute.to_owned(), Json::from(number.to_string()));
        }
    }
    if node.flag("fifo") == Tri::True {
        attributes.insert("FifoQueue".to_owned(), Json::from("true"));
        if node.flag("deduplication") == Tri::True {
            attributes.insert("ContentBasedDeduplication".to_owned(), Json::from("true"));
        }
    }
    let dead =
        node.get("dead_letters").and_then(Value::first_reference).and_then(|one| app.named(&one.target));
    if let Some(dead) = dead {
        // The queue for dead letters has to be there first; made twice it is the same.
        let dead_name = names.name(app, dead);
        let mut own = Map::new();
        if dead_name.ends_with(".fifo") {
            own.insert("FifoQueue".to_owned(), Json::from("true"));
        }
        let body = json!({"QueueName": dead_name, "Attributes": own});
        drop(cloud.json("sqs", "AmazonSQS.CreateQueue", &body).await);
        let policy = json!({"deadLetterTargetArn": names.arn(app, dead),
            "maxReceiveCount": node.int("max_receives").unwrap_or(3)});
        attributes.insert("RedrivePolicy".to_owned(), Json::from(policy.to_string()));
    }
    let body = json!({"QueueName": name, "Attributes": attributes});
    match cloud.json("sqs", "AmazonSQS.CreateQueue", &body).await {
        Err(CloudError::Refused { text, .. })
            if text.contains("AlreadyExists") || text.contains("QueueNameExists") =>
        {
            Ok(())
        }
        other => other.map(drop),
    }
}

/// Subscriptions of queues; functions are told by the host itself.
async fn subscribe(
    cloud: &Cloud,
    app: &App,
    names: &Names,
    (topic, protocol, endpoint): (&str, &str, Option<&Value>),
) -> Result<(), CloudError> {
    let target = endpoint.and_then(Value::first_reference).and_then(|one| app.named(&one.target));
    let Some(target) = target.filter(|_| protocol == "sqs") else { return Ok(()) };
    let fields = [
        ("TopicArn".to_owned(), names.arn_of("sns", topic)),
        ("Protocol".to_owned(), "sqs".to_owned()),
        ("Endpoint".to_owned(), names.arn(app, target)),
    ];
    cloud.query("sns", "2010-03-31", "Subscribe", &fields).await.map(drop)
}

/// The first of several spellings of a key in a map.
fn any<'a>(value: &'a Json, keys: &[&str]) -> Option<&'a Json> {
    keys.iter().find_map(|key| value.get(*key)).filter(|value| !value.is_null())
}

fn list(value: Json) -> Vec<Json> {
    match value {
        Json::Array(list) => list,
        Json::Null => Vec::new(),
        one => vec![one],
    }
}

/// CloudFormation's words or Terraform's become the API's.
async fn table(cloud: &Cloud, app: &App, node: &Node, names: &Names, name: &str) -> Result<(), CloudError> {
    let json_of = |attr: &str| node.attrs.get(attr).map_or(Json::Null, |value| names.json(app, value));
    let mut attributes: Vec<Json> = list(json_of("attributes"))
        .iter()
        .filter_map(|one| {
            let name = any(one, &["AttributeName", "name"])?;
            Some(json!({"AttributeName": name, "AttributeType": any(one, &["AttributeType", "type"])?}))
        })
        .collect();
    let mut keys = key_schema(&json_of("key_schema"), &json_of("hash_key"), &json_of("range_key"));
    if keys.is_empty() {
        // SAM's simple table.
        let simple = json_of("key_schema");
        let key = any(&simple, &["Name"]).cloned().unwrap_or_else(|| json!("id"));
        let kind = match any(&simple, &["Type"]).and_then(Json::as_str) {
            Some("Number") => "N",
            Some("Binary") => "B",
            _ => "S",
        };
        attributes.push(json!({"AttributeName": key, "AttributeType": kind}));
        keys.push(json!({"AttributeName": key, "KeyType": "HASH"}));
    }
    let mut body = json!({"TableName": name, "AttributeDefinitions": attributes, "KeySchema": keys,
        "BillingMode": "PAY_PER_REQUEST"});
    for (attr, field) in [("indexes", "GlobalSecondaryIndexes"), ("local_indexes", "LocalSecondaryIndexes")] {
        let own: Vec<Json> = list(json_of(attr)).iter().map(|one| index(one, &keys)).collect();
        if !own.is_empty()
            && let Some(body) = body.as_object_mut()
        {
            body.insert(field.to_owned(), Json::Array(own));
        }
    }
    let view = node.text("stream");
    if (view.is_some() || node.flag("stream_on") == Tri::True)
        && let Some(body) = body.as_object_mut()
    {
        let spec = json!({"StreamEnabled": true, "StreamViewType": view.unwrap_or("NEW_AND_OLD_IMAGES")});
        body.insert("StreamSpecification".to_owned(), spec);
    }
    cloud.json("dynamodb", "DynamoDB_20120810.CreateTable", &body).await.map(drop)
}

fn key_schema(written: &Json, hash: &Json, range: &Json) -> Vec<Json> {
    if let Json::Array(list) = written {
        return list
            .iter()
            .filter_map(|one| {
                Some(json!({"AttributeName": any(one, &["AttributeName", "attribute_name"])?,
                    "KeyType": any(one, &["KeyType", "key_type"])?}))
            })
            .collect();
    }
    let part =
        |name: &Json, kind: &str| (!name.is_null()).then(|| json!({"AttributeName": name, "KeyType": kind}));
    part(hash, "HASH").into_iter().chain(part(range, "RANGE")).collect()
}

fn index(one: &Json, keys: &[Json]) -> Json {
    let mut own = key_schema(
        any(one, &["KeySchema", "key_schema"]).unwrap_or(&Json::Null),
        any(one, &["hash_key"]).unwrap_or(&Json::Null),
        any(one, &["range_key"]).unwrap_or(&Json::Null),
    );
    // A local index of Terraform names its range key alone.
    if own.len() == 1 && own.first().and_then(|key| key.get("KeyType")) == Some(&json!("RANGE")) {
        own.splice(0..0, keys.first().cloned());
    }
    let projection = any(one, &["Projection"]).cloned().unwrap_or_else(|| {
        let kind = any(one, &["projection_type"]).cloned().unwrap_or_else(|| json!("ALL"));
        match any(one, &["non_key_attributes"]) {
            Some(names) => json!({"ProjectionType": kind, "NonKeyAttributes": names}),
            None => json!({"ProjectionType": kind}),
        }
    });
    json!({"IndexName": any(one, &["IndexName", "name"]), "KeySchema": own, "Projection": projection})
}

async fn sign_in(
    cloud: &Cloud,
    app: &App,
    node: &Node,
    names: &mut Names,
    name: &str,
) -> Result<(), CloudError> {
    let json_of = |attr: &str| node.attrs.get(attr).map_or(Json::Null, |value| names.json(app, value));
    match node.kind {
        Kind::UserPool => {
            let mut body = json!({"PoolName": name});
            let mut put = |key: &str, value: Json| {
                if let Some(body) = body.as_object_mut()
                    && !value.is_null()
                {
                    body.insert(key.to_owned(), value);
                }
            };
            let schema: Vec<Json> = list(json_of("attributes")).into_iter().filter(is_custom).collect();
            put("Schema", if schema.is_empty() { Json::Null } else { Json::Array(schema) });
            put("UsernameAttributes", json_of("usernames"));
            put("AliasAttributes", json_of("aliases"));
            put("AutoVerifiedAttributes", json_of("auto_verified"));
            let policy = json_of("password");
            if policy.get("MinimumLength").is_some() {
                put("Policies", json!({"PasswordPolicy": policy}));
            }
            let answer =
                cloud.json("cognito-idp", "AWSCognitoIdentityProviderService.CreateUserPool", &body).await?;
            keep(names, node, "", &answer, "/UserPool/Id");
            keep(names, node, "Arn", &answer, "/UserPool/Arn");
        }
        Kind::UserPoolClient => {
            let pool = node.get("pool").and_then(|value| names.text(app, value));
            let flows = json_of("auth_flows");
            let mut body = json!({"UserPoolId": pool, "ClientName": name,
                "GenerateSecret": node.flag("secret") == Tri::True});
            if let (Json::Array(_), Some(body)) = (&flows, body.as_object_mut()) {
                body.insert("ExplicitAuthFlows".to_owned(), flows);
            }
            let target = "AWSCognitoIdentityProviderService.CreateUserPoolClient";
            let answer = cloud.json("cognito-idp", target, &body).await?;
            keep(names, node, "", &answer, "/UserPoolClient/ClientId");
        }
        _ => {
            let body = json!({"IdentityPoolName": name, "AllowUnauthenticatedIdentities": node.flag("guests") == Tri::True});
            let target = "AWSCognitoIdentityService.CreateIdentityPool";
            let answer = cloud.json("cognito-identity", target, &body).await?;
            keep(names, node, "", &answer, "/IdentityPoolId");
        }
    }
    Ok(())
}

/// Standard attributes are there without being named, and cannot be made again.
fn is_custom(attribute: &Json) -> bool {
    const STANDARD: &[&str] = &[
        "sub",
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "email",
        "email_verified",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "phone_number",
        "phone_number_verified",
        "address",
        "updated_at",
    ];
    attribute.get("Name").and_then(Json::as_str).is_some_and(|name| !STANDARD.contains(&name))
}

/// A secret that the service would generate.
fn generated(node: &Node) -> String {
    let value = crate::clock::hex(&crate::clock::random::<16>());
    let template =
        node.get("generated").and_then(|one| one.path("SecretStringTemplate")).and_then(Value::as_str);
    let key = node.get("generated").and_then(|one| one.path("GenerateStringKey")).and_then(Value::as_str);
    let parsed = template.and_then(|text| serde_json::from_str::<Json>(text).ok());
    if let (Some(Json::Object(mut object)), Some(key)) = (parsed, key) {
        object.insert(key.to_owned(), Json::from(value));
        return Json::Object(object).to_string();
    }
    value
}
