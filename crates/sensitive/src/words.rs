//! How much a text is like words, and texts that stand for a value that comes later.
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::view::contains;

/// How often a letter follows another one in the names and texts of this project, 0 (never) to 9:
/// a row for each first letter. The figures are the logarithm of the share, against even shares.
const FOLLOWS: [&[u8; 26]; 26] = [
    b"06760350604757050768533151",
    b"83338203740803720652700040",
    b"70528107606620800637500030",
    b"74259240701442630572512040",
    b"62684442301657251886144520",
    b"70238620902602800525620030",
    b"70009056800536530762600000",
    b"80339000700040832556500022",
    b"44765560001659750577050303",
    b"63338333333333733363735333",
    b"61139431711445311384413131",
    b"72068300803700820165540050",
    b"85109200700450772151502020",
    b"60777482602315520288442030",
    b"44552340414668560856756231",
    b"80428024600720760856600020",
    b"33333333333733353933333333",
    b"71559240704345700476442050",
    b"50608206705432652678613040",
    b"70408017800412620775403040",
    b"56566250400668260877000100",
    b"70009000800000650000200020",
    b"80028007700206700672003000",
    b"54747424722222582428222542",
    b"45447222222577672286445224",
    b"73338333533733353733333355",
];

/// The mean of [`FOLLOWS`] over neighbouring letters, in tenths; 70 for plain words, 35 for random letters.
/// `None` without two letters side by side.
pub(crate) fn likeness(text: &[u8]) -> Option<usize> {
    let (mut sum, mut pairs) = (0, 0);
    for pair in text.windows(2) {
        let &[first, second] = pair else { continue };
        let letter = |byte: u8| usize::from(byte.to_ascii_lowercase().wrapping_sub(b'a'));
        let row = FOLLOWS.get(letter(first));
        if let Some(digit) = row.and_then(|row| row.get(letter(second))) {
            sum += usize::from(digit - b'0');
            pairs += 1;
        }
    }
    (sum * 10).checked_div(pairs)
}

/// Shannon's entropy of the bytes, in hundredths of a bit for each.
pub(crate) fn entropy(text: &[u8]) -> u32 {
    let mut counts = [0_u32; 256];
    for byte in text {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let total = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total);
    let bits: f64 = shares.map(|share| -share * share.log2()).sum();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 800")]
    let hundredths = (bits * 100.0) as u32;
    hundredths
}

/// Different bytes.
pub(crate) fn distinct(text: &[u8]) -> usize {
    let mut seen = [false; 256];
    for byte in text {
        if let Some(seen) = seen.get_mut(usize::from(*byte)) {
            *seen = true;
        }
    }
    seen.iter().filter(|seen| **seen).count()
}

/// The length of the longest run of bytes that each follow the one before by `step`: `abcd`, `1111`.
pub(crate) fn longest_run(text: &[u8], step: u8) -> usize {
    let mut longest = usize::from(!text.is_empty());
    let mut run = 1;
    for pair in text.windows(2) {
        let &[first, second] = pair else { continue };
        run = if first.is_ascii_alphanumeric() && first.wrapping_add(step) == second { run + 1 } else { 1 };
        longest = longest.max(run);
    }
    longest
}

/// Marks of templates and of text that asks for a value.
const MARKS: &[&str] = &[
    "${",
    "$(",
    "{{",
    "}}",
    "<%",
    "%>",
    "#{",
    "%(",
    "***",
    "...",
    "%s",
    "%d",
    "%v",
    "%@",
    "{0}",
    "{}",
    "\\(",
    "[[",
    "your",
    "placeholder",
    "replace",
    "insert_",
    "redacted",
    "removed",
    "enter_",
    "fill_",
    "<password",
    "-here",
    "_here",
    "some_",
    "some-",
    "xxxx",
    "____",
    "----",
    "____",
    "my_",
    "_goes_",
    "not-a-",
    "notreal",
    "bogus",
    "this_is",
    "this-is",
    "thisis",
    "fake",
];
/// Whole values that are nobody's secret.
const NOTHING: &[&str] = &[
    "true",
    "false",
    "null",
    "none",
    "nil",
    "undefined",
    "yes",
    "no",
    "on",
    "off",
    "string",
    "str",
    "int",
    "bool",
    "boolean",
    "bytes",
    "number",
    "optional",
    "required",
    "text",
    "empty",
    "default",
    "unset",
    "n/a",
    "any",
    "void",
    "object",
    "hidden",
    "value",
    "todo",
    "tbd",
    "varchar",
    "char",
    "function",
    "self",
    "this",
    "prompt",
    "disabled",
    "enabled",
    "xxx",
    "foo",
    "bar",
    "baz",
    "basic",
    "bearer",
    "digest",
    "required|string",
    "nullable",
    "password:",
    "ask",
    "env",
    "file",
    "plain",
    "never",
    "always",
    "auto",
    "unknown",
    "uuid",
    "integer",
];

