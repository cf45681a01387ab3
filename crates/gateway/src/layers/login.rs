//! Log-in of people to pages, with OpenID Connect: the authorization code flow with PKCE, then a sealed session cookie.
//!
//! A page without a session is sent to the provider; a program gets 401. Nothing is kept on the server: what must come
//! back from the provider, and the session, are sealed in cookies, which never go on to an upstream. While a provider
//! cannot be reached nobody logs in; sessions that were begun go on.
//!
//! Addresses of ours, on each origin of a provider: `/.well-known/buckler/login/callback/NAME` and `…/logout/NAME`.
mod provider;
mod request;
mod settings;

#[cfg(test)]
mod tests;

use super::Layer;
use crate::body::Body;
use crate::config::{Config, ConfigError};
use crate::exchange::{Answer, Exchange, Flow, plain};
use access::oidc::{LoginError, Wanted};
use access::session::{Session, SessionError};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, SET_COOKIE};
use http::{Method, StatusCode};
use provider::Provider;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use settings::{ClientProof, ProviderSettings, RouteSettings, Settings};

/// Where browsers come back to; the provider's name follows.
const CALLBACK: &str = "/.well-known/buckler/login/callback/";
/// Where a session ends; the provider's name follows.
const LOGOUT: &str = "/.well-known/buckler/login/logout/";
/// Everything of this layer.
const OURS: &str = "/.well-known/buckler/login/";

/// The layer.
#[derive(Debug)]
pub(crate) struct Login {
    providers: BTreeMap<String, Arc<Provider>>,
    /// By the routes' places; `None`: no log-in there.
    routes: Vec<Option<Wants>>,
    /// Cookies that are nobody else's business.
    cookies: BTreeSet<String>,
}

/// What a route asks for.
#[derive(Clone, Debug)]
struct Wants {
    provider: Arc<Provider>,
    wanted: Wanted,
}

impl Layer for Login {
    const NAME: &'static str = "login";

    fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let mut providers = BTreeMap::new();
        let mut cookies = BTreeSet::new();
        for (name, settings) in &config.login.provider {
            let old = before.and_then(|before| before.providers.get(name));
            let provider = Arc::new(Provider::build(config, name, settings, old.map(|old| &**old))?);
            let cookie = provider.sessions.cookie_name();
            if !cookies.insert(format!("{cookie}-login")) || !cookies.insert(cookie) {
                let message = "another provider's cookie has this name; give each its own";
                return Err(ConfigError::setting(format!("login.provider.{name}.session.name"), message));
            }
            providers.insert(name.clone(), provider);
        }
        let routes = config.route.iter().map(|route| wants(&providers, route)).collect::<Result<_, _>>()?;
        Ok(Self { providers, routes, cookies })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        if self.providers.is_empty() {
            return Flow::Continue(());
        }
        let path = exchange.head.uri.path().to_owned();
        let flow = if path.starts_with(OURS) {
            self.ours(&path, exchange).await
        } else {
            match self.routes.get(exchange.route.index) {
                Some(Some(wants)) => page(wants, exchange).await,
                _ => Flow::Continue(()),
            }
        };
        flow?;
        request::without_cookies(&mut exchange.head.headers, &self.cookies);
        Flow::Continue(())
    }
}

fn wants(
    providers: &BTreeMap<String, Arc<Provider>>,
    route: &crate::config::Route,
) -> Result<Option<Wants>, ConfigError> {
    let settings = &route.login;
    let wrong = |message: String| ConfigError::setting(format!("route.{}.login", route.name), message);
    if !settings.on {
        return Ok(None);
    }
    let provider = match settings.provider.as_deref() {
        Some(name) => providers
            .get(name)
            .ok_or_else(|| wrong(format!("no provider is called `{name}`; add `[login.provider.{name}]`")))?,
        None => match providers.values().next() {
            Some(only) if providers.len() == 1 => only,
            _ => return Err(wrong("say which `provider`: there is none, or more than one".to_owned())),
        },
    };
    let wanted = Wanted { contexts: settings.contexts.clone(), age_seconds_max: settings.age_seconds_max };
    Ok(Some(Wants { provider: Arc::clone(provider), wanted }))
}

