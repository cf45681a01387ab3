//! Numbers that hold letters: accounts, identity cards, tax codes, addresses of crypto currencies.
use model::Confidence;

use super::says;
use crate::checksum::{alphanumeric_mod, base58check, bech32, weighted};
use crate::engine::{Detector, Hit};
use crate::view::{At, View};

static IBAN: Detector = Detector::personal("iban", "a bank account (IBAN)", 60);
static NINO: Detector = Detector::personal("uk-nino", "a British national insurance number", 50);
static DNI: Detector = Detector::personal("es-dni", "a Spanish identity number", 50);
static NIE: Detector = Detector::personal("es-nie", "a Spanish foreigner's number", 50);
static CODICE: Detector = Detector::personal("it-fiscal-code", "an Italian fiscal code", 50);
static PAN: Detector = Detector::personal("in-pan", "an Indian tax number (PAN)", 45);
static NRIC: Detector = Detector::personal("sg-nric", "a Singaporean identity number", 45);
static HETU: Detector = Detector::personal("fi-hetu", "a Finnish identity code", 45);
static CRYPTO: Detector = Detector::personal("crypto-address", "an address of a crypto currency", 50);

/// Length of an IBAN by country (ISO 13616 registry).
const IBAN_LENGTHS: &[(&[u8; 2], usize)] = &[
    (b"AD", 24),
    (b"AE", 23),
    (b"AL", 28),
    (b"AT", 20),
    (b"AZ", 28),
    (b"BA", 20),
    (b"BE", 16),
    (b"BG", 22),
    (b"BH", 22),
    (b"BI", 27),
    (b"BR", 29),
    (b"BY", 28),
    (b"CH", 21),
    (b"CR", 22),
    (b"CY", 28),
    (b"CZ", 24),
    (b"DE", 22),
    (b"DJ", 27),
    (b"DK", 18),
    (b"DO", 28),
    (b"EE", 20),
    (b"EG", 29),
    (b"ES", 24),
    (b"FI", 18),
    (b"FK", 18),
    (b"FO", 18),
    (b"FR", 27),
    (b"GB", 22),
    (b"GE", 22),
    (b"GI", 23),
    (b"GL", 18),
    (b"GR", 27),
    (b"GT", 28),
    (b"HR", 21),
    (b"HU", 28),
    (b"IE", 22),
    (b"IL", 23),
    (b"IQ", 23),
    (b"IS", 26),
    (b"IT", 27),
    (b"JO", 30),
    (b"KW", 30),
    (b"KZ", 20),
    (b"LB", 28),
    (b"LC", 32),
    (b"LI", 21),
    (b"LT", 20),
    (b"LU", 20),
    (b"LV", 21),
    (b"LY", 25),
    (b"MC", 27),
    (b"MD", 24),
    (b"ME", 22),
    (b"MK", 19),
    (b"MN", 20),
    (b"MR", 27),
    (b"MT", 31),
    (b"MU", 30),
    (b"NI", 28),
    (b"NL", 18),
    (b"NO", 15),
    (b"OM", 23),
    (b"PK", 24),
    (b"PL", 28),
    (b"PS", 29),
    (b"PT", 25),
    (b"QA", 29),
    (b"RO", 24),
    (b"RS", 22),
    (b"RU", 33),
    (b"SA", 24),
    (b"SC", 31),
    (b"SD", 18),
    (b"SE", 24),
    (b"SI", 19),
    (b"SK", 24),
    (b"SM", 27),
    (b"SO", 23),
    (b"ST", 25),
    (b"SV", 28),
    (b"TL", 23),
    (b"TN", 24),
    (b"TR", 26),
    (b"UA", 29),
    (b"VA", 22),
    (b"VG", 24),
    (b"XK", 20),
    (b"YE", 30),
];

pub(super) fn verify(view: &View<'_>, at: At) -> Option<Hit> {
    if matches!(view.before(at), b'_' | b'/' | b'+' | b'=') {
        return None;
    }
    iban(view, at).or_else(|| word(view, at)).or_else(|| nino(view, at))
}

