//! Check digits and checksums, as the issuers of numbers and keys define them.
use crate::digest::double_sha256;

/// Luhn's sum (ISO/IEC 7812) over decimal digits, the check digit last.
pub(crate) fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(*digit);
            if place % 2 == 0 { digit } else { digit * 2 / 10 + digit * 2 % 10 }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The number that ASCII letters and digits spell (letters count from 10), modulo `modulus`.
pub(crate) fn alphanumeric_mod(text: impl Iterator<Item = u8>, modulus: u32) -> Option<u32> {
    let mut rest = 0;
    for byte in text {
        let digit = char::from(byte).to_digit(36)?;
        let shift = if digit > 9 { 100 } else { 10 };
        rest = (rest * shift + digit) % modulus;
    }
    Some(rest)
}

/// Digits times weights, place by place.
pub(crate) fn weighted(digits: &[u8], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| u32::from(*digit) * weight).sum()
}

/// Verhoeff's check over the dihedral group of ten elements, the check digit last.
pub(crate) fn verhoeff(digits: &[u8]) -> bool {
    let check = digits
        .iter()
        .rev()
        .enumerate()
        .fold(0, |check, (place, digit)| dihedral(check, permuted(u32::from(*digit), place % 8)));
    check == 0
}

/// The product of two elements: 0 to 4 turn, 5 to 9 flip.
fn dihedral(left: u32, right: u32) -> u32 {
    match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => (left + right - 5) % 5 + 5,
        (false, true) => (left - 5 + 5 - right) % 5 + 5,
        (false, false) => (left + 5 - right) % 5,
    }
}

/// Verhoeff's permutation, applied `times` times.
fn permuted(digit: u32, times: usize) -> u32 {
    const ONCE: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    (0..times).fold(digit, |digit, _| ONCE.get(digit as usize).copied().unwrap_or(digit))
}

/// CRC-32 (IEEE 802.3).
pub(crate) fn crc32(bytes: &[u8]) -> u32 {
    let sum = bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ if sum & 1 == 1 { 0xEDB8_8320 } else { 0 })
    });
    !sum
}

/// Whether the last six symbols are the CRC-32 of the ones before in base 62 (`0-9A-Za-z`).
pub(crate) fn ends_with_crc32_base62(body: &[u8]) -> bool {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let Some((body, sum)) = body.split_last_chunk::<6>() else { return false };
    let mut rest = crc32(body);
    sum.iter().rev().all(|symbol| {
        let expected = DIGITS.get((rest % 62) as usize);
        rest /= 62;
        expected == Some(symbol)
    })
}

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// The payload of a Base58Check text (Bitcoin), without its checksum. At most 128 symbols are read.
pub(crate) fn base58check(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() > 128 {
        return None;
    }
    // The most significant byte comes last while digits are added.
    let mut number: Vec<u8> = Vec::new();
    for symbol in text {
        let mut carry = u32::try_from(BASE58.iter().position(|digit| digit == symbol)?).ok()?;
        for byte in &mut number {
            carry += u32::from(*byte) * 58;
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry > 0 {
            number.push(carry.to_le_bytes()[0]);
        }
    }
    number.extend(text.iter().take_while(|symbol| **symbol == b'1').map(|_| 0));
    number.reverse();
    let (payload, sum) = number.split_last_chunk::<4>()?;
    double_sha256(payload).starts_with(sum).then(|| payload.to_vec())
}

/// Whether a text in small letters is bech32 (BIP 173) or bech32m (BIP 350).
pub(crate) fn bech32(text: &[u8]) -> bool {
    const SYMBOLS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    let Some(split) = text.iter().rposition(|byte| *byte == b'1') else { return false };
    let Some((prefix, data)) = text.split_at_checked(split) else { return false };
    let data = data.get(1..).unwrap_or_default();
    if prefix.is_empty() || data.len() < 6 || text.len() > 1023 {
        return false;
    }
    let high = prefix.iter().map(|byte| u32::from(byte >> 5));
    let low = prefix.iter().map(|byte| u32::from(byte & 31));
    let mut values: Vec<u32> = high.chain([0]).chain(low).collect();
    for symbol in data {
        let Some(value) = SYMBOLS.iter().position(|known| known == symbol) else { return false };
        values.push(u32::try_from(value).unwrap_or(0));
    }
    matches!(bech32_sum(&values), 1 | 0x2bc8_30a3)
}

fn bech32_sum(values: &[u32]) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.iter().fold(1, |sum, value| {
        let top = sum >> 25;
        let shifted = ((sum & 0x1ff_ffff) << 5) ^ value;
        let bits = GENERATOR.iter().enumerate().filter(|(bit, _)| (top >> bit) & 1 == 1);
        bits.fold(shifted, |sum, (_, generator)| sum ^ generator)
    })
}

/// Decodes base 64, either alphabet, padded or not; at most `max` bytes of text are read.
pub(crate) fn base64(text: &[u8], max: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text.iter().take(max) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count).to_le_bytes()[0]);
            bits &= (1 << count) - 1;
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().map(|byte| byte - b'0').collect()
    }

    #[test]
    fn check_digits_are_those_of_the_standards() {
        assert!(luhn(&digits("4111111111111111")));
        assert!(!luhn(&digits("4111111111111112")));
        assert!(verhoeff(&digits("2363")));
        assert!(!verhoeff(&digits("2364")));
        assert_eq!(alphanumeric_mod("3214282912345698765432161182".bytes(), 97), Some(1));
    }

    #[test]
    fn checksums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        // The address of the first block of Bitcoin.
        assert!(base58check(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa").is_some());
        assert!(base58check(b"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb").is_none());
        // BIP 173 and BIP 350.
        assert!(bech32(b"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"));
        assert!(bech32(b"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"));
        assert!(!bech32(b"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"));
        assert_eq!(base64(b"aGk=", 99).unwrap(), b"hi");
    }
}
