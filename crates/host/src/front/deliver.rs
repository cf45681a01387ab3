//! What starts functions without waiting: asynchronous events with their retries and destinations, and changes in the
//! local cloud.
use super::Front;
use super::asked::Wanted;
use super::object;
use crate::clock;
use crate::invocation::Asked;
use crate::pattern;
use crate::plan::{Function, Trigger};
use crate::pool::{Pool, Throttled};
use crate::talk::Line;
use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// Milliseconds before a throttled event is tried again.
const THROTTLED_MS: u64 = 200;

impl Front {
    /// Runs an event later, with retries; what fails in the end goes where the template says.
    pub(crate) fn later(self: &Arc<Self>, pool: &Arc<Pool>, asked: Asked) {
        let (front, pool) = (Arc::clone(self), Arc::clone(pool));
        tokio::spawn(async move { front.attempts(&pool, asked).await });
    }

    async fn attempts(&self, pool: &Arc<Pool>, asked: Asked) {
        let function = Arc::clone(&pool.function);
        let began = clock::now_ms();
        let mut failed = 0;
        loop {
            let finished = match pool.invoke(asked.clone()).await {
                Ok(finished) => finished,
                Err(Throttled::Ending) => return,
                Err(Throttled::Reserved) if clock::now_ms() < began + function.event_age_ms => {
                    tokio::time::sleep(Duration::from_millis(THROTTLED_MS)).await;
                    continue;
                }
                Err(Throttled::Reserved) => {
                    self.ended(&function, &asked, (String::new(), failed), ("EventAgeExceeded", None)).await;
                    return;
                }
            };
            let id = finished.request_id.clone();
            let (answer, error) = finished.whole().await;
            let answer: Value = serde_json::from_slice(&answer).unwrap_or(Value::Null);
            failed += 1;
            match error {
                None => {
                    self.ended(&function, &asked, (id, failed), ("Success", Some((answer, None)))).await;
                    return;
                }
                Some(kind) if failed > function.retries => {
                    self.ended(
                        &function,
                        &asked,
                        (id, failed),
                        ("RetriesExhausted", Some((answer, Some(kind)))),
                    )
                    .await;
                    return;
                }
                Some(_) => {
                    let wait = self.shared.settings.retry_ms * u64::from(failed);
                    self.event(
                        &asked.source,
                        &function,
                        format!("attempt {failed} failed; the next one in {wait} ms"),
                    );
                    tokio::time::sleep(Duration::from_millis(wait)).await;
                }
            }
        }
    }

    /// Tells destinations and the queue for dead letters.
    async fn ended(
        &self,
        function: &Function,
        asked: &Asked,
        (id, count): (String, u32),
        (condition, answer): (&str, Option<(Value, Option<String>)>),
    ) {
        let event: Value = serde_json::from_slice(&asked.payload).unwrap_or(Value::Null);
        let good = condition == "Success";
        let (payload, error) = answer.unwrap_or((Value::Null, None));
        let destination = if good { &function.on_success } else { &function.on_failure };
        if let Some(arn) = destination {
            let mut context = json!({"statusCode": 200, "executedVersion": "$LATEST"});
            if error.is_some()
                && let Some(context) = context.as_object_mut()
            {
                context.insert("functionError".to_owned(), json!("Unhandled"));
            }
            let record = json!({"version": "1.0", "timestamp": self.now(),
                "requestContext": {"requestId": id, "functionArn": format!("{}:$LATEST", function.arn),
                    "condition": condition, "approximateInvokeCount": count},
                "requestPayload": event, "responseContext": context, "responsePayload": payload});
            self.send(arn, &record, function, "destination").await;
        }
        if good {
            return;
        }
        self.event(&asked.source, function, format!("given up after {count} attempts"));
        if let Some(arn) = &function.dead_letters {
            self.send(arn, &event, function, "dead letters").await;
        }
    }

