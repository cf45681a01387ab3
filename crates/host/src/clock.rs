//! The moment, and numbers that nobody can guess: the only place that asks the machine for them.
use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970 (UTC).
#[expect(clippy::disallowed_methods, reason = "the host runs in real time; everything else takes the moment")]
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Bytes that nobody can guess.
///
/// INVARIANT: a system without randomness gives nothing that is used: the identifiers then are all zero and collide,
/// which every table here refuses.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if aws_lc_rs::rand::fill(&mut bytes).is_err() {
        bytes = [0; N];
    }
    bytes
}

/// A version 4 UUID.
pub(crate) fn uuid() -> String {
    uuid_of(random::<16>())
}

/// A UUID with the marks of version 4, of these bytes.
pub(crate) fn uuid_of(mut bytes: [u8; 16]) -> String {
    if let Some(byte) = bytes.get_mut(6) {
        *byte = (*byte & 0x0f) | 0x40;
    }
    if let Some(byte) = bytes.get_mut(8) {
        *byte = (*byte & 0x3f) | 0x80;
    }
    let mut text = hex(&bytes);
    for at in [20, 16, 12, 8] {
        text.insert(at, '-');
    }
    text
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// A part of a moment: year, month, day, hour, minute, second, weekday (0: Sunday).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: u32,
    pub(crate) day: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
    pub(crate) weekday: u32,
}

/// The calendar's words for a moment in milliseconds (UTC). The algorithm is Howard Hinnant's `civil_from_days`.
pub(crate) fn civil(ms: u64) -> Civil {
    let seconds = i64::try_from(ms / 1000).unwrap_or(0);
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let small = |number: i64| u32::try_from(number).unwrap_or(0);
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month: small(month),
        day: small(of_year - (153 * shifted_month + 2) / 5 + 1),
        hour: small(rest / 3600),
        minute: small(rest % 3600 / 60),
        second: small(rest % 60),
        weekday: small((days + 4).rem_euclid(7)),
    }
}

/// `2026-11-22T17:00:00.123Z`.
pub(crate) fn iso(ms: u64) -> String {
    let at = civil(ms);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        at.year,
        at.month,
        at.day,
        at.hour,
        at.minute,
        at.second,
        ms % 1000
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_in_the_calendars_words() {
        assert_eq!(iso(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(iso(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(iso(1_795_366_549_001), "2026-11-22T16:55:49.001Z");
        assert_eq!(civil(1_795_366_549_001).weekday, 0);
    }

    #[test]
    fn identifiers_have_the_form_of_uuids_and_differ() {
        let (one, two) = (uuid(), uuid());
        assert_eq!(one.len(), 36);
        assert_eq!(one.as_bytes()[14], b'4');
        assert_ne!(one, two);
    }
}
