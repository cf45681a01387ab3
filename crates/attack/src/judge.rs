//! What became of an attack.
use crate::payload::PASSWD_LINE;
use crate::{Answer, Attack, Canaries, Proof, Shot, Told, Watch};
use serde::Serialize;
use serde_json::Value;

/// What became of an attack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Somebody refused it, and it had no effect.
    Stopped,
    /// It was taken as data: an answer, no effect, nobody had to refuse it.
    NoEffect,
    /// It had its effect.
    GotThrough,
    /// It cannot be told.
    Undecided,
}

impl Outcome {
    /// The name in every output: `got-through`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::NoEffect => "no-effect",
            Self::GotThrough => "got-through",
            Self::Undecided => "undecided",
        }
    }
}

/// An outcome with what says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub outcome: Outcome,
    /// The layer that stopped it: `schema`, `authentication`, `rules`, `hook`, `sandbox`, `egress`, `limit`, `answer 403`.
    pub by: Option<String>,
    pub rule: Option<String>,
    /// What was seen, in a sentence.
    pub because: String,
}

/// The answers to honest requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Baseline {
    pub(crate) honest: Answer,
    /// The honest request with a token that is no token, where it has one.
    pub(crate) nobody: Option<Answer>,
}

/// Statuses with which servers refuse.
const REFUSALS: &[u16] = &[400, 401, 403, 404, 405, 406, 408, 413, 414, 415, 422, 429, 431, 501];

/// What the answer alone proves.
pub(crate) fn proven_by_answer(attack: &Attack, answer: &Answer, baseline: &Baseline) -> Option<String> {
    let sent = attack.shot.as_text();
    attack.proofs.iter().find_map(|proof| match proof {
        Proof::Answer(text) => (answer.body.contains(text.as_str())
            && !sent.contains(text.as_str())
            && !baseline.honest.body.contains(text.as_str()))
        .then(|| {
            if text == PASSWD_LINE {
                "the answer holds a line of `/etc/passwd`".to_owned()
            } else {
                format!("the answer holds `{text}`, which only an evaluation gives")
            }
        }),
        Proof::Reflected(text) => (is_page(answer) && answer.body.contains(text.as_str()))
            .then(|| "the page holds the markup as it was sent".to_owned()),
        Proof::Header(name) => {
            answer.header(name).is_some().then(|| format!("the answer has the header `{name}`"))
        }
        Proof::Trace => (has_trace(&answer.body) && !has_trace(&baseline.honest.body))
            .then(|| "the answer holds a stack trace".to_owned()),
        Proof::Secret => secret(&answer.body)
            .filter(|_| secret(&baseline.honest.body).is_none())
            .map(|name| format!("the answer holds the value of `{name}`")),
        Proof::Accepted => {
            accepted(answer, baseline).then(|| "a forged token was taken like the honest one".to_owned())
        }
        Proof::Callback
        | Proof::File(_)
        | Proof::Delay(_)
        | Proof::Differs
        | Proof::LogLine
        | Proof::Exhausted => None,
    })
}

/// What stands outside of the answer.
pub(crate) fn proven_outside(attack: &Attack, canaries: &Canaries, watch: Option<&Watch>) -> Option<String> {
    attack.proofs.iter().find_map(|proof| match proof {
        Proof::LogLine => watch
            .is_some_and(|watch| watch.saw_line(&attack.token))
            .then(|| "a line of the function's log begins with what the input wrote".to_owned()),
        Proof::Callback => canaries.was_called(&attack.token).then(|| "the canary was called".to_owned()),
        Proof::File(path) => path.exists().then(|| format!("the file `{}` came to be", path.display())),
        _ => None,
    })
}

/// Who stopped an attack that has no effect.
pub(crate) fn stopped(answer: &Answer, baseline: &Baseline, told: &[Told]) -> Verdict {
    // Events come late sometimes: those of this very request count before those of functions that were asked for it, or of
    // the request before.
    let id = answer.header("x-amzn-requestid");
    let is_own = |one: &Told| id.is_some() && one.request_id.as_deref() == id;
    let blocked = told.iter().filter(|one| one.blocked).max_by_key(|one| (is_own(one), one.refused));
    if let Some(one) = blocked {
        return Verdict {
            outcome: Outcome::Stopped,
            by: Some(one.layer.clone()),
            rule: one.rule.clone(),
            because: one.reason.clone(),
        };
    }
    let refused = baseline.honest.is_success() && REFUSALS.contains(&answer.status);
    if refused {
        let by = format!("answer {}", answer.status);
        return Verdict {
            outcome: Outcome::Stopped,
            by: Some(by),
            rule: None,
            because: "the answer refuses it".to_owned(),
        };
    }
    let because = match told.first() {
        Some(one) => format!("nothing happened; {} told of it: {}", one.layer, one.reason),
        None => "nothing happened".to_owned(),
    };
    Verdict { outcome: Outcome::NoEffect, by: None, rule: None, because }
}

fn is_page(answer: &Answer) -> bool {
    let kind = answer.header("content-type").unwrap_or("text/html").to_ascii_lowercase();
    let nosniff = answer.header("x-content-type-options").is_some();
    kind.contains("html") || kind.contains("svg") || (!nosniff && kind.contains("text/plain"))
}

