//! Which kinds of bytes stand in a value, and what follows from that.
use super::is_space;
use crate::rule::Transformation;

/// Which kinds of bytes and of pairs stand in a value, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features(pub u32);

const UPPER: u32 = 1;
const LOWER: u32 = 1 << 1;
const PERCENT: u32 = 1 << 2;
const PLUS: u32 = 1 << 3;
const AMPERSAND: u32 = 1 << 4;
const BACKSLASH: u32 = 1 << 5;
const SPACE: u32 = 1 << 6;
/// White space other than a blank.
const CONTROL_SPACE: u32 = 1 << 7;
const NUL: u32 = 1 << 8;
/// Above 0x7F.
const HIGH: u32 = 1 << 9;
/// 0xA0 and 0xC2, which `removeWhitespace` takes for a non-breaking space.
const NO_BREAK: u32 = 1 << 10;
/// What `cmdLine` removes or turns into a blank.
const SHELL: u32 = 1 << 11;
const HASH: u32 = 1 << 12;
/// What `urlEncode` writes another way.
const ENCODED: u32 = 1 << 13;
const PARITY_EVEN: u32 = 1 << 14;
const PARITY_ODD: u32 = 1 << 15;

const FILLED: u32 = 1 << 16;
const FIRST_SPACE: u32 = 1 << 17;
const LAST_SPACE: u32 = 1 << 18;
const LAST_DOT: u32 = 1 << 19;

/// Pairs of neighbours: where their bits begin in [`Features`].
const PAIRS_AT: u32 = 20;
/// White space before white space.
const SPACE_SPACE: u32 = 1 << 20;
/// `/*`
const COMMENT_OPEN: u32 = 1 << 21;
/// `*/`
const COMMENT_CLOSE: u32 = 1 << 22;
/// `--`
const DASH_DASH: u32 = 1 << 23;
/// `<!`
const MARKUP: u32 = 1 << 24;
/// A blank before `/` or `(`.
const SPACE_SLASH: u32 = 1 << 25;
/// `//` or `./`
const PATH: u32 = 1 << 26;
/// `0x`
const HEX: u32 = 1 << 27;

/// `-`, `.`, `_`: what joins words.
const JOINER: u32 = 1 << 28;
/// `,`, `/`, `:`, `@`
const MARK: u32 = 1 << 29;
/// `?`, `=`, `&`, `+`: what stands in addresses.
const ADDRESS: u32 = 1 << 30;
/// None of these, nor a letter of ASCII, a digit, a blank.
const OTHER: u32 = 1 << 31;

impl Features {
    /// Whether all that they say is that the value is not empty.
    #[must_use]
    pub fn is_filled_alone(self) -> bool {
        self.0 == FILLED
    }

    /// Whether a blank stands in the value.
    #[must_use]
    pub fn has_blank(self) -> bool {
        self.0 & SPACE != 0
    }

    /// Whether one of `-._` does.
    #[must_use]
    pub fn has_joiner(self) -> bool {
        self.0 & JOINER != 0
    }

    /// Whether one of `,/:@` does.
    #[must_use]
    pub fn has_mark(self) -> bool {
        self.0 & MARK != 0
    }

    /// Whether one of `?=&+` does.
    #[must_use]
    pub fn has_address(self) -> bool {
        self.0 & ADDRESS != 0
    }

    /// Whether anything but letters of ASCII, digits, blanks and those does.
    #[must_use]
    pub fn has_other(self) -> bool {
        self.0 & OTHER != 0
    }
}

/// For each byte: its features (low half), the pairs that it can begin (bits 32 to 47) and end (bits 48 to 63).
const TABLE: [u64; 256] = table();

const fn table() -> [u64; 256] {
    let mut table = [0; 256];
    let mut at = 0;
    while at < 256 {
        #[expect(clippy::indexing_slicing, reason = "a constant, computed by the compiler")]
        {
            table[at] = entry(at as u8);
        }
        at += 1;
    }
    table
}

