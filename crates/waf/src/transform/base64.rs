//! Base64 (RFC 4648, section 4), strict as mbed TLS reads it and forgiving as ModSecurity does.
use super::{byte_at, until};
use memchr::memchr;

const PAD: u8 = b'=';

/// What is no digit.
const NONE: u8 = 0xff;

/// The number of each digit.
const DIGITS: [u8; 256] = {
    let mut digits = [NONE; 256];
    let mut at = 0;
    while at < 64 {
        let byte = match at as u8 {
            digit @ 0..=25 => b'A' + digit,
            digit @ 26..=51 => b'a' + digit - 26,
            digit @ 52..=61 => b'0' + digit - 52,
            62 => b'+',
            _ => b'/',
        };
        #[expect(clippy::indexing_slicing, reason = "a constant, computed by the compiler")]
        {
            digits[byte as usize] = at as u8;
        }
        at += 1;
    }
    digits
};

fn number(byte: u8) -> u8 {
    DIGITS.get(usize::from(byte)).copied().unwrap_or(NONE)
}

fn digit(byte: u8) -> Option<u32> {
    Some(number(byte)).filter(|number| *number != NONE).map(u32::from)
}

/// Up to the first NUL. Anything that is not Base64 makes the result empty; an unfinished last group of four goes.
pub(super) fn decode(value: &[u8], out: &mut Vec<u8>) -> bool {
    let text = until(value, memchr(0, value).unwrap_or(value.len()));
    if decode_groups(text, out) {
        return out.as_slice() != value;
    }
    out.clear();
    if is_strict(text) {
        let mut group = 0;
        let mut digits = 0;
        let mut pads = 0;
        for &byte in text {
            let bits = match digit(byte) {
                Some(bits) => bits,
                None if byte == PAD => {
                    pads += 1;
                    0
                }
                None => continue,
            };
            group = group << 6 | bits;
            digits += 1;
            if digits == 4 {
                let [_, first, second, third] = u32::to_be_bytes(group);
                out.extend([first, second, third].into_iter().take(3 - pads));
                (group, digits) = (0, 0);
            }
        }
    }
    out.as_slice() != value
}

/// Decodes what has nothing but digits, whole groups of four only; `false` when something else stands there.
fn decode_groups(text: &[u8], out: &mut Vec<u8>) -> bool {
    let (groups, rest) = text.as_chunks::<4>();
    out.resize(groups.len() * 3, 0);
    // Digits are below 64, so only what is none sets the highest bit.
    let mut all = rest.iter().fold(0, |all, byte| all | number(*byte));
    for (bytes, group) in out.as_chunks_mut::<3>().0.iter_mut().zip(groups) {
        let [first, second, third, fourth] = group.map(number);
        all |= first | second | third | fourth;
        if all & 0x80 != 0 {
            return false;
        }
        *bytes = [first << 2 | second >> 4 & 3, second << 4 | third >> 2 & 15, third << 6 | fourth];
    }
    all & 0x80 == 0
}

/// Line ends may stand anywhere, blanks at the end of a line only, at most two pads and nothing after them.
fn is_strict(text: &[u8]) -> bool {
    let mut pads = 0;
    let mut rest = text;
    loop {
        let blanks = rest.iter().take_while(|&&byte| byte == b' ').count();
        rest = rest.get(blanks..).unwrap_or_default();
        match rest {
            [] => return true,
            [b'\r', b'\n', more @ ..] | [b'\n', more @ ..] => rest = more,
            _ if blanks > 0 => return false,
            [PAD, more @ ..] => {
                pads += 1;
                if pads > 2 {
                    return false;
                }
                rest = more;
            }
            [byte, more @ ..] => {
                if pads > 0 || digit(*byte).is_none() {
                    return false;
                }
                rest = more;
            }
        }
    }
}

/// Skips whatever is not Base64.
///
/// As in ModSecurity the result is empty when a pad follows the first digit of a group of four without a second pad, or when
/// the value ends after such a digit with a pad or with `9` (whose number, 61, is the code of `=`).
pub(super) fn decode_forgiving(value: &[u8], out: &mut Vec<u8>) -> bool {
    let mut group = 0;
    let mut digits = 0;
    let mut last = 0;
    for (at, &byte) in value.iter().enumerate() {
        last = byte;
        if byte == PAD {
            if digits == 1 && byte_at(value, at + 1) != PAD {
                out.clear();
                return !value.is_empty();
            }
            continue;
        }
        let Some(bits) = digit(byte) else { continue };
        group = group << 6 | bits;
        digits = (digits + 1) % 4;
        match digits {
            2 => out.push((group >> 4 & 0xff) as u8),
            3 => out.push((group >> 2 & 0xff) as u8),
            0 => {
                out.push((group & 0xff) as u8);
                group = 0;
            }
            _ => {}
        }
    }
    if digits == 1 && matches!(last, PAD | b'9') {
        out.clear();
    }
    out.as_slice() != value
}

/// With pads.
pub(super) fn encode(value: &[u8], out: &mut Vec<u8>) -> bool {
    let letter = |bits: u32| match (bits & 63) as u8 {
        bits @ 0..=25 => b'A' + bits,
        bits @ 26..=51 => b'a' + bits - 26,
        bits @ 52..=61 => b'0' + bits - 52,
        62 => b'+',
        _ => b'/',
    };
    for chunk in value.chunks(3) {
        let group = (0..3).fold(0, |group, at| group << 8 | u32::from(byte_at(chunk, at)));
        let letters = [18, 12, 6, 0].map(|shift| letter(group >> shift));
        let used = chunk.len() + 1;
        out.extend_from_slice(until(&letters, used));
        out.extend(std::iter::repeat_n(PAD, 4 - used));
    }
    !value.is_empty()
}
