//! Numbers of digits and separators: cards, telephones, and what states call their people.
use model::Confidence;

use super::says;
use crate::checksum::{luhn, verhoeff, weighted};
use crate::engine::{Detector, Hit};
use crate::view::{At, View};

static CARD: Detector = Detector::personal("card", "a payment card", 55);
static PHONE: Detector = Detector::personal("phone", "a telephone number", 30);

/// Digits of the longest number: an account of 24 with its check digits.
const DIGITS_MAX: usize = 20;

/// A number as it is written.
#[derive(Debug)]
struct Number {
    digits: Vec<u8>,
    /// Digits between separators: 3, 2, 4.
    groups: Vec<usize>,
    separators: Vec<u8>,
    /// After the last digit.
    end: At,
}

impl Number {
    fn is_grouped(&self, groups: &[usize]) -> bool {
        self.groups == groups
    }

    fn is_plain(&self) -> bool {
        self.groups.len() == 1
    }

    /// One and the same separator between all groups.
    fn is_even(&self) -> bool {
        self.separators.windows(2).all(|pair| pair.first() == pair.last())
    }
}

/// One country's number.
struct National {
    detector: Detector,
    length: usize,
    valid: fn(&[u8]) -> bool,
    /// Groups that it is printed in; in these it needs no word before it.
    groups: &'static [usize],
    separator: &'static [u8],
    words: &'static [&'static str],
}

const fn national(
    (id, what): (&'static str, &'static str),
    length: usize,
    valid: fn(&[u8]) -> bool,
    (groups, separator): (&'static [usize], &'static [u8]),
    words: &'static [&'static str],
) -> National {
    National { detector: Detector::personal(id, what, 45), length, valid, groups, separator, words }
}

static NATIONAL: &[National] = &[
    national(
        ("us-ssn", "a US social security number"),
        9,
        ssn,
        (&[3, 2, 4], b"-. "),
        &["ssn", "social security", "ss#", "ssid"],
    ),
    national(
        ("us-itin", "a US taxpayer number"),
        9,
        itin,
        (&[3, 2, 4], b"- "),
        &["itin", "taxpayer", "tax id"],
    ),
    national(("uk-nhs", "a British health service number"), 10, nhs, (&[], b""), &["nhs", "national health"]),
    national(
        ("de-tax-id", "a German tax number"),
        11,
        german_tax,
        (&[2, 3, 3, 3], b" "),
        &["steuer", "idnr", "tax", "tin"],
    ),
    national(
        ("fr-insee", "a French social security number"),
        15,
        insee,
        (&[1, 2, 2, 2, 3, 3, 2], b" "),
        &["insee", "nir", "secu", "sécu", "social"],
    ),
    national(
        ("in-aadhaar", "an Indian Aadhaar number"),
        12,
        aadhaar,
        (&[4, 4, 4], b" -"),
        &["aadhaar", "aadhar", "uidai"],
    ),
    national(("br-cpf", "a Brazilian CPF"), 11, cpf, (&[3, 3, 3, 2], b".-"), &["cpf"]),
    national(
        ("ca-sin", "a Canadian social insurance number"),
        9,
        sin,
        (&[], b""),
        &["sin", "social insurance"],
    ),
    national(("au-tfn", "an Australian tax file number"), 9, tfn, (&[], b""), &["tfn", "tax file"]),
    national(
        ("au-medicare", "an Australian Medicare number"),
        10,
        medicare,
        (&[4, 5, 1], b" "),
        &["medicare"],
    ),
    national(
        ("nl-bsn", "a Dutch citizen number"),
        9,
        bsn,
        (&[], b""),
        &["bsn", "burgerservice", "sofinummer"],
    ),
    national(
        ("be-nrn", "a Belgian national number"),
        11,
        belgian,
        (&[2, 2, 2, 3, 2], b".-"),
        &["rijksregister", "registre national", "nrn", "insz"],
    ),
    national(("pl-pesel", "a Polish PESEL"), 11, pesel, (&[], b""), &["pesel"]),
    national(("ch-ahv", "a Swiss social security number"), 13, ahv, (&[3, 4, 4, 2], b"."), &["ahv", "avs"]),
    national(
        ("se-personnummer", "a Swedish identity number"),
        10,
        personnummer,
        (&[6, 4], b"-+"),
        &["personnummer", "personal number"],
    ),
    national(
        ("kr-rrn", "a Korean resident number"),
        13,
        rrn,
        (&[6, 7], b"-"),
        &["rrn", "resident registration"],
    ),
    national(
        ("jp-my-number", "a Japanese individual number"),
        12,
        my_number,
        (&[], b""),
        &["my number", "mynumber", "kojin"],
    ),
];