const fn entry(byte: u8) -> u64 {
    let space = matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r');
    let odd_ones = byte.count_ones() % 2 == 1;
    let high = byte >= 0x80;
    let single = when(byte.is_ascii_uppercase(), UPPER)
        | when(byte.is_ascii_lowercase(), LOWER)
        | when(byte == b'%', PERCENT)
        | when(byte == b'+', PLUS)
        | when(byte == b'&', AMPERSAND)
        | when(byte == b'\\', BACKSLASH)
        | when(byte == b' ', SPACE)
        | when(space && byte != b' ', CONTROL_SPACE)
        | when(byte == 0, NUL)
        | when(high, HIGH)
        | when(matches!(byte, 0xa0 | 0xc2), NO_BREAK)
        | when(matches!(byte, b'"' | b'\'' | b'\\' | b'^' | b',' | b';' | b'\t' | b'\r' | b'\n'), SHELL)
        | when(byte == b'#', HASH)
        | when(!(byte.is_ascii_alphanumeric() || byte == b'*'), ENCODED)
        | when(odd_ones != high, PARITY_EVEN)
        | when(odd_ones == high, PARITY_ODD)
        | when(matches!(byte, b'-' | b'.' | b'_'), JOINER)
        | when(matches!(byte, b',' | b'/' | b':' | b'@'), MARK)
        | when(matches!(byte, b'?' | b'=' | b'&' | b'+'), ADDRESS)
        | when(
            !byte.is_ascii_alphanumeric()
                && !matches!(byte, b' ' | b'-' | b'.' | b'_' | b',' | b'/' | b':' | b'@')
                && !matches!(byte, b'?' | b'=' | b'&' | b'+'),
            OTHER,
        );
    let first = when(space, SPACE_SPACE)
        | when(byte == b'/', COMMENT_OPEN | PATH)
        | when(byte == b'*', COMMENT_CLOSE)
        | when(byte == b'-', DASH_DASH)
        | when(byte == b'<', MARKUP)
        | when(byte == b' ', SPACE_SLASH)
        | when(byte == b'.', PATH)
        | when(byte == b'0', HEX);
    let second = when(space, SPACE_SPACE)
        | when(byte == b'*', COMMENT_OPEN)
        | when(byte == b'/', COMMENT_CLOSE | SPACE_SLASH | PATH)
        | when(byte == b'-', DASH_DASH)
        | when(byte == b'!', MARKUP)
        | when(byte == b'(', SPACE_SLASH)
        | when(matches!(byte, b'x' | b'X'), HEX);
    single as u64 | ((first >> PAIRS_AT) as u64) << 32 | ((second >> PAIRS_AT) as u64) << 48
}

const fn when(holds: bool, bit: u32) -> u32 {
    if holds { bit } else { 0 }
}

fn class(byte: u8) -> u64 {
    TABLE.get(usize::from(byte)).copied().unwrap_or(u64::MAX)
}

/// Scans a value once.
#[must_use]
pub fn features(value: &[u8]) -> Features {
    let (Some(&first), Some(&last)) = (value.first(), value.last()) else { return Features(0) };
    let mut all = 0;
    let mut pairs = 0;
    let mut before = 0;
    let (chunks, rest) = value.as_chunks::<4>();
    for &[a, b, c, d] in chunks {
        let (a, b, c, d) = (class(a), class(b), class(c), class(d));
        all |= (a | b) | (c | d);
        pairs |= ((before & (a >> 16)) | (a & (b >> 16))) | ((b & (c >> 16)) | (c & (d >> 16)));
        before = d;
    }
    for &byte in rest {
        let here = class(byte);
        all |= here;
        pairs |= before & (here >> 16);
        before = here;
    }
    let singles = (all & 0xffff_ffff) as u32;
    let pairs = (((pairs >> 32) & 0xffff) as u32) << PAIRS_AT;
    let ends =
        when(is_space(first), FIRST_SPACE) | when(is_space(last), LAST_SPACE) | when(last == b'.', LAST_DOT);
    Features(singles | pairs | ends | FILLED)
}

/// Every feature that a text of these bytes can have.
#[must_use]
pub fn features_of_any(bytes: impl Iterator<Item = u8>) -> Features {
    let mut all = 0;
    let mut pairs = 0;
    for byte in bytes {
        all |= features(&[byte]).0;
        pairs |= class(byte);
    }
    // Any of them may stand before any other, and before itself.
    Features(all | ((((pairs >> 32) & (pairs >> 48)) & 0xffff) as u32) << PAIRS_AT)
}

