//! Documents out of files: OpenAPI as JSON or YAML, JSON Schema.
use super::problem::violation;
use crate::config::{Config, ConfigError};
use serde_json::Value;
use std::path::Path;
use waf::schema::{Api, BODY_LIMITS, Problem, VIOLATIONS_MAX, Validator, Violation};

/// Problems of one document that an error tells.
const PROBLEMS_MAX: usize = 5;

/// Reads and compiles an OpenAPI document.
pub(super) fn api(config: &Config, setting: &str, path: &Path) -> Result<Api, ConfigError> {
    let path = config.path(path);
    let document = read(setting, &path)?;
    Api::read(&document)
        .map_err(|problems| ConfigError::file(setting, &path, told("cannot be used", &problems)))
}

fn told(what: &str, problems: &[Problem]) -> String {
    let shown = problems.iter().take(PROBLEMS_MAX);
    let shown: Vec<_> = shown.map(|one| format!("{}: {}", one.place, one.message)).collect();
    let more = problems.len().saturating_sub(PROBLEMS_MAX);
    let more = if more == 0 { String::new() } else { format!("; and {more} more") };
    format!("{what}: {}{more}", shown.join("; "))
}

/// Reads and compiles a JSON Schema. Nothing is fetched: references out of the document are errors.
pub(super) fn schema(config: &Config, setting: &str, path: &Path) -> Result<Validator, ConfigError> {
    let path = config.path(path);
    let document = read(setting, &path)?;
    Validator::read(&document).map_err(|problems| {
        ConfigError::file(setting, &path, told("is no schema that can be used", &problems))
    })
}

/// Compares a body with a schema.
pub(super) fn check(validator: &Validator, content_type: &str, body: &[u8]) -> Vec<Violation> {
    if body.is_empty() {
        return vec![violation("body", "a body is required")];
    }
    if !is_json(content_type) {
        return vec![violation("content-type", "`application/json` is expected")];
    }
    let Ok(parsed) = waf::event::parse(body, &BODY_LIMITS) else {
        return vec![violation("body", "the body is no JSON")];
    };
    let violations = validator.violations(parsed.tree()).into_iter();
    violations.map(|one| violation(format!("body{}", one.place), one.message)).collect()
}

/// Whether a media type is JSON.
pub(super) fn is_json(content_type: &str) -> bool {
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media_type == "application/json" || media_type.ends_with("+json")
}

/// What two readers of one JSON text could see differently: keys that stand twice, and what is no JSON.
pub(super) fn doubts(body: &[u8]) -> Vec<Violation> {
    let mut read = waf::body::Body::default();
    let limits = waf::Limits { arguments_max: usize::MAX, ..waf::Limits::default() };
    waf::body::read(waf::body::Processor::Json, b"application/json", body, &limits, &mut read);
    let told = read.oddities.iter().filter(|oddity| oddity.message.contains("stands twice"));
    told.take(VIOLATIONS_MAX).map(|oddity| violation("body", oddity.message.clone())).collect()
}

fn read(setting: &str, path: &Path) -> Result<Value, ConfigError> {
    let wrong = |message: String| ConfigError::file(setting, path, message);
    let bytes = crate::layers::waf::read_file(path).map_err(&wrong)?;
    let text = String::from_utf8(bytes).map_err(|_| wrong("is not UTF-8".to_owned()))?;
    parse(&text).map_err(wrong)
}

/// YAML holds JSON, but not every JSON: what begins as JSON is read as that.
pub(crate) fn parse(text: &str) -> Result<Value, String> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if text.trim_start().starts_with(['{', '[']) {
        match serde_json::from_str(text) {
            Ok(value) => return Ok(value),
            Err(error) if text.trim_start().starts_with("{\"") => return Err(format!("is no JSON: {error}")),
            Err(_) => {}
        }
    }
    serde_saphyr::from_str(text).map_err(|error| format!("is neither JSON nor YAML: {error}"))
}