/// Bytes of a value in which a mark is looked for.
const MARKED_BYTES_MAX: usize = 256;

/// One pass for all marks: a hostile text may hold a value every few bytes.
fn holds_mark(value: &[u8]) -> bool {
    static FOUND: LazyLock<Option<AhoCorasick>> =
        LazyLock::new(|| AhoCorasick::builder().ascii_case_insensitive(true).build(MARKS).ok());
    FOUND.as_ref().is_some_and(|marks| marks.is_match(value))
}

/// Whether a value stands for one that comes later, or for none.
pub(crate) fn is_placeholder(value: &[u8]) -> bool {
    let trimmed = value.trim_ascii();
    NOTHING.iter().any(|word| trimmed.eq_ignore_ascii_case(word.as_bytes()))
        || contains(value, b"example") && !is_marked(value)
        || holds_mark(value.get(..MARKED_BYTES_MAX).unwrap_or(value))
        || is_enclosed(trimmed)
        || matches!(trimmed.first(), Some(b'$' | b'%' | b'@' | b':'))
            && is_name(trimmed.get(1..).unwrap_or_default())
        || trimmed
            .windows(3)
            .any(|part| matches!(part, [b'$', first, second] if is_shouted(*first) && is_shouted(*second)))
        || distinct(trimmed) <= 2
        || trimmed.contains(&b'_') && trimmed.iter().all(|byte| is_shouted(*byte))
}

/// A value with `EXAMPLE` in the middle of symbols without a meaning: looks like a secret, says that it is
/// none, as the keys in the manuals of AWS.
pub(crate) fn is_marked(value: &[u8]) -> bool {
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    value.len() >= 16
        && digits >= 2
        && distinct(value) > 10
        && value.windows(7).any(|part| part == b"EXAMPLE")
}

fn is_shouted(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte == b'_'
}

fn is_name(text: &[u8]) -> bool {
    let text = text.strip_suffix(b"%").unwrap_or(text);
    let first = text.first().is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_');
    first && text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b':'))
}

/// `<like this>`, `[like this]`, `{like this}`, `%like_this%`.
fn is_enclosed(text: &[u8]) -> bool {
    let pairs = [(b'<', b'>'), (b'[', b']'), (b'{', b'}'), (b'%', b'%'), (b'(', b')')];
    let (first, last) = (text.first(), text.last());
    pairs.iter().any(|(open, close)| text.len() > 1 && first == Some(open) && last == Some(close))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_random_letters_differ() {
        for word in ["transaction", "manager", "configuration"] {
            assert!(likeness(word.as_bytes()).unwrap() > 60, "{word}");
        }
        for noise in ["kqwioryvnxms", "xkzjqpwvbt"] {
            assert!(likeness(noise.as_bytes()).unwrap() < 45, "{noise}");
        }
        assert_eq!(likeness(b"1-2"), None);
    }

    #[test]
    fn placeholders_are_known() {
        for value in
            ["${DB}", "<password>", "xxxxxxxx", "YOUR_KEY_HERE", "null", "$password", "00000000", "{{ pw }}"]
        {
            assert!(is_placeholder(value.as_bytes()), "{value}");
        }
        assert!(!is_placeholder(b"hunter2"));
        assert_eq!(longest_run(b"xx1234yy", 1), 4);
        assert_eq!(entropy(b"aabb"), 100);
    }
}