/// Bits of pairs of neighbours.
const PAIRS: u32 = SPACE_SPACE | COMMENT_OPEN | COMMENT_CLOSE | DASH_DASH | MARKUP | SPACE_SLASH | PATH | HEX;

/// The features of texts that stand one behind the other, without a look at their bytes.
#[must_use]
pub fn joined(parts: &[(&[u8], Features)]) -> Features {
    let mut all = 0;
    let mut before = None;
    for (text, own) in parts {
        let (Some(&first), Some(&last)) = (text.first(), text.last()) else { continue };
        match before {
            None => all |= own.0 & FIRST_SPACE,
            Some(before) => all |= features(&[before, first]).0 & PAIRS,
        }
        let ends = own.0 & (LAST_SPACE | LAST_DOT);
        all = all & !(LAST_SPACE | LAST_DOT) | own.0 & !(FIRST_SPACE | LAST_SPACE | LAST_DOT) | ends;
        before = Some(last);
    }
    Features(all)
}

/// What must be absent for a transformation to leave a value as it is. `None`: nothing suffices.
const fn spoilers(transformation: Transformation) -> Option<u32> {
    Some(match transformation {
        Transformation::Length | Transformation::Md5 | Transformation::Sha1 => return None,
        Transformation::Base64Decode
        | Transformation::Base64DecodeExt
        | Transformation::Base64Encode
        | Transformation::HexDecode
        | Transformation::HexEncode => FILLED,
        Transformation::CmdLine => UPPER | SHELL | SPACE_SPACE | SPACE_SLASH,
        Transformation::CompressWhitespace => CONTROL_SPACE | SPACE_SPACE,
        Transformation::CssDecode | Transformation::EscapeSeqDecode | Transformation::JsDecode => BACKSLASH,
        Transformation::HtmlEntityDecode => AMPERSAND,
        Transformation::Lowercase => UPPER,
        Transformation::NormalizePath => PATH | LAST_DOT,
        Transformation::NormalizePathWin => PATH | LAST_DOT | BACKSLASH,
        Transformation::ParityEven7Bit => PARITY_EVEN,
        Transformation::ParityOdd7Bit => PARITY_ODD,
        Transformation::ParityZero7Bit => HIGH,
        Transformation::RemoveComments => COMMENT_OPEN | MARKUP | DASH_DASH | HASH,
        Transformation::RemoveCommentsChar => COMMENT_OPEN | COMMENT_CLOSE | MARKUP | DASH_DASH | HASH,
        Transformation::RemoveNulls | Transformation::ReplaceNulls => NUL,
        Transformation::RemoveWhitespace => SPACE | CONTROL_SPACE | NO_BREAK,
        Transformation::ReplaceComments => COMMENT_OPEN,
        Transformation::SqlHexDecode => HEX,
        Transformation::Trim => FIRST_SPACE | LAST_SPACE,
        Transformation::TrimLeft => FIRST_SPACE,
        Transformation::TrimRight => LAST_SPACE,
        Transformation::Uppercase => LOWER,
        Transformation::UrlDecode | Transformation::UrlDecodeUni => PERCENT | PLUS,
        Transformation::UrlEncode => ENCODED,
        Transformation::Utf8ToUnicode => HIGH | NUL,
    })
}

/// Whether a transformation surely leaves a value of these features unchanged. `false` says nothing.
#[must_use]
pub fn leaves_alone(transformation: Transformation, features: Features) -> bool {
    spoilers(transformation).is_some_and(|spoilers| features.0 & spoilers == 0)
}

/// Whether a transformation surely makes nothing of a value of these features. `false` says nothing.
#[must_use]
pub fn empties(transformation: Transformation, features: Features) -> bool {
    const NO_DIGITS: u32 = PERCENT | AMPERSAND | BACKSLASH | HIGH | HASH | JOINER;
    // A blank is allowed before the end of a line and at the end. What follows a NUL is not looked at.
    let has_blank_within = features.0 & (SPACE | CONTROL_SPACE | LAST_SPACE) == SPACE;
    transformation == Transformation::Base64Decode
        && features.0 & NUL == 0
        && (features.0 & NO_DIGITS != 0 || has_blank_within)
}