/// Variables of every function that must never leave it.
const SECRETS: &[&str] = &["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
/// Characters of a value of one, at the least.
const SECRET_CHARS_MIN: usize = 16;

/// A variable that stands in a text with its value, in any notation: `NAME=value`, JSON, JSON in a string, Python's. A name alone, or
/// with a masked value, is none.
fn secret(body: &str) -> Option<&'static str> {
    SECRETS.iter().copied().find(|name| {
        body.match_indices(name).any(|(at, _)| {
            let rest = body.get(at + name.len()..).unwrap_or_default();
            let value = rest.trim_start_matches(['\\', '"', '\'', ':', '=', ' ']);
            let is_apart = (1..=8).contains(&(rest.len() - value.len()));
            let is_of = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '+' | '-' | '_');
            is_apart && value.chars().take_while(|c| is_of(*c)).count() >= SECRET_CHARS_MIN
        })
    })
}

/// Stack traces of the runtimes, and the fields in which Lambda's runtimes carry them.
fn has_trace(body: &str) -> bool {
    const MARKS: &[&str] = &[
        "Traceback (most recent call last)",
        "\"stackTrace\"",
        "\\n    at ",
        "\n    at ",
        "\"trace\":[",
        "\"trace\": [",
        "Exception in thread",
        "goroutine 1 [running]",
        "/var/task/",
        "/var/runtime/",
        "node:internal/",
        "SequelizeDatabaseError",
        "sqlite3.OperationalError",
        "You have an error in your SQL syntax",
        "psycopg2.errors",
        "LDAPInvalidFilterError",
        "ldap.FILTER_ERROR",
        "Bad search filter",
        "javax.naming.",
    ];
    MARKS.iter().any(|mark| body.contains(mark))
}

/// What an answer says, without what the request said: two answers that differ only in an echo are the same.
pub(crate) fn said(answer: &Answer, shot: &Shot, attack: &Attack) -> (u16, bool, String) {
    let other: String = attack.token.chars().rev().collect();
    let mut body = answer.body.clone();
    for text in texts(shot) {
        body = body.replace(&text, "");
    }
    for token in [&attack.token, &other] {
        body = body.replace(token.as_str(), "");
    }
    (answer.status, answer.function_error.is_some(), body)
}

/// The values of a request that are long enough to be told from other text.
fn texts(shot: &Shot) -> Vec<String> {
    let mut found: Vec<String> = match shot {
        Shot::Http { query, .. } => query.iter().map(|(_, value)| value.clone()).collect(),
        Shot::Invoke { .. } => Vec::new(),
    };
    let body = match shot {
        Shot::Http { body, .. } => body,
        Shot::Invoke { event, .. } => event,
    };
    let mut open: Vec<Value> = serde_json::from_slice(body).ok().into_iter().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => found.push(text),
            Value::Array(list) => open.extend(list),
            Value::Object(map) => open.extend(map.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    found.retain(|text| text.len() > 3);
    found.sort_by_key(|text| std::cmp::Reverse(text.len()));
    found
}

/// Errors of a function that used up what it has, in an answer of `Invoke` or of the host.
const ENDS: &[&str] =
    &["Sandbox.Timedout", "Runtime.OutOfMemory", "Runtime.ExitError", "Function.ResponseSizeTooLarge"];

/// How a server or a function says that it did not get through the request.
pub(crate) fn broke(answer: &Answer) -> Option<String> {
    if let Some(end) = ENDS.iter().find(|end| answer.function_error.is_some() && answer.body.contains(**end))
    {
        return Some(format!("the function ended with `{end}`"));
    }
    if let Some(error) = &answer.function_error {
        return Some(format!("the function failed (`{error}`)"));
    }
    (answer.status >= 500).then(|| format!("the answer is {}", answer.status))
}

/// A forged token opened what the honest one opens, and what no token at all does not.
fn accepted(answer: &Answer, baseline: &Baseline) -> bool {
    let Some(nobody) = &baseline.nobody else { return false };
    answer.is_success()
        && shape(answer) == shape(&baseline.honest)
        && shape(nobody) != shape(&baseline.honest)
}

/// Fields that say whether something went well.
const SAYS: &[&str] = &["status", "statuscode", "success", "ok", "result", "code", "error"];

/// Status, the keys of the answer's top level, and what it says of its success.
fn shape(answer: &Answer) -> (u16, bool, Vec<String>) {
    let parts = match serde_json::from_str(&answer.body) {
        Ok(Value::Object(map)) => map
            .into_iter()
            .map(|(key, value)| {
                if SAYS.contains(&key.to_ascii_lowercase().as_str()) { format!("{key}={value}") } else { key }
            })
            .collect(),
        _ => Vec::new(),
    };
    (answer.status, answer.function_error.is_some(), parts)
}

#[cfg(test)]
mod tests {
    use super::secret;

    #[test]
    fn a_secret_is_its_value_and_not_its_name() {
        const VALUE: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLE";
        for text in [
            format!("PATH=/bin\nAWS_SECRET_ACCESS_KEY={VALUE}\nX=1"),
            format!("{{\"AWS_SECRET_ACCESS_KEY\":\"{VALUE}\"}}"),
            format!("{{\\\"AWS_SECRET_ACCESS_KEY\\\":\\\"{VALUE}\\\"}}"),
            format!("{{'AWS_SECRET_ACCESS_KEY': '{VALUE}'}}"),
            format!("HOME=/\0AWS_SECRET_ACCESS_KEY={VALUE}\0"),
        ] {
            assert_eq!(secret(&text), Some("AWS_SECRET_ACCESS_KEY"), "{text}");
        }
        for text in [
            "set AWS_SECRET_ACCESS_KEY first",
            "AWS_SECRET_ACCESS_KEY=",
            "AWS_SECRET_ACCESS_KEY=[secret]",
            "AWS_SECRET_ACCESS_KEY=***",
            "",
        ] {
            assert_eq!(secret(text), None, "{text}");
        }
    }
}
