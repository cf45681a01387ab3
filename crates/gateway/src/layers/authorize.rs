//! What somebody may.
use super::Layer;
use super::waf::read_file;
use crate::config::{Config, ConfigError};
use crate::exchange::{Exchange, Flow};
use access::policy::{self, Authorizer, File, Files, Question};
use http::StatusCode;
use http::header::{HeaderValue, WWW_AUTHENTICATE};
use std::path::{Path, PathBuf};

#[cfg(all(test, feature = "cedar"))]
mod tests;

/// Settings of the layer. While nothing is said here nor at any route, it lets everybody pass.
pub type Settings = policy::Config;

/// Settings of a route: in place of what `authorization.routes` says of it.
pub type RouteSettings = Option<policy::Rule>;

/// The layer.
#[derive(Debug)]
pub(crate) struct Authorize {
    /// `None`: nothing is configured.
    authorizer: Option<Authorizer>,
}

impl Layer for Authorize {
    const NAME: &'static str = "authorize";

    fn build(config: &Config, _: Option<&Self>) -> Result<Self, ConfigError> {
        let settings = config.permissions();
        if settings == policy::Config::default() {
            return Ok(Self { authorizer: None });
        }
        let files = files(config, &settings)?;
        match Authorizer::new(settings, &files) {
            Ok(authorizer) => Ok(Self { authorizer: Some(authorizer) }),
            Err(problems) => {
                let all: Vec<_> = problems.iter().map(ToString::to_string).collect();
                Err(ConfigError::setting("authorization", all.join("; ")))
            }
        }
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        let Some(authorizer) = &self.authorizer else { return Flow::Continue(()) };
        let is_route = exchange.gate.routes.none().is_some_and(|none| none.index != exchange.route.index);
        if !is_route {
            return Flow::Continue(());
        }
        let path = exchange.path.readable().to_owned();
        let parameters: Vec<(&str, &str)> = exchange.route.parameters(&path).collect();
        let decision = authorizer.decide(&Question {
            identity: exchange.identity.as_ref(),
            route: &exchange.route.settings.name,
            method: exchange.head.method.as_str(),
            path: &path,
            parameters: &parameters,
            host: &exchange.host,
            address: exchange.client,
            now: exchange.moment.seconds(),
            mutual_tls: exchange.connection.tls.as_ref().is_some_and(|tls| !tls.client_chain.is_empty()),
        });
        if decision.allowed {
            return Flow::Continue(());
        }
        let reason = reason(&decision);
        // Whoever is nobody yet is asked to say who; what is missing beyond that is told then.
        let (status, wanted) = match &exchange.identity {
            None => {
                (StatusCode::UNAUTHORIZED, Some(decision.challenge().unwrap_or_else(|| "Bearer".to_owned())))
            }
            Some(_) => (
                StatusCode::from_u16(decision.status()).unwrap_or(StatusCode::FORBIDDEN),
                decision.challenge(),
            ),
        };
        refused(exchange, status, reason, wanted)
    }
}

fn reason(decision: &policy::Decision) -> String {
    let missing = decision.missing.iter().map(|missing| format!("{missing:?}"));
    let policies = decision.policies.iter().map(|policy| format!("policy {}", policy.id));
    let errors = decision.errors.iter().cloned();
    missing.chain(policies).chain(errors).collect::<Vec<_>>().join(", ")
}

/// A refusal with what would help (RFC 6750, section 3; RFC 9470, section 3).
fn refused(exchange: &mut Exchange<'_>, status: StatusCode, reason: String, wanted: Option<String>) -> Flow {
    let flow = exchange.refuse(Authorize::NAME, status, reason);
    let Flow::Break(mut answer) = flow else { return flow };
    if let Some(value) = wanted.and_then(|wanted| HeaderValue::from_str(&wanted).ok()) {
        answer.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
    Flow::Break(answer)
}

/// The files that Cedar's settings name.
fn files(config: &Config, settings: &policy::Config) -> Result<Files, ConfigError> {
    let Some(cedar) = &settings.cedar else { return Ok(Files::default()) };
    let mut files = Files::default();
    for path in &cedar.policies {
        for path in policies(&config.path(path))? {
            files.policies.push(file(&path)?);
        }
    }
    files.policies.sort_by(|one, two| one.name.cmp(&two.name));
    let one = |path: &Option<PathBuf>| path.as_ref().map(|path| file(&config.path(path))).transpose();
    files.schema = one(&cedar.schema)?;
    files.entities = one(&cedar.entities)?;
    files.links = one(&cedar.links)?;
    Ok(files)
}

fn policies(path: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let wrong = |error: std::io::Error| ConfigError::file("authorization.cedar.policies", path, error);
    let mut found = Vec::new();
    for entry in path.read_dir().map_err(wrong)? {
        let path = entry.map_err(wrong)?.path();
        if path.extension().is_some_and(|end| end == "cedar") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn file(path: &Path) -> Result<File, ConfigError> {
    let wrong = |error: String| ConfigError::file("authorization.cedar", path, error);
    let text =
        String::from_utf8(read_file(path).map_err(wrong)?).map_err(|error| wrong(error.to_string()))?;
    Ok(File { name: path.display().to_string(), text })
}
