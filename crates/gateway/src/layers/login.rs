//! Log-in of people to pages, with OpenID Connect: the authorization code flow with PKCE, then a sealed session cookie.
//!
//! A page without a session is sent to the provider; a program gets 401. Nothing is kept on the server: what must come
//! back from the provider, and the session, are sealed in cookies, which never go on to an upstream. While a provider
//! cannot be reached nobody logs in; sessions that were begun go on.
//!
//! Addresses of ours, on each origin of a provider: `/.well-known/buckler/login/callback/NAME`, `…/logout/NAME` and, for
//! the provider itself, `…/backchannel/NAME`.
pub(crate) mod ended;
mod provider;
mod renewals;
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
use ended::Ended;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, SET_COOKIE};
use http::{Method, StatusCode};
use provider::{LogoutRefused, Provider, Renewed};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use settings::{ClientProof, ProviderSettings, RouteSettings, Settings};

/// Where browsers come back to; the provider's name follows.
const CALLBACK: &str = "/.well-known/buckler/login/callback/";
/// Where a session ends; the provider's name follows.
const LOGOUT: &str = "/.well-known/buckler/login/logout/";
/// Where a provider tells that a session ended; its name follows.
const BACKCHANNEL: &str = "/.well-known/buckler/login/backchannel/";
const LOGOUT_BYTES_MAX: usize = 64 * 1024;
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
    /// Outlives a reload.
    pub(crate) ended: Arc<Ended>,
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
        let ended = before.map(|before| Arc::clone(&before.ended)).unwrap_or_default();
        Ok(Self { providers, routes, cookies, ended })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        if self.providers.is_empty() {
            return Flow::Continue(());
        }
        let path = exchange.head.uri.path().to_owned();
        let flow = if path.starts_with(OURS) {
            Box::pin(self.ours(&path, exchange)).await
        } else {
            match self.routes.get(exchange.route.index) {
                Some(Some(wants)) => Box::pin(self.page(wants, exchange)).await,
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

/// A request without a session that is good enough: sent to log in, where a person looks at the answer.
async fn without(wants: &Wants, why: &str, exchange: &mut Exchange<'_>) -> Flow {
    let now = exchange.moment.seconds();
    let provider = &wants.provider;
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

/// A logout token that ends nothing, or not everywhere.
fn refused(exchange: &mut Exchange<'_>, status: StatusCode, why: String) -> Flow {
    let flow = exchange.refuse(Login::NAME, status, why);
    let Flow::Break(mut answer) = flow else { return flow };
    let error = if status == StatusCode::BAD_REQUEST { "invalid_request" } else { "temporarily_unavailable" };
    *answer.body_mut() = Body::full(format!("{{\"error\":\"{error}\"}}"));
    append_only(&mut answer, CONTENT_TYPE, "application/json");
    sealed_off(&mut answer);
    Flow::Break(answer)
}

impl Login {
    /// A request to a route that asks for a session.
    async fn page(&self, wants: &Wants, exchange: &mut Exchange<'_>) -> Flow {
        let provider = &wants.provider;
        match self.session(wants, exchange).await {
            Ok((session, renewed)) => pass(provider, &session, renewed, exchange),
            Err(why) => without(wants, &why, exchange).await,
        }
    }

    /// The session of a request, renewed where that is due, and the cookie that it gets; or why there is none.
    async fn session(
        &self,
        wants: &Wants,
        exchange: &mut Exchange<'_>,
    ) -> Result<(Session, Option<String>), String> {
        let (provider, now) = (&wants.provider, exchange.moment.seconds());
        let opened = provider.sessions.open(request::cookies(&exchange.head.headers), now);
        let (session, cookie) = opened.map_err(|error| error.to_string())?;
        if !provider.takes(&session) {
            return Err("the session is of another issuer".to_owned());
        }
        if self.ended.has(&session) {
            return Err("the session was ended".to_owned());
        }
        let (session, cookie) = match provider.renew(&session, exchange.gate.state.clone(), now).await {
            Renewed::Unchanged => (session, cookie),
            Renewed::Session(renewed, cookie) => (*renewed, Some(cookie)),
            Renewed::Ended(why) => return Err(why),
        };
        if is_enough(&session, &wants.wanted, now) {
            Ok((session, cookie))
        } else {
            Err("the session is too weak or too old for this route".to_owned())
        }
    }

    /// A provider tells that sessions ended (OpenID Connect Back-Channel Logout 1.0, sections 2.5 to 2.8).
    async fn told_to_end(&self, provider: &Provider, exchange: &mut Exchange<'_>) -> Flow {
        let now = exchange.moment.seconds();
        let is_form =
            exchange.head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(
                |media| {
                    media.split(';').next().is_some_and(|media| {
                        media.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
                    })
                },
            );
        let body = exchange.body.whole(LOGOUT_BYTES_MAX).await;
        let token = body.ok().filter(|_| is_form).and_then(|body| request::one_value(&body, "logout_token"));
        let Some(token) = token else {
            return refused(exchange, StatusCode::BAD_REQUEST, "no logout token".to_owned());
        };
        let out = match provider.logged_out(&token, now).await {
            Ok(out) => out,
            Err(LogoutRefused::Token(why)) => return refused(exchange, StatusCode::BAD_REQUEST, why),
            Err(LogoutRefused::Unreachable) => {
                let why = "the provider's keys cannot be had".to_owned();
                return refused(exchange, StatusCode::SERVICE_UNAVAILABLE, why);
            }
        };
        let until = provider.sessions.ends_at_most(now);
        let state = exchange.gate.state.as_deref();
        if let Err(error) = self.ended.told(&out, state, (now, until)).await {
            let why = format!("ended here, but perhaps not at other gateways: {error}");
            return refused(exchange, StatusCode::SERVICE_UNAVAILABLE, why);
        }
        exchange.note(Self::NAME, "the provider ended sessions");
        let mut answer = plain(StatusCode::OK);
        sealed_off(&mut answer);
        exchange.answer(Self::NAME, answer)
    }

    /// A request to one of the layer's own addresses.
    async fn ours(&self, path: &str, exchange: &mut Exchange<'_>) -> Flow {
        let named = |front: &str| path.strip_prefix(front).and_then(|name| self.providers.get(name));
        let method = &exchange.head.method;
        if let Some(provider) = named(CALLBACK).filter(|_| *method == Method::GET) {
            return self.callback(provider, exchange).await;
        }
        if let Some(provider) = named(LOGOUT).filter(|_| matches!(*method, Method::GET | Method::POST)) {
            return self.logout(provider, exchange).await;
        }
        if let Some(provider) = named(BACKCHANNEL).filter(|_| *method == Method::POST) {
            return self.told_to_end(&Arc::clone(provider), exchange).await;
        }
        exchange.refuse(Self::NAME, StatusCode::NOT_FOUND, "no address of the log-in")
    }

    /// Ends the session here, and at the provider where it has a place for that.
    async fn logout(&self, provider: &Arc<Provider>, exchange: &mut Exchange<'_>) -> Flow {
        if request::is_foreign(&exchange.head.headers, &provider.origins) {
            let reason = "another site's page asks for a log-out";
            return exchange.refuse(Self::NAME, StatusCode::FORBIDDEN, reason);
        }
        let now = exchange.moment.seconds();
        let session = provider.sessions.open(request::cookies(&exchange.head.headers), now).ok();
        let mut location = provider.after_logout.clone();
        if let Some((session, _)) = session {
            // Whoever has a copy of the cookie is out, too.
            let state = exchange.gate.state.as_deref();
            let until = provider.sessions.ends_at_most(now);
            if let Err(error) = self.ended.log_out(&session, state, (now, until)).await {
                exchange.note(Self::NAME, format!("not told to other gateways: {error}"));
            }
            if let Some(origin) = provider.origin(&exchange.host)
                && let (Ok(login), Ok(after)) = (provider.login(origin, now).await, origin.join(&location))
                && let Some(there) = login.logout(&session, &after)
            {
                location = there.into();
            }
        }
        exchange.note(Self::NAME, "logged out");
        exchange.answer(Self::NAME, see_other(&location, &[provider.sessions.clear()]))
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

fn append_only(answer: &mut Answer, name: HeaderName, value: &'static str) {
    answer.headers_mut().insert(name, HeaderValue::from_static(value));
}

fn append(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().append(name, value);
    }
}
