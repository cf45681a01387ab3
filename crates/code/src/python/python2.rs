//! Python 2 that Python 3's grammar has no words for, rewritten in place.
//!
//! Every replacement has the length of what it replaces, so that spans stay right.
use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::Ranged;

/// The text with `<>`, backticks, `10L`, `0777` and `ur'…'` in Python 3's words; `None` when nothing of
/// the kind is in it.
pub(super) fn modernized(text: &str, tokens: &[Token]) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let mut opens = true;
    let following = tokens.iter().skip(1).map(Some).chain([None]);
    for (token, next) in tokens.iter().zip(following) {
        let range = token.range().to_std_range();
        let written = text.get(range.clone()).unwrap_or_default();
        let touching = next.filter(|next| next.range().start() == token.range().end());
        let touching = touching.map(|next| (next.kind(), text.get(next.range().to_std_range())));
        match (token.kind(), written, touching) {
            (TokenKind::Less, _, Some((TokenKind::Greater, _))) => put(&mut bytes, range.start, b"!="),
            (_, "`", _) => {
                put(&mut bytes, range.start, if opens { b"(" } else { b")" });
                opens = !opens;
            }
            // Its value would need one letter more: the digits stay, and the function with them.
            (_, octal, _) if is_old_octal(octal) => {
                let zeros = octal.len() - octal.trim_start_matches('0').len();
                put(&mut bytes, range.start, &vec![b' '; zeros.min(octal.len() - 1)]);
            }
            (TokenKind::Int, _, Some((TokenKind::Name, Some("L" | "l")))) => put(&mut bytes, range.end, b" "),
            (TokenKind::Name, "ur" | "UR" | "Ur" | "uR", Some((TokenKind::String, _))) => {
                put(&mut bytes, range.start, b" r");
            }
            _ => {}
        }
    }
    String::from_utf8(bytes).ok().filter(|modern| modern != text)
}

fn is_old_octal(written: &str) -> bool {
    written.len() > 1 && written.starts_with('0') && written.bytes().all(|byte| byte.is_ascii_digit())
}

fn put(bytes: &mut [u8], start: usize, text: &[u8]) {
    if let Some(place) = bytes.get_mut(start..start + text.len()) {
        place.copy_from_slice(text);
    }
}