pub(super) fn verify(view: &View<'_>, at: At) -> Option<Hit> {
    if matches!(view.before(at), b'_' | b'.' | b'/' | b'=' | b'#' | b'%' | b'&')
        && view.at(at) != b'+'
        && !says(view, at, &["tel:", "phone="])
    {
        return None;
    }
    // The middle of a longer number is none of its own.
    let two = at.checked_sub(2).map_or(0, |at| view.at(at));
    if matches!(view.before(at), b'-' | b' ') && two.is_ascii_digit() && view.at(at).is_ascii_digit() {
        return None;
    }
    let number = read(view, at)?;
    let extended = view.at(number.end) == b'x' && view.at(number.end + 1).is_ascii_digit();
    if view.at(number.end).is_ascii_alphanumeric() && !extended || view.at(number.end) == b'_' {
        return None;
    }
    if view.at(at).is_ascii_digit() {
        let found = card(view, at, &number).or_else(|| people(view, at, &number));
        if found.is_some() {
            return found;
        }
    }
    phone(view, at, &number)
}

/// Digits with at most two separators between them.
fn read(view: &View<'_>, at: At) -> Option<Number> {
    let mut number = Number { digits: Vec::new(), groups: Vec::new(), separators: Vec::new(), end: at };
    let (mut place, mut group) = (at, 0);
    loop {
        let byte = view.at(place);
        if byte.is_ascii_digit() {
            if number.digits.len() == DIGITS_MAX {
                return None;
            }
            number.digits.push(byte - b'0');
            group += 1;
            place += 1;
            number.end = place;
            continue;
        }
        let separators = view.run(place, 2, |byte| matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/'));
        let first = number.digits.is_empty();
        let next = if first && byte == b'+' { place + 1 } else { separators };
        let next = if first && byte == b'+' && view.at(next) == b'(' { next + 1 } else { next };
        if !view.at(next).is_ascii_digit() || (next == place) {
            break;
        }
        if group > 0 {
            number.groups.push(group);
            number.separators.push(byte);
        }
        group = 0;
        place = next;
    }
    number.groups.push(group);
    (number.digits.len() >= 7).then_some(number)
}

/// Issuers' ranges with the lengths of their numbers (ISO/IEC 7812).
fn is_issued(digits: &[u8]) -> bool {
    let lead = digits.iter().take(4).fold(0_u32, |lead, digit| lead * 10 + u32::from(*digit));
    let length = digits.len();
    match lead {
        4000..=4999 => matches!(length, 13 | 16 | 19),
        5100..=5599 | 2221..=2720 => length == 16,
        3400..=3499 | 3700..=3799 => length == 15,
        3000..=3059 | 3600..=3699 | 3800..=3999 | 3095 => matches!(length, 14 | 16),
        3528..=3589 => (16..=19).contains(&length),
        2131 | 1800 => length == 15,
        6011 | 6440..=6599 | 6200..=6299 | 8100..=8171 => (16..=19).contains(&length),
        5000..=5099 | 5600..=5899 | 6000..=6999 => (12..=19).contains(&length),
        2200..=2204 => (16..=19).contains(&length),
        _ => false,
    }
}

fn card(view: &View<'_>, at: At, number: &Number) -> Option<Hit> {
    let shaped = number.is_plain()
        || number.is_even()
            && (number.groups.iter().rev().skip(1).all(|group| *group == 4)
                || number.is_grouped(&[4, 6, 5])
                || number.is_grouped(&[4, 6, 4]));
    let separated = number.separators.iter().all(|byte| matches!(byte, b' ' | b'-'));
    if !shaped || !separated || !luhn(&number.digits) {
        return None;
    }
    // Twelve digits with a check digit are often something else.
    let short = number.digits.len() < 15 && number.is_plain();
    let named = says(
        view,
        at,
        &["card", "credit", "visa", "master", "maestro", "amex", "pay", "charge", "cc", "pan"],
    );
    // A range that no list knows yet is believed when the text says what it is.
    let lengthy = matches!(number.digits.len(), 15 | 16) && matches!(number.digits.first(), Some(2..=6));
    if !(is_issued(&number.digits) || named && lengthy) {
        return None;
    }
    let distinct = number.digits.iter().any(|digit| Some(digit) != number.digits.first());
    let confidence = if short && !named { Confidence::Possible } else { Confidence::Certain };
    distinct.then(|| Hit::new(&CARD, at..number.end, confidence))
}

fn people(view: &View<'_>, at: At, number: &Number) -> Option<Hit> {
    NATIONAL.iter().find_map(|national| {
        if number.digits.len() != national.length || !(national.valid)(&number.digits) {
            return None;
        }
        let separated = number.separators.iter().all(|byte| national.separator.contains(byte));
        let printed = !national.groups.is_empty() && number.is_grouped(national.groups) && separated;
        let named = says(view, at, national.words);
        let confidence = if printed && named { Confidence::Certain } else { Confidence::Likely };
        (printed || named).then(|| Hit::new(&national.detector, at..number.end, confidence))
    })
}

fn value(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |value, digit| value * 10 + u64::from(*digit))
}

