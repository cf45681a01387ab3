//! One provider: what its discovery document says, its keys, and the sessions that begin there.
use super::renewals::{self, Turn};
use super::settings::{ClientProof, ProviderSettings};
use crate::config::{Config, ConfigError};
use crate::fetch::fetch;
use crate::layers::authenticate::secret;
use access::exchange::is_safe;
use access::jwks::fetch::Metadata;
use access::jwks::{KeySet, Source};
use access::jwt::Issuer;
use access::oauth::client::{Client, Proof, TokenError};
use access::oidc::{self, LoggedOut, LoginError, Returned};
use access::session::{SameSite, Session, Sessions};
use access::{Answer, Ask, Secret, encode};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Mutex;
use url::Url;

/// A discovery document is read anew so many seconds after it was read.
const METADATA_SECONDS: u64 = 3600;
/// One that cannot be read anew serves so many seconds more.
const STALE_SECONDS: u64 = 86_400;
/// After a failure nobody asks again sooner, in seconds.
const RETRY_SECONDS: u64 = 5;
/// How long the outcome of a renewal is remembered, for requests that still come with the old cookie; a provider that did not
/// answer is not asked for this session meanwhile.
const RENEWAL_SECONDS: u64 = 30;
/// Renewals at a time.
const RENEWALS_MAX: usize = 20_000;
const METADATA_BYTES_MAX: usize = 128 * 1024;
/// An answer for keys: discovery document, then the set.
const FETCHES_MAX: usize = 3;

/// A provider.
pub(super) struct Provider {
    settings: ProviderSettings,
    pub(super) sessions: Sessions,
    pub(super) origins: Vec<Url>,
    pub(super) after_logout: String,
    /// The session's cookie does not come with a redirect from another site.
    pub(super) is_strict: bool,
    proof: Proof,
    callback: String,
    /// What seals sessions when no secret is configured; outlives a reload.
    own_secret: Option<Secret>,
    known: Arc<Mutex<Known>>,
    /// By the hash of the refresh token: when it began, and what came of it.
    renewals: Arc<Mutex<BTreeMap<String, Renewal>>>,
}

type Renewal = (u64, Arc<Mutex<Option<Renewed>>>);

/// What becomes of a session at a request.
#[derive(Clone)]
pub(super) enum Renewed {
    /// It is not due, or the provider cannot be asked just now.
    Unchanged,
    /// The same with new tokens, and its cookie.
    Session(Box<Session>, String),
    /// Why it is over.
    Ended(String),
}

impl Renewed {
    /// As other gateways are told it.
    fn text(&self) -> String {
        match self {
            Self::Unchanged => "later".to_owned(),
            Self::Session(_, cookie) => format!("session {cookie}"),
            Self::Ended(why) => format!("ended {why}"),
        }
    }
}

/// What gateways share, where they do.
type State = Option<Arc<crate::state::Shared>>;

/// Why a logout token ends nothing.
pub(super) enum LogoutRefused {
    Token(String),
    /// The provider's keys cannot be had.
    Unreachable,
}

/// What was fetched. One fetch at a time: who comes meanwhile waits for it.
#[derive(Debug)]
struct Known {
    metadata: Option<Metadata>,
    read: u64,
    asked: u64,
    keys: Source,
}

/// Why a log-in does not end in a session.
pub(super) enum FinishError {
    Login(LoginError),
    /// The provider does not answer, or has no keys.
    Unreachable(String),
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Provider").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Provider {
    pub(super) fn build(
        config: &Config,
        name: &str,
        settings: &ProviderSettings,
        before: Option<&Self>,
    ) -> Result<Self, ConfigError> {
        let at = format!("login.provider.{name}");
        let wrong = |what: &str, message: String| ConfigError::setting(format!("{at}{what}"), message);
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        {
            return Err(wrong("", "a provider's name is of letters, digits, `-` and `_`".to_owned()));
        }
        let origins = checked_origins(&settings.origins).map_err(|message| wrong(".origins", message))?;
        if oidc::local_target(&settings.after_logout) != settings.after_logout {
            return Err(wrong(".after-logout", "is no path of this host: it begins with one `/`".to_owned()));
        }
        let keys = Source::discovered(&settings.issuer, access::jwks::Refresh::default())
            .map_err(|error| wrong(".issuer", error.to_string()))?;
        let proof = match &settings.client_secret {
            None => Proof::None,
            Some(from) => {
                let secret = secret(config, &format!("{at}.client-secret"), from)?;
                match settings.client_proof {
                    ClientProof::Basic => Proof::Basic(secret),
                    ClientProof::Post => Proof::Post(secret),
                }
            }
        };
        let (secrets, own_secret) = secrets(config, &at, settings, before)?;
        let mut session = settings.session.clone();
        if session.name == access::session::Config::default().name {
            session.name = format!("buckler-{name}");
        }
        let sessions =
            Sessions::new(session, &secrets).map_err(|error| wrong(".session-secrets", error.to_string()))?;
        let known = match before.filter(|before| before.settings.issuer == settings.issuer) {
            Some(before) => Arc::clone(&before.known),
            None => Arc::new(Mutex::new(Known { metadata: None, read: 0, asked: 0, keys })),
        };
        let renewals = before.map(|before| Arc::clone(&before.renewals)).unwrap_or_default();
        Ok(Self {
            renewals,
            sessions,
            origins,
            after_logout: settings.after_logout.clone(),
            is_strict: settings.session.same_site == SameSite::Strict,
            proof,
            callback: format!("{}{name}", super::CALLBACK),
            own_secret,
            known,
            settings: settings.clone(),
        })
    }

