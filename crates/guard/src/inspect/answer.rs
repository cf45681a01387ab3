//! An answer on its way back: schema, errors, secrets, personal data, markup, headers.
use super::leak::{self, Leaks, Treated};
use super::needle::Needles;
use super::problem::{Problem, shown};
use super::schema::Checker;
use super::{page, refuse};
use crate::{Action, Answer, Layer};
use policy::Treatment;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use waf::event::Trigger;
use waf::schema::BODY_LIMITS;

/// What the policy says of answers, with the invocation that this one is for.
pub(super) struct Cleaner<'a> {
    pub(super) response: &'a policy::Response,
    pub(super) needles: Arc<Needles>,
    pub(super) output: Option<&'a Checker>,
    /// The event.
    pub(super) sent: &'a [u8],
    pub(super) trigger: Trigger,
    pub(super) request_id: &'a str,
    /// Nothing is changed, everything is told.
    pub(super) is_detecting: bool,
}

/// What comes out.
#[derive(Debug, Default)]
pub(super) struct Cleaned {
    /// None: as it was.
    pub(super) bytes: Option<Vec<u8>>,
    pub(super) told: Vec<(Action, Problem)>,
    /// Goes out instead of everything.
    pub(super) refused: Option<(Problem, Answer)>,
}

impl Cleaned {
    fn tell(&mut self, action: Action, problem: Problem) {
        self.told.push((action, problem));
    }
}

