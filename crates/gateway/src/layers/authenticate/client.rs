//! The gateway as a client of an authorization server.
use super::secret;
use super::settings::ClientSettings;
use crate::config::{Config, ConfigError};
use crate::layers::login::ClientProof;
use access::jwt::SigningKey;
use access::oauth::client::{Client, Proof};
use url::Url;

/// Makes the client ready.
///
/// # Errors
/// A secret that is not there, a key that cannot be used, both of them or neither.
pub(crate) fn build(
    config: &Config,
    at: &str,
    settings: &ClientSettings,
    (token_endpoint, issuer): (&Url, &str),
) -> Result<Client, ConfigError> {
    let proof = match (&settings.secret, &settings.private_key) {
        (Some(from), None) => {
            let secret = secret(config, &format!("{at}.client.secret"), from)?;
            match settings.proof {
                ClientProof::Basic => Proof::Basic(secret),
                ClientProof::Post => Proof::Post(secret),
            }
        }
        (None, Some(own)) => {
            let at = format!("{at}.client.private-key");
            let key = secret(config, &at, &own.key)?;
            let key = SigningKey::new(own.algorithm, own.kid.as_deref(), &key);
            Proof::PrivateKey(key.map_err(|error| ConfigError::setting(at, error.to_string()))?)
        }
        _ => {
            let message = "the server must know who asks: give one of `secret` and `private-key`";
            return Err(ConfigError::setting(format!("{at}.client"), message));
        }
    };
    if settings.id.is_empty() {
        return Err(ConfigError::setting(format!("{at}.client.id"), "is empty"));
    }
    let (id, issuer) = (settings.id.clone(), issuer.to_owned());
    Ok(Client { id, proof, token_endpoint: token_endpoint.clone(), issuer })
}
