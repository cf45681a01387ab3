//! What files may be sent: type by content, size, archives, metadata of images.
//!
//! Files are the parts of a multipart form that have a file name, and raw bodies (`PUT /avatar` with `image/png`). They are judged by
//! `waf::upload`; here they are found, refused, and put back without their metadata. Off unless a route asks for it.
mod kinds;
mod parts;

#[cfg(test)]
mod tests;

use super::Layer;
use super::schema::{problem_answer, reason, violation};
use super::waf::decode::decode;
use crate::body::Body;
use crate::config::{Config, ConfigError, Mode};
use crate::exchange::{Decision, Exchange, Flow};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use serde::Deserialize;
use std::ops::Range;
use waf::schema::Violation;
use waf::upload::{Judgement, Kind, Policy, Problem, judge};

/// Settings of the layer: there are none, each route has its own.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {}

/// Settings of a route.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RouteSettings {
    /// Files are judged here.
    pub on: bool,
    /// Media types (`image/png`), ranges (`image/*`) or short names (`docx`) that may be sent; empty: everything that neither runs nor is
    /// an archive.
    pub types: Vec<String>,
    /// Bytes of one file.
    pub file_bytes_max: usize,
    /// Files of one request.
    pub files_max: usize,
    /// Archives may be sent beside what `types` names.
    pub allow_archives: bool,
    /// Entries of an archive.
    pub archive_entries_max: usize,
    /// Bytes of all entries of an archive together, unpacked.
    pub archive_bytes_max: u64,
    /// Unpacked bytes for each byte of an archive.
    pub archive_ratio_max: u64,
    /// Archives may hold archives.
    pub nested_archives: bool,
    /// Documents may hold macros, scripts or actions.
    pub active_content: bool,
    /// Metadata of images (place, camera, comments) is removed; no pixel changes.
    pub strip_metadata: bool,
    /// Bodies that are no form are files, too.
    pub raw: bool,
}

impl Default for RouteSettings {
    fn default() -> Self {
        let policy = Policy::default();
        Self {
            on: false,
            types: Vec::new(),
            file_bytes_max: policy.bytes_max,
            files_max: 10,
            allow_archives: false,
            archive_entries_max: policy.entries_max,
            archive_bytes_max: policy.unpacked_bytes_max,
            archive_ratio_max: policy.ratio_max,
            nested_archives: policy.nested_archives,
            active_content: policy.active_content,
            strip_metadata: policy.strip_metadata,
            raw: true,
        }
    }
}

/// The layer.
#[derive(Debug)]
pub(crate) struct Upload {
    /// In the order of the routes; `None`: off.
    plans: Vec<Option<Plan>>,
}

/// What a route allows.
#[derive(Debug)]
struct Plan {
    policy: Policy,
    files_max: usize,
    raw: bool,
    /// Films may be sent, not only pictures in their container (HEIF, AVIF).
    films: bool,
    /// Media types and ranges that a sender may declare; empty: whatever fits the content.
    declared: Vec<String>,
}

/// What came of a body's files.
#[derive(Debug, Default, PartialEq, Eq)]
struct Outcome {
    violations: Vec<Violation>,
    /// Of the worst problem.
    status: Option<StatusCode>,
    /// Places and what is to stand there.
    changes: Vec<(Range<usize>, Vec<u8>)>,
}

/// Problems that one request tells at most.
const VIOLATIONS_MAX: usize = 20;
/// Digests of a body; they do not hold for a changed one (RFC 9530, RFC 1864).
const DIGESTS: [&str; 4] = ["content-digest", "repr-digest", "digest", "content-md5"];

impl Layer for Upload {
    const NAME: &'static str = "upload";

