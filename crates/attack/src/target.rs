//! What is attacked, and what its guards tell meanwhile.
use crate::Shot;
use crate::place::percent;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Bytes of an answer that are looked at.
const ANSWER_BYTES_MAX: u64 = 4 << 20;

/// What came back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Of HTTP; of `Invoke` 200 unless the operation itself was refused.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// `X-Amz-Function-Error`: the function failed.
    pub function_error: Option<String>,
    pub elapsed: Duration,
}

impl Answer {
    /// The application did what it was asked.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status) && self.function_error.is_none()
    }

    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    #[error("no answer from `{address}`: {why}")]
    Unreachable { address: String, why: String },
    #[error("this target takes no `Invoke`: name its address with `--invoke-url`")]
    NoInvoke,
}

/// Takes requests and events.
pub trait Target {
    /// Sends and waits for the answer.
    ///
    /// # Errors
    /// There is no answer.
    fn send(&mut self, shot: &Shot) -> Result<Answer, TargetError>;
}

/// An application behind addresses.
#[derive(Debug)]
pub struct HttpTarget {
    agent: ureq::Agent,
    url: String,
    invoke: Option<String>,
    /// What `Invoke` is signed with; never shown.
    signed: Option<ureq::http::HeaderValue>,
}

impl HttpTarget {
    /// `url` is where requests go, `invoke` where the `Invoke` operation is (`http://127.0.0.1:3001`).
    #[must_use]
    pub fn new(agent: ureq::Agent, url: &str, invoke: Option<&str>) -> Self {
        let trimmed = |text: &str| text.trim_end_matches('/').to_owned();
        Self { agent, url: trimmed(url), invoke: invoke.map(trimmed), signed: None }
    }

    /// With the access key that a host on this machine takes `Invoke` from; its signatures are not verified.
    #[must_use]
    pub fn with_key(mut self, key: Option<String>) -> Self {
        self.signed = key.and_then(|key| {
            let scope = format!("{key}/20260101/us-east-1/lambda/aws4_request");
            let text = format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0");
            let mut value = ureq::http::HeaderValue::from_str(&text).ok()?;
            value.set_sensitive(true);
            Some(value)
        });
        self
    }

    fn request(&self, shot: &Shot) -> Result<(ureq::http::Request<Vec<u8>>, String), TargetError> {
        let mut builder = ureq::http::Request::builder();
        let (address, body) = match shot {
            Shot::Http { method, path, query, headers, body, encoded } => {
                let written =
                    |text: &str, keep: &str| if *encoded { text.to_owned() } else { percent(text, keep) };
                let pairs: Vec<String> = query
                    .iter()
                    .map(|(name, value)| format!("{}={}", written(name, ""), written(value, "")))
                    .collect();
                let mark = if pairs.is_empty() { "" } else { "?" };
                for (name, value) in headers {
                    builder = builder.header(name, value);
                }
                builder = builder.method(method.as_str());
                (format!("{}{}{mark}{}", self.url, written(path, "/"), pairs.join("&")), body.clone())
            }
            Shot::Invoke { function, event } => {
                let base = self.invoke.as_ref().ok_or(TargetError::NoInvoke)?;
                builder = builder.method("POST").header("content-type", "application/json");
                if let Some(signed) = &self.signed {
                    builder = builder.header("authorization", signed.clone());
                }
                (format!("{base}/2015-03-31/functions/{}/invocations", percent(function, "")), event.clone())
            }
        };
        let unreachable = |why: &dyn std::fmt::Display| TargetError::Unreachable {
            address: address.clone(),
            why: why.to_string(),
        };
        let request = builder.uri(&address).body(body).map_err(|why| unreachable(&why))?;
        Ok((request, address))
    }
}

impl Target for HttpTarget {
    fn send(&mut self, shot: &Shot) -> Result<Answer, TargetError> {
        let (request, address) = self.request(shot)?;
        #[expect(clippy::disallowed_methods, reason = "delays are a proof; they are measured here only")]
        let started = Instant::now();
        let unreachable = |why: &dyn std::fmt::Display| TargetError::Unreachable {
            address: address.clone(),
            why: why.to_string(),
        };
        let mut response = self.agent.run(request).map_err(|why| unreachable(&why))?;
        let status = response.status().as_u16();
        let headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let mut body = Vec::new();
        response
            .body_mut()
            .as_reader()
            .take(ANSWER_BYTES_MAX)
            .read_to_end(&mut body)
            .map_err(|why| unreachable(&why))?;
        let function_error =
            headers.iter().find(|(name, _)| name == "x-amz-function-error").map(|(_, value)| value.clone());
        let body = String::from_utf8_lossy(&body).into_owned();
        Ok(Answer { status, headers, body, function_error, elapsed: started.elapsed() })
    }
}

/// What a guard or gateway said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Told {
    /// `rules`, `hook`, `schema`, …
    pub layer: String,
    pub rule: Option<String>,
    /// It refused, ended or replaced something.
    pub blocked: bool,
    /// It refused the request, or what the function wanted to do for it.
    pub refused: bool,
    /// Of the request or the invocation that it is about.
    pub request_id: Option<String>,
    pub reason: String,
}

