//! The access key that requests to AWS are signed with, and the next one when it ends.
//!
//! A key of the environment stays. A file is read again when it changed. What a container's or an instance's role gives is asked for
//! anew some minutes before its end, by the request that sees it first; while the old one serves, no other request waits for that.
use crate::config::{Config, ConfigError, KeysFrom, Sign};
use crate::fetch::fetch;
use crate::layers::authenticate::secret;
use crate::layers::waf::read_file;
use access::signature::sigv4::{Credentials, Given, profile};
use access::{Ask, SecretFrom};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;
use url::Url;

/// A key is not used any more so many seconds before its end.
const EARLY_SECONDS: u64 = 30;
/// Asked for anew so many seconds before its end.
const AHEAD_SECONDS: u64 = 300;
/// How often a file is looked at, and how soon a question is asked again that failed while there is a key.
const LOOK_SECONDS: u64 = 10;
/// The same where there is no key.
const PAUSE_SECONDS: u64 = 2;
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// Where ECS tells roles of tasks.
const TASKS: &str = "http://169.254.170.2";
const INSTANCE: &str = "http://169.254.169.254";

/// Where the key comes from.
enum Source {
    Environment,
    File { path: PathBuf, profile: String },
    Container { url: Url, token: Token },
    Instance { url: Url },
}

/// What a container shows for its key.
enum Token {
    None,
    Text(access::Secret),
    /// Read each time: it is replaced in place.
    File(PathBuf),
}

struct Held {
    key: Option<Arc<Credentials>>,
    expires: Option<u64>,
    /// When it is time to look for another one.
    look: u64,
    /// Why there is none, as long as nobody looks again.
    failed: Option<String>,
    modified: Option<SystemTime>,
}

/// One access key after the other.
pub(crate) struct Keys {
    source: Source,
    held: Mutex<Held>,
    asking: tokio::sync::Mutex<()>,
}

impl Keys {
    /// # Errors
    /// No source, or a file without the profile.
    pub(crate) fn build(config: &Config, at: &str, settings: &Sign) -> Result<Self, ConfigError> {
        let held = Held { key: None, expires: None, look: 0, failed: None, modified: None };
        let mut keys = Self {
            source: source(config, at, settings)?,
            held: Mutex::new(held),
            asking: Default::default(),
        };
        let held = keys.held.get_mut().unwrap_or_else(PoisonError::into_inner);
        match &keys.source {
            Source::Environment => {
                held.key = Some(Arc::new(of_environment(config, at)?));
                held.look = u64::MAX;
            }
            Source::File { path, profile } => {
                held.modified = modified(path);
                let key = of_file(path, profile).map_err(|error| ConfigError::file(at, path, error))?;
                held.key = Some(Arc::new(key));
            }
            Source::Container { .. } | Source::Instance { .. } => {}
        }
        Ok(keys)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The key to sign with; `None` before there is one.
    pub(crate) fn now(&self) -> Option<Arc<Credentials>> {
        self.held().key.clone()
    }

    /// Sees to a key that serves at this moment.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) async fn refresh(&self, now: u64) -> Result<(), String> {
        let serves = |held: &Held| {
            held.key.is_some() && held.expires.is_none_or(|end| now.saturating_add(EARLY_SECONDS) < end)
        };
        let known = |held: &Held| match (serves(held), now < held.look, &held.failed) {
            (true, true, _) => Some(Ok(())),
            (false, true, Some(why)) => Some(Err(why.clone())),
            _ => None,
        };
        let has_one = {
            let held = self.held();
            if let Some(known) = known(&held) {
                return known;
            }
            serves(&held)
        };
        let _turn = match self.asking.try_lock() {
            Ok(turn) => turn,
            Err(_) if has_one => return Ok(()),
            Err(_) => self.asking.lock().await,
        };
        if let Some(known) = known(&self.held()) {
            return known;
        }
        let found = self.look().await;
        let mut held = self.held();
        match found {
            Ok(Some((given, modified))) => {
                held.look = match given.expires {
                    Some(end) => end.saturating_sub(AHEAD_SECONDS).max(now.saturating_add(LOOK_SECONDS)),
                    None => now.saturating_add(LOOK_SECONDS),
                };
                held.expires = given.expires;
                held.key = Some(Arc::new(given.credentials));
                held.modified = modified;
            }
            Ok(None) => held.look = now.saturating_add(LOOK_SECONDS),
            // An old one goes on as long as it serves.
            Err(_) if serves(&held) => held.look = now.saturating_add(LOOK_SECONDS),
            Err(why) => {
                held.look = now.saturating_add(PAUSE_SECONDS);
                held.failed = Some(why.clone());
                return Err(why);
            }
        }
        held.failed = (!serves(&held)).then(|| "the key that was given has ended".to_owned());
        held.failed.clone().map_or(Ok(()), Err)
    }