/// An IBAN, together or in groups of four; in small letters only together.
fn iban(view: &View<'_>, at: At) -> Option<Hit> {
    let written: &[u8; 2] = view.slice(at..at + 2).try_into().ok()?;
    let small = written.iter().all(u8::is_ascii_lowercase);
    let country = written.to_ascii_uppercase();
    let digits = view.at(at + 2).is_ascii_digit() && view.at(at + 3).is_ascii_digit();
    let (_, length) = IBAN_LENGTHS.iter().find(|(known, _)| digits && known.as_slice() == country)?;
    let mut symbols = Vec::with_capacity(*length);
    let mut end = at;
    while symbols.len() < *length {
        let byte = view.at(end);
        match byte {
            b'A'..=b'Z' | b'0'..=b'9' => symbols.push(byte),
            b'a'..=b'z' if small => symbols.push(byte.to_ascii_uppercase()),
            b' ' | b'-'
                if !small && symbols.len().is_multiple_of(4) && view.before(end).is_ascii_alphanumeric() => {}
            _ => return None,
        }
        end += 1;
    }
    if view.at(end).is_ascii_alphanumeric() {
        return None;
    }
    let (head, rest) = symbols.split_at_checked(4)?;
    let sum = alphanumeric_mod(rest.iter().chain(head).copied(), 97)?;
    (sum == 1).then(|| Hit { public: 2, ..Hit::new(&IBAN, at..end, Confidence::Certain) })
}

/// Codes of one word.
fn word(view: &View<'_>, at: At) -> Option<Hit> {
    let end = view.run(at, 100, |byte| byte.is_ascii_alphanumeric());
    let text = view.slice(at..end);
    if view.at(end) == b'_' {
        return None;
    }
    let hit = |detector: &'static Detector, confidence| Some(Hit::new(detector, at..end, confidence));
    match text.len() {
        9 if is_dni(text) => hit(&DNI, Confidence::Likely),
        9 if is_nie(text) => hit(&NIE, Confidence::Likely),
        9 if is_nric(text) => hit(&NRIC, Confidence::Likely),
        10 if is_pan(text) && says(view, at, &["pan", "permanent account", "income tax"]) => {
            hit(&PAN, Confidence::Likely)
        }
        16 if is_codice(text) => hit(&CODICE, Confidence::Certain),
        26..=35
            if matches!(text.first(), Some(b'1' | b'3'))
                && base58check(text).is_some_and(|payload| payload.len() == 21) =>
        {
            hit(&CRYPTO, Confidence::Certain)
        }
        14..=90 if text.starts_with(b"bc1") && bech32(text) => hit(&CRYPTO, Confidence::Certain),
        6 => hetu(view, at, end),
        8 => dashed_dni(view, at, end),
        _ => None,
    }
}

fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// The letter of a Spanish number is its rest by 23.
fn spanish_letter(number: u32) -> Option<u8> {
    b"TRWAGMYFPDXBNJZSQVHLCKE".get((number % 23) as usize).copied()
}

fn is_dni(text: &[u8]) -> bool {
    let Some((letter, digits)) = text.split_last() else { return false };
    digits.iter().all(u8::is_ascii_digit) && number(digits).and_then(spanish_letter) == Some(*letter)
}

/// `12345678-Z`.
fn dashed_dni(view: &View<'_>, at: At, end: At) -> Option<Hit> {
    let digits = view.slice(at..end);
    let fits = digits.iter().all(u8::is_ascii_digit)
        && view.at(end) == b'-'
        && number(digits).and_then(spanish_letter) == Some(view.at(end + 1))
        && !view.at(end + 2).is_ascii_alphanumeric();
    fits.then(|| Hit::new(&DNI, at..end + 2, Confidence::Likely))
}

fn is_nie(text: &[u8]) -> bool {
    let &[first, ref digits @ .., letter] = text else { return false };
    let Some(lead) = b"XYZ".iter().position(|known| *known == first) else { return false };
    let lead = u32::try_from(lead).unwrap_or(0) * 10_000_000;
    digits.iter().all(u8::is_ascii_digit)
        && number(digits).and_then(|number| spanish_letter(lead + number)) == Some(letter)
}

