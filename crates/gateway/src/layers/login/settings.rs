//! What the owner says of log-ins.
use access::SecretFrom;
use access::jwt::{Algorithm, Provider};
use access::session;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Settings of the layer.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Providers by name. Names are of letters, digits, `-` and `_`: they stand in addresses and cookies.
    pub provider: BTreeMap<String, ProviderSettings>,
}

/// How we prove to the provider who we are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientProof {
    /// `client_secret_basic`
    #[default]
    Basic,
    /// `client_secret_post`
    Post,
}

/// One OpenID Connect provider.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProviderSettings {
    /// `iss`, compared byte by byte; its discovery document stands below it.
    pub issuer: String,
    pub client_id: String,
    /// Where the client's secret is; left out, the client is public (PKCE alone).
    #[serde(default)]
    pub client_secret: Option<SecretFrom>,
    #[serde(default)]
    pub client_proof: ClientProof,
    /// Beside `openid`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Where the pages are, as browsers see them: `https://app.example`. At each of them the provider must know
    /// `/.well-known/buckler/login/callback/NAME` as a redirect address. Other hosts are refused.
    pub origins: Vec<String>,
    /// Secrets of at least 32 bytes that seal sessions: the first seals, all open, so that they can change. Gateways share
    /// them. Left out, each gateway makes its own at start, and people log in again after a restart.
    #[serde(default)]
    pub session_secrets: Vec<SecretFrom>,
    /// Session times, and the cookie's name (default: `buckler-NAME`).
    #[serde(default)]
    pub session: session::Config,
    /// Algorithms of ID tokens. Default: RS256 and ES256.
    #[serde(default)]
    pub algorithms: Vec<Algorithm>,
    /// Names claims as this product does.
    #[serde(default)]
    pub claims_of: Option<Provider>,
    /// Claims of which the first that is there names who it is. Default: `sub`.
    #[serde(default)]
    pub subject_claims: Vec<String>,
    /// Paths of claims that hold roles, for example `realm_access.roles`.
    #[serde(default)]
    pub role_claims: Vec<String>,
    /// Paths of claims that hold groups.
    #[serde(default)]
    pub group_claims: Vec<String>,
    /// How far clocks may differ, in seconds; 300 at most.
    #[serde(default = "leeway")]
    pub leeway_seconds: u64,
    /// Renew sessions with the provider's refresh token before its access token ends: roles and groups are read again, and
    /// a session that ended there ends here. The provider must give one (often with the scope `offline_access`).
    #[serde(default)]
    pub refresh: bool,
    /// How long a session goes on whose renewal is due while the provider does not answer, in seconds.
    #[serde(default = "grace")]
    pub refresh_grace_seconds: u64,
    /// Where to go after a log-out, a path.
    #[serde(default = "root")]
    pub after_logout: String,
}

fn leeway() -> u64 {
    60
}

fn grace() -> u64 {
    300
}

fn root() -> String {
    "/".to_owned()
}

/// Settings of a route.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RouteSettings {
    /// A session is needed here; where the route names sources of `authentication`, programs may show those instead.
    pub on: bool,
    /// Where people log in; may be left out when there is one provider.
    pub provider: Option<String>,
    /// Accepted `acr`; another log-in is asked for where the session has none of them.
    pub contexts: Vec<String>,
    /// The oldest log-in that is taken, in seconds.
    pub age_seconds_max: Option<u64>,
}
