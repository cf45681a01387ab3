//! Who issues the tokens of an application: its user pools, and what its authorizers name.
//!
//! The id of a user pool is known only when it is deployed. Where a function has it in an environment variable, the guard takes it from
//! there (`${env:NAME}`): the function itself believes the same variable. Else the owner says it under `[guard.resources]`.
use model::{App, Data, Kind, Node, Relation, Value};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// The issuers of an application.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) settings: BTreeMap<String, Json>,
    pub(super) notes: Vec<String>,
    /// By the API's name.
    by_api: BTreeMap<String, BTreeSet<String>>,
}

impl Found {
    /// The issuers whose tokens an API takes; all when its authorizers do not say.
    pub(super) fn of_api(&self, api: Option<&Node>) -> BTreeSet<String> {
        let named = api.and_then(|api| self.by_api.get(&api.name)).filter(|names| !names.is_empty());
        named.cloned().unwrap_or_else(|| self.settings.keys().cloned().collect())
    }
}

/// Finds the issuers. `resources`: physical ids that the owner gave, by logical name.
pub(super) fn found(app: &App, resources: &BTreeMap<String, String>) -> Found {
    let mut found = Found::default();
    for pool in app.all(Kind::UserPool) {
        let id = match resources.get(&pool.name) {
            Some(id) => id.clone(),
            None => match variables(app, &pool.name) {
                names if names.is_empty() => {
                    found.notes.push(format!(
                        "the user pool `{0}`: its id is not known before it is deployed, and no function has it in a variable; tokens are \
                         verified once `[guard.resources]` says `{0} = \"REGION_ID\"`",
                        pool.name
                    ));
                    continue;
                }
                names => format!("${{env:{}}}", names.into_iter().collect::<Vec<_>>().join("|")),
            },
        };
        // The id begins with the region, which the variables of every function have, too.
        let region = id
            .split_once('_')
            .filter(|_| !id.starts_with('$'))
            .map_or("${env:AWS_REGION}", |(region, _)| region);
        let clients: Vec<String> = app
            .all(Kind::UserPoolClient)
            .filter(|client| app.targets(client, Relation::PartOf).any(|owner| owner.id == pool.id))
            .map(|client| resources.get(&client.name).cloned())
            .collect::<Option<_>>()
            .unwrap_or_default();
        if clients.is_empty() {
            found.notes.push(format!(
                "the user pool `{}`: tokens for every client of it are taken; name the clients under `[guard.resources]` to take theirs alone",
                pool.name
            ));
        }
        let issuer = format!("https://cognito-idp.{region}.amazonaws.com/{id}");
        let keys = format!("{issuer}/.well-known/jwks.json");
        let settings = |claim: &str| json!({ "issuer": issuer, "keys": { "url": keys }, "algorithms": ["RS256"], "audiences": clients, "audience-claim": claim, "provider": "cognito" });
        // Identity tokens are for an audience, access tokens for a client.
        found.settings.insert(pool.name.clone(), settings("aud"));
        found.settings.insert(format!("{}-access", pool.name), settings("client_id"));
    }
    for authorizer in app.all(Kind::Authorizer) {
        of_authorizer(app, authorizer, &mut found);
    }
    found
}

fn of_authorizer(app: &App, authorizer: &Node, found: &mut Found) {
    let mut names = BTreeSet::new();
    for pool in app.targets(authorizer, Relation::Uses).filter(|node| node.kind == Kind::UserPool) {
        names.extend(
            [pool.name.clone(), format!("{}-access", pool.name)]
                .into_iter()
                .filter(|name| found.settings.contains_key(name)),
        );
    }
    if names.is_empty()
        && let Some(issuer) = authorizer.text("issuer")
    {
        let audiences: Vec<&str> = authorizer.list("audience").iter().filter_map(Value::as_str).collect();
        if issuer.starts_with("https://") {
            found
                .settings
                .insert(authorizer.name.clone(), json!({ "issuer": issuer, "audiences": audiences }));
            names.insert(authorizer.name.clone());
        }
    }
    for api in app.targets(authorizer, Relation::PartOf) {
        found.by_api.entry(api.name.clone()).or_default().extend(names.iter().cloned());
    }
}

/// Environment variables whose value is the id of a resource.
fn variables(app: &App, name: &str) -> BTreeSet<String> {
    let is_it = |value: &Value| match &value.data {
        Data::Ref(to) => {
            to.target == name && matches!(to.attribute.as_deref(), None | Some("id" | "UserPoolId"))
        }
        _ => false,
    };
    let entries = app.functions().filter_map(|node| node.get("environment")).flat_map(Value::entries);
    entries.filter(|entry| is_it(&entry.value)).map(|entry| entry.key.text.clone()).collect()
}
