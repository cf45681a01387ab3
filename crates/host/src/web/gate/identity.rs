//! Who callers are, for the gateway: the issuers of tokens that the application knows.
//!
//! Where a route asks for a token, it must be one of the authorizer's. Everywhere else a token that a pool of the
//! application issued says whose request it is, so that limits by identity hold; any other token is not the gateway's to
//! judge and counts as none.
use super::Given;
use crate::names::Names;
use crate::plan::{Authorizer, Route, Way};
use crate::talk::Talk;
use model::{App, Kind, Relation};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The user pools of the local cloud.
#[derive(Debug, Default)]
pub(crate) struct Pools(Vec<Pool>);

#[derive(Debug)]
struct Pool {
    node: String,
    issuer: String,
    /// Identifiers of its clients.
    clients: Vec<String>,
    keys: PathBuf,
}

impl Pools {
    /// Writes the key sets of the pools where the gateway finds them.
    pub(crate) fn write(
        (app, names): (&App, &Names),
        keys: &BTreeMap<String, Value>,
        folder: &Path,
        talk: &Talk,
    ) -> Self {
        let mut pools = Vec::new();
        for pool in app.all(Kind::UserPool) {
            let Some(set) = keys.get(&pool.name) else { continue };
            let path = folder.join(format!("keys-{}.json", pools.len()));
            if let Err(why) = crate::runtimes::put(&path, set.to_string().as_bytes()) {
                talk.note(format!("keys of `{}` could not be written: {why}", pool.name));
                continue;
            }
            let is_its = |client: &&model::Node| {
                app.targets(client, Relation::PartOf).any(|owner| owner.id == pool.id)
            };
            pools.push(Pool {
                node: pool.name.clone(),
                issuer: format!("https://cognito-idp.{}.amazonaws.com/{}", names.region, names.id(app, pool)),
                clients: app
                    .all(Kind::UserPoolClient)
                    .filter(is_its)
                    .map(|client| names.id(app, client))
                    .collect(),
                keys: path,
            });
        }
        Self(pools)
    }
}

/// Sources of identity, and which routes take which.
#[derive(Debug, Default)]
pub(super) struct Identities {
    /// `authentication.jwt`
    pub(super) sources: Map<String, Value>,
    /// Names of the pools' sources.
    of_pools: Vec<String>,
    /// By issuer and audiences: the sources of authorizers.
    of_authorizers: BTreeMap<(String, Vec<String>), Vec<String>>,
}

/// Everything that a way in needs.
pub(super) fn of(way: &Way, given: &Given<'_>) -> Identities {
    let mut all = Identities::default();
    for pool in given.pools.0.iter().filter(|pool| !pool.clients.is_empty()) {
        let names = all.add_pool(&pool.node, pool, &pool.clients);
        all.of_pools.extend(names);
    }
    for authorizer in way.routes.iter().filter_map(|route| tokens_of(route)) {
        let Some(key) = key(authorizer) else { continue };
        if all.of_authorizers.contains_key(&key) {
            continue;
        }
        let (issuer, audiences) = &key;
        let names = match given.pools.0.iter().find(|pool| pool.issuer == *issuer) {
            Some(pool) => {
                let audiences = if audiences.is_empty() { &pool.clients } else { audiences };
                let name = format!("authorizer-{}", all.of_authorizers.len() + 1);
                if audiences.is_empty() { Vec::new() } else { all.add_pool(&name, pool, audiences) }
            }
            // The server behind answers for issuers whose keys are not here.
            None => Vec::new(),
        };
        all.of_authorizers.insert(key, names);
    }
    all
}

/// The authorizer of a route that verifies tokens in `Authorization`, which is where the gateway looks.
fn tokens_of(route: &Route) -> Option<&Authorizer> {
    let authorizer = route.authorizer.as_ref()?;
    let header = authorizer.header.as_deref().unwrap_or("authorization");
    let is_token = matches!(route.auth.as_str(), "jwt" | "user-pool");
    (is_token && header.eq_ignore_ascii_case("authorization")).then_some(authorizer)
}

fn key(authorizer: &Authorizer) -> Option<(String, Vec<String>)> {
    Some((authorizer.issuer.clone()?, authorizer.audiences.clone()))
}

impl Identities {
    /// Identity tokens name an audience, access tokens a client.
    fn add_pool(&mut self, name: &str, pool: &Pool, audiences: &[String]) -> Vec<String> {
        let both = [(name.to_owned(), "aud"), (format!("{name}-access"), "client_id")];
        for (name, claim) in &both {
            let settings = json!({"issuer": pool.issuer, "keys": {"file": pool.keys.display().to_string()},
                "algorithms": ["RS256"], "audiences": audiences, "audience-claim": claim, "provider": "cognito"});
            self.sources.insert(name.clone(), settings);
        }
        both.map(|(name, _)| name).into()
    }

    /// What a route asks of its callers.
    pub(super) fn settle(&self, route: &Route, settings: &mut Map<String, Value>) {
        let known = tokens_of(route).and_then(key).and_then(|key| self.of_authorizers.get(&key));
        match known.filter(|names| !names.is_empty()) {
            Some(names) => {
                settings.insert("authentication".to_owned(), json!(names));
                settings.insert("authorization".to_owned(), json!({}));
            }
            None => self.settle_others(settings),
        }
    }

    /// Anybody may come; the server behind asks for what the template asks.
    pub(super) fn settle_others(&self, settings: &mut Map<String, Value>) {
        settings.insert("authentication".to_owned(), json!(self.of_pools));
        settings.insert("authorization".to_owned(), json!({"public": true}));
    }
}
