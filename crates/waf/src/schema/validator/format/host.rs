//! Names of hosts, and addresses of mail.
use regex_syntax::hir::{Class, HirKind};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::OnceLock;

/// RFC 1034 and 1123.
pub(super) fn is_ascii_host(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

/// The same, where `xn--` begins a label of other letters (RFC 5891).
pub(super) fn is_host(text: &str) -> bool {
    is_ascii_host(text)
        && text.split('.').all(|label| match (label.get(2..4), label.strip_prefix("xn--")) {
            (_, Some(encoded)) => decoded(encoded).is_some_and(|letters| is_label(&letters)),
            (Some("--"), None) => false,
            _ => true,
        })
}

/// RFC 3492, section 6.2.
fn decoded(encoded: &str) -> Option<Vec<char>> {
    let (basic, extended) = match encoded.rfind('-') {
        Some(at) if at > 0 => (encoded.get(..at)?, encoded.get(at + 1..)?),
        _ => ("", encoded),
    };
    let mut out: Vec<char> = basic.chars().collect();
    let (mut code, mut index, mut bias) = (128_u32, 0_u32, 72_u32);
    let mut digits = extended.bytes();
    while digits.len() > 0 {
        let (before, mut weight, mut base) = (index, 1_u32, 36_u32);
        loop {
            let digit = match digits.next()? {
                digit @ b'0'..=b'9' => u32::from(digit - b'0') + 26,
                letter => {
                    u32::from(letter.to_ascii_lowercase().checked_sub(b'a').filter(|letter| *letter < 26)?)
                }
            };
            index = index.checked_add(digit.checked_mul(weight)?)?;
            let least = base.saturating_sub(bias).clamp(1, 26);
            if digit < least {
                break;
            }
            weight = weight.checked_mul(36 - least)?;
            base = base.checked_add(36)?;
        }
        let count = u32::try_from(out.len()).ok()?.checked_add(1)?;
        bias = adapted(index - before, count, before == 0);
        code = code.checked_add(index / count)?;
        index %= count;
        out.insert(index as usize, char::from_u32(code)?);
        index += 1;
    }
    Some(out)
}

/// Section 6.1.
fn adapted(delta: u32, count: u32, is_first: bool) -> u32 {
    let mut delta = delta / if is_first { 700 } else { 2 };
    delta += delta / count;
    let mut base = 0;
    while delta > 455 {
        delta /= 35;
        base += 36;
    }
    base + 36 * delta / (delta + 38)
}

/// A class of letters by its pattern.
fn is_in(cell: &OnceLock<Vec<(char, char)>>, pattern: &str, letter: char) -> bool {
    let ranges = cell.get_or_init(|| {
        let read = regex_syntax::Parser::new().parse(pattern).map(|hir| hir.into_kind());
        let Ok(HirKind::Class(Class::Unicode(class))) = read else { return Vec::new() };
        class.ranges().iter().map(|range| (range.start(), range.end())).collect()
    });
    let place = ranges.partition_point(|(_, last)| *last < letter);
    ranges.get(place).is_some_and(|(first, _)| *first <= letter)
}

fn is_mark(letter: char) -> bool {
    static MARKS: OnceLock<Vec<(char, char)>> = OnceLock::new();
    is_in(&MARKS, r"\p{M}", letter)
}

/// Letters, marks and digits, from which RFC 5892 derives what a label may have.
fn is_letter(letter: char) -> bool {
    static LETTERS: OnceLock<Vec<(char, char)>> = OnceLock::new();
    is_in(&LETTERS, r"[\p{L}\p{Mn}\p{Mc}\p{Nd}]", letter)
}

/// Signs behind which two letters join (canonical combining class 9).
const VIRAMAS: &str = "\u{94D}\u{9CD}\u{A4D}\u{ACD}\u{B4D}\u{BCD}\u{C4D}\u{CCD}\u{D3B}\u{D3C}\u{D4D}\u{DCA}\u{E3A}\u{EBA}\u{F84}\u{1039}\u{103A}\u{1714}\u{1734}\u{17D2}\u{1A60}\u{1B44}\u{1BAA}\u{1BAB}\u{1BF2}\u{1BF3}\u{2D7F}\u{A806}\u{A8C4}\u{A953}\u{A9C0}\u{AAF6}\u{ABED}\u{10A3F}\u{11046}\u{1107F}\u{110B9}\u{11133}\u{11134}\u{111C0}\u{11235}\u{112EA}\u{1134D}\u{11442}\u{114C2}\u{115BF}\u{1163F}\u{116B6}\u{1172B}\u{11839}\u{119E0}\u{11A34}\u{11A47}\u{11A99}\u{11C3F}\u{11D44}\u{11D45}\u{11D97}";

/// What RFC 5892 says of letters by their category and context.
fn is_label(letters: &[char]) -> bool {
    let has = |from: char, to: char| letters.iter().any(|letter| (from..=to).contains(letter));
    let has_kana =
        || has('\u{3041}', '\u{30FA}') || has('\u{30FC}', '\u{30FF}') || has('\u{4E00}', '\u{9FFF}');
    let is_good = |(at, letter): (usize, &char)| {
        let before = at.checked_sub(1).and_then(|at| letters.get(at)).copied().unwrap_or_default();
        let after = letters.get(at + 1).copied().unwrap_or_default();
        match letter {
            '\u{200D}' => VIRAMAS.contains(before),
            '\u{B7}' => before == 'l' && after == 'l',
            '\u{375}' => ('\u{370}'..='\u{3FF}').contains(&after),
            '\u{5F3}' | '\u{5F4}' => ('\u{590}'..='\u{5FF}').contains(&before),
            '\u{30FB}' => has_kana(),
            '\u{640}' | '\u{7FA}' | '\u{302E}' | '\u{302F}' | '\u{3031}'..='\u{3035}' | '\u{303B}' => false,
            '\u{200C}' | '\u{6FD}' | '\u{6FE}' | '\u{F0B}' | '\u{3007}' => true,
            letter => letter.is_ascii() || is_letter(*letter),
        }
    };
    let has_both_digits = has('\u{660}', '\u{669}') && has('\u{6F0}', '\u{6F9}');
    let is_begun = letters.first().is_none_or(|first| !is_mark(*first));
    is_begun && !has_both_digits && letters.iter().enumerate().all(is_good)
}

/// RFC 5321, section 4.1.2.
pub(super) fn is_mail(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_local = match local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => is_quoted(quoted),
        None => local.split('.').all(|part| !part.is_empty() && part.bytes().all(is_atom)),
    };
    local.len() <= 64 && is_local && is_domain(domain)
}

fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte)
}

fn is_quoted(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_good = match byte {
            b'\\' => bytes.next().is_some_and(|next| (b' '..=b'~').contains(&next)),
            b'"' => false,
            byte => (b' '..=b'~').contains(&byte),
        };
        if !is_good {
            return false;
        }
    }
    true
}

fn is_domain(domain: &str) -> bool {
    let Some(address) = domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) else {
        return is_host(domain);
    };
    match address.split_at_checked("IPv6:".len()) {
        Some((tag, address)) if tag.eq_ignore_ascii_case("IPv6:") => address.parse::<Ipv6Addr>().is_ok(),
        _ => address.parse::<Ipv4Addr>().is_ok(),
    }
}
