//! Webhooks, authorization and rates: who may, and how often.
use super::crowd::Crowd;
use super::event::route_name;
use super::problem::Problem;
use super::route::Parameters;
use crate::{Invocation, Layer};
use access::limit::{Facts, Limiter, Stage, Verdict};
use access::policy::{Authorizer, CedarConfig, Config, File, Files, Question};
use access::replay::Memory;
use access::signature::webhook;
use access::{Identity, Secret, signature};
use policy::Function;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use waf::event::HttpRequest;

/// Signatures of webhooks that are remembered, so that none counts twice.
const REPLAYS_MAX: usize = 10_000;

/// What the policy says of callers, ready.
#[derive(Debug)]
pub(super) struct Callers {
    authorizer: Option<Authorizer>,
    limiter: Option<Limiter>,
    crowd: Option<Crowd>,
    /// Milliseconds; the clock of limits never goes back.
    last_ms: AtomicU64,
    webhooks: Vec<Webhook>,
    replays: Memory,
}

/// A signed way in.
#[derive(Debug)]
pub(super) struct Webhook {
    /// The place of its trigger in the policy.
    pub(super) trigger: usize,
    config: webhook::Config,
    secrets: Vec<Secret>,
}

/// What a request is, for those who decide about it.
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    /// Decoded.
    pub(super) path: &'a str,
    /// `GET /orders/{id}`
    pub(super) route: &'a str,
    pub(super) parameters: &'a Parameters,
    pub(super) host: &'a str,
    pub(super) address: IpAddr,
    pub(super) identity: Option<&'a Identity>,
}

/// Makes everything ready.
pub(super) fn read(policy: &Function, variable: &dyn Fn(&str) -> Option<String>) -> Result<Callers, String> {
    let authorizer = authorizer(policy)?;
    let limiter = match &policy.limits.rates {
        Some(rates) => {
            let config =
                serde_json::from_value(rates.clone()).map_err(|error| format!("`limits.rates`: {error}"))?;
            Some(Limiter::new(config).map_err(|error| format!("`limits.rates`: {error}"))?)
        }
        None => None,
    };
    if policy.limits.at_once_per_identity == Some(0) {
        return Err("`limits.at_once_per_identity`: is 0, so nothing could pass".to_owned());
    }
    let mut webhooks = Vec::new();
    for (trigger, said) in policy.triggers.iter().enumerate() {
        let Some(config) = &said.webhook else { continue };
        let config = serde_json::from_value(config.clone()).map_err(|error| format!("`webhook`: {error}"))?;
        let name = said
            .webhook_secret
            .as_deref()
            .ok_or("`webhook` needs `webhook_secret`: the variable that holds its secret")?;
        // Without its secret nothing can be verified, and everything is refused.
        let secrets = variable(name).into_iter().map(|value| Secret::new(value.into_bytes())).collect();
        webhooks.push(Webhook { trigger, config, secrets });
    }
    Ok(Callers {
        authorizer,
        limiter,
        crowd: policy.limits.at_once_per_identity.map(Crowd::new),
        last_ms: AtomicU64::new(0),
        webhooks,
        replays: Memory::new(REPLAYS_MAX),
    })
}

fn authorizer(policy: &Function) -> Result<Option<Authorizer>, String> {
    let access = &policy.access;
    if access.authorization.is_none() && access.cedar.is_none() {
        return Ok(None);
    }
    let mut config: Config = match &access.authorization {
        Some(value) => serde_json::from_value(value.clone())
            .map_err(|error| format!("`access.authorization`: {error}"))?,
        None => Config::default(),
    };
    let mut files = Files::default();
    if let Some(text) = &access.cedar {
        files.policies.push(File { name: "access.cedar".to_owned(), text: text.clone() });
        let cedar = config.cedar.get_or_insert_with(CedarConfig::default);
        // What policies may name as an action: the routes, and the triggers without any.
        for trigger in &policy.triggers {
            let routes = trigger.routes.iter().map(route_name);
            for name in routes.chain(std::iter::once(trigger.kind.clone())) {
                cedar.mapping.actions.entry(name.clone()).or_insert(name);
            }
        }
    }
    let all = |problems: Vec<access::policy::Problem>| {
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    };
    Authorizer::new(config, &files).map(Some).map_err(all)
}