    fn build(config: &Config, _before: Option<&Self>) -> Result<Self, ConfigError> {
        let plan = |route: &crate::config::Route| match route.upload.on {
            true => Plan::new(&route.upload, &route.name).map(Some),
            false => Ok(None),
        };
        Ok(Self { plans: config.route.iter().map(plan).collect::<Result<_, _>>()? })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        let mode = exchange.route.settings.mode;
        let plan = self.plans.get(exchange.route.index).and_then(Option::as_ref);
        let Some(plan) = plan.filter(|_| mode != Mode::Off) else { return Flow::Continue(()) };
        let Some(body) = exchange.whole_body(Self::NAME).await? else {
            exchange.uninspected = Some("a streamed request body");
            if !exchange.is_grpc_call() {
                return Flow::Continue(());
            }
            let told = [violation("body", "a stream cannot be judged")];
            return refused(exchange, StatusCode::UNSUPPORTED_MEDIA_TYPE, &told);
        };
        if body.is_empty() {
            return Flow::Continue(());
        }
        let most = exchange.gate.config.limits.buffered_bytes_max;
        let (outcome, changed) = match decode(&exchange.head.headers, &body, most) {
            Ok(plain) => {
                let outcome = plan.judge(&exchange.head.headers, name_of(exchange), &plain);
                let changed =
                    (!outcome.changes.is_empty()).then(|| parts::replaced(&plain, &outcome.changes));
                (outcome, changed)
            }
            Err(problem) => {
                let mut outcome = Outcome::default();
                outcome.tell(StatusCode::UNSUPPORTED_MEDIA_TYPE, "body", problem.to_string());
                (outcome, None)
            }
        };
        if let Some(status) = outcome.status {
            return refused(exchange, status, &outcome.violations);
        }
        match changed {
            Some(_) if mode == Mode::Detect => exchange.note(Self::NAME, "metadata would have been removed"),
            Some(changed) => {
                exchange.note(Self::NAME, format!("metadata removed from {} files", outcome.changes.len()));
                put(exchange, changed);
            }
            None => {}
        }
        Flow::Continue(())
    }
}

impl Plan {
    fn new(settings: &RouteSettings, route: &str) -> Result<Self, ConfigError> {
        let mut kinds = Vec::new();
        for text in &settings.types {
            let named = kinds::named(text);
            if named.is_empty() {
                let message = format!(
                    "`{text}` is no type that can be told by its content; write `image/png`, `image/*` or `png`"
                );
                return Err(ConfigError::setting(format!("route.{route}.upload.types"), message));
            }
            kinds.extend(named);
        }
        if settings.files_max == 0 || settings.file_bytes_max == 0 {
            let message = "`files-max` and `file-bytes-max` are at least 1; leave `on` out to judge nothing";
            return Err(ConfigError::setting(format!("route.{route}.upload"), message));
        }
        match (kinds.is_empty(), settings.allow_archives) {
            (true, false) => kinds = kinds::harmless(),
            (true, true) => {}
            (false, true) => kinds.extend(kinds::archives()),
            (false, false) => {}
        }
        let declared = settings.types.iter().map(|text| text.trim().to_ascii_lowercase());
        // A short name says the kind, not how it is to be declared.
        let declared: Vec<String> = declared.filter(|text| text.contains('/')).collect();
        let only_media = declared.len() == settings.types.len() && !settings.allow_archives;
        let films = settings.types.is_empty() || settings.types.iter().any(|text| kinds::names_films(text));
        let policy = Policy {
            kinds,
            bytes_max: settings.file_bytes_max,
            entries_max: settings.archive_entries_max,
            unpacked_bytes_max: settings.archive_bytes_max,
            ratio_max: settings.archive_ratio_max,
            nested_archives: settings.nested_archives,
            active_content: settings.active_content,
            strip_metadata: settings.strip_metadata,
        };
        let declared = if only_media { declared } else { Vec::new() };
        Ok(Self { policy, files_max: settings.files_max, raw: settings.raw, films, declared })
    }

    /// Finds and judges the files of a body.
    fn judge(&self, headers: &HeaderMap, name: &str, body: &[u8]) -> Outcome {
        let mut outcome = Outcome::default();
        let mut declared = headers.get_all(CONTENT_TYPE).iter();
        let media = declared.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
        if declared.next().is_some() {
            outcome.tell(StatusCode::BAD_REQUEST, "content-type", "stands there more than once");
            return outcome;
        }
        let kind = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if kind.starts_with("multipart/") {
            self.judge_form(media, body, &mut outcome);
        } else if self.raw {
            self.judge_raw(&kind, name, body, &mut outcome);
        }
        outcome
    }

    fn judge_form(&self, media: &str, body: &[u8], outcome: &mut Outcome) {
        let files = match parts::files(media, body) {
            Ok(files) => files,
            Err(doubt) => return outcome.tell(StatusCode::BAD_REQUEST, "body", doubt.to_string()),
        };
        if files.len() > self.files_max {
            let message = format!("there are more than {} files", self.files_max);
            return outcome.tell(StatusCode::PAYLOAD_TOO_LARGE, "body", message);
        }
        for (index, file) in files.into_iter().enumerate() {
            let bytes = body.get(file.content.clone()).unwrap_or_default();
            let place = format!("files/{index}");
            let mut cleaned = None;
            for name in &file.names {
                let judgement = self.judge_file(name, &file.declared, bytes);
                cleaned = self.take(judgement, &place, &file.declared, outcome);
            }
            outcome.changes.extend(cleaned.map(|cleaned| (file.content, cleaned)));
        }
    }