/// A request to a route that asks for a session.
async fn page(wants: &Wants, exchange: &mut Exchange<'_>) -> Flow {
    let now = exchange.moment.seconds();
    let provider = &wants.provider;
    let opened = provider.sessions.open(request::cookies(&exchange.head.headers), now);
    let why = match opened {
        Ok((session, renewed)) if provider.takes(&session) && is_enough(&session, &wants.wanted, now) => {
            return pass(provider, &session, renewed, exchange);
        }
        Ok(_) => "the session is of another issuer, too weak or too old for this route".to_owned(),
        Err(error) => error.to_string(),
    };
    let has_sources = !exchange.route.settings.authentication.is_empty();
    let has_token = exchange.head.headers.contains_key(http::header::AUTHORIZATION);
    let wants_page = request::wants_page(&exchange.head);
    if has_sources && (has_token || !wants_page) {
        // A program: its own credentials decide, in the next layer.
        return Flow::Continue(());
    }
    if !wants_page {
        return exchange.refuse(Login::NAME, StatusCode::UNAUTHORIZED, format!("no log-in: {why}"));
    }
    let Some(origin) = provider.origin(&exchange.host) else {
        return exchange.refuse(
            Login::NAME,
            StatusCode::MISDIRECTED_REQUEST,
            "no origin of the provider has this host",
        );
    };
    let login = match provider.login(origin, now).await {
        Ok(login) => login,
        Err(reason) => return exchange.refuse(Login::NAME, StatusCode::SERVICE_UNAVAILABLE, reason),
    };
    let target = exchange.head.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
    match login.begin(&provider.sessions, target, &wants.wanted, now) {
        Ok(begun) => {
            exchange.note(Login::NAME, format!("sent to log in: {why}"));
            let answer = see_other(begun.location.as_str(), &[begun.set_cookie]);
            exchange.answer(Login::NAME, answer)
        }
        Err(error) => exchange.refuse(Login::NAME, StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
    }
}

/// Somebody who is logged in goes on, unless another site's page sent the request.
fn pass(
    provider: &Provider,
    session: &Session,
    renewed: Option<String>,
    exchange: &mut Exchange<'_>,
) -> Flow {
    let changes = !matches!(exchange.head.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let is_upgrade = exchange.upgrade.is_some() || exchange.head.method == Method::CONNECT;
    if (changes || is_upgrade) && request::is_foreign(&exchange.head.headers, &provider.origins) {
        let reason = "another site's page sent this with the session's cookie";
        return exchange.refuse(Login::NAME, StatusCode::FORBIDDEN, reason);
    }
    if let Some(cookie) = renewed.and_then(|cookie| HeaderValue::try_from(cookie).ok()) {
        exchange.answer_headers.push((SET_COOKIE, cookie));
    }
    exchange.identity = Some(session.identity(provider.sessions.ends(session)));
    Flow::Continue(())
}

/// Whether the log-in was as strong and as fresh as a route asks.
fn is_enough(session: &Session, wanted: &Wanted, now: u64) -> bool {
    let is_strong =
        wanted.contexts.is_empty() || session.acr.as_ref().is_some_and(|acr| wanted.contexts.contains(acr));
    let is_fresh = wanted
        .age_seconds_max
        .is_none_or(|age| session.auth_time.is_some_and(|time| now.saturating_sub(time) <= age));
    is_strong && is_fresh
}

impl Login {
    /// A request to one of the layer's own addresses.
    async fn ours(&self, path: &str, exchange: &mut Exchange<'_>) -> Flow {
        let named = |front: &str| path.strip_prefix(front).and_then(|name| self.providers.get(name));
        let method = &exchange.head.method;
        if let Some(provider) = named(CALLBACK).filter(|_| *method == Method::GET) {
            return self.callback(provider, exchange).await;
        }
        if let Some(provider) = named(LOGOUT).filter(|_| matches!(*method, Method::GET | Method::POST)) {
            return logout(provider, exchange).await;
        }
        exchange.refuse(Self::NAME, StatusCode::NOT_FOUND, "no address of the log-in")
    }

    /// The browser's return from the provider.
    async fn callback(&self, provider: &Arc<Provider>, exchange: &mut Exchange<'_>) -> Flow {
        let now = exchange.moment.seconds();
        let Some(origin) = provider.origin(&exchange.host) else {
            return exchange.refuse(
                Self::NAME,
                StatusCode::MISDIRECTED_REQUEST,
                "no origin of the provider has this host",
            );
        };
        let login = match provider.login(origin, now).await {
            Ok(login) => login,
            Err(reason) => return exchange.refuse(Self::NAME, StatusCode::SERVICE_UNAVAILABLE, reason),
        };
        let query = exchange.head.uri.query().unwrap_or_default().to_owned();
        let cookies = request::cookies(&exchange.head.headers);
        let returned = match login.returned(&provider.sessions, &query, cookies, now) {
            Ok(returned) => returned,
            Err(error) => return failed(provider, &error, exchange),
        };
        match provider.finish(&login, returned, now).await {
            Ok((cookies, location)) => {
                exchange.note(Self::NAME, "logged in");
                let answer = if provider.is_strict {
                    stepping_stone(&location, &cookies)
                } else {
                    see_other(&location, &cookies)
                };
                exchange.answer(Self::NAME, answer)
            }
            Err(provider::FinishError::Login(error)) => failed(provider, &error, exchange),
            Err(provider::FinishError::Unreachable(reason)) => {
                exchange.refuse(Self::NAME, StatusCode::SERVICE_UNAVAILABLE, reason)
            }
        }
    }
}

/// A return that is not right. Who is logged in already (a second tab, the back button) goes on to the first page.
fn failed(provider: &Provider, error: &LoginError, exchange: &mut Exchange<'_>) -> Flow {
    let now = exchange.moment.seconds();
    let is_stale = matches!(error, LoginError::Cookie(SessionError::Absent) | LoginError::Parameter("state"));
    let opened = provider.sessions.open(request::cookies(&exchange.head.headers), now);
    if is_stale && opened.is_ok_and(|(session, _)| provider.takes(&session)) {
        exchange.note(Login::NAME, "a return from a log-in that is over");
        return exchange.answer(Login::NAME, see_other("/", &[]));
    }
    let flow = exchange.refuse(Login::NAME, StatusCode::BAD_REQUEST, error.to_string());
    let Flow::Break(mut answer) = flow else { return flow };
    *answer.body_mut() = Body::full(error.client_message());
    sealed_off(&mut answer);
    Flow::Break(answer)
}

/// Ends the session here, and at the provider where it has a place for that.
async fn logout(provider: &Arc<Provider>, exchange: &mut Exchange<'_>) -> Flow {
    if request::is_foreign(&exchange.head.headers, &provider.origins) {
        return exchange.refuse(Login::NAME, StatusCode::FORBIDDEN, "another site's page asks for a log-out");
    }
    let now = exchange.moment.seconds();
    let session = provider.sessions.open(request::cookies(&exchange.head.headers), now).ok();
    let mut location = provider.after_logout.clone();
    if let (Some((session, _)), Some(origin)) = (session, provider.origin(&exchange.host))
        && let (Ok(login), Ok(after)) = (provider.login(origin, now).await, origin.join(&location))
        && let Some(there) = login.logout(&session, &after)
    {
        location = there.into();
    }
    exchange.note(Login::NAME, "logged out");
    exchange.answer(Login::NAME, see_other(&location, &[provider.sessions.clear()]))
}

/// Sends the browser on, with cookies.
fn see_other(location: &str, cookies: &[String]) -> Answer {
    let mut answer = plain(StatusCode::SEE_OTHER);
    append(&mut answer, LOCATION, location);
    cookies.iter().for_each(|cookie| append(&mut answer, SET_COOKIE, cookie));
    sealed_off(&mut answer);
    answer
}

/// The same as a page: a redirect that began at another site would go without a strict cookie, a page's own does not.
fn stepping_stone(location: &str, cookies: &[String]) -> Answer {
    let to = location.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let page = format!(
        "<!doctype html><meta charset=utf-8><meta http-equiv=refresh content=\"0;url={to}\"><a href=\"{to}\">Continue</a>"
    );
    let mut answer = Answer::new(Body::full(page));
    append(&mut answer, CONTENT_TYPE, "text/html; charset=utf-8");
    cookies.iter().for_each(|cookie| append(&mut answer, SET_COOKIE, cookie));
    sealed_off(&mut answer);
    answer
}

/// No cache keeps it, no other site learns of it.
fn sealed_off(answer: &mut Answer) {
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer.headers_mut().insert(http::header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

fn append(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().append(name, value);
    }
}
