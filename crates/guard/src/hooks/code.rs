//! Text that is run as code: input may bring data into it, never code.
use super::judge::{Context, Suspicion, part};
use std::ops::Range;

const RULE: &str = "hook-code";

pub(super) fn judge(context: &Context<'_>, text: &str) -> Vec<Suspicion> {
    let literals = literals(text);
    let mut found = Vec::new();
    for range in context.inputs.ranges(text.as_bytes()) {
        let inside = literals.iter().any(|literal| literal.start < range.start && range.end < literal.end);
        let input = part(text, &range);
        let leaves = literals.iter().any(|literal| literal.start < range.start && range.start < literal.end);
        if inside || !leaves && is_data(&input) || !leaves && is_name(&input) && !is_all(text, &range) {
            continue;
        }
        found.push(Suspicion::attack(RULE, "input becomes code that is run", &input));
    }
    found
}

/// Nothing but brackets, blanks and a semicolon stands around it.
fn is_all(text: &str, range: &Range<usize>) -> bool {
    let around = |bytes: Option<&[u8]>| {
        bytes
            .unwrap_or_default()
            .iter()
            .all(|byte| byte.is_ascii_whitespace() || matches!(byte, b'(' | b')' | b';'))
    };
    around(text.as_bytes().get(..range.start)) && around(text.as_bytes().get(range.end..))
}

/// One plain name: a part of a longer expression of the application's own.
fn is_name(text: &str) -> bool {
    let text = text.trim();
    text.len() <= 64
        && !text.starts_with("__")
        && text.bytes().all(|byte| byte == b'_' || byte == b'-' || byte.is_ascii_alphanumeric())
}

/// Values and operators of arithmetic, quoted texts without an escape from their quotes, lists and objects of those.
fn is_data(text: &str) -> bool {
    let bytes = text.trim().as_bytes();
    let mut at = 0;
    let mut before = b' ';
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' | b'\'' => match closing(bytes, at) {
                Some(end) => at = end,
                None => return false,
            },
            b'*' if before == b'*' => return false,
            b'(' if before == b']' || before == b'"' || before == b')' || before.is_ascii_alphanumeric() => {
                return false;
            }
            b'[' if before == b']' || before == b'"' || before == b')' => return false,
            b'0'..=b'9'
            | b'.'
            | b','
            | b':'
            | b'{'
            | b'}'
            | b'['
            | b']'
            | b'('
            | b')'
            | b'+'
            | b'-'
            | b'*'
            | b'/'
            | b'%' => {}
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            byte if byte.is_ascii_alphabetic() => {
                let rest = bytes.get(at..).unwrap_or_default();
                let length =
                    rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                let word = rest.get(..length).unwrap_or_default();
                let is_exponent =
                    matches!(word, [b'e' | b'E'] | [b'e' | b'E', b'0'..=b'9', ..]) && before.is_ascii_digit();
                let is_value = [
                    &b"true"[..],
                    b"false",
                    b"null",
                    b"none",
                    b"True",
                    b"False",
                    b"None",
                    b"NaN",
                    b"undefined",
                ]
                .contains(&word);
                if !is_value && !is_exponent {
                    return false;
                }
                at += length.saturating_sub(1);
            }
            _ => return false,
        }
        before = bytes.get(at).copied().unwrap_or(b' ');
        if before == b'\'' {
            before = b'"';
        }
        at += 1;
    }
    true
}

/// Where the quoted text that begins here ends; nothing where it does not, or where it is a template with code in it.
fn closing(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = *bytes.get(start)?;
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' if quote != b'`' => return None,
            b'$' if quote == b'`' && bytes.get(at + 1) == Some(&b'{') => return None,
            byte if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// Quoted texts of a program, quotes included. Comments are passed over in both languages' forms.
fn literals(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if matches!(byte, b'"' | b'\'' | b'`')
            && let Some(end) = closing(bytes, at)
        {
            found.push(at..end + 1);
            at = end;
        }
        at += 1;
    }
    found
}
