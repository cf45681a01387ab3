//! MD5 (RFC 1321) and SHA-1 (RFC 3174), for rules that name them. Nothing here protects anything.
use md5::{Digest, Md5};
use sha1::Sha1;

/// 16 bytes.
pub(super) fn md5(value: &[u8], out: &mut Vec<u8>) -> bool {
    out.extend_from_slice(&Md5::digest(value));
    out.as_slice() != value
}

/// 20 bytes.
pub(super) fn sha1(value: &[u8], out: &mut Vec<u8>) -> bool {
    out.extend_from_slice(&Sha1::digest(value));
    out.as_slice() != value
}
