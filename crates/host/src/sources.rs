//! Event sources that are asked for work: queues, streams of tables, schedules.
use crate::clock;
use crate::cloud::Cloud;
use crate::front::Front;
use crate::invocation::Asked;
use crate::pattern;
use crate::plan::Trigger;
use crate::pool::Pool;
use crate::schedule;
use base64::Engine;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Seconds of a long poll, and milliseconds between looks where there is none.
const POLL_SECONDS: u64 = 1;
const LOOK_MS: u64 = 500;
/// Messages of one receive.
const RECEIVED_MAX: usize = 10;
/// Milliseconds of rest after an error of the local cloud.
const REST_MS: u64 = 1_000;

/// Starts a task for each source.
pub(crate) fn start(front: &Arc<Front>) -> Vec<JoinHandle<()>> {
    let mut tasks = Vec::new();
    for trigger in &front.plan.triggers {
        let Some(pool) = front.pools.get(&trigger.function).map(Arc::clone) else { continue };
        let (front, trigger) = (Arc::clone(front), trigger.clone());
        match (trigger.event.as_str(), front.cloud.clone()) {
            ("queue", Some(cloud)) => tasks.push(tokio::spawn(queue(front, cloud, pool, trigger))),
            ("table-stream", Some(cloud)) => tasks.push(tokio::spawn(table(front, cloud, pool, trigger))),
            ("stream", Some(cloud)) => tasks.push(tokio::spawn(kinesis(front, cloud, pool, trigger))),
            ("schedule", _) => tasks.push(tokio::spawn(scheduled(front, trigger))),
            _ => {}
        }
    }
    tasks
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

async fn queue(front: Arc<Front>, cloud: Arc<Cloud>, pool: Arc<Pool>, trigger: Trigger) {
    let name = trigger.source_name.clone().unwrap_or_default();
    let arn = trigger.source.clone().unwrap_or_default();
    let url = format!("http://{}/{}/{name}", cloud.authority, cloud.account);
    let size = trigger.batch_size.unwrap_or(10).max(1);
    let mut told = false;
    loop {
        let mut batch: Vec<Value> = Vec::new();
        let until = tokio::time::Instant::now() + Duration::from_millis(trigger.window_ms);
        loop {
            let ask = json!({"QueueUrl": url, "MaxNumberOfMessages": (size - batch.len()).min(RECEIVED_MAX),
                "WaitTimeSeconds": POLL_SECONDS, "AttributeNames": ["All"], "MessageAttributeNames": ["All"]});
            match cloud.json("sqs", "AmazonSQS.ReceiveMessage", &ask).await {
                Ok(answer) => {
                    told = false;
                    batch.extend(
                        answer.get("Messages").and_then(Value::as_array).cloned().unwrap_or_default(),
                    );
                }
                Err(why) => {
                    if !told {
                        front.event("sqs", &pool.function, format!("`{name}` cannot be read: {why}"));
                    }
                    told = true;
                    tokio::time::sleep(Duration::from_millis(REST_MS)).await;
                }
            }
            if batch.len() >= size || tokio::time::Instant::now() >= until {
                break;
            }
        }
        if !batch.is_empty() {
            let (front, cloud, pool, trigger) =
                (Arc::clone(&front), Arc::clone(&cloud), Arc::clone(&pool), trigger.clone());
            let (url, arn) = (url.clone(), arn.clone());
            // Standard queues are worked on at once, in several environments; FIFO queues one batch after another.
            let working = async move { messages(&front, &cloud, &pool, &trigger, (&url, &arn, batch)).await };
            if name.ends_with(".fifo") {
                working.await;
            } else {
                tokio::spawn(working);
            }
        }
    }
}

async fn messages(
    front: &Arc<Front>,
    cloud: &Cloud,
    pool: &Arc<Pool>,
    trigger: &Trigger,
    (url, arn, batch): (&str, &str, Vec<Value>),
) {
    let mut records = Vec::new();
    let mut handles: Vec<(String, String)> = Vec::new();
    for message in &batch {
        let mut record = json!({
            "messageId": text(message, "MessageId"), "receiptHandle": text(message, "ReceiptHandle"),
            "body": text(message, "Body"), "attributes": message.get("Attributes").cloned().unwrap_or(json!({})),
            "messageAttributes": attributes(message.get("MessageAttributes")), "md5OfBody": text(message, "MD5OfBody"),
            "eventSource": "aws:sqs", "eventSourceARN": arn, "awsRegion": front.shared.settings.region,
        });
        let parsed = serde_json::from_str::<Value>(text(message, "Body")).ok();
        let mut seen = record.clone();
        if let (Some(parsed), Some(seen)) = (parsed, seen.as_object_mut()) {
            seen.insert("body".to_owned(), parsed);
        }
        let (id, handle) = (text(message, "MessageId").to_owned(), text(message, "ReceiptHandle").to_owned());
        if pattern::passes(&trigger.filter, &seen) {
            records.push(record.take());
            handles.push((id, handle));
        } else {
            delete(cloud, url, &handle).await;
        }
    }
    if records.is_empty() {
        return;
    }
    let count = records.len();
    let event = json!({"Records": records});
    let asked = Asked { payload: event.to_string().into(), source: "sqs".to_owned(), ..Asked::default() };
    let Ok(finished) = pool.invoke(asked).await else { return };
    let (answer, error) = finished.whole().await;
    if error.is_some() {
        front.event("sqs", &pool.function, format!("{count} messages go back to the queue"));
        return;
    }
    let failed = if trigger.partial_failures { failures(&answer, &handles) } else { BTreeSet::new() };
    for (id, handle) in &handles {
        if !failed.contains(id) {
            delete(cloud, url, handle).await;
        }
    }
    if !failed.is_empty() {
        front.event(
            "sqs",
            &pool.function,
            format!("{} of {count} messages go back to the queue", failed.len()),
        );
    }
}

/// Messages that the function says failed; an identifier that is none of these fails all (as Lambda has it).
fn failures(answer: &[u8], handles: &[(String, String)]) -> BTreeSet<String> {
    let all = || handles.iter().map(|(id, _)| id.clone()).collect();
    let Ok(answer) = serde_json::from_slice::<Value>(answer) else { return all() };
    let list = match answer.get("batchItemFailures") {
        None | Some(Value::Null) => return BTreeSet::new(),
        Some(Value::Array(list)) => list,
        Some(_) => return all(),
    };
    let mut failed = BTreeSet::new();
    for item in list {
        let id = text(item, "itemIdentifier");
        if !handles.iter().any(|(known, _)| known == id) {
            return all();
        }
        failed.insert(id.to_owned());
    }
    failed
}

async fn delete(cloud: &Cloud, url: &str, handle: &str) {
    // A message that cannot be deleted comes again.
    drop(
        cloud
            .json("sqs", "AmazonSQS.DeleteMessage", &json!({"QueueUrl": url, "ReceiptHandle": handle}))
            .await,
    );
}

/// Message attributes in the event's spelling.
fn attributes(given: Option<&Value>) -> Value {
    let Some(given) = given.and_then(Value::as_object) else { return json!({}) };
    given
        .iter()
        .map(|(name, value)| {
            let mut own =
                json!({"dataType": text(value, "DataType"), "stringListValues": [], "binaryListValues": []});
            for (from, to) in [("StringValue", "stringValue"), ("BinaryValue", "binaryValue")] {
                if let (Some(part), Some(own)) = (value.get(from), own.as_object_mut()) {
                    own.insert(to.to_owned(), part.clone());
                }
            }
            (name.clone(), own)
        })
        .collect()
}

/// Records of a batch, with retries as the mapping says; what fails in the end is told to its destination.
async fn deliver(front: &Arc<Front>, pool: &Arc<Pool>, trigger: &Trigger, source: &str, records: Vec<Value>) {
    let records: Vec<Value> =
        records.into_iter().filter(|record| pattern::passes(&trigger.filter, record)).collect();
    if records.is_empty() {
        return;
    }
    let size = trigger.batch_size.unwrap_or(100).max(1);
    for chunk in records.chunks(size) {
        let mut failed = 0;
        loop {
            let event = json!({"Records": chunk});
            let asked =
                Asked { payload: event.to_string().into(), source: source.to_owned(), ..Asked::default() };
            let Ok(finished) = pool.invoke(asked).await else { return };
            let (_, error) = finished.whole().await;
            if error.is_none() {
                break;
            }
            failed += 1;
            let retries = trigger.retries.filter(|count| *count >= 0).unwrap_or(10_000);
            if failed > retries {
                front.event(
                    source,
                    &pool.function,
                    format!("a batch of {} records is given up", chunk.len()),
                );
                if let Some(arn) = &trigger.on_failure {
                    let record = json!({"requestContext": {"functionArn": pool.function.arn, "condition": "RetryAttemptsExhausted"},
                        "batchInfo": {"batchSize": chunk.len(), "streamArn": trigger.source}});
                    front.send(arn, &record, &pool.function, "destination").await;
                }
                break;
            }
            tokio::time::sleep(Duration::from_millis(front.shared.settings.retry_ms)).await;
        }
    }
}

async fn table(front: Arc<Front>, cloud: Arc<Cloud>, pool: Arc<Pool>, trigger: Trigger) {
    let name = trigger.source_name.clone().unwrap_or_default();
    let described =
        cloud.json("dynamodb", "DynamoDB_20120810.DescribeTable", &json!({"TableName": name})).await;
    let arn = described
        .ok()
        .and_then(|table| table.pointer("/Table/LatestStreamArn").and_then(Value::as_str).map(str::to_owned));
    let Some(arn) = arn else {
        front.event("dynamodb", &pool.function, format!("the table `{name}` has no stream here"));
        return;
    };
    let target = |operation: &str| format!("DynamoDBStreams_20120810.{operation}");
    let stream = cloud
        .json("dynamodb", &target("DescribeStream"), &json!({"StreamArn": arn}))
        .await
        .unwrap_or(Value::Null);
    let shard = stream.pointer("/StreamDescription/Shards/0/ShardId").cloned().unwrap_or(Value::Null);
    let ask = json!({"StreamArn": arn, "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"});
    let answer = cloud.json("dynamodb", &target("GetShardIterator"), &ask).await.unwrap_or(Value::Null);
    let mut iterator = answer.get("ShardIterator").cloned().unwrap_or(Value::Null);
    loop {
        let Ok(answer) =
            cloud.json("dynamodb", &target("GetRecords"), &json!({"ShardIterator": iterator})).await
        else {
            tokio::time::sleep(Duration::from_millis(REST_MS)).await;
            continue;
        };
        if let Some(next) = answer.get("NextShardIterator") {
            iterator = next.clone();
        }
        let mut records = answer.get("Records").and_then(Value::as_array).cloned().unwrap_or_default();
        for record in &mut records {
            if let Some(record) = record.as_object_mut() {
                record.insert("eventSourceARN".to_owned(), json!(arn));
                record.insert("eventSource".to_owned(), json!("aws:dynamodb"));
                record.insert("awsRegion".to_owned(), json!(cloud.region));
            }
        }
        deliver(&front, &pool, &trigger, "dynamodb", records).await;
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
    }
}

async fn kinesis(front: Arc<Front>, cloud: Arc<Cloud>, pool: Arc<Pool>, trigger: Trigger) {
    let name = trigger.source_name.clone().unwrap_or_default();
    let arn = trigger.source.clone().unwrap_or_default();
    let target = |operation: &str| format!("Kinesis_20131202.{operation}");
    let shards = cloud
        .json("kinesis", &target("ListShards"), &json!({"StreamName": name}))
        .await
        .unwrap_or(Value::Null);
    let mut iterators = Vec::new();
    for shard in shards.get("Shards").and_then(Value::as_array).into_iter().flatten() {
        let id = text(shard, "ShardId").to_owned();
        let ask = json!({"StreamName": name, "ShardId": id, "ShardIteratorType": "TRIM_HORIZON"});
        let answer = cloud.json("kinesis", &target("GetShardIterator"), &ask).await.unwrap_or(Value::Null);
        iterators.push((id, answer.get("ShardIterator").cloned().unwrap_or(Value::Null)));
    }
    if iterators.is_empty() {
        front.event("kinesis", &pool.function, format!("the stream `{name}` is not there"));
        return;
    }
    loop {
        for (shard, iterator) in &mut iterators {
            let Ok(answer) =
                cloud.json("kinesis", &target("GetRecords"), &json!({"ShardIterator": iterator})).await
            else {
                continue;
            };
            if let Some(next) = answer.get("NextShardIterator") {
                *iterator = next.clone();
            }
            let given = answer.get("Records").and_then(Value::as_array).cloned().unwrap_or_default();
            let records =
                given.iter().map(|record| kinesis_record(record, shard, &arn, &cloud.region)).collect();
            deliver(&front, &pool, &trigger, "kinesis", records).await;
        }
        tokio::time::sleep(Duration::from_millis(LOOK_MS)).await;
    }
}

fn kinesis_record(record: &Value, shard: &str, arn: &str, region: &str) -> Value {
    let number = text(record, "SequenceNumber");
    let data = record
        .get("Data")
        .and_then(Value::as_str)
        .map_or_else(|| base64::prelude::BASE64_STANDARD.encode(b""), str::to_owned);
    json!({"kinesis": {"kinesisSchemaVersion": "1.0", "partitionKey": text(record, "PartitionKey"),
            "sequenceNumber": number, "data": data,
            "approximateArrivalTimestamp": record.get("ApproximateArrivalTimestamp")},
        "eventSource": "aws:kinesis", "eventVersion": "1.0", "eventID": format!("{shard}:{number}"),
        "eventName": "aws:kinesis:record", "invokeIdentityArn": "arn:aws:iam::000000000000:role/local",
        "awsRegion": region, "eventSourceARN": arn})
}

async fn scheduled(front: Arc<Front>, trigger: Trigger) {
    let Some(written) = trigger.schedule.clone() else { return };
    let Some(expression) = schedule::parse(&written) else {
        if let Some(pool) = front.pools.get(&trigger.function) {
            front.event("schedule", &pool.function, format!("`{written}` is not understood"));
        }
        return;
    };
    let mut last = clock::now_ms();
    loop {
        let Some(next) = expression.next(last) else { return };
        let wait = next.saturating_sub(clock::now_ms());
        tokio::time::sleep(Duration::from_millis(wait)).await;
        last = next;
        let event = crate::samples::scheduled(&front.shared.settings, &trigger.name, &clock::iso(next));
        front.trigger(&trigger, "schedule", &event);
    }
}
