//! Keyed hashes: the same secret in two places is known again, and cannot be guessed from the hash.
use sha2::{Digest as _, Sha256};

const BLOCK_BYTES: usize = 64;
/// Bytes of a hash that are kept: enough to tell secrets apart, too few to be of other use.
const KEPT_BYTES: usize = 16;

/// The caller's key of the hashes. Its value is never shown.
#[derive(Clone)]
pub struct HashKey([u8; BLOCK_BYTES]);

impl std::fmt::Debug for HashKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashKey(..)")
    }
}

impl HashKey {
    /// A key of any length, as HMAC takes it.
    #[must_use]
    pub fn new(key: &[u8]) -> Self {
        let mut block = [0; BLOCK_BYTES];
        let hashed = Sha256::digest(key);
        let key: &[u8] = if key.len() > BLOCK_BYTES { &hashed } else { key };
        for (to, from) in block.iter_mut().zip(key) {
            *to = *from;
        }
        Self(block)
    }

    /// The first half of HMAC-SHA256 (RFC 2104) in hexadecimal.
    #[must_use]
    pub fn hash(&self, value: &[u8]) -> String {
        let hex: Vec<String> =
            self.hmac(value).iter().take(KEPT_BYTES).map(|byte| format!("{byte:02x}")).collect();
        hex.concat()
    }

    fn hmac(&self, value: &[u8]) -> [u8; 32] {
        let inner = Sha256::new().chain_update(self.0.map(|byte| byte ^ 0x36)).chain_update(value).finalize();
        let outer = Sha256::new().chain_update(self.0.map(|byte| byte ^ 0x5c)).chain_update(inner);
        outer.finalize().into()
    }
}

/// SHA-256 twice, the checksum of addresses.
pub(crate) fn double_sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(Sha256::digest(bytes)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_hmac_sha256() {
        // RFC 4231, test cases 2 and 6.
        let hash = HashKey::new(b"Jefe").hash(b"what do ya want for nothing?");
        assert_eq!(hash, "5bdcc146bf60754e6a042426089575c7");
        let hash = HashKey::new(&[0xaa; 131]).hash(b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(hash, "60e431591ee0b67f0d8a26aacbf5b77f");
    }

    #[test]
    fn a_key_is_never_shown() {
        assert_eq!(format!("{:?}", HashKey::new(b"abc")), "HashKey(..)");
    }
}