/// Reads the events that guard and gateway write (OCSF, a JSON line each), from where it was left.
#[derive(Debug)]
pub struct Watch {
    path: PathBuf,
    at: u64,
    /// Tokens of lines that a log was made to hold.
    forged: BTreeSet<String>,
}

impl Watch {
    /// Begins at the present end of the file; it may not be there yet.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        let at = std::fs::metadata(path).map_or(0, |about| about.len());
        Self { path: path.to_owned(), at, forged: BTreeSet::new() }
    }

    /// What was told since the last call; a line that is not complete yet waits for the next.
    pub fn told(&mut self) -> Vec<Told> {
        let mut told = Vec::new();
        let Ok(mut file) = std::fs::File::open(&self.path) else { return told };
        if file.seek(SeekFrom::Start(self.at)).is_err() {
            return told;
        }
        let mut reader = BufReader::new(file);
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|read| read > 0) && line.ends_with('\n') {
            self.at += line.len() as u64;
            let read: Option<Value> = serde_json::from_str(&line).ok();
            self.forged.extend(read.as_ref().and_then(forged));
            told.extend(read.as_ref().and_then(read_event));
            line.clear();
        }
        told
    }

    /// Whether a line of a function's log began with this token's.
    pub(crate) fn saw_line(&self, token: &str) -> bool {
        self.forged.contains(token)
    }
}

/// The token of a line of a log (of `buckler run --json`) that a payload of [`Family::Log`](crate::Family) wrote.
fn forged(line: &Value) -> Option<String> {
    if line.get("type").and_then(Value::as_str) != Some("log") {
        return None;
    }
    let rest = line.get("text")?.as_str()?.strip_prefix("forged-")?;
    Some(rest.chars().take_while(char::is_ascii_alphanumeric).collect())
}

/// The words of ours in an event, alone or in a line of `buckler run --json`; a gateway's stand in `status_detail` as `layer: reason`.
fn read_event(line: &Value) -> Option<Told> {
    let event = line.get("event").unwrap_or(line);
    let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let detail = text("/status_detail").or_else(|| text("/message")).unwrap_or_default();
    let layer = text("/unmapped/layer")
        .or_else(|| text("/finding_info/analytic/name"))
        .or_else(|| detail.split_once(": ").map(|(layer, _)| layer.to_owned()))?;
    let action = text("/unmapped/action");
    let disposition = event.pointer("/disposition_id").and_then(Value::as_u64);
    let blocked = match action.as_deref() {
        Some(action) => action != "told",
        // OCSF 1.3: 2 is "Blocked".
        None => disposition == Some(2),
    };
    let refused = action.as_deref().map_or(disposition == Some(2), |action| action == "blocked");
    let own = line.get("requestId").and_then(Value::as_str).map(str::to_owned);
    let request_id = own.or_else(|| text("/unmapped/request_id"));
    let rule = text("/unmapped/rule").or_else(|| {
        event.pointer("/unmapped/rules/0").map(|rule| rule.to_string().trim_matches('"').to_owned())
    });
    let reason = text("/finding_info/title").or(Some(detail)).unwrap_or_default();
    Some(Told { layer, rule, blocked, refused, request_id, reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_as_they_are_written_and_each_once() {
        let path = std::env::temp_dir().join(format!("buckler-watch-{}", std::process::id()));
        #[expect(clippy::disallowed_methods, reason = "a test writes its file")]
        let write = |text: &str| std::fs::write(&path, text).unwrap();
        write("{\"status_detail\":\"old: x\"}\n");
        let mut watch = Watch::new(&path);
        let guard = r#"{"unmapped":{"layer":"hook","action":"blocked","rule":"hook-command"},"finding_info":{"title":"t"}}"#;
        let hosted = format!(r#"{{"type":"guard","event":{guard}}}"#);
        let gateway = r#"{"disposition_id":2,"status_detail":"waf: score 5","unmapped":{"rules":[942100]}}"#;
        write(&format!("{{\"status_detail\":\"old: x\"}}\n{guard}\n{gateway}\n{hosted}\nnot json\n{{\"half"));
        let told = watch.told();
        assert_eq!(
            told,
            [
                Told {
                    layer: "hook".to_owned(),
                    rule: Some("hook-command".to_owned()),
                    blocked: true,
                    refused: true,
                    request_id: None,
                    reason: "t".to_owned()
                },
                Told {
                    layer: "waf".to_owned(),
                    rule: Some("942100".to_owned()),
                    blocked: true,
                    refused: true,
                    request_id: None,
                    reason: "waf: score 5".to_owned()
                },
                Told {
                    layer: "hook".to_owned(),
                    rule: Some("hook-command".to_owned()),
                    blocked: true,
                    refused: true,
                    request_id: None,
                    reason: "t".to_owned()
                },
            ]
        );
        assert_eq!(watch.told(), []);
        std::fs::remove_file(&path).unwrap();
    }
}