    /// The next request looks whether there is another key (the configuration was read again).
    pub(crate) fn look_again(&self) {
        if !matches!(self.source, Source::Environment) {
            self.held().look = 0;
        }
    }

    /// Another key; `None`: the file is the same.
    async fn look(&self) -> Result<Option<(Given, Option<SystemTime>)>, String> {
        match &self.source {
            Source::Environment => Ok(None),
            Source::File { path, profile } => {
                let time = modified(path);
                if time.is_some() && time == self.held().modified {
                    return Ok(None);
                }
                let credentials = of_file(path, profile)?;
                Ok(Some((Given { credentials, expires: None }, time)))
            }
            Source::Container { url, token } => {
                let mut headers = Vec::new();
                let token = match token {
                    Token::None => None,
                    Token::Text(text) => text.text().map(str::to_owned),
                    Token::File(path) => Some(String::from_utf8_lossy(&read_file(path)?).trim().to_owned()),
                };
                headers.extend(token.map(|token| ("authorization".to_owned(), token)));
                let body = ask("GET", url.clone(), headers).await?;
                Ok(Some((Given::read(&body).map_err(|error| error.to_string())?, None)))
            }
            Source::Instance { url } => Ok(Some((of_instance(url).await?, None))),
        }
    }
}

async fn ask(method: &'static str, url: Url, headers: Vec<(String, String)>) -> Result<Vec<u8>, String> {
    let place = url.path().to_owned();
    let ask = Ask { method, url, headers, body: Vec::new(), answer_bytes_max: ANSWER_BYTES_MAX };
    let answer = fetch(ask).await?;
    match answer.status {
        200 => Ok(answer.body),
        status => Err(format!("`{place}` answers with status {status}")),
    }
}

/// IMDSv2: a token first, then the role's name, then its key.
async fn of_instance(url: &Url) -> Result<Given, String> {
    let at = |path: &str| url.join(path).map_err(|error| error.to_string());
    let life = ("x-aws-ec2-metadata-token-ttl-seconds".to_owned(), "60".to_owned());
    let token = ask("PUT", at("/latest/api/token")?, vec![life]).await?;
    let token = String::from_utf8_lossy(&token).trim().to_owned();
    let shown = || vec![("x-aws-ec2-metadata-token".to_owned(), token.clone())];
    let roles = "/latest/meta-data/iam/security-credentials/";
    let names = ask("GET", at(roles)?, shown()).await?;
    let names = String::from_utf8_lossy(&names);
    let role = names.lines().next().map(str::trim).filter(|role| !role.is_empty());
    let role = role.ok_or("the instance has no role")?;
    let document = ask("GET", at(&format!("{roles}{}", access::encode::percent(role)))?, shown()).await?;
    Given::read(&document).map_err(|error| error.to_string())
}

fn modified(path: &std::path::Path) -> Option<SystemTime> {
    path.metadata().and_then(|metadata| metadata.modified()).ok()
}

fn of_file(path: &std::path::Path, wanted: &str) -> Result<Credentials, String> {
    let text = String::from_utf8(read_file(path)?).map_err(|error| error.to_string())?;
    profile(&text, wanted).ok_or_else(|| format!("has no keys for the profile `{wanted}`"))
}

/// A variable of the environment, as the AWS SDKs name it.
fn variable(config: &Config, at: &str, name: &str) -> Option<access::Secret> {
    secret(config, at, &SecretFrom::Env(name.to_owned())).ok().filter(|value| !value.expose().is_empty())
}

