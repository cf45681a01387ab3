//! Certificates by ACME (RFC 8555): answers to the authority's challenges (HTTP-01), and renewal beside the requests.
//!
//! Account and certificates are files in one folder, which only the gateway's user reads. A certificate `NAME` is
//! `NAME.pem` there, chain and key together, so that it changes whole; listeners name that file as `chain` and as `key`.
//! Until the first one is there a certificate of our own stands in, so that the gateway can start.
mod files;
mod order;

#[cfg(test)]
mod tests;

use super::Layer;
use crate::body::Body;
use crate::config::{Config, ConfigError};
use crate::exchange::{Answer, Exchange, Flow};
use crate::server::{Phase, Shared};
use http::Method;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Settings of the layer; on when a certificate is named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// The owner has read the authority's terms of service and agrees to them.
    pub accept_terms: bool,
    /// Where account and certificates are kept.
    pub folder: Option<PathBuf>,
    /// `production` and `staging` are Let's Encrypt's; else the address of a directory.
    pub directory: Option<String>,
    /// Whom the authority tells of problems: `mailto:somebody@example.com`.
    pub contact: Vec<String>,
    /// Certificates by name: the host names of each, the first the most important. No wildcards.
    pub certificate: BTreeMap<String, Vec<String>>,
    /// The authority that the directory's own certificate is of, in PEM, instead of the system's.
    pub authorities: Option<PathBuf>,
}

/// Where authorities ask; the token follows (RFC 8555, section 8.3).
const CHALLENGE: &str = "/.well-known/acme-challenge/";
/// Between two looks at the certificates.
const LOOK: Duration = Duration::from_mins(1);
/// After a failure: so many seconds, doubled with each further one.
const RETRY_SECONDS_MIN: u64 = 300;
const RETRY_SECONDS_MAX: u64 = 86_400;
const NAMES_MAX: usize = 100;

/// Answers to challenges, by token.
type Tokens = Arc<Mutex<BTreeMap<String, String>>>;

/// The layer.
#[derive(Debug)]
pub(crate) struct Acme {
    settings: Settings,
    /// What challenges are answered with; outlives a reload.
    tokens: Tokens,
}

impl Layer for Acme {
    const NAME: &'static str = "acme";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let settings = config.acme.clone();
        let tokens = before.map(|before| Arc::clone(&before.tokens)).unwrap_or_default();
        if settings != Settings::default() {
            checked(&settings)?;
            for (name, hosts) in &settings.certificate {
                let path = files::certificate(config, &settings, name);
                let wrong = |error: String| ConfigError::file("acme.folder", &path, error);
                files::stand_in(&path, hosts).map_err(wrong)?;
            }
        }
        Ok(Self { settings, tokens })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        let token =
            exchange.head.uri.path().strip_prefix(CHALLENGE).filter(|_| exchange.head.method == Method::GET);
        // Tokens that are not ours go on: an upstream may have certificates of its own.
        let Some(text) = token.and_then(|token| locked(&self.tokens).get(token).cloned()) else {
            return Flow::Continue(());
        };
        let mut answer = Answer::new(Body::full(text));
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        exchange.answer(Self::NAME, answer)
    }
}

fn locked(tokens: &Tokens) -> std::sync::MutexGuard<'_, BTreeMap<String, String>> {
    tokens.lock().unwrap_or_else(PoisonError::into_inner)
}

fn checked(settings: &Settings) -> Result<(), ConfigError> {
    let wrong =
        |setting: &str, message: String| Err(ConfigError::setting(format!("acme.{setting}"), message));
    if settings.certificate.is_empty() {
        return wrong("certificate", "none is named; add `main = [\"www.example.com\"]`".to_owned());
    }
    if !settings.accept_terms {
        let message = "say `true` once you have read the authority's terms of service and agree to them";
        return wrong("accept-terms", message.to_owned());
    }
    if settings.folder.is_none() {
        return wrong("folder", "say where account and certificates are kept".to_owned());
    }
    let directory = order::directory(settings);
    if !url::Url::parse(&directory).is_ok_and(|url| url.scheme() == "https" && url.host_str().is_some()) {
        return wrong(
            "directory",
            format!("`{directory}` is neither `production`, `staging` nor an https address"),
        );
    }
    for (name, hosts) in &settings.certificate {
        let setting = format!("certificate.{name}");
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        {
            return wrong(&setting, "a name is of letters, digits, `-` and `_`".to_owned());
        }
        if hosts.is_empty() || hosts.len() > NAMES_MAX {
            return wrong(&setting, format!("has no host name, or more than {NAMES_MAX}"));
        }
        if let Some(host) = hosts.iter().find(|host| !is_host(host)) {
            return wrong(
                &setting,
                format!("`{host}` is no host name in lower case; wildcards need another challenge"),
            );
        }
    }
    Ok(())
}

fn is_host(host: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    host.len() <= 253 && host.split('.').all(is_label)
}

/// Seconds until the next attempt after so many failures in a row.
fn back_off(failures: u32) -> u64 {
    RETRY_SECONDS_MIN.saturating_mul(1_u64 << failures.saturating_sub(1).min(16)).min(RETRY_SECONDS_MAX)
}

/// Renews certificates when they are due, until the gateway ends.
pub(crate) async fn renew(shared: Arc<Shared>) {
    let mut phase = shared.phase.subscribe();
    let mut failed: BTreeMap<String, (u32, u64)> = BTreeMap::new();
    loop {
        let gate = shared.gate.load_full();
        for (name, hosts) in &gate.stack.acme.settings.certificate {
            let now = crate::clock::now().seconds();
            let path = files::certificate(&gate.config, &gate.stack.acme.settings, name);
            let (failures, until) = failed.get(name).copied().unwrap_or_default();
            if now < until || !files::is_due(&path, hosts, now) {
                continue;
            }
            let obtained = tokio::select! {
                obtained = order::obtain(&gate.config, &gate.stack.acme, hosts) => obtained,
                _ = phase.wait_for(|phase| *phase != Phase::Serving) => return,
            };
            let problem = obtained
                .and_then(|pem| files::write(&path, pem.as_bytes()))
                .and_then(|()| shared.reload_certificates().map_err(|error| error.to_string()))
                .err();
            if problem.is_some() {
                let failures = failures.saturating_add(1);
                failed.insert(name.clone(), (failures, now.saturating_add(back_off(failures))));
                shared.metrics.certificates_failed.inc();
            } else {
                failed.remove(name);
                shared.metrics.certificates_renewed.inc();
            }
            crate::event::emit_certificate(&shared, name, problem.as_deref());
        }
        drop(gate);
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = phase.wait_for(|phase| *phase != Phase::Serving) => return,
        }
    }
}