    /// Whether a session began here.
    pub(super) fn takes(&self, session: &Session) -> bool {
        session.issuer == self.settings.issuer
    }

    /// The origin with this host, in lower case and without port.
    pub(super) fn origin(&self, host: &str) -> Option<&Url> {
        let plain = host.trim_matches(['[', ']']);
        self.origins
            .iter()
            .find(|origin| origin.host_str().is_some_and(|own| own.trim_matches(['[', ']']) == plain))
    }

    /// Log-in for one origin. Waits for the discovery document where none is known.
    ///
    /// # Errors
    /// Why nobody can log in now.
    pub(super) async fn login(&self, origin: &Url, now: u64) -> Result<oidc::Login, String> {
        let metadata = self.metadata(now).await?;
        let wrong = |error: &dyn std::fmt::Display| format!("the provider cannot be used: {error}");
        let settings = &self.settings;
        let rules = Issuer {
            algorithms: settings.algorithms.clone(),
            leeway_seconds: settings.leeway_seconds,
            provider: settings.claims_of,
            subject_claims: settings.subject_claims.clone(),
            role_claims: settings.role_claims.clone(),
            group_claims: settings.group_claims.clone(),
            ..Issuer::new(&settings.issuer, &settings.client_id)
        };
        let token_endpoint = metadata.token_endpoint.clone();
        let client = Client {
            id: settings.client_id.clone(),
            proof: self.proof.clone(),
            token_endpoint: token_endpoint.ok_or_else(|| wrong(&LoginError::Endpoint("token_endpoint")))?,
            issuer: metadata.issuer.clone(),
        };
        let redirect = origin.join(&self.callback).map_err(|error| wrong(&error))?;
        let scope = settings.scopes.join(" ");
        oidc::Login::new(metadata, client, redirect, &scope, rules).map_err(|error| wrong(&error))
    }

    async fn metadata(&self, now: u64) -> Result<Metadata, String> {
        let mut known = self.known.lock().await;
        let is_fresh = now < known.read.saturating_add(METADATA_SECONDS);
        let may_ask = now >= known.asked.saturating_add(RETRY_SECONDS);
        if !is_fresh && may_ask {
            known.asked = now;
            match self.fetch_metadata().await {
                Ok(metadata) => {
                    known.metadata = Some(metadata);
                    known.read = now;
                }
                Err(reason) if now >= known.read.saturating_add(STALE_SECONDS) => {
                    return Err(format!("the provider's discovery document: {reason}"));
                }
                Err(_) => {}
            }
        }
        let is_usable = now < known.read.saturating_add(STALE_SECONDS);
        known
            .metadata
            .clone()
            .filter(|_| is_usable)
            .ok_or_else(|| "the provider cannot be reached".to_owned())
    }

    async fn fetch_metadata(&self) -> Result<Metadata, String> {
        let issuer = &self.settings.issuer;
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let url = Url::parse(&address).map_err(|error| error.to_string())?;
        let headers = vec![("accept".to_owned(), "application/json".to_owned())];
        let ask = Ask { method: "GET", url, headers, body: Vec::new(), answer_bytes_max: METADATA_BYTES_MAX };
        let answer = fetch(ask).await?;
        if answer.status != 200 {
            return Err(format!("status {}", answer.status));
        }
        Metadata::read(&answer.body, issuer).map_err(|error| error.to_string())
    }

    /// Exchanges the code, verifies the ID token and begins the session: its cookies, and where to go.
    pub(super) async fn finish(
        &self,
        login: &oidc::Login,
        returned: Returned,
        now: u64,
    ) -> Result<(Vec<String>, String), FinishError> {
        let unreachable =
            |reason: String| FinishError::Unreachable(format!("the provider's token endpoint: {reason}"));
        let answer = fetch(returned.ask.clone()).await.map_err(unreachable)?;
        let keys = self
            .keys(kid(&answer), now)
            .await
            .ok_or_else(|| FinishError::Unreachable("the provider's keys cannot be had".to_owned()))?;
        let finished =
            login.finish(&self.sessions, returned, (&answer, &keys), now).map_err(FinishError::Login)?;
        let [set, gone] = finished.set_cookies;
        if self.settings.refresh {
            return Ok((vec![set, gone], finished.location));
        }
        let mut session = finished.session;
        // A token that is not used need not travel.
        session.refresh = None;
        session.refresh_at = None;
        let set = self.sessions.set(&session).map_err(|error| FinishError::Login(error.into()))?;
        Ok((vec![set, gone], finished.location))
    }