/// Names, joined.
fn list(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

impl Cleaner<'_> {
    fn treated(&self) -> Treated {
        Treated { secrets: self.response.secrets, personal: self.response.personal }
    }

    /// Whether answers of the trigger are HTTP answers as proxy integrations have them.
    fn is_http(&self) -> bool {
        matches!(
            self.trigger,
            Trigger::ApiGatewayV1 | Trigger::ApiGatewayV2 | Trigger::LoadBalancer | Trigger::VpcLattice
        )
    }

    /// An answer of the function.
    pub(super) fn answer(&self, bytes: &[u8]) -> Cleaned {
        if self.is_http()
            && let Ok(Value::Object(answer)) = serde_json::from_slice::<Value>(bytes)
            && answer.contains_key("statusCode")
        {
            return self.http(answer);
        }
        self.plain(bytes)
    }

    /// An answer that is data.
    fn plain(&self, bytes: &[u8]) -> Cleaned {
        let mut cleaned = Cleaned::default();
        if let Some(checker) = self.output
            && checker.wants_json()
            && let Ok(parsed) = waf::event::parse(bytes, &BODY_LIMITS)
            && let Err(problem) = checker.payload(parsed.tree(), Layer::Response)
            && !self.differs(problem, checker, &mut cleaned)
        {
            return cleaned;
        }
        let leaks = leak::look(bytes, &self.needles, self.treated());
        let is_let_through = !self.leaked(&leaks, &mut cleaned) || self.is_detecting;
        let Some(masked) = leaks.masked(bytes).filter(|_| !is_let_through) else { return cleaned };
        // A place in JSON may be a number or a key: each text is masked by itself.
        cleaned.bytes = match serde_json::from_slice::<Value>(bytes) {
            Ok(mut value) => {
                self.mask_texts("", &mut value);
                serde_json::to_vec(&value).ok().or(Some(masked))
            }
            Err(_) => Some(masked),
        };
        cleaned
    }

    /// Masks every text under its key: what a value is called says whether it is a leak or a part of a signed form.
    fn mask_texts(&self, key: &str, value: &mut Value) {
        match value {
            Value::String(text) => {
                let before = if key.is_empty() { String::new() } else { format!("\"{key}\":\"") };
                let whole = format!("{before}{text}");
                let leaks = leak::look(whole.as_bytes(), &self.needles, self.treated());
                if let Some(masked) = leaks.masked_from(whole.as_bytes(), before.len()) {
                    *text = String::from_utf8_lossy(&masked).into_owned();
                }
            }
            Value::Number(number) => {
                let text = number.to_string();
                let leaks = leak::look(text.as_bytes(), &self.needles, self.treated());
                if let Some(masked) = leaks.masked(text.as_bytes()) {
                    *value = Value::String(String::from_utf8_lossy(&masked).into_owned());
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.mask_texts(key, item)),
            Value::Object(members) => {
                members.iter_mut().for_each(|(key, member)| self.mask_texts(key, member));
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    /// A difference to the schema. Whether the answer goes on.
    fn differs(&self, problem: Problem, checker: &Checker, cleaned: &mut Cleaned) -> bool {
        if checker.is_told_only || self.is_detecting {
            cleaned.tell(Action::Told, problem);
            return true;
        }
        self.refuse(problem, None, cleaned);
        false
    }

    /// Tells what was found. Whether the answer goes on.
    fn leaked(&self, leaks: &Leaks, cleaned: &mut Cleaned) -> bool {
        if !leaks.told.is_empty() {
            let reason = format!("the answer holds {}", list(&leaks.told));
            cleaned.tell(Action::Told, Problem::new(Layer::Response, 502, reason).rule("data"));
        }
        if !leaks.hidden.is_empty() {
            let reason = format!("the answer held {}", list(&leaks.hidden));
            let action = if self.is_detecting { Action::Told } else { Action::Changed };
            cleaned.tell(action, Problem::new(Layer::Response, 502, reason).rule("leak"));
        }
        if leaks.refused.is_empty() {
            return true;
        }
        let reason = format!("the answer holds {}", list(&leaks.refused));
        let problem = Problem::new(Layer::Response, 502, reason).rule("leak");
        if self.is_detecting {
            cleaned.tell(Action::Told, problem);
            return true;
        }
        self.refuse(problem, None, cleaned);
        false
    }

    /// Puts a clean error in the place of an answer; headers that let a browser read it stay.
    fn refuse(&self, problem: Problem, headers: Option<&Map<String, Value>>, cleaned: &mut Cleaned) {
        let answer = if self.is_http() {
            let mut value = refuse::http(&problem, self.trigger, self.request_id);
            let kept = headers.into_iter().flatten().filter(|(name, value)| {
                name.to_ascii_lowercase().starts_with("access-control-") && value.is_string()
            });
            if let Some(out) = value.get_mut("headers").and_then(Value::as_object_mut) {
                for (name, value) in kept {
                    out.insert(name.clone(), value.clone());
                }
                for (name, value) in &self.response.headers {
                    out.entry(name.to_ascii_lowercase()).or_insert_with(|| value.as_str().into());
                }
            }
            Answer::Response(value.to_string().into_bytes())
        } else {
            let message = format!("{} (request {})", refuse::phrase(problem.status), self.request_id);
            Answer::Error { kind: refuse::KIND.to_owned(), message }
        };
        cleaned.refused = Some((problem, answer));
    }

    /// An HTTP answer.
    fn http(&self, mut answer: Map<String, Value>) -> Cleaned {
        let mut cleaned = Cleaned::default();
        let status = status_of(&answer);
        let is_base64 = answer.get("isBase64Encoded").and_then(Value::as_bool) == Some(true);
        let body = match answer.get("body") {
            Some(Value::String(text)) if is_base64 => access::encode::from_base64(text),
            Some(Value::String(text)) => Some(text.clone().into_bytes()),
            Some(Value::Null) | None => None,
            // Some runtimes take an object; API Gateway does not.
            Some(other) => Some(other.to_string().into_bytes()),
        };
        let mut is_changed = page::headers(self, &mut answer, &mut cleaned);
        if let Some(body) = body {
            let mut body = body;
            if !self.is_fit(status, &answer, &body, &mut cleaned) {
                return cleaned;
            }
            let leaks = leak::look(&body, &self.needles, self.treated());
            if !self.leaked(&leaks, &mut cleaned) {
                return cleaned;
            }
            let mut is_other = false;
            if let Some(masked) = leaks.masked(&body)
                && !self.is_detecting
            {
                body = masked;
                is_other = true;
            }
            if self.response.encode
                && let Some(encoded) = page::reflected(self, &answer, &body, &mut cleaned)
                && !self.is_detecting
            {
                body = encoded;
                is_other = true;
            }
            if self.response.encode && !self.is_detecting {
                is_changed |= page::content_type(&mut answer, &body);
            }
            if is_other {
                let text = if is_base64 {
                    access::encode::base64(&body)
                } else {
                    String::from_utf8_lossy(&body).into_owned()
                };
                answer.insert("body".to_owned(), text.into());
                is_changed = true;
            }
        }
        is_changed |= !self.is_detecting && page::secure(self, &mut answer);
        if is_changed && !self.is_detecting {
            cleaned.bytes = serde_json::to_vec(&Value::Object(answer)).ok();
        }
        cleaned
    }

    /// Schema and errors of a body. Whether the answer goes on.
    fn is_fit(&self, status: u16, answer: &Map<String, Value>, body: &[u8], cleaned: &mut Cleaned) -> bool {
        if let Some(checker) = self.output
            && checker.wants_json()
            && status < 400
        {
            let parsed =
                waf::event::parse(body, &BODY_LIMITS).or_else(|_| waf::event::parse(b"null", &BODY_LIMITS));
            if let Ok(parsed) = parsed
                && let Err(problem) = checker.payload(parsed.tree(), Layer::Response)
                && !self.differs(problem, checker, cleaned)
            {
                return false;
            }
        }
        if let Some(checker) = self.output
            && checker.wants_openapi()
            && let Ok(event) = waf::event::read(self.sent, None, &waf::event::EventLimits::default())
            && let Some(http) = event.records.iter().find_map(|record| record.http.as_ref())
        {
            let kind = page::header(answer, "content-type").unwrap_or("application/json");
            if let Err(problem) = checker.response(http, status, (kind, body))
                && !self.differs(problem, checker, cleaned)
            {
                return false;
            }
        }
        let Some(sign) = leak::trace(body, self.sent) else { return true };
        let status = if status >= 400 { status } else { 502 };
        let reason =
            format!("the answer tells of an error inside of the function (`{}`)", shown(sign.trim()));
        let problem = Problem::new(Layer::Response, status, reason).rule("error-text");
        if self.response.errors == Treatment::Tell || self.is_detecting {
            cleaned.tell(Action::Told, problem);
            return true;
        }
        let headers = answer.get("headers").and_then(Value::as_object);
        self.refuse(problem, headers, cleaned);
        false
    }

    /// The error object of a runtime.
    pub(super) fn error(&self, bytes: &[u8]) -> Cleaned {
        let mut cleaned = Cleaned::default();
        let given: Map<String, Value> = serde_json::from_slice(bytes).unwrap_or_default();
        let text = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default();
        let hidden = |text: &str| {
            let leaks = leak::look(
                text.as_bytes(),
                &self.needles,
                Treated { secrets: Treatment::Mask, personal: Treatment::Mask },
            );
            leaks
                .masked(text.as_bytes())
                .map_or_else(|| text.to_owned(), |masked| String::from_utf8_lossy(&masked).into_owned())
        };
        let kind = text("errorType");
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '$');
        let kind =
            if !kind.is_empty() && kind.len() <= 100 && kind.chars().all(is_name) { kind } else { "Error" };
        let message = hidden(text("errorMessage"));
        let problem = Problem::new(Layer::Response, 502, format!("the function failed: {}", shown(&message)))
            .rule("error-text")
            .fact("error", shown(kind));
        if self.response.errors == Treatment::Tell || self.is_detecting {
            cleaned.tell(Action::Told, problem);
            return cleaned;
        }
        cleaned.tell(Action::Changed, problem);
        let is_inside =
            self.is_http() || leak::trace(message.as_bytes(), self.sent).is_some() || message.contains('\n');
        let message =
            if is_inside { format!("internal error (request {})", self.request_id) } else { message };
        let stack: Vec<Value> = Vec::new();
        let out = json!({ "errorMessage": message, "errorType": kind, "stackTrace": stack });
        cleaned.bytes = Some(out.to_string().into_bytes());
        cleaned
    }
}

/// The status of an HTTP answer; some functions write it as text.
fn status_of(answer: &Map<String, Value>) -> u16 {
    let status = answer.get("statusCode");
    let number = status.and_then(Value::as_u64).and_then(|number| u16::try_from(number).ok());
    number.or_else(|| status.and_then(Value::as_str)?.parse().ok()).unwrap_or(200)
}
