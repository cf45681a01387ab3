//! Why a token is refused: everything for the operator, little for the client.
use super::algorithm::Algorithm;
use crate::json::JsonError;

/// Why a token is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    #[error("the token has {bytes} bytes; {bytes_max} is the most")]
    TooLarge { bytes: usize, bytes_max: usize },
    #[error("the token has {0} parts; a signed token has three")]
    Parts(usize),
    #[error("the token is encrypted (JWE); have the issuer send signed tokens")]
    Encrypted,
    #[error("the token's {0} is not base64url without padding")]
    Base64(&'static str),
    #[error("the token's {part}: {error}")]
    Json { part: &'static str, error: JsonError },
    #[error("the token is not signed (`alg` is `none`)")]
    None,
    #[error("the token's `alg` `{0}` is not one that we take")]
    AlgorithmUnknown(String),
    #[error("the token's `alg` `{0}` is not among the issuer's `algorithms`")]
    AlgorithmNotPinned(String),
    #[error("the token's header carries `{0}`, which could choose how it is verified")]
    HeaderMember(&'static str),
    #[error("the token's header member `{0}` is malformed")]
    HeaderMalformed(&'static str),
    #[error("the token's `typ` is `{0}`, which is not among the issuer's `types`")]
    Type(String),
    /// The only error after which keys may be fetched again.
    #[error("the issuer has no key {}", .0.as_ref().map_or("that fits".to_owned(), |kid| format!("named `{kid}`")))]
    UnknownKey(Option<String>),
    #[error("the issuer's key `{kid}` is not for {algorithm}")]
    KeyNotForAlgorithm { kid: String, algorithm: Algorithm },
    #[error("the signature does not fit")]
    Signature,
    #[error("the claim `{0}` is missing")]
    Missing(String),
    #[error("the claim `{0}` is malformed")]
    Claim(String),
    #[error("the issuer is `{0}`")]
    Issuer(String),
    #[error("the audience is {0}")]
    Audience(String),
    #[error("the token expired at {expired} (now {now})")]
    Expired { expired: u64, now: u64 },
    #[error("the token is for later: from {from} (now {now})")]
    Early { from: u64, now: u64 },
    #[error("the token was issued at {issued}, longer ago than `age-seconds-max`")]
    TooOld { issued: u64 },
    #[error("the token is bound by `cnf` member `{0}`, which we cannot check")]
    Confirmation(String),
    #[error("the token is bound to a {0}, and the request proves none")]
    ProofMissing(&'static str),
    #[error("the token is bound to another {0}")]
    ProofOfAnother(&'static str),
    #[error("the token is not bound to a key, as the issuer's `binding` asks")]
    NotBound,
}

impl JwtError {
    /// What the client may know: nothing of keys, issuers or how near it came.
    #[must_use]
    pub fn client_message(&self) -> &'static str {
        match self {
            Self::Expired { .. } | Self::TooOld { .. } => "the token expired",
            Self::Early { .. } => "the token is not valid yet",
            Self::ProofMissing(_) | Self::ProofOfAnother(_) | Self::NotBound => {
                "the token asks for a proof of possession"
            }
            _ => "the token is not valid",
        }
    }
}
