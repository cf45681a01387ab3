//! What the owner says of identities: sources by name. Routes name those that they accept.
use access::signature::{sigv4, webhook};
use access::{SecretFrom, certificate, dpop, exchange, jwt, key};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use url::Url;

use crate::layers::login::ClientProof;

/// Settings of the layer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Issuers of JSON Web Tokens.
    pub jwt: BTreeMap<String, jwt::Issuer>,
    /// Servers that are asked about each token (RFC 7662).
    pub introspection: BTreeMap<String, Introspection>,
    pub api_key: BTreeMap<String, ApiKeys>,
    /// Client certificates that the listener verified.
    pub certificate: BTreeMap<String, Certificates>,
    /// Requests signed as those to AWS are.
    pub sigv4: BTreeMap<String, SigV4>,
    /// Requests signed with a shared secret.
    pub webhook: BTreeMap<String, Webhook>,
    /// HTTP message signatures (RFC 9421).
    pub message: BTreeMap<String, Message>,
    /// Proofs of possession (RFC 9449).
    pub dpop: dpop::Config,
    /// Proofs must carry a nonce of ours; left out: none is asked for.
    pub dpop_nonce: Option<Nonces>,
    /// `Authorization` may hold a token without a scheme, as clients of API Gateway's authorizers send it.
    pub bare_token: bool,
    /// What becomes of credentials that are not valid where a route is open to all.
    pub invalid_on_public: Invalid,
    /// `realm` of challenges.
    pub realm: String,
}

/// Nonces of proofs: one that was made long before, or on another machine, is no proof (RFC 9449, section 9).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Nonces {
    /// A nonce serves so long, and as long again while clients learn the next one.
    #[serde(default = "window")]
    pub seconds: u64,
    /// What nonces are made with, the same for all gateways in front of one address; left out: each gateway has its own.
    #[serde(default)]
    pub key: Option<SecretFrom>,
}

/// Credentials that are not valid, or cannot be judged now, at a route that asks for none (`public`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Invalid {
    /// 401: whoever shows something must be right.
    #[default]
    Refuse,
    /// Nobody: as if they had not been sent. For applications that have tokens of their own, which are not for us to judge.
    Nobody,
}

/// API keys of one file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ApiKeys {
    /// Hashed keys, as `buckler access key` writes them.
    pub file: PathBuf,
    #[serde(default = "ApiKeys::header")]
    pub header: String,
    #[serde(default)]
    pub world: key::World,
    #[serde(default)]
    pub pepper: Option<SecretFrom>,
}

impl ApiKeys {
    fn header() -> String {
        "x-api-key".to_owned()
    }
}

/// Whose certificates are taken.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Certificates {
    pub rule: Vec<certificate::Rule>,
    /// A proxy in front of us that ends TLS and forwards the certificate.
    pub forwarded: Option<certificate::Forwarded>,
}

/// How the gateway shows who it is to an authorization server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClientSettings {
    /// `client_id`
    pub id: String,
    #[serde(default)]
    pub secret: Option<SecretFrom>,
    /// How the secret is shown.
    #[serde(default)]
    pub proof: ClientProof,
    /// Signs assertions in the place of a secret (RFC 7523).
    #[serde(default)]
    pub private_key: Option<PrivateKey>,
}

/// A key of our own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PrivateKey {
    /// PKCS #8 in PEM.
    pub key: SecretFrom,
    pub algorithm: jwt::Algorithm,
    #[serde(default)]
    pub kid: Option<String>,
}

/// A server that knows which tokens are good.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Introspection {
    /// The introspection endpoint.
    #[serde(deserialize_with = "exchange::address")]
    pub url: Url,
    /// Where the answer names an issuer, it must be this one; it is also the identity's issuer.
    pub issuer: String,
    pub client: ClientSettings,
    /// Accepted audiences; empty: the server answers only for us.
    #[serde(default)]
    pub audiences: Vec<String>,
    #[serde(default)]
    pub role_claims: Vec<String>,
    #[serde(default)]
    pub group_claims: Vec<String>,
    /// How long an answer serves, in seconds: a token that is revoked opens so long.
    #[serde(default = "Introspection::active")]
    pub active_seconds: u64,
    /// How long a token that is not active is refused without asking again.
    #[serde(default = "Introspection::inactive")]
    pub inactive_seconds: u64,
    /// Tokens that are remembered.
    #[serde(default = "Introspection::entries")]
    pub entries_max: usize,
    /// Questions at once; past them requests get 503.
    #[serde(default = "Introspection::questions")]
    pub questions_max: usize,
}

