//! One statement.
use model::{Data, Effect, PolicyOrigin, Principal, Statement, Value};

use super::{Reader, arn, field, kind_of};

const KEYS: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

const PRINCIPALS: &[&str] = &["AWS", "Service", "Federated", "CanonicalUser"];

impl Reader<'_> {
    pub(super) fn statement(&mut self, map: &Value) -> Statement {
        self.keys(map, KEYS, "a statement");
        let statement = Statement {
            sid: self.sid(map),
            effect: self.effect(map),
            at: map.at,
            actions: self.actions(map, "Action"),
            not_actions: self.actions(map, "NotAction"),
            resources: self.resources(map, "Resource"),
            not_resources: self.resources(map, "NotResource"),
            principals: self.principals(map, "Principal"),
            not_principals: self.principals(map, "NotPrincipal"),
            conditions: field(map, "Condition").map_or_else(Vec::new, |value| self.conditions(value)),
        };
        self.pairs(map);
        statement
    }

    fn sid(&mut self, map: &Value) -> Option<String> {
        let value = field(map, "Sid")?;
        let Some(text) = value.as_str() else {
            let message = format!("`Sid` must be a text, and is {}", kind_of(value));
            self.suspect(value.at, message, "put it in quotes");
            return None;
        };
        let for_identity = !matches!(self.origin, PolicyOrigin::Resource | PolicyOrigin::Trust);
        if for_identity && !text.chars().all(|sign| sign.is_ascii_alphanumeric()) {
            let message =
                format!("the `Sid` `{text}` has other signs than letters and digits: AWS refuses it");
            self.suspect(value.at, message, "use letters and digits only");
        }
        Some(text.to_owned())
    }

    fn effect(&mut self, map: &Value) -> Effect {
        let Some(value) = field(map, "Effect") else {
            self.suspect(map.at, "the statement has no `Effect`".to_owned(), "write `Allow` or `Deny`");
            return Effect::Unknown;
        };
        let effect = match value.as_str() {
            Some("Allow") => return Effect::Allow,
            Some("Deny") => return Effect::Deny,
            Some(text) if text.eq_ignore_ascii_case("allow") => Effect::Allow,
            Some(text) if text.eq_ignore_ascii_case("deny") => Effect::Deny,
            _ => Effect::Unknown,
        };
        let message = format!("`Effect` is `Allow` or `Deny`, and here `{}`", value.display());
        self.suspect(value.at, message, "AWS counts upper and lower case here");
        effect
    }

    /// Exactly one of each pair, and a principal exactly where one belongs.
    fn pairs(&mut self, map: &Value) {
        for (name, not) in
            [("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal")]
        {
            match (field(map, name), field(map, not)) {
                (Some(_), Some(second)) => {
                    let message =
                        format!("a statement has `{name}` or `{not}`, not both: AWS refuses the policy");
                    self.suspect(second.at, message, "make two statements of it");
                }
                (None, None) => self.missing(map, name),
                (Some(found), None) | (None, Some(found)) => self.unwanted(name, found),
            }
        }
    }

    fn missing(&mut self, map: &Value, name: &str) {
        let wanted = match name {
            "Action" => true,
            "Resource" => self.origin != PolicyOrigin::Trust,
            _ => matches!(self.origin, PolicyOrigin::Resource | PolicyOrigin::Trust),
        };
        if wanted {
            let message = format!("the statement has neither `{name}` nor `Not{name}`");
            self.suspect(map.at, message, "say what the statement is about");
        }
    }

    fn unwanted(&mut self, name: &str, found: &Value) {
        let of_identity = !matches!(self.origin, PolicyOrigin::Resource | PolicyOrigin::Trust);
        if name == "Principal" && of_identity {
            let message = "a policy of an identity has no principal: it holds for those who have it";
            self.suspect(found.at, message.to_owned(), "leave the principal out");
        }
        if name == "Resource" && self.origin == PolicyOrigin::Trust {
            let message = "a trust policy has no resource: it is about its own role";
            self.suspect(found.at, message.to_owned(), "leave the resource out");
        }
    }

    /// The texts of a list or of a single value. Everything else is told and left out.
    fn texts(&mut self, value: &Value, name: &str) -> Vec<Value> {
        let mut texts = Vec::new();
        for item in value.one_or_many() {
            match &item.data {
                Data::Text(text) if self.expand => texts.push(Value::text(item.at, text.as_str())),
                Data::Text(text) => texts.push(Value::text(item.at, without_variables(text))),
                Data::Ref(_) | Data::Joined(_) | Data::Unknown(_) => texts.push(item.clone()),
                _ => {
                    let message = format!("`{name}` holds texts, and this is {}", kind_of(item));
                    self.suspect(item.at, message, "put it in quotes");
                }
            }
        }
        if texts.is_empty() {
            let message = format!("`{name}` is empty: the statement does nothing");
            self.suspect(value.at, message, "name something, or leave the statement out");
        }
        texts
    }

    fn actions(&mut self, map: &Value, name: &str) -> Vec<Value> {
        let Some(value) = field(map, name) else { return Vec::new() };
        let actions = self.texts(value, name);
        for action in &actions {
            let Some(text) = action.as_str() else { continue };
            let (service, operation) = text.split_once(':').unwrap_or(("", ""));
            let everything = !text.is_empty() && text.chars().all(|sign| sign == '*');
            let wrong = if everything {
                continue;
            } else if service.is_empty() || operation.is_empty() || operation.contains(':') {
                "is not written `service:Operation`"
            } else if text.chars().any(char::is_whitespace) {
                "has white space in it"
            } else if service.contains(['*', '?']) {
                "has a wildcard in the service's name, which AWS refuses"
            } else {
                continue;
            };
            let message = format!("the action `{text}` {wrong}: it matches nothing");
            self.suspect(action.at, message, "write it as `s3:GetObject`, `s3:Get*` or `*`");
        }
        actions
    }

    fn resources(&mut self, map: &Value, name: &str) -> Vec<Value> {
        let Some(value) = field(map, name) else { return Vec::new() };
        let resources = self.texts(value, name);
        for resource in &resources {
            let Some(text) = resource.as_str() else { continue };
            if let Some((wrong, help)) = arn::trouble(text) {
                self.suspect(resource.at, format!("the resource `{text}` {wrong}"), help);
            }
        }
        resources
    }

    fn principals(&mut self, map: &Value, name: &str) -> Vec<Principal> {
        let Some(value) = field(map, name) else { return Vec::new() };
        let Data::Map(entries) = &value.data else {
            if value.as_str() != Some("*") {
                let message = format!("`{name}` is `\"*\"` or an object, and here `{}`", value.display());
                self.suspect(value.at, message, "write `{ \"AWS\": … }` or `{ \"Service\": … }`");
            }
            let kind = "*".to_owned();
            return self
                .texts(value, name)
                .into_iter()
                .map(|value| Principal { kind: kind.clone(), value })
                .collect();
        };
        self.keys(value, PRINCIPALS, "a principal");
        let mut principals = Vec::new();
        for entry in entries {
            for value in self.texts(&entry.value, &entry.key.text) {
                self.principal(&entry.key.text, &value);
                principals.push(Principal { kind: entry.key.text.clone(), value });
            }
        }
        principals
    }

    fn principal(&mut self, kind: &str, value: &Value) {
        let Some(text) = value.as_str() else { return };
        if kind == "AWS" && text.contains('*') && text != "*" {
            let message = format!("the principal `{text}` has a wildcard: only `*` alone is one");
            self.suspect(
                value.at,
                message,
                "name it whole, or use the condition `aws:PrincipalArn` with `ArnLike`",
            );
        }
        if kind == "Service" && !text.contains('.') {
            let message = format!("`{text}` is no service: these look like `lambda.amazonaws.com`");
            self.suspect(value.at, message, "write the service's principal");
        }
    }
}

/// The same text for a reader of 2012-10-17: in the old version, `${` is plain.
fn without_variables(text: &str) -> String {
    text.replace("${", "${$}{")
}