/// Singapore: weights 2 7 6 5 4 3 2, a letter for the rest by 11.
fn is_nric(text: &[u8]) -> bool {
    let &[first, ref digits @ .., letter] = text else { return false };
    let values: Vec<u8> = digits.iter().map(|byte| byte.wrapping_sub(b'0')).collect();
    let (letters, lead): (&[u8; 11], u32) = match first {
        b'S' => (b"JZIHGFEDCBA", 0),
        b'T' => (b"JZIHGFEDCBA", 4),
        b'F' => (b"XWUTRQPNMLK", 0),
        b'G' => (b"XWUTRQPNMLK", 4),
        _ => return false,
    };
    let sum = weighted(&values, &[2, 7, 6, 5, 4, 3, 2]).wrapping_add(lead);
    digits.iter().all(u8::is_ascii_digit) && letters.get((sum % 11) as usize) == Some(&letter)
}

fn is_pan(text: &[u8]) -> bool {
    text.iter().enumerate().all(|(place, byte)| match place {
        3 => b"ABCFGHLJPT".contains(byte),
        5..=8 => byte.is_ascii_digit(),
        _ => byte.is_ascii_uppercase(),
    })
}

/// Values of symbols at odd places of an Italian code, 0 to 9 and A to Z.
const CODICE_ODD: [u32; 26] =
    [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];

fn is_codice(text: &[u8]) -> bool {
    let letters = |place: usize| matches!(place, 0..=5 | 8 | 11 | 15);
    let shaped = text.iter().enumerate().all(|(place, byte)| {
        if letters(place) {
            byte.is_ascii_uppercase()
        } else {
            byte.is_ascii_digit() || b"LMNPQRSTUV".contains(byte)
        }
    });
    let Some((check, body)) = text.split_last() else { return false };
    let value = |byte: u8| {
        if byte.is_ascii_digit() { usize::from(byte - b'0') } else { usize::from(byte.wrapping_sub(b'A')) }
    };
    let sum: u32 = body
        .iter()
        .enumerate()
        .map(|(place, byte)| {
            let value = value(*byte);
            // The first place is odd.
            if place % 2 == 0 {
                CODICE_ODD.get(value).copied().unwrap_or(0)
            } else {
                u32::try_from(value).unwrap_or(0)
            }
        })
        .sum();
    shaped && u32::from(check.wrapping_sub(b'A')) == sum % 26
}

/// Finland: birthday, sign of the century, three digits, a symbol for the rest by 31.
fn hetu(view: &View<'_>, at: At, end: At) -> Option<Hit> {
    let rest = view.slice(end + 1..end + 5);
    let digits = [view.slice(at..end), rest.get(..3)?].concat();
    if view.at(end) != b'-'
        || !digits.iter().all(u8::is_ascii_digit)
        || view.at(end + 5).is_ascii_alphanumeric()
    {
        return None;
    }
    let expected = b"0123456789ABCDEFHJKLMNPRSTUVWXY".get((number(&digits)? % 31) as usize);
    (expected == rest.get(3)).then(|| Hit::new(&HETU, at..end + 5, Confidence::Likely))
}

/// `QQ 12 34 56 C`, together or in pairs.
fn nino(view: &View<'_>, at: At) -> Option<Hit> {
    if !view.at(at).is_ascii_uppercase() {
        return None;
    }
    let mut symbols = Vec::with_capacity(9);
    let mut end = at;
    while symbols.len() < 9 {
        match view.at(end) {
            byte @ (b'A'..=b'Z' | b'0'..=b'9') => symbols.push(byte),
            b' ' | b'-' if view.before(end) != b' ' && !symbols.is_empty() => {}
            _ => return None,
        }
        end += 1;
    }
    let &[first, second, ref digits @ .., last] = symbols.as_slice() else { return None };
    let pair = [first, second];
    let refused = b"DFIQUV".contains(&first)
        || b"DFIQUVO".contains(&second)
        || [b"BG", b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ"].iter().any(|known| **known == pair);
    let fits =
        first.is_ascii_uppercase() && second.is_ascii_uppercase() && digits.iter().all(u8::is_ascii_digit);
    let fits = fits && (b'A'..=b'D').contains(&last) && !refused && !view.at(end).is_ascii_alphanumeric();
    fits.then(|| Hit::new(&NINO, at..end, Confidence::Likely))
}
