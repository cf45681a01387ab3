//! A request and its policies, as the other evaluator's JSON and as ours.
use iam::evaluate::{Caller, Context, Request, Values};
use iam::{Pattern, document};
use model::{FileId, Policy, PolicyOrigin};
use serde_json::Value as Json;

/// A simulation in the other's words.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) json: Json,
}

impl Case {
    pub(crate) fn request(&self) -> Request {
        let request = &self.json["request"];
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let caller = match request["principal"].as_str() {
            None => Caller::Anonymous,
            Some(service) if service.ends_with(".amazonaws.com") => Caller::Service(service.to_owned()),
            Some(arn) => Caller::identity(arn),
        };
        let mut context = Context::closed();
        for (key, value) in request["contextVariables"].as_object().into_iter().flatten() {
            let values = match value {
                Json::Array(values) => Values::Many(values.iter().map(text).collect()),
                value => Values::One(text(value)),
            };
            context = context.with(key, values);
        }
        Request {
            caller,
            action: text(&request["action"]),
            resource: Pattern::literal(&text(&request["resource"]["resource"])),
            account: Pattern::literal(&text(&request["resource"]["accountId"])),
            context,
        }
    }

    /// A list of `{ name, policy }`.
    pub(crate) fn named(&self, key: &str) -> Vec<Policy> {
        let entries = self.json[key].as_array().into_iter().flatten();
        entries.map(|entry| read(&entry["policy"], PolicyOrigin::Inline)).collect()
    }

    /// Levels of an organisation.
    pub(crate) fn levels(&self, key: &str) -> Vec<Vec<Policy>> {
        let level = |level: &Json| {
            let entries = level["policies"].as_array().into_iter().flatten();
            entries.map(|entry| read(&entry["policy"], PolicyOrigin::Resource)).collect()
        };
        self.json[key].as_array().into_iter().flatten().map(level).collect()
    }

    /// A single policy.
    pub(crate) fn single(&self, key: &str, origin: PolicyOrigin) -> Vec<Policy> {
        self.json
            .get(key)
            .filter(|policy| !policy.is_null())
            .map(|policy| read(policy, origin))
            .into_iter()
            .collect()
    }
}

fn read(policy: &Json, origin: PolicyOrigin) -> Policy {
    let text = policy.to_string();
    let (policy, _) =
        document::read(&document::Document { name: "", path: "", file: FileId(0), text: &text }, origin);
    policy
}
