//! Text that nobody here wrote, made harmless for the eye.
//!
//! A template may name a resource with a terminal escape, a line break or a mark that turns the
//! writing direction around. Such characters are shown as what they are (`\u{1b}`), in every format
//! that people read as text.

/// `text` on one line, with control, invisible and direction-changing characters spelt out.
pub(crate) fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' | '\n' | '\r' => out.push(' '),
            _ if is_hidden(character) => out.extend(character.escape_unicode()),
            _ => out.push(character),
        }
    }
    out
}

/// One character as it may be shown in a snippet; a tab becomes one space so that columns hold.
pub(crate) fn in_snippet(character: char) -> char {
    match character {
        '\t' => ' ',
        _ if is_hidden(character) => '\u{fffd}',
        _ => character,
    }
}

/// Controls (ANSI escapes begin with one), marks of writing direction, zero-width and other
/// characters that are there without being seen.
pub(crate) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_spelt_out() {
        assert_eq!(line("a\u{1b}[31m\u{202e}b\nc"), "a\\u{1b}[31m\\u{202e}b c");
        assert_eq!(line("é 日本"), "é 日本");
    }
}
