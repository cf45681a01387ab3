//! Policy documents: JSON text to the policy of the model, with places, and what is wrong with it.
//!
//! What AWS would refuse is told and read as far as it goes: half of a policy is better than none, and a statement
//! whose effect cannot be read is neither an allow nor a deny.
//!
//! Source: IAM User Guide, "Grammar of the IAM JSON policy language".
mod arn;
mod condition;
mod json;
mod statement;
#[cfg(test)]
mod tests;

use model::{Data, FileId, Policy, PolicyOrigin, Problem, ProblemKind, Span, Value};

/// A policy's text and where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    /// The policy's name, `""` when it has none.
    pub name: &'a str,
    /// The path to tell in problems.
    pub path: &'a str,
    pub file: FileId,
    pub text: &'a str,
}

/// Bytes of a document; far more than AWS takes.
const BYTES_MAX: usize = 1 << 20;

/// Reads a policy. The policy has what could be read; the problems tell the rest.
#[must_use]
pub fn read(document: &Document<'_>, origin: PolicyOrigin) -> (Policy, Vec<Problem>) {
    let mut reader = Reader { path: document.path, origin, expand: true, problems: Vec::new() };
    let whole = Span::new(document.file, 0, document.text.len());
    let mut policy = Policy {
        name: document.name.to_owned(),
        origin: reader.origin.clone(),
        at: whole,
        statements: Vec::new(),
        written_in: None,
    };
    if document.text.len() > BYTES_MAX {
        let message = format!("the policy has more than {BYTES_MAX} bytes and was not read");
        reader.tell(ProblemKind::Limit, whole, message, "AWS takes at most 20,480 bytes; divide it");
        return (policy, reader.problems);
    }
    match json::read(document.text, document.file) {
        Ok(value) => {
            policy.at = value.at;
            policy.statements = reader.policy(&value);
        }
        Err((at, why)) => {
            let message = format!("the policy is not JSON: {why}");
            reader.tell(ProblemKind::Unreadable, at, message, "repair the JSON at this place");
        }
    }
    (policy, reader.problems)
}

struct Reader<'a> {
    path: &'a str,
    origin: PolicyOrigin,
    /// Variables are replaced: version 2012-10-17.
    expand: bool,
    problems: Vec<Problem>,
}

const KEYS: &[&str] = &["Version", "Id", "Statement"];

impl Reader<'_> {
    fn tell(&mut self, kind: ProblemKind, at: Span, message: String, help: &str) {
        let path = self.path.to_owned();
        self.problems.push(Problem { kind, path, at: Some(at), message, help: help.to_owned() });
    }

    /// What AWS refuses or reads in another way than it looks.
    fn suspect(&mut self, at: Span, message: String, help: &str) {
        self.tell(ProblemKind::Suspicious, at, message, help);
    }

    fn policy(&mut self, value: &Value) -> Vec<model::Statement> {
        if !matches!(value.data, Data::Map(_)) {
            self.suspect(
                value.at,
                format!("a policy is an object, and this is {}", kind_of(value)),
                "write `{ \"Version\": \"2012-10-17\", \"Statement\": [ … ] }`",
            );
            return Vec::new();
        }
        self.keys(value, KEYS, "a policy");
        self.version(value);
        let Some(found) = field(value, "Statement") else {
            self.suspect(value.at, "the policy has no `Statement`".to_owned(), "add a list of statements");
            return Vec::new();
        };
        if !matches!(found.data, Data::Map(_) | Data::List(_)) {
            let message = format!("`Statement` must be an object or a list, and is {}", kind_of(found));
            self.suspect(found.at, message, "write a list of objects");
        }
        let mut statements = Vec::new();
        for item in found.one_or_many() {
            if matches!(item.data, Data::Map(_)) {
                statements.push(self.statement(item));
            } else if matches!(found.data, Data::List(_)) {
                let message = format!("a statement must be an object, and this is {}", kind_of(item));
                self.suspect(item.at, message, "write `{ \"Effect\": …, \"Action\": …, \"Resource\": … }`");
            }
        }
        self.unique_names(&statements);
        statements
    }

    fn version(&mut self, value: &Value) {
        let help = "write `\"Version\": \"2012-10-17\"`";
        let Some(version) = field(value, "Version") else {
            self.expand = false;
            let message =
                "the policy has no `Version`, so that it is read as 2008-10-17: variables are plain text";
            self.suspect(value.at, message.to_owned(), help);
            return;
        };
        match version.as_str() {
            Some("2012-10-17") => {}
            Some("2008-10-17") => {
                self.expand = false;
                if mentions_variable(value) {
                    let message = "version 2008-10-17 knows no variables: `${…}` is plain text here";
                    self.suspect(version.at, message.to_owned(), help);
                }
            }
            _ => {
                let message = format!("`{}` is no version of the policy language", version.display());
                self.suspect(version.at, message, help);
            }
        }
    }

    /// Keys that are not known, written in another case, or written twice.
    fn keys(&mut self, map: &Value, known: &[&str], what: &str) {
        let mut seen: Vec<String> = Vec::new();
        for entry in map.entries() {
            let text = &entry.key.text;
            match known.iter().find(|key| key.eq_ignore_ascii_case(text)) {
                None => {
                    let message = format!("`{text}` is no element of {what}: AWS refuses the policy");
                    let help = format!("use one of {}", known.join(", "));
                    self.suspect(entry.key.at, message, &help);
                }
                Some(key) if *key != text.as_str() => {
                    let message = format!("`{text}` is written `{key}`");
                    self.suspect(entry.key.at, message, "use the spelling of the guide");
                }
                Some(_) => {}
            }
            if seen.iter().any(|before| before.eq_ignore_ascii_case(text)) {
                let message = format!("`{text}` stands here twice: only one of them counts");
                self.suspect(entry.key.at, message, "put both into one");
            }
            seen.push(text.clone());
        }
    }

    fn unique_names(&mut self, statements: &[model::Statement]) {
        let mut seen = std::collections::BTreeSet::new();
        for statement in statements {
            let Some(sid) = &statement.sid else { continue };
            if !seen.insert(sid) {
                let message = format!("the name `{sid}` stands on more than one statement");
                self.suspect(statement.at, message, "give every statement a `Sid` of its own");
            }
        }
    }
}

/// A field in the grammar's case or as people also write it; with a key written twice, the last one.
fn field<'a>(map: &'a Value, name: &str) -> Option<&'a Value> {
    let found = map.get(name);
    found.or_else(|| {
        let entries = map.entries().iter().rev();
        entries.into_iter().find(|entry| entry.key.text.eq_ignore_ascii_case(name)).map(|entry| &entry.value)
    })
}

fn mentions_variable(value: &Value) -> bool {
    match &value.data {
        Data::Text(text) => text.contains("${"),
        Data::List(items) => items.iter().any(mentions_variable),
        Data::Map(entries) => entries.iter().any(|entry| mentions_variable(&entry.value)),
        _ => false,
    }
}

fn kind_of(value: &Value) -> &'static str {
    match &value.data {
        Data::Null => "null",
        Data::Bool(_) => "a boolean",
        Data::Int(_) | Data::Float(_) => "a number",
        Data::Text(_) => "a text",
        Data::List(_) => "a list",
        Data::Map(_) => "an object",
        Data::Ref(_) | Data::Joined(_) | Data::Unknown(_) => "not known",
    }
}