    /// Puts a record where an ARN says.
    pub(crate) async fn send(&self, arn: &str, record: &Value, function: &Function, what: &str) {
        if let Some(target) = self.plan.find(arn).filter(|_| arn.contains(":lambda:")) {
            if let Some(pool) = self.pools.get(&target.node) {
                let asked =
                    Asked { payload: record.to_string().into(), source: what.to_owned(), ..Asked::default() };
                let pool = Arc::clone(pool);
                tokio::spawn(async move { drop(pool.invoke(asked).await) });
            }
            return;
        }
        let sent = match &self.cloud {
            Some(cloud) => cloud.deliver(arn, &record.to_string(), None).await.map_err(|why| why.to_string()),
            None => Err("no local cloud runs".to_owned()),
        };
        let message = match sent {
            Ok(()) => format!("sent to `{arn}`"),
            Err(why) => format!("could not be sent to `{arn}`: {why}"),
        };
        self.event(what, function, message);
    }

    pub(crate) fn event(&self, source: &str, function: &Function, message: String) {
        let (source, function) = (source.to_owned(), function.name.clone());
        self.shared.talk.say(Line::Event { source, function, message });
    }

    /// Starts what a trigger names.
    pub(crate) fn trigger(self: &Arc<Self>, trigger: &Trigger, source: &str, event: &Value) {
        let Some(pool) = self.pools.get(&trigger.function) else { return };
        let asked =
            Asked { payload: event.to_string().into(), source: source.to_owned(), ..Asked::default() };
        self.later(pool, asked);
    }

    /// Makes custom resources: their functions hear of it once, at the start.
    pub(crate) fn custom_resources(self: &Arc<Self>) {
        for trigger in self.plan.triggers.iter().filter(|one| one.event == "custom-resource") {
            let url = format!("{}/_buckler/custom/{}", self.shared.endpoint, trigger.name);
            let event = crate::samples::custom(&self.shared.settings, &trigger.name, &url);
            self.trigger(trigger, "custom-resource", &event);
        }
    }