fn part(digits: &[u8], from: usize, to: usize) -> u64 {
    value(digits.get(from..to).unwrap_or_default())
}

fn last(digits: &[u8]) -> u32 {
    digits.last().copied().map_or(0, u32::from)
}

/// Never 000, 666 or from 900 on, and no part of zeros (SSA, since 2011).
fn ssn(digits: &[u8]) -> bool {
    let area = part(digits, 0, 3);
    !matches!(area, 0 | 666 | 900..)
        && part(digits, 3, 5) != 0
        && part(digits, 5, 9) != 0
        && !matches!(value(digits), 123_456_789 | 987_654_321 | 78_051_120 | 219_099_999)
}

fn itin(digits: &[u8]) -> bool {
    part(digits, 0, 1) == 9 && matches!(part(digits, 3, 5), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

fn nhs(digits: &[u8]) -> bool {
    let check = 11 - weighted(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    check % 11 == last(digits) && check != 10
}

/// ISO 7064 MOD 11,10; the first digit is not zero.
fn german_tax(digits: &[u8]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    let product = body.iter().fold(10_u32, |product, digit| {
        let sum = (u32::from(*digit) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    part(digits, 0, 1) != 0 && (11 - product) % 10 == u32::from(*check)
}

fn insee(digits: &[u8]) -> bool {
    let month = part(digits, 3, 5);
    matches!(part(digits, 0, 1), 1 | 2)
        && (matches!(month, 1..=12 | 20..=42 | 50..=99))
        && 97 - part(digits, 0, 13) % 97 == part(digits, 13, 15)
}

fn aadhaar(digits: &[u8]) -> bool {
    part(digits, 0, 1) >= 2 && verhoeff(digits)
}

fn cpf(digits: &[u8]) -> bool {
    let check = |sum: u32| if sum % 11 < 2 { 0 } else { 11 - sum % 11 };
    let first = check(weighted(digits.get(..9).unwrap_or_default(), &[10, 9, 8, 7, 6, 5, 4, 3, 2]));
    let second = check(weighted(digits.get(..10).unwrap_or_default(), &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]));
    let same = digits.iter().all(|digit| Some(digit) == digits.first());
    !same && part(digits, 9, 10) == u64::from(first) && part(digits, 10, 11) == u64::from(second)
}

fn sin(digits: &[u8]) -> bool {
    !matches!(part(digits, 0, 1), 0 | 8) && luhn(digits)
}

fn tfn(digits: &[u8]) -> bool {
    weighted(digits, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
}

fn medicare(digits: &[u8]) -> bool {
    matches!(part(digits, 0, 1), 2..=6)
        && u64::from(weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10) == part(digits, 8, 9)
}

/// The test by eleven: the last digit counts against the others.
fn bsn(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]);
    value(digits) != 0 && sum >= last(digits) && (sum - last(digits)).is_multiple_of(11)
}

/// 97 minus the rest; people born from 2000 on have a 2 put before.
fn belgian(digits: &[u8]) -> bool {
    let (body, check) = (part(digits, 0, 9), part(digits, 9, 11));
    97 - body % 97 == check || 97 - (2_000_000_000 + body) % 97 == check
}

fn pesel(digits: &[u8]) -> bool {
    (weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) + last(digits)).is_multiple_of(10)
}

fn ahv(digits: &[u8]) -> bool {
    part(digits, 0, 3) == 756 && weighted(digits, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

fn personnummer(digits: &[u8]) -> bool {
    matches!(part(digits, 2, 4), 1..=12) && matches!(part(digits, 4, 6), 1..=31 | 61..=91) && luhn(digits)
}

fn rrn(digits: &[u8]) -> bool {
    let check = (11 - weighted(digits, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10;
    matches!(part(digits, 2, 4), 1..=12) && check == last(digits)
}

fn my_number(digits: &[u8]) -> bool {
    let rest = weighted(digits, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    (if rest <= 1 { 0 } else { 11 - rest }) == last(digits)
}

fn phone(view: &View<'_>, at: At, number: &Number) -> Option<Hit> {
    let digits = number.digits.len();
    let international = view.at(at) == b'+' || number.digits.starts_with(&[0, 0]) && digits > 10;
    let even = number.groups.iter().all(|group| (1..=8).contains(group));
    let dots_only = number.separators.iter().all(|byte| *byte == b'.');
    let named = says(
        view,
        at,
        &[
            "phone",
            "tel",
            "mobile",
            "cell",
            "fax",
            "call",
            "reach",
            "contact",
            "number",
            "sms",
            "dial",
            "desk",
            "office",
            "answering",
            "message",
            "text me",
            "ring",
        ],
    );
    // A slash stands in dates, and licences are numbers, too.
    let dated = number.separators.contains(&b'/') && !international;
    let trunk = matches!(number.digits.as_slice(), [0, 1..=9, ..])
        && number.groups.len() >= 3
        && (9..=11).contains(&digits);
    let nanp = matches!(number.groups.as_slice(), [3, 3, 4] | [1, 3, 3, 4])
        && number.separators.iter().any(|byte| matches!(byte, b'-' | b')' | b' ') || dots_only);
    let fits = (7..=15).contains(&digits)
        && !dated
        && (international && even && digits >= 8
            || nanp
            || trunk && number.is_even()
            || named && even && digits >= 7 && !dots_only
            || view.at(at) == b'(' && digits >= 9);
    let start = at;
    let confidence = if international || named { Confidence::Likely } else { Confidence::Possible };
    fits.then(|| Hit::new(&PHONE, start..number.end, confidence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_of_states_are_computed() {
        let digits = |text: &str| -> Vec<u8> {
            text.bytes().filter(u8::is_ascii_digit).map(|byte| byte - b'0').collect()
        };
        // Numbers that the issuing bodies print as examples.
        type Valid = fn(&[u8]) -> bool;
        let cases: &[(Valid, &str, &str)] = &[
            (nhs, "943 476 5919", "943 476 5918"),
            (german_tax, "86095742719", "86095742718"),
            (insee, "2 55 08 14 168 025 38", "2 55 08 14 168 025 39"),
            (cpf, "529.982.247-25", "529.982.247-24"),
            (sin, "130 692 544", "130 692 545"),
            (bsn, "111222333", "111222334"),
            (ahv, "756.9217.0769.85", "756.9217.0769.84"),
            (pesel, "44051401359", "44051401358"),
            (belgian, "85.07.30-033 28", "85.07.30-033 29"),
        ];
        for (valid, right, wrong) in cases {
            assert!(valid(&digits(right)), "{right}");
            assert!(!valid(&digits(wrong)), "{wrong}");
        }
    }
}
