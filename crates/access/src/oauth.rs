//! OAuth 2.0: answers of a resource server, introspection, tokens that we fetch as a client.
pub mod client;
pub mod introspection;
#[cfg(test)]
mod tests;

use serde_json::{Value, json};
use url::Url;

/// Most bytes of a token that is sent on.
pub(crate) const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// The value of `WWW-Authenticate` (RFC 6750, section 3; RFC 9449, section 7.1). Empty members are left out; characters
/// that could end a quoted text are left out too.
#[must_use]
pub fn www_authenticate(scheme: &str, error: Option<&str>, members: &[(&str, &str)]) -> String {
    let members: Vec<String> = error
        .map(|error| ("error", error))
        .into_iter()
        .chain(members.iter().copied())
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| {
            let kept = |c: &char| matches!(c, ' '..='~') && !matches!(c, '"' | '\\');
            format!("{name}=\"{}\"", value.chars().filter(kept).collect::<String>())
        })
        .collect();
    if members.is_empty() { scheme.to_owned() } else { format!("{scheme} {}", members.join(", ")) }
}

/// What a resource server tells of itself (RFC 9728), and how it asks for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The resource's own address; clients send it as `resource` (RFC 8707).
    pub resource: Url,
    pub authorization_servers: Vec<String>,
    pub scopes: Vec<String>,
    pub dpop: bool,
    pub certificates: bool,
}

impl Resource {
    /// The document at `/.well-known/oauth-protected-resource` (section 2).
    #[must_use]
    pub fn document(&self) -> Value {
        json!({
            "resource": self.resource.as_str(),
            "authorization_servers": self.authorization_servers,
            "scopes_supported": self.scopes,
            "bearer_methods_supported": ["header"],
            "dpop_bound_access_tokens_required": self.dpop,
            "tls_client_certificate_bound_access_tokens": self.certificates,
        })
    }

    /// Where the document is: the well-known part stands before the path (section 3.1).
    #[must_use]
    pub fn document_url(&self) -> Url {
        let mut url = self.resource.clone();
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("/.well-known/oauth-protected-resource{path}"));
        url.set_query(None);
        url.set_fragment(None);
        url
    }

    /// The challenge to a request without a token (no error is told, RFC 6750, section 3.1).
    #[must_use]
    pub fn asks(&self) -> String {
        self.challenge(None, "")
    }

    /// The challenge to a request whose token is refused (401).
    #[must_use]
    pub fn refuses(&self, client_message: &str) -> String {
        self.challenge(Some("invalid_token"), client_message)
    }

    /// The challenge to a request whose token lacks scopes (403).
    #[must_use]
    pub fn lacks(&self, scopes: &[&str]) -> String {
        let url = self.document_url();
        let members = [("scope", &*scopes.join(" ")), ("resource_metadata", url.as_str())];
        www_authenticate(self.scheme(), Some("insufficient_scope"), &members)
    }

    fn scheme(&self) -> &'static str {
        if self.dpop { "DPoP" } else { "Bearer" }
    }

    fn challenge(&self, error: Option<&str>, description: &str) -> String {
        let url = self.document_url();
        let algorithms = if self.dpop { "ES256 EdDSA ES384 RS256 PS256" } else { "" };
        let members =
            [("error_description", description), ("resource_metadata", url.as_str()), ("algs", algorithms)];
        www_authenticate(self.scheme(), error, &members)
    }
}

/// The token of an `Authorization` header, with its scheme. A header that stands twice, and a token in any other place,
/// is no token.
pub fn bearer<'a>(
    headers: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<Option<(Scheme, &'a str)>, MalformedAuthorization> {
    let mut values =
        headers.filter(|(name, _)| name.eq_ignore_ascii_case("authorization")).map(|(_, value)| value);
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        // one of them might fool whoever stands behind us
        return Err(MalformedAuthorization);
    }
    let Some((scheme, token)) = value.split_once(' ') else { return Ok(None) };
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Scheme::Bearer,
        "dpop" => Scheme::Dpop,
        _ => return Ok(None),
    };
    if is_token(token) { Ok(Some((scheme, token))) } else { Err(MalformedAuthorization) }
}

/// How a token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Bearer,
    Dpop,
}

/// The `Authorization` header stands twice, or holds no token in its proper form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the `authorization` header stands twice or holds no proper token")]
pub struct MalformedAuthorization;

/// `b64token` (RFC 6750, section 2.1), of bounded size.
pub(crate) fn is_token(token: &str) -> bool {
    let body = token.trim_end_matches('=');
    (1..=TOKEN_BYTES_MAX).contains(&token.len())
        && !body.is_empty()
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
}