    /// Verifies a logout token that the provider posted.
    ///
    /// # Errors
    /// `Login`: the token is not right; `Unreachable`: it cannot be told.
    pub(super) async fn logged_out(&self, token: &str, now: u64) -> Result<LoggedOut, LogoutRefused> {
        let origin = self.origins.first().ok_or(LogoutRefused::Unreachable)?;
        let login = self.login(origin, now).await.map_err(|_| LogoutRefused::Unreachable)?;
        let keys = self.keys(kid_of(token), now).await.ok_or(LogoutRefused::Unreachable)?;
        login.logged_out(token, &keys, now).map_err(|error| LogoutRefused::Token(error.to_string()))
    }

    /// Renews a session whose tokens are about to end. One request of a session at a time asks the provider, since many
    /// take a token that comes twice for a stolen one; the others get what it got, also at gateways that share a `state`.
    pub(super) async fn renew(self: &Arc<Self>, session: &Session, state: State, now: u64) -> Renewed {
        let Some(token) = session.refresh.as_deref().filter(|_| self.is_due(session, now)) else {
            return Renewed::Unchanged;
        };
        let name = renewals::name(&session.issuer, token);
        let cell = {
            let mut renewals = self.renewals.lock().await;
            renewals.retain(|_, (begun, _)| now < begun.saturating_add(RENEWAL_SECONDS));
            if renewals.len() >= RENEWALS_MAX && !renewals.contains_key(&name) {
                return self.later(session, now);
            }
            Arc::clone(&renewals.entry(name.clone()).or_insert_with(|| (now, Arc::default())).1)
        };
        let (provider, old) = (Arc::clone(self), session.clone());
        // A task of its own: a token that was shown is used up, also when the request that showed it is given up.
        let asking = tokio::spawn(async move {
            let mut outcome = cell.lock().await;
            match &*outcome {
                Some(known) => known.clone(),
                None => outcome.insert(provider.ask_once(&old, &name, state, now).await).clone(),
            }
        });
        match asking.await {
            // Not answered: the tokens' grace decides, now and at the next request.
            Ok(Renewed::Unchanged) | Err(_) => self.later(session, now),
            Ok(other) => other,
        }
    }

    /// Asks the provider, unless another gateway does or did.
    async fn ask_once(&self, session: &Session, name: &str, state: State, now: u64) -> Renewed {
        // Sessions that only this gateway can open come to no other.
        let Some(state) = state.filter(|_| self.own_secret.is_none()) else {
            return self.ask_to_renew(session, now).await;
        };
        match renewals::turn(&state, name, RENEWAL_SECONDS).await {
            Turn::Ours(revision) => {
                let renewed = self.ask_to_renew(session, now).await;
                let told = (renewed.text(), revision);
                // Who is not told waits, and goes on for the session's grace.
                drop(renewals::tell(&state, name, (&told.0, told.1), RENEWAL_SECONDS).await);
                renewed
            }
            Turn::Theirs(told) => told.map_or(Renewed::Unchanged, |told| self.heard(session, &told, now)),
            Turn::Unknown if self.has_time(session, now) => Renewed::Unchanged,
            Turn::Unknown => self.ask_to_renew(session, now).await,
        }
    }

    /// What another gateway says that came of it.
    fn heard(&self, session: &Session, told: &str, now: u64) -> Renewed {
        match told.split_once(' ') {
            Some(("session", cookie)) => {
                let sent = cookie.split(';').next().into_iter();
                let renewed = self.sessions.open(sent, now).ok().map(|(renewed, _)| renewed);
                match renewed.filter(|renewed| renewed.id == session.id && renewed.issuer == session.issuer) {
                    Some(renewed) => Renewed::Session(Box::new(renewed), cookie.to_owned()),
                    None => Renewed::Unchanged,
                }
            }
            Some(("ended", why)) => Renewed::Ended(why.to_owned()),
            _ => Renewed::Unchanged,
        }
    }

    /// Whether a session can go on without a renewal for as long as what came of one is remembered.
    fn has_time(&self, session: &Session, now: u64) -> bool {
        let grace = self.settings.refresh_grace_seconds.saturating_sub(RENEWAL_SECONDS);
        session.refresh_at.is_some_and(|at| now < at.saturating_add(grace))
    }

