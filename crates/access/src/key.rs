//! API keys: made with a checksum, kept only as a hash, looked up without telling how near a guess came.
//!
//! A key reads `bk_live_` + id (12) + secret (32) + checksum (6), in letters and digits. The checksum tells scanners a
//! true key from a text that looks like one, and us a typing error from an attack.
mod file;
#[cfg(test)]
mod tests;

pub use file::{Created, FileError, Record, Store};

use crate::encode;
use crate::secret::{RandomError, Secret, random};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
pub(crate) const ID_LETTERS: usize = 12;
/// 32 letters of 62: 190 bits.
pub(crate) const SECRET_LETTERS: usize = 32;
const CHECK_LETTERS: usize = 6;
const PREFIX: &str = "bk";

/// Which world a key is for; a test key never opens a live door.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize, serde::Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum World {
    #[default]
    Live,
    Test,
}

impl World {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

/// A key taken apart; that it has the right form says nothing of whether it opens.
#[derive(Clone)]
pub struct Key {
    pub world: World,
    /// Names the key, in logs too.
    pub id: String,
    secret: Secret,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{PREFIX}_{}_{}…", self.world.name(), self.id)
    }
}

/// Why a key opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("not a key of ours")]
    Form,
    #[error("the key's checksum does not fit; it was cut or mistyped")]
    Checksum,
    #[error("the key `{0}` is not known")]
    Unknown(String),
    #[error("the key `{0}` is known, but its secret is another one")]
    Secret(String),
    #[error("the key `{0}` was revoked")]
    Revoked(String),
    #[error("the key `{id}` ended at {ended}")]
    Expired { id: String, ended: u64 },
    #[error("the key `{0}` is of another world (live or test)")]
    World(String),
}

impl KeyError {
    /// What the client may know.
    #[must_use]
    pub fn client_message(&self) -> &'static str {
        match self {
            Self::Form | Self::Checksum => "the key is not complete",
            _ => "the key is not valid",
        }
    }
}

/// CRC-32 (ISO-HDLC, as `zlib` has it), bit by bit: keys are short.
fn crc32(bytes: &[u8]) -> u32 {
    let mut rest = u32::MAX;
    for byte in bytes {
        rest ^= u32::from(*byte);
        for _ in 0..8 {
            rest = if rest & 1 == 1 { rest >> 1 ^ 0xedb8_8320 } else { rest >> 1 };
        }
    }
    !rest
}

/// The checksum in base 62, the most significant digit first.
fn check(text: &str) -> String {
    let mut number = crc32(text.as_bytes());
    let mut letters = [b'0'; CHECK_LETTERS];
    for letter in letters.iter_mut().rev() {
        let digit = usize::try_from(number % 62).unwrap_or(0);
        *letter = ALPHABET.get(digit).copied().unwrap_or(b'0');
        number /= 62;
    }
    letters.iter().map(|letter| char::from(*letter)).collect()
}

/// Random letters without bias: bytes above the last whole multiple of 62 are thrown away.
fn letters(count: usize) -> Result<String, RandomError> {
    let mut text = String::with_capacity(count);
    while text.len() < count {
        let bytes = random::<64>()?;
        let fair = bytes.iter().filter(|byte| **byte < 248).filter_map(|b| ALPHABET.get(usize::from(b % 62)));
        text.extend(fair.take(count - text.len()).map(|letter| char::from(*letter)));
    }
    Ok(text)
}

impl Key {
    /// Takes a key apart; a wrong checksum costs no look-up.
    pub fn read(text: &str) -> Result<Self, KeyError> {
        let rest = text.strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix('_')).ok_or(KeyError::Form)?;
        let (world, rest) = rest.split_once('_').ok_or(KeyError::Form)?;
        let world = match world {
            "live" => World::Live,
            "test" => World::Test,
            _ => return Err(KeyError::Form),
        };
        let is_form = rest.len() == ID_LETTERS + SECRET_LETTERS + CHECK_LETTERS
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_form {
            return Err(KeyError::Form);
        }
        let (body, told) = text.split_at_checked(text.len() - CHECK_LETTERS).ok_or(KeyError::Form)?;
        if check(body) != told {
            return Err(KeyError::Checksum);
        }
        let (id, rest) = rest.split_at_checked(ID_LETTERS).ok_or(KeyError::Form)?;
        let secret = rest.get(..SECRET_LETTERS).ok_or(KeyError::Form)?;
        Ok(Self { world, id: id.to_owned(), secret: Secret::new(secret) })
    }

    /// A new key. Its text is shown once and kept nowhere.
    pub fn generate(world: World) -> Result<(Self, Secret), RandomError> {
        let (id, secret) = (letters(ID_LETTERS)?, letters(SECRET_LETTERS)?);
        let body = format!("{PREFIX}_{}_{id}{secret}", world.name());
        let text = Secret::new(format!("{body}{}", check(&body)));
        Ok((Self { world, id, secret: Secret::new(secret) }, text))
    }

    /// The hash that is kept: SHA-256, or HMAC-SHA-256 with a pepper that is kept elsewhere. A slow hash would add
    /// nothing: the secret has 190 random bits.
    #[must_use]
    pub fn hash(&self, pepper: Option<&Secret>) -> String {
        let text = format!("{PREFIX}_{}_{}", self.world.name(), self.id);
        let message = zeroize::Zeroizing::new([text.as_bytes(), self.secret.expose()].concat());
        match pepper {
            None => format!("sha256:{}", encode::base64url(&encode::sha256(&message))),
            Some(pepper) => {
                let key = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, pepper.expose());
                let tag = aws_lc_rs::hmac::sign(&key, &message);
                format!("hmac-sha256:{}", encode::base64url(tag.as_ref()))
            }
        }
    }
}
