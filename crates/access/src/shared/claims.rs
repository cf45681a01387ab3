//! Who asks for a budget: kept behind it in its entry, so that what is scarce is divided by those who want it.
use std::time::Duration;

/// Most gateways told apart in one entry.
const CLAIMS_MAX: usize = 64;
/// Bytes of one claim: who (8), when (8, milliseconds since 1970-01-01).
const CLAIM_BYTES: usize = 16;
/// Before the claims: their count.
const HEAD_BYTES: usize = 1;

/// Gateways that asked lately, with their last moments in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Claims(Vec<(u64, u64)>);

impl Claims {
    /// Splits an entry into its budget's bytes and the claims: the last byte is their count.
    pub(super) fn split(bytes: &[u8]) -> Option<(&[u8], Self)> {
        let (count, rest) = bytes.split_last()?;
        let at = rest.len().checked_sub(usize::from(*count) * CLAIM_BYTES)?;
        let (budget, claims) = rest.split_at_checked(at)?;
        let (claims, _) = claims.as_chunks::<CLAIM_BYTES>();
        let claim = |bytes: &[u8; CLAIM_BYTES]| {
            let both = u128::from_be_bytes(*bytes);
            // The upper and the lower half.
            (u64::try_from(both >> 64).unwrap_or(0), u64::try_from(both & u128::from(u64::MAX)).unwrap_or(0))
        };
        Some((budget, Self(claims.iter().map(claim).collect())))
    }

    pub(super) fn join(&self, mut budget: Vec<u8>) -> Vec<u8> {
        budget.reserve(self.0.len() * CLAIM_BYTES + HEAD_BYTES);
        for (who, when) in &self.0 {
            budget.extend_from_slice(&who.to_be_bytes());
            budget.extend_from_slice(&when.to_be_bytes());
        }
        budget.push(u8::try_from(self.0.len()).unwrap_or(0));
        budget
    }

    /// Notes that somebody asks; who has not asked for a `window` is forgotten. Whether it is worth writing: others
    /// did not know, or will soon forget.
    pub(super) fn note(&mut self, who: u64, now: Duration, window: Duration) -> bool {
        let now = millis(now);
        let window = millis(window);
        self.0.retain(|(_, when)| when.saturating_add(window) > now);
        if let Some((_, when)) = self.0.iter_mut().find(|(one, _)| *one == who) {
            let is_old = when.saturating_add(window / 2) < now;
            *when = now.max(*when);
            return is_old;
        }
        if self.0.len() < CLAIMS_MAX {
            self.0.push((who, now));
        }
        true
    }

    /// How many share what is left; at least 1.
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX).max(1)
    }
}

fn millis(moment: Duration) -> u64 {
    u64::try_from(moment.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_come_back_and_are_forgotten() {
        let second = Duration::from_secs(1);
        let mut claims = Claims::default();
        assert!(claims.note(7, second, second * 10));
        assert!(!claims.note(7, second * 2, second * 10), "nothing new");
        assert!(claims.note(u64::MAX, second * 2, second * 10));
        let bytes = claims.join(vec![1, 2, 3]);
        let (budget, read) = Claims::split(&bytes).unwrap();
        assert_eq!((budget, &read), ([1, 2, 3].as_slice(), &claims));
        assert_eq!(read.count(), 2);
        assert!(claims.note(7, second * 12, second * 10));
        assert_eq!(claims.count(), 1);
        assert_eq!(Claims::split(&[]), None);
        assert_eq!(Claims::split(&[0, 9]), None);
        for who in 0..1_000 {
            claims.note(who, second * 12, second * 10);
        }
        assert_eq!(claims.count(), 64);
        assert_eq!(Claims::split(&claims.join(Vec::new())).unwrap().1, claims);
    }
}
