//! Who somebody is, once proven.
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Somebody whose credentials were verified. Authorization, limits and logs read this, never a token.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// `sub`, a key's id, a certificate's subject.
    pub subject: String,
    /// `iss`, or the name of the configured source.
    pub issuer: String,
    pub method: Method,
    pub scopes: BTreeSet<String>,
    pub roles: BTreeSet<String>,
    pub groups: BTreeSet<String>,
    /// How it was authenticated (OpenID Connect Core, section 2).
    pub authentication: Authentication,
    /// Verified claims, for Cedar.
    pub claims: BTreeMap<String, Value>,
    /// Seconds since 1970-01-01; `None`: does not end by itself.
    pub expires: Option<u64>,
    /// A name for this very credential (a hash of the token, a key's id), to block or limit it.
    pub credential: String,
}

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    Jwt,
    Introspection,
    Certificate,
    ApiKey,
    Signature,
    Session,
}

/// `acr`, `amr`, `auth_time`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authentication {
    pub context: Option<String>,
    pub methods: BTreeSet<String>,
    /// Seconds since 1970-01-01.
    pub time: Option<u64>,
    /// The token is bound to a key that the client proved to hold (`cnf`: DPoP, mTLS).
    pub bound: bool,
}