impl Callers {
    /// The signed way in that stands for a trigger.
    pub(super) fn webhook(&self, trigger: usize) -> Option<&Webhook> {
        self.webhooks.iter().find(|webhook| webhook.trigger == trigger)
    }

    pub(super) fn has_webhooks(&self) -> bool {
        !self.webhooks.is_empty()
    }

    /// Verifies a webhook's signature. `now`: seconds since 1970.
    pub(super) fn signed(
        &self,
        webhook: &Webhook,
        http: &HttpRequest,
        now: u64,
    ) -> Result<Identity, Problem> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers: Vec<(String, String)> =
            http.headers.iter().map(|field| (text(field.name), text(field.value))).collect();
        let (method, target) = (text(&http.method), text(&http.target));
        let (path, query) = match target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (target.as_str(), None),
        };
        let host = http.headers.first(b"host").map(text).unwrap_or_default();
        let origin = format!("https://{host}");
        let request = signature::Request {
            method: &method,
            origin: &origin,
            path,
            query,
            headers: &headers,
            body: Some(&http.body),
        };
        let wrong = |why: String| {
            let reason = super::problem::shown(&format!("the signature of the webhook does not hold: {why}"));
            Problem::hostile(Layer::Authentication, 401, reason).rule("webhook")
        };
        let fresh = webhook::verify(&request, &webhook.config, &webhook.secrets, now);
        fresh
            .map_err(|error| wrong(error.to_string()))?
            .admit_here(&self.replays, now)
            .map_err(|error| wrong(error.to_string()))
    }

    /// May this caller?
    pub(super) fn may(&self, asked: &Asked<'_>, now: u64) -> Result<(), Problem> {
        let Some(authorizer) = &self.authorizer else { return Ok(()) };
        let parameters: Vec<(&str, &str)> =
            asked.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let decision = authorizer.decide(&Question {
            identity: asked.identity,
            route: asked.route,
            method: asked.method,
            path: asked.path,
            parameters: &parameters,
            host: asked.host,
            address: asked.address,
            now,
            mutual_tls: false,
        });
        if decision.allowed {
            return Ok(());
        }
        let missing: Vec<String> = decision.missing.iter().map(ToString::to_string).collect();
        let missing = if missing.is_empty() { decision.errors.join("; ") } else { missing.join("; ") };
        let reason = format!("`{}` is not allowed: it needs {missing}", asked.route);
        let mut problem = Problem::new(Layer::Authorization, decision.status(), reason).rule("authorization");
        if let Some(challenge) = decision.challenge() {
            problem = problem.fact("challenge", challenge);
        }
        Err(problem)
    }

    /// Not too often, and not too many at once?
    pub(super) fn limited(
        &self,
        asked: &Asked<'_>,
        (invocation, now_ms): (&Invocation, u64),
    ) -> Result<(), Problem> {
        self.rate(asked, now_ms)?;
        self.crowd.as_ref().map_or(Ok(()), |crowd| crowd.join(asked, invocation))
    }

    fn rate(&self, asked: &Asked<'_>, now_ms: u64) -> Result<(), Problem> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        let now_ms = self.last_ms.fetch_max(now_ms, Ordering::Relaxed).max(now_ms);
        let facts = Facts {
            address: asked.address,
            route: asked.route,
            identity: asked.identity,
            cost: None,
            // Inside of a function nobody sees the handshake.
            fingerprint: None,
        };
        let plan = limiter.plan(asked.route);
        let decision = limiter.decide(&plan, Stage::All, &facts, Duration::from_millis(now_ms));
        match decision.verdict {
            Verdict::Admitted => Ok(()),
            Verdict::Refused { limit, retry_after } => {
                let name = limiter.config().limits.get(limit).map_or("", |limit| limit.name.as_str());
                let reason = format!("the limit `{name}` is reached");
                let mut problem = Problem::new(Layer::Rate, 429, reason).rule(name);
                if let Some(after) = retry_after {
                    problem = problem.fact("retry-after", after.as_secs().saturating_add(1).to_string());
                }
                Err(problem)
            }
            // Limits that several gateways share have no place inside of one function.
            Verdict::Lease(_) => Err(Problem::new(Layer::Rate, 429, "a shared limit cannot be decided here")),
        }
    }
}