fn of_environment(config: &Config, at: &str) -> Result<Credentials, ConfigError> {
    let wanted = |name: &str| secret(config, at, &SecretFrom::Env(name.to_owned()));
    Ok(Credentials {
        access_key_id: wanted("AWS_ACCESS_KEY_ID")?.text().unwrap_or_default().to_owned(),
        secret_access_key: wanted("AWS_SECRET_ACCESS_KEY")?,
        session_token: variable(config, at, "AWS_SESSION_TOKEN"),
    })
}

/// What is named; else the file, the environment, the container's role, in this order, as far as they are there.
fn source(config: &Config, at: &str, settings: &Sign) -> Result<Source, ConfigError> {
    let has = |name: &str| variable(config, at, name).is_some();
    let told = match (settings.from, &settings.credentials) {
        (Some(from), _) => from,
        (None, Some(_)) => KeysFrom::File,
        (None, None) if has("AWS_ACCESS_KEY_ID") => KeysFrom::Environment,
        (None, None) if has(RELATIVE) || has(FULL) => KeysFrom::Container,
        (None, None) => {
            let message = "no access key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, give `credentials = \"FILE\"`, or say `from = \"instance\"`";
            return Err(ConfigError::setting(at, message));
        }
    };
    if settings.credentials.is_some() != (told == KeysFrom::File) {
        return Err(ConfigError::setting(at, "`credentials` names a file, and belongs to `from = \"file\"`"));
    }
    if settings.endpoint.is_some() && !matches!(told, KeysFrom::Container | KeysFrom::Instance) {
        let message = "`endpoint` is where keys are asked for: with `from` of \"container\" or \"instance\"";
        return Err(ConfigError::setting(at, message));
    }
    Ok(match (told, &settings.credentials) {
        (KeysFrom::Environment, _) => Source::Environment,
        (KeysFrom::File, path) => {
            let path = path.as_ref().map(|path| config.path(path)).unwrap_or_default();
            Source::File { path, profile: settings.profile.clone() }
        }
        (KeysFrom::Container, _) => container(config, at, settings.endpoint.as_deref())?,
        (KeysFrom::Instance, _) => {
            let own = variable(config, at, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
            let own = own.as_ref().and_then(access::Secret::text).unwrap_or(INSTANCE);
            Source::Instance { url: address(at, settings.endpoint.as_deref().unwrap_or(own))? }
        }
    })
}

const RELATIVE: &str = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL: &str = "AWS_CONTAINER_CREDENTIALS_FULL_URI";

/// The AWS SDKs' container credential provider. Without TLS only addresses are asked that never leave the machine.
fn container(config: &Config, at: &str, endpoint: Option<&str>) -> Result<Source, ConfigError> {
    let text = |name: &str| variable(config, at, name).and_then(|value| value.text().map(str::to_owned));
    let url = match (endpoint, text(RELATIVE), text(FULL)) {
        (Some(url), ..) => address(at, url)?,
        (None, Some(path), _) => address(at, &format!("{TASKS}{path}"))?,
        (None, None, Some(url)) => address(at, &url)?,
        (None, None, None) => {
            let message = format!("`from = \"container\"` needs the variable {RELATIVE} or {FULL}");
            return Err(ConfigError::setting(at, message));
        }
    };
    let token =
        match (text("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"), text("AWS_CONTAINER_AUTHORIZATION_TOKEN")) {
            (Some(path), _) => Token::File(path.into()),
            (None, Some(text)) => Token::Text(access::Secret::new(text)),
            (None, None) => Token::None,
        };
    Ok(Source::Container { url, token })
}

fn address(at: &str, text: &str) -> Result<Url, ConfigError> {
    const LOCAL: [&str; 5] =
        ["169.254.169.254", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "[fd00:ec2::254]"];
    let url = Url::parse(text).map_err(|error| ConfigError::setting(at, format!("`{text}`: {error}")))?;
    let is_local = url.scheme() == "http" && url.host_str().is_some_and(|host| LOCAL.contains(&host));
    if is_local || access::exchange::is_safe(&url) {
        return Ok(url);
    }
    let message =
        format!("`{text}` is neither https nor an address of this machine: keys are not asked for there");
    Err(ConfigError::setting(at, message))
}
