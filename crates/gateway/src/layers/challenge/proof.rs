//! Signed texts (`END.RANDOM.SIGNATURE`), which only we can have made, and proofs of work.
use aws_lc_rs::rand::SecureRandom;
use aws_lc_rs::{digest, error::Unspecified, hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Signs for a purpose and a network, until a moment in seconds since 1970-01-01.
pub(super) fn sign(key: &hmac::Key, purpose: &str, network: &str, end: u64) -> Result<String, Unspecified> {
    let front = format!("{end}.{}", random()?);
    let signature = hmac::sign(key, message(purpose, network, &front).as_bytes());
    Ok(format!("{front}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Whether it is ours, for this, and not over.
pub(super) fn verify(key: &hmac::Key, purpose: &str, network: &str, text: &str, now: u64) -> bool {
    let Some((front, signature)) = text.rsplit_once('.') else { return false };
    let Some(end) = front.split('.').next().and_then(|end| end.parse::<u64>().ok()) else { return false };
    let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
    // In constant time.
    hmac::verify(key, message(purpose, network, front).as_bytes(), &signature).is_ok() && now < end
}

fn message(purpose: &str, network: &str, front: &str) -> String {
    format!("{purpose}\n{network}\n{front}")
}

/// 128 random bits as text.
pub(super) fn random() -> Result<String, Unspecified> {
    let mut bytes = [0; 16];
    rand::SystemRandom::new().fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether the hash of challenge and nonce begins with so many zero bits.
pub(super) fn is_solved(challenge: &str, nonce: &str, bits: u8) -> bool {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(challenge.as_bytes());
    context.update(b".");
    context.update(nonce.as_bytes());
    let hash = context.finish();
    let mut zeros = 0;
    for byte in hash.as_ref() {
        zeros += byte.leading_zeros();
        if *byte != 0 {
            break;
        }
    }
    zeros >= u32::from(bits)
}
