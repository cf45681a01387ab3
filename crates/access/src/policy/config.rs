//! Authorization as it is written in a configuration.
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::limit::Period;

/// Who may do what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// What each route asks for, by the route's name (`*` at the end stands for anything; the longest fitting wins).
    pub routes: BTreeMap<String, Rule>,
    /// What a route asks for that stands nowhere.
    pub otherwise: Otherwise,
    /// Cedar policies: asked after the table, and both must allow. Needs a build with the feature `cedar`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cedar: Option<CedarConfig>,
}

/// A route that stands nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Otherwise {
    /// Denied by the table; where Cedar is configured, Cedar alone decides.
    #[default]
    Deny,
    /// Anybody who is authenticated.
    Authenticated,
    /// Anybody.
    Public,
}

/// What one route asks for. Everything given must hold; an empty rule asks for an identity.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Rule {
    /// Anybody, without an identity. Nothing else may stand beside it.
    pub public: bool,
    /// All of these scopes.
    pub scopes: BTreeSet<String>,
    /// One of these scopes.
    pub any_scope: BTreeSet<String>,
    /// One of these roles.
    pub roles: BTreeSet<String>,
    /// One of these groups.
    pub groups: BTreeSet<String>,
    /// One of these ways to authenticate: `jwt`, `introspection`, `certificate`, `api-key`, `signature`, `session`.
    pub methods: BTreeSet<String>,
    /// One of these issuers.
    pub issuers: BTreeSet<String>,
    /// Claims with one of these values; of a list, one member must be one of them.
    pub claims: BTreeMap<String, BTreeSet<String>>,
    /// Claims that must equal a parameter of the route (`tenant = "tenant-id"`: the claim `tenant` equals `{tenant-id}`).
    pub own: BTreeMap<String, String>,
    /// How strongly somebody must be authenticated (RFC 9470).
    pub step_up: StepUp,
    /// The security requirements of an OpenAPI operation: one of them must hold.
    pub any_of: Vec<Requirement>,
}

/// Strength of an authentication.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct StepUp {
    /// One of these values of `acr`.
    pub acr: BTreeSet<String>,
    /// All of these values of `amr`.
    pub amr: BTreeSet<String>,
    /// The authentication is at most this old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Period>,
    /// The token is bound to a key that the client holds (DPoP, mTLS).
    pub bound: bool,
}

/// One alternative: ways to authenticate with the scopes that each needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Requirement {
    /// One of these; empty: any, or nobody when `scopes` is empty, too.
    pub methods: BTreeSet<String>,
    /// All of these scopes.
    pub scopes: BTreeSet<String>,
    /// A client certificate beside it.
    pub mutual_tls: bool,
    /// No identity is needed (`{}` in OpenAPI).
    pub anonymous: bool,
}

/// Where Cedar's files are, and how requests become entities.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CedarConfig {
    /// Folders, or files that end in `.cedar`.
    pub policies: Vec<PathBuf>,
    /// A schema in Cedar's own or JSON form; the one for HTTP APIs when not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<PathBuf>,
    /// Entities in Cedar's JSON form, beside those that requests bring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entities: Option<PathBuf>,
    /// Links of templates: a JSON list of `{"template", "id", "principal"?, "resource"?}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub links: Option<PathBuf>,
    pub mapping: Mapping,
}

/// How requests become entities.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Mapping {
    /// The namespace of all entity types (`Shop`); empty: none.
    pub namespace: String,
    /// Names of actions, by route (`GET /orders/{id}` = `viewOrder`); the route's own name where none stands here.
    pub actions: BTreeMap<String, String>,
    /// What a route acts on, by route (`*` at the end stands for anything); `Route` with the route's name where none is.
    pub resources: BTreeMap<String, ResourceMapping>,
    /// Claims whose values become entities of a type, and parents of the principal (`tenant` = `Tenant`).
    pub parents: BTreeMap<String, String>,
    /// Entity types of principals, where they are not called `User`, `Client` and `Anonymous`: by `user`, `client`,
    /// `anonymous`.
    pub principals: BTreeMap<String, String>,
    /// A principal is called by its subject alone (`User::"alice"`), not by issuer and subject
    /// (`User::"https://login.example.org alice"`). Only safe with one issuer: another one could have its own `alice`.
    pub short_ids: bool,
}

/// What one route acts on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ResourceMapping {
    /// The entity's type (`Order`).
    pub r#type: String,
    /// Its identity from parameters of the route (`{id}`, `{tenant}/{id}`).
    pub id: String,
    /// Parents, each a type and an identity from parameters (`Tenant` = `{tenant}`).
    pub parents: BTreeMap<String, String>,
    /// Attributes, each from `{parameter}`, `claim:NAME` or a text. They replace none of the entities file.
    pub attributes: BTreeMap<String, String>,
}