    fn triggers<'a>(&'a self, event: &'a str, source: &'a str) -> impl Iterator<Item = &'a Trigger> {
        self.plan
            .triggers
            .iter()
            .filter(move |one| one.event == event && one.source_name.as_deref() == Some(source))
    }

    /// A call succeeded: who waits for what it changed is started.
    pub(super) fn changed(self: &Arc<Self>, wanted: &Wanted, body: &Bytes, answer: &Bytes) {
        match (wanted.service.as_str(), wanted.operation.as_str()) {
            ("s3", operation) => {
                if let (Some(name), Some(bucket), Some(key)) =
                    (object::event_name(operation), wanted.bucket.as_deref(), wanted.object.as_deref())
                {
                    self.object_changed(name, bucket, key, body.len());
                }
            }
            ("sns", "Publish") => self.published(wanted, answer),
            ("events", "PutEvents") => self.put(wanted),
            ("cognito-idp", "ConfirmSignUp" | "AdminConfirmSignUp") => self.confirmed(wanted),
            _ => {}
        }
    }

    fn object_changed(self: &Arc<Self>, name: &str, bucket: &str, key: &str, size: usize) {
        let settings = &self.shared.settings;
        let record = crate::samples::object_record(settings, (bucket, key), name, &self.now(), size);
        for trigger in self.triggers("object-store", bucket) {
            let full = format!("s3:{name}");
            let wanted = match &trigger.pattern {
                Value::String(one) => vec![one.as_str()],
                Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
                _ => vec!["s3:ObjectCreated:*"],
            };
            let fits = wanted.iter().any(|pattern| pattern::wild(pattern, &full));
            if fits && key_passes(&trigger.filter, key) {
                self.trigger(trigger, "s3", &json!({"Records": [record.clone()]}));
            }
        }
    }

    fn published(self: &Arc<Self>, wanted: &Wanted, answer: &Bytes) {
        let text = |name: &str| wanted.body.get(name).and_then(Value::as_str);
        let Some(arn) = text("TopicArn").or_else(|| text("TargetArn")) else { return };
        let topic = arn.rsplit(':').next().unwrap_or_default();
        let answer = String::from_utf8_lossy(answer);
        let id =
            answer.split("<MessageId>").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or_default();
        let attributes = attributes_of(&wanted.body);
        for trigger in self.triggers("topic", topic) {
            let given: Value = attributes
                .iter()
                .map(|(name, value)| (name.clone(), value.get("Value").cloned().unwrap_or(Value::Null)))
                .collect();
            if trigger.filter.is_object() && !pattern::fits(&trigger.filter, &given) {
                continue;
            }
            let record = json!({"EventSource": "aws:sns", "EventVersion": "1.0",
                "EventSubscriptionArn": format!("{arn}:{}", clock::uuid()),
                "Sns": {"Type": "Notification", "MessageId": id, "TopicArn": arn, "Subject": text("Subject"),
                    "Message": text("Message"), "Timestamp": self.now(), "SignatureVersion": "1", "Signature": "local",
                    "SigningCertUrl": "http://127.0.0.1/local.pem", "UnsubscribeUrl": "http://127.0.0.1/",
                    "MessageAttributes": attributes}});
            self.trigger(trigger, "sns", &json!({"Records": [record]}));
        }
    }

    fn put(self: &Arc<Self>, wanted: &Wanted) {
        let entries = wanted.body.get("Entries").and_then(Value::as_array).cloned().unwrap_or_default();
        for entry in entries {
            let text = |name: &str| entry.get(name).and_then(Value::as_str);
            let detail: Value =
                text("Detail").and_then(|text| serde_json::from_str(text).ok()).unwrap_or(json!({}));
            let event = json!({"version": "0", "id": clock::uuid(), "detail-type": text("DetailType"),
                "source": text("Source"), "account": self.shared.settings.account, "time": self.now(),
                "region": self.shared.settings.region, "resources": entry.get("Resources").cloned().unwrap_or(json!([])),
                "detail": detail});
            let bus = text("EventBusName").map_or("default", |bus| bus.rsplit('/').next().unwrap_or(bus));
            for trigger in self.plan.triggers.iter().filter(|one| one.event == "event-bus") {
                let of_bus = trigger.source_name.as_deref().is_none_or(|name| name == bus)
                    || bus == "default" && trigger.source.is_none();
                let pattern = match &trigger.pattern {
                    Value::String(text) => serde_json::from_str(text).unwrap_or(Value::Null),
                    other => other.clone(),
                };
                if of_bus && pattern::fits(&pattern, &event) {
                    self.trigger(trigger, "events", &event);
                }
            }
        }
    }

    fn confirmed(self: &Arc<Self>, wanted: &Wanted) {
        let text = |name: &str| wanted.body.get(name).and_then(Value::as_str).unwrap_or_default();
        for trigger in self.plan.triggers.iter().filter(|one| one.event == "identity-pool") {
            let user = text("Username");
            let event = json!({"version": "1", "region": self.shared.settings.region, "userPoolId": text("UserPoolId"),
                "userName": user, "triggerSource": "PostConfirmation_ConfirmSignUp",
                "callerContext": {"awsSdkVersion": "local", "clientId": text("ClientId")},
                "request": {"userAttributes": {"sub": user, "cognito:user_status": "CONFIRMED", "email": user,
                    "cognito:email_alias": user, "email_verified": "true", "phone_number": "+10000000000"}},
                "response": {}});
            self.trigger(trigger, "cognito", &event);
        }
    }
}

/// Attributes of a message in form fields.
fn attributes_of(body: &Value) -> serde_json::Map<String, Value> {
    let mut map = serde_json::Map::new();
    for number in 1..=10 {
        let field = |end: &str| {
            body.get(format!("MessageAttributes.entry.{number}.{end}"))
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let Some(name) = field("Name") else { break };
        let value = field("Value.StringValue").or_else(|| field("Value.BinaryValue"));
        map.insert(name, json!({"Type": field("Value.DataType"), "Value": value}));
    }
    map
}

/// Whether a key passes the filter of a bucket's notification.
fn key_passes(filter: &Value, key: &str) -> bool {
    let rules = filter.pointer("/S3Key/Rules").or_else(|| filter.pointer("/Key/FilterRules"));
    let text = |rule: &Value, names: [&str; 2]| {
        names.iter().find_map(|name| rule.get(*name)).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    if let Some(front) = filter.get("filter_prefix").and_then(Value::as_str)
        && !key.starts_with(front)
    {
        return false;
    }
    if let Some(end) = filter.get("filter_suffix").and_then(Value::as_str)
        && !key.ends_with(end)
    {
        return false;
    }
    rules.and_then(Value::as_array).into_iter().flatten().all(|rule| {
        let value = text(rule, ["Value", "value"]);
        match text(rule, ["Name", "name"]).to_ascii_lowercase().as_str() {
            "prefix" => key.starts_with(&value),
            "suffix" => key.ends_with(&value),
            _ => true,
        }
    })
}
