//! Proofs of possession beside a token (DPoP, RFC 9449), and the nonces that they must carry where the owner wants it.
use super::settings::Nonces as NonceSettings;
use crate::config::{Config, ConfigError};
use crate::exchange::{Answer, Exchange};
use access::dpop::{self, DpopError, Nonces};
use access::replay::Fresh;
use access::{Secret, oauth};
use http::header::{HeaderName, HeaderValue, WWW_AUTHENTICATE};

const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// What of proofs is taken.
#[derive(Debug)]
pub(super) struct Possession {
    config: dpop::Config,
    nonces: Option<Nonces>,
    /// The nonces' key is this process' own.
    is_own: bool,
}

/// Why a proof is not taken.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unproven {
    #[error(transparent)]
    Proof(#[from] DpopError),
    #[error("the request has no address that a proof could name: {0}")]
    Address(#[from] url::ParseError),
}

impl Unproven {
    /// `error` of the challenge.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Proof(error) => error.code(),
            Self::Address(_) => "invalid_dpop_proof",
        }
    }
}

impl Possession {
    /// Nonces outlive a reload: clients hold them.
    pub(super) fn build(config: &Config, before: Option<&Self>) -> Result<Self, ConfigError> {
        let settings = &config.authentication;
        let at = "authentication.dpop-nonce";
        let nonces = match &settings.dpop_nonce {
            None => None,
            Some(NonceSettings { seconds: 0, .. }) => {
                return Err(ConfigError::setting(format!("{at}.seconds"), "must be 1 or more"));
            }
            Some(NonceSettings { seconds, key: Some(key) }) => {
                let key = super::secret(config, &format!("{at}.key"), key)?;
                if key.expose().len() < 16 {
                    return Err(ConfigError::setting(format!("{at}.key"), "is shorter than 16 bytes"));
                }
                Some(Nonces::new(key, *seconds))
            }
            Some(NonceSettings { seconds, key: None }) => {
                let same = before.filter(|old| old.is_own).and_then(|old| old.nonces.clone());
                let same = same.filter(|old| old.seconds_max == *seconds);
                let fresh = || {
                    let mut key = [0; 32];
                    let filled = aws_lc_rs::rand::fill(&mut key);
                    filled.map_err(|_| ConfigError::setting(at, "the system gives no random numbers"))?;
                    Ok(Nonces::new(Secret::new(key), *seconds))
                };
                Some(same.map_or_else(fresh, Ok)?)
            }
        };
        let is_own = settings.dpop_nonce.as_ref().is_some_and(|nonce| nonce.key.is_none());
        Ok(Self { config: settings.dpop.clone(), nonces, is_own })
    }

    /// The proof that stands beside the token; it counts once. A nonce that ends soon is followed by the next one, in the answer
    /// (section 8.2).
    pub(super) fn proof(
        &self,
        exchange: &mut Exchange<'_>,
        token: &str,
        now: u64,
    ) -> Result<Fresh<dpop::Proof>, Unproven> {
        let proofs = exchange.head.headers.get_all("dpop").iter().filter_map(|value| value.to_str().ok());
        let proof = dpop::one(proofs)?;
        let url = url::Url::parse(&format!("{}{}", exchange.origin(), exchange.head.uri.path()))?;
        let nonce = self.nonces.as_ref().map(|nonces| nonces.expected(proof, now));
        let method = exchange.head.method.as_str();
        let target = dpop::Target { method, url: &url, token: Some(token), nonce: nonce.as_deref() };
        let fresh = dpop::verify(proof, target, &self.config, now)?;
        if nonce.is_some() && nonce != self.nonces.as_ref().map(|nonces| nonces.current(now)) {
            exchange.answer_headers.extend(self.nonce(now));
        }
        Ok(fresh)
    }

    fn nonce(&self, now: u64) -> Option<(HeaderName, HeaderValue)> {
        let nonce = self.nonces.as_ref()?.current(now);
        Some((DPOP_NONCE, HeaderValue::from_str(&nonce).ok()?))
    }

    /// Asks for a proof that is right, with a nonce for it (sections 7.1 and 9).
    pub(super) fn challenge(&self, answer: &mut Answer, (realm, code, now): (&str, &'static str, u64)) {
        let algorithms: Vec<&str> = self.config.algorithms.iter().map(|algorithm| algorithm.name()).collect();
        let members = [("realm", realm), ("algs", &algorithms.join(" "))];
        if let Ok(value) = HeaderValue::from_str(&oauth::www_authenticate("DPoP", Some(code), &members)) {
            answer.headers_mut().insert(WWW_AUTHENTICATE, value);
        }
        answer.headers_mut().extend(self.nonce(now));
    }
}
