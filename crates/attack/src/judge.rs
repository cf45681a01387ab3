//! What became of an attack.
use crate::payload::PASSWD_LINE;
use crate::{Answer, Attack, Canaries, Proof, Told};
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
        Proof::Accepted => {
            accepted(answer, baseline).then(|| "a forged token was taken like the honest one".to_owned())
        }
        Proof::Callback | Proof::File(_) | Proof::Delay(_) => None,
    })
}

/// What stands outside of the answer.
pub(crate) fn proven_outside(attack: &Attack, canaries: &Canaries) -> Option<String> {
    attack.proofs.iter().find_map(|proof| match proof {
        Proof::Callback => canaries.was_called(&attack.token).then(|| "the canary was called".to_owned()),
        Proof::File(path) => path.exists().then(|| format!("the file `{}` came to be", path.display())),
        _ => None,
    })
}

/// Who stopped an attack that has no effect.
pub(crate) fn stopped(answer: &Answer, baseline: &Baseline, told: &[Told]) -> Verdict {
    let blocked = told.iter().find(|one| one.blocked);
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
    ];
    MARKS.iter().any(|mark| body.contains(mark))
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