impl Introspection {
    fn active() -> u64 {
        30
    }
    fn inactive() -> u64 {
        10
    }
    fn entries() -> usize {
        10_000
    }
    fn questions() -> usize {
        64
    }
}

/// Requests signed with AWS Signature Version 4.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SigV4 {
    pub region: String,
    pub service: String,
    pub keys: Vec<SigV4Key>,
    /// Left out: as the service's name says (`s3` or any other).
    #[serde(default)]
    pub path_style: Option<sigv4::PathStyle>,
    /// How far a request's date may be from now, in seconds; 900 at most.
    #[serde(default = "window")]
    pub skew_seconds: u64,
    /// Headers that must be signed beside `host` and every `x-amz-*` header.
    #[serde(default)]
    pub signed_headers: Vec<String>,
    /// Takes requests whose body is not signed.
    #[serde(default)]
    pub unsigned_payload: bool,
    /// Takes signatures in the query. Those may be used again until they end.
    #[serde(default)]
    pub presigned: bool,
}

/// A key that a client signs with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct SigV4Key {
    /// The access key id.
    pub id: String,
    pub secret: SecretFrom,
    /// Who signs with it.
    pub subject: String,
    #[serde(default)]
    pub scopes: BTreeSet<String>,
    #[serde(default)]
    pub roles: BTreeSet<String>,
}

/// Requests signed with a shared secret. The source's name is the identity's subject.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Webhook {
    pub scheme: webhook::Scheme,
    /// The secret, and while it is replaced the one before: any of them opens.
    pub secrets: Vec<SecretFrom>,
    /// How far a signed time may be from now.
    #[serde(default = "window")]
    pub window_seconds: u64,
    /// How long a signature without a time is remembered; 0: it may be used again.
    #[serde(default = "Webhook::replay")]
    pub replay_seconds: u64,
    /// Where senders see us (`https://hooks.example.com`), for schemes that sign the address; left out: as the request says.
    #[serde(default)]
    pub origin: Option<String>,
    #[serde(default)]
    pub scopes: BTreeSet<String>,
    #[serde(default)]
    pub roles: BTreeSet<String>,
}

impl Webhook {
    fn replay() -> u64 {
        86_400
    }
}

/// Requests with HTTP message signatures (RFC 9421, RFC 9530).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Message {
    pub keys: Vec<MessageKey>,
    /// What must be signed; left out: method, authority, path, query, and `content-digest` where there is a body.
    #[serde(default)]
    pub components: Option<BTreeSet<String>>,
    /// How long ago `created` may be, in seconds; 3600 at most.
    #[serde(default = "window")]
    pub window_seconds: u64,
    /// Only signatures with this `tag`.
    #[serde(default)]
    pub tag: Option<String>,
    /// Where signers see us (`https://api.example.com`); left out: as the request says.
    #[serde(default)]
    pub origin: Option<String>,
}

/// A key that somebody signs messages with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct MessageKey {
    /// `keyid`
    pub id: String,
    /// `EdDSA`, `ES256`, `ES384`, `PS512`, `RS256` or, with a shared secret, `HS256`.
    pub algorithm: jwt::Algorithm,
    /// A file with the public key as a JWK (RFC 7517).
    #[serde(default)]
    pub public_key: Option<PathBuf>,
    /// The shared secret of `HS256`.
    #[serde(default)]
    pub secret: Option<SecretFrom>,
    /// Who signs with it.
    pub subject: String,
    #[serde(default)]
    pub scopes: BTreeSet<String>,
    #[serde(default)]
    pub roles: BTreeSet<String>,
}

fn window() -> u64 {
    300
}