    fn is_due(&self, session: &Session, now: u64) -> bool {
        session.refresh_at.is_some_and(|at| now >= at)
    }

    /// The provider cannot be asked: a session goes on for a while, then ends.
    fn later(&self, session: &Session, now: u64) -> Renewed {
        let grace = self.settings.refresh_grace_seconds;
        let is_over = session.refresh_at.is_some_and(|at| now > at.saturating_add(grace));
        if is_over {
            Renewed::Ended("the provider could not be asked for too long".to_owned())
        } else {
            Renewed::Unchanged
        }
    }

    async fn ask_to_renew(&self, session: &Session, now: u64) -> Renewed {
        let Some(origin) = self.origins.first() else { return Renewed::Unchanged };
        let Ok(login) = self.login(origin, now).await else { return Renewed::Unchanged };
        let ask = match login.refresh(session, now) {
            Ok(Some(ask)) => ask,
            Ok(None) | Err(_) => return Renewed::Unchanged,
        };
        let Ok(answer) = fetch(ask).await else { return Renewed::Unchanged };
        let Some(keys) = self.keys(kid(&answer), now).await else { return Renewed::Unchanged };
        match login.refreshed(session, (&answer, &keys), now) {
            Ok(mut renewed) => {
                renewed.seen = now;
                match self.sessions.set(&renewed) {
                    Ok(cookie) => Renewed::Session(Box::new(renewed), cookie),
                    Err(error) => Renewed::Ended(error.to_string()),
                }
            }
            Err(LoginError::Token(TokenError::Refused { status: 500.., .. })) => Renewed::Unchanged,
            Err(error) => Renewed::Ended(format!("the provider does not renew it: {error}")),
        }
    }

    /// The keys for a token with this `kid`; fetched where they are due or its own is not among them.
    async fn keys(&self, kid: Option<String>, now: u64) -> Option<Arc<KeySet>> {
        let mut known = self.known.lock().await;
        let step = known.keys.step(now);
        if let Some(ask) = step.ask {
            fetch_keys(&mut known.keys, ask, now).await;
        }
        let keys = known.keys.step(now).keys?;
        let Some(kid) = kid.filter(|kid| !keys.knows(kid)) else { return Some(keys) };
        let Some(ask) = known.keys.missed(Some(&kid), now) else { return Some(keys) };
        fetch_keys(&mut known.keys, ask, now).await;
        known.keys.step(now).keys
    }
}

async fn fetch_keys(source: &mut Source, ask: Ask, now: u64) {
    let mut next = Some(ask);
    for _ in 0..FETCHES_MAX {
        let Some(ask) = next.take() else { return };
        next = match fetch(ask).await {
            // What is wrong is remembered by the source: it gives no keys once the old ones are too old.
            Ok(answer) => source.answered(&answer, now).unwrap_or_default(),
            Err(reason) => {
                drop(source.failed(&reason, now));
                None
            }
        };
    }
}

/// The name of the key that signed the ID token of an answer; not verified, good for a look at the set only.
fn kid(answer: &Answer) -> Option<String> {
    let object = access::json::object(&answer.body, METADATA_BYTES_MAX).ok()?;
    kid_of(access::json::text(&object, "id_token")?)
}

/// The name of the key that signed a token; not verified either.
fn kid_of(token: &str) -> Option<String> {
    let (header, _) = token.split_once('.')?;
    let header = access::json::object(&encode::from_base64url(header)?, METADATA_BYTES_MAX).ok()?;
    access::json::text(&header, "kid").map(str::to_owned)
}

fn checked_origins(given: &[String]) -> Result<Vec<Url>, String> {
    if given.is_empty() {
        return Err("name at least one, for example `https://app.example`".to_owned());
    }
    let is_origin =
        |url: &Url| is_safe(url) && url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let read = |text: &String| {
        let url = Url::parse(text).ok().filter(is_origin);
        url.ok_or_else(|| {
            format!("`{text}` is no origin: `https://`, a host, perhaps a port, and nothing else")
        })
    };
    given.iter().map(read).collect()
}

/// What seals sessions, and what of it is our own.
fn secrets(
    config: &Config,
    at: &str,
    settings: &ProviderSettings,
    before: Option<&Provider>,
) -> Result<(Vec<Secret>, Option<Secret>), ConfigError> {
    let at = format!("{at}.session-secrets");
    if !settings.session_secrets.is_empty() {
        let secrets = settings.session_secrets.iter().map(|from| secret(config, &at, from));
        return Ok((secrets.collect::<Result<_, _>>()?, None));
    }
    let own = match before.and_then(|before| before.own_secret.clone()) {
        Some(own) => own,
        None => Secret::new(
            access::secret::random::<32>().map_err(|error| ConfigError::setting(at, error.to_string()))?,
        ),
    };
    Ok((vec![own.clone()], Some(own)))
}
