//! Numbers as ModSecurity reads and writes them.

/// Reads like C's `atoll`: white space, a sign, digits; 0 when there are none; the largest number when there are too many.
pub(super) fn parse(text: &[u8]) -> i64 {
    let mut rest = text.trim_ascii_start();
    let negative = match rest.split_first() {
        Some((b'-', tail)) => {
            rest = tail;
            true
        }
        Some((b'+', tail)) => {
            rest = tail;
            false
        }
        _ => false,
    };
    let mut number = 0_i64;
    for byte in rest {
        if !byte.is_ascii_digit() {
            break;
        }
        let digit = i64::from(byte - b'0');
        number = number.saturating_mul(10).saturating_add(digit);
    }
    if negative { -number } else { number }
}

/// Reads like C++'s `stoi` with 0 for every error: as [`parse`], and 0 when it does not fit in 32 bits.
pub(super) fn parse_small(text: &[u8]) -> i64 {
    small(parse(text))
}

/// A number of 32 bits, and 0 for every other.
pub(super) fn small(number: i64) -> i64 {
    if i32::try_from(number).is_ok() { number } else { 0 }
}

/// Writes a number in decimal into the end of `digits`, and gives what was written.
pub(super) fn format(number: i64, digits: &mut [u8; 20]) -> &[u8] {
    let mut rest = number.unsigned_abs();
    let mut start = digits.len();
    loop {
        start -= 1;
        let digit = u8::try_from(rest % 10).unwrap_or(0);
        if let Some(place) = digits.get_mut(start) {
            *place = b'0' + digit;
        }
        rest /= 10;
        if rest == 0 || start == 1 {
            break;
        }
    }
    if number < 0 && start > 0 {
        start -= 1;
        if let Some(place) = digits.get_mut(start) {
            *place = b'-';
        }
    }
    digits.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{format, parse, parse_small};

    #[test]
    fn numbers_read_like_c() {
        for (text, number) in
            [("", 0), ("12", 12), (" -7x", -7), ("+3", 3), ("abc", 0), ("99999999999999999999", i64::MAX)]
        {
            assert_eq!(parse(text.as_bytes()), number, "{text}");
        }
        assert_eq!(parse_small(b"3000000000"), 0);
    }

    #[test]
    fn numbers_are_written_in_decimal() {
        for number in [0, 7, -1, 1234, 1_700_000_000_000_000, -99] {
            assert_eq!(format(number, &mut [0; 20]), number.to_string().as_bytes());
        }
    }
}
