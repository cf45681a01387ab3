//! Environment variables that hold secrets, by their names.
use super::reason;
use crate::Function;
use model::{FunctionCode, Node, UseKind};

const WORDS: &[&str] = &[
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "APIKEY",
    "API_KEY",
    "PRIVATE_KEY",
    "ACCESS_KEY",
    "CREDENTIAL",
    "CONNECTION_STRING",
    "DATABASE_URL",
    "REDIS_URL",
    "MONGO_URL",
    "MONGODB_URI",
    "WEBHOOK_URL",
    "SIGNING_KEY",
    "ENCRYPTION_KEY",
    "DSN",
];
/// Names of something that leads to a secret, and is none.
const ENDS: &[&str] = &[
    "_ARN",
    "_NAME",
    "_ID",
    "_TABLE",
    "_PATH",
    "_FILE",
    "_TTL",
    "_EXPIRY",
    "_LENGTH",
    "_ENDPOINT",
    "_PARAMETER",
    "_BUCKET",
    "_QUEUE",
];

pub(super) fn is_secret(name: &str) -> bool {
    let upper: String = name.chars().map(|c| if c == '-' { '_' } else { c.to_ascii_uppercase() }).collect();
    WORDS.iter().any(|word| upper.contains(word)) && !ENDS.iter().any(|end| upper.ends_with(end))
}

/// Variables that the template sets.
pub(super) fn secrets(node: &Node, function: &mut Function) {
    let Some(environment) = node.get("environment") else { return };
    for entry in environment.entries() {
        if is_secret(&entry.key.text) {
            function.environment.secrets.insert(entry.key.text.clone());
            reason(function, &format!("environment.secrets/{}", entry.key.text), "its name, in the template");
        }
    }
}

/// Variables that the code reads.
pub(super) fn environment(facts: &FunctionCode, function: &mut Function) {
    for used in facts.uses.iter().filter(|used| used.kind == UseKind::Environment) {
        if is_secret(&used.name) && !used.name.starts_with("AWS_") {
            function.environment.secrets.insert(used.name.clone());
            reason(function, &format!("environment.secrets/{}", used.name), "its name, in the code");
        }
    }
}