    fn judge_raw(&self, declared: &str, name: &str, body: &[u8], outcome: &mut Outcome) {
        let mut judgement = self.judge_file(name, declared, body);
        // The end of a path is seldom the end of a file's name: it must not be one that runs, no more.
        if judgement.problems.iter().all(|problem| matches!(problem, Problem::Extension { .. }))
            && !judgement.problems.is_empty()
        {
            judgement = self.judge_file("", declared, body);
        }
        let is_data = declared == "application/x-www-form-urlencoded"
            || declared == "application/json"
            || declared == "application/graphql"
            || declared.ends_with("+json");
        // Calls of an interface are no files, as long as they are what they say.
        if is_data && matches!(judgement.kind, Kind::Text | Kind::Json | Kind::Empty) {
            return;
        }
        let cleaned = self.take(judgement, "body", declared, outcome);
        outcome.changes.extend(cleaned.map(|cleaned| (0..body.len(), cleaned)));
    }

    fn judge_file(&self, name: &str, declared: &str, bytes: &[u8]) -> Judgement {
        let mut judgement = judge(name, declared, bytes, &self.policy);
        if !self.films && kinds::is_film(judgement.kind, bytes) {
            judgement.problems.push(Problem::Kind { kind: judgement.kind.name() });
        }
        judgement
    }

    /// Notes a judgement's problems; gives the content that is to stand in place of the file.
    fn take(
        &self,
        judgement: Judgement,
        place: &str,
        declared: &str,
        outcome: &mut Outcome,
    ) -> Option<Vec<u8>> {
        for problem in &judgement.problems {
            outcome.tell(status_of(problem), place, problem.to_string());
        }
        let media = declared.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        if !self.may_declare(&media) {
            let message = "a file declared as this type may not be sent";
            outcome.tell(StatusCode::UNSUPPORTED_MEDIA_TYPE, place, message);
        }
        judgement.cleaned
    }

    fn may_declare(&self, media: &str) -> bool {
        let fits = |known: &String| match known.strip_suffix('*') {
            Some(range) => media.starts_with(range),
            None => known == media,
        };
        media.is_empty()
            || media == "application/octet-stream"
            || self.declared.is_empty()
            || self.declared.iter().any(fits)
    }
}

impl Outcome {
    /// The gravest status wins: too large, then of the wrong type, then wrong within.
    fn tell(&mut self, status: StatusCode, place: &str, message: impl Into<String>) {
        let rank = |status: StatusCode| match status {
            StatusCode::BAD_REQUEST => 3,
            StatusCode::PAYLOAD_TOO_LARGE => 2,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => 1,
            _ => 0,
        };
        if self.status.is_none_or(|known| rank(status) > rank(known)) {
            self.status = Some(status);
        }
        if self.violations.len() < VIOLATIONS_MAX {
            self.violations.push(violation(place, message));
        }
    }
}

fn status_of(problem: &Problem) -> StatusCode {
    match problem {
        Problem::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Problem::Kind { .. } | Problem::DeclaredType { .. } | Problem::Extension { .. } => {
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        }
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// The name of a raw body: with PUT the path says where it will stand.
fn name_of<'e>(exchange: &'e Exchange<'_>) -> &'e str {
    if exchange.head.method != Method::PUT {
        return "";
    }
    exchange.path.readable().rsplit('/').next().unwrap_or_default()
}

fn refused(exchange: &mut Exchange<'_>, status: StatusCode, violations: &[Violation]) -> Flow {
    let why = reason(violations);
    if exchange.route.settings.mode == Mode::Detect {
        exchange.note(Upload::NAME, why);
        return Flow::Continue(());
    }
    exchange.decisions.push(Decision { layer: Upload::NAME, reason: why, refused: true, rules: Vec::new() });
    let answer = problem_answer(status, &exchange.id, "a file that may not be sent", violations);
    exchange.answer(Upload::NAME, answer)
}

/// The body that goes on in place of the one that came; without its coding, which was taken off to look inside.
fn put(exchange: &mut Exchange<'_>, body: Vec<u8>) {
    let headers = &mut exchange.head.headers;
    headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    headers.remove(CONTENT_ENCODING);
    headers.remove(http::header::TRANSFER_ENCODING);
    for name in DIGESTS {
        headers.remove(name);
    }
    exchange.body = Body::full(Bytes::from(body));
}
