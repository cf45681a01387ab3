//! Transformations (`t:`): from bytes to bytes, and most often to the same bytes.
//!
//! One scan of a value gives its [`Features`]; they say without a second look which transformations leave it as it is.
//! Results are those of ModSecurity v3, byte for byte, its oddities included: a rule is written against what that engine does.
//! Deliberate differences stand at the functions that have them.
//!
//! INVARIANT: every transformation is linear in the value, and `out` never grows past nine bytes for each of the value's
//! (plus the length of a digest or a number).
mod base64;
mod decode;
mod digest;
mod features;
mod path;
mod text;
mod unicode;

use crate::rule::Transformation;
use std::collections::BTreeMap;

pub use features::{Features, empties, features, features_of_any, joined, leaves_alone};

/// What some transformations need to know.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// `SecUnicodeMapFile`
    pub unicode_map: Option<&'a BTreeMap<u32, u8>>,
}

/// Applies a transformation: writes the result to `out`, which is cleared first, and says whether it differs from the value.
/// When it says `false`, `out` holds nothing of use.
pub fn apply(transformation: Transformation, value: &[u8], context: Context<'_>, out: &mut Vec<u8>) -> bool {
    out.clear();
    match transformation {
        Transformation::Base64Decode => base64::decode(value, out),
        Transformation::Base64DecodeExt => base64::decode_forgiving(value, out),
        Transformation::Base64Encode => base64::encode(value, out),
        Transformation::CmdLine => text::command_line(value, out),
        Transformation::CompressWhitespace => text::compress_whitespace(value, out),
        Transformation::CssDecode => decode::css(value, out),
        Transformation::EscapeSeqDecode => decode::escape_sequences(value, out),
        Transformation::HexDecode => decode::hex(value, out),
        Transformation::HexEncode => decode::hex_encode(value, out),
        Transformation::HtmlEntityDecode => decode::html_entities(value, out),
        Transformation::JsDecode => decode::javascript(value, out),
        Transformation::Length => text::length(value, out),
        Transformation::Lowercase => text::map_bytes(value, out, |byte| byte.to_ascii_lowercase()),
        Transformation::Md5 => digest::md5(value, out),
        Transformation::NormalizePath => path::normalize(value, out),
        Transformation::NormalizePathWin => path::normalize_windows(value, out),
        Transformation::ParityEven7Bit => text::map_bytes(value, out, text::parity_even),
        Transformation::ParityOdd7Bit => text::map_bytes(value, out, text::parity_odd),
        Transformation::ParityZero7Bit => text::map_bytes(value, out, |byte| byte & 0x7f),
        Transformation::RemoveComments => text::remove_comments(value, out),
        Transformation::RemoveCommentsChar => text::remove_comment_marks(value, out),
        Transformation::RemoveNulls => text::keep_bytes(value, out, &text::FILLED),
        Transformation::RemoveWhitespace => text::keep_bytes(value, out, &text::SOLID),
        Transformation::ReplaceComments => text::replace_comments(value, out),
        Transformation::ReplaceNulls => {
            text::map_bytes(value, out, |byte| if byte == 0 { b' ' } else { byte })
        }
        Transformation::Sha1 => digest::sha1(value, out),
        Transformation::SqlHexDecode => decode::sql_hex(value, out),
        Transformation::Trim => text::trim(value, out, text::Ends::Both),
        Transformation::TrimLeft => text::trim(value, out, text::Ends::Left),
        Transformation::TrimRight => text::trim(value, out, text::Ends::Right),
        Transformation::Uppercase => text::map_bytes(value, out, |byte| byte.to_ascii_uppercase()),
        Transformation::UrlDecode => decode::url(value, out),
        Transformation::UrlDecodeUni => decode::url_unicode(value, context.unicode_map, out),
        Transformation::UrlEncode => decode::url_encode(value, out),
        Transformation::Utf8ToUnicode => unicode::utf8_to_unicode(value, out),
    }
}

/// The byte at a place; 0 past the end, as the terminator of a C string is.
fn byte_at(value: &[u8], at: usize) -> u8 {
    value.get(at).copied().unwrap_or(0)
}

/// `isspace` of the C locale.
fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | 0x0b | 0x0c | b'\r')
}

/// The rest of a value; empty past its end.
fn from(value: &[u8], at: usize) -> &[u8] {
    value.get(at..).unwrap_or_default()
}

/// The value up to a place; all of it past its end.
fn until(value: &[u8], at: usize) -> &[u8] {
    value.get(..at).unwrap_or(value)
}

#[cfg(test)]
pub(crate) mod tests;
