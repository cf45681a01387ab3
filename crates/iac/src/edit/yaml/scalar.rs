//! Texts as YAML and JSON write them: quoted when another reader could take them for something else.
use granit_parser::ScalarStyle;

/// Words that YAML 1.1 takes for truth values, which AWS's readers are.
const WORDS: &[&str] =
    &["y", "n", "yes", "no", "true", "false", "on", "off", "null", "~", "<<", "=", ".inf", ".nan"];

/// How a text is to be quoted when it needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    Single,
    Double,
    /// JSON: every text is quoted.
    Always,
}

/// A text as a scalar of one line.
pub(super) fn scalar(text: &str, quotes: Quotes, in_flow: bool) -> String {
    match quotes {
        Quotes::Always => double(text),
        _ if is_plain(text, in_flow) => text.to_owned(),
        Quotes::Single if text.chars().all(|character| !character.is_control()) => single(text),
        Quotes::Single | Quotes::Double => double(text),
    }
}

/// A text in the quotes that stood there.
pub(super) fn like(text: &str, style: ScalarStyle, quotes: Quotes, in_flow: bool) -> String {
    match style {
        ScalarStyle::SingleQuoted if text.chars().all(|character| !character.is_control()) => single(text),
        ScalarStyle::DoubleQuoted | ScalarStyle::SingleQuoted => double(text),
        _ => scalar(text, quotes, in_flow),
    }
}

fn single(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// In double quotes, escaped as JSON does, which YAML reads as well.
fn double(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            character if character.is_control() || ('\u{2028}'..='\u{2029}').contains(&character) => {
                quoted.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            character => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether every reader takes the bare text for this text.
fn is_plain(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let begins = first.is_alphanumeric() || matches!(first, '_' | '/' | '$' | '.' | '(');
    let is_safe = |character: char| {
        character.is_alphanumeric()
            || "_-./:()+=$;<>^~\\@* ".contains(character)
            || (!in_flow && "{}[],".contains(character))
    };
    begins
        && text.chars().all(is_safe)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        && !(in_flow && text.contains("::") && text.contains('?'))
        && !reads_as_number(text)
}

/// Numbers, dates and times of YAML 1.1.
fn reads_as_number(text: &str) -> bool {
    let begins = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    begins && text.bytes().all(|byte| byte.is_ascii_hexdigit() || b"+-.:_xXoOtTzZ ".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_readers_take_for_something_else_is_quoted() {
        for text in [
            "yes",
            "No",
            "on",
            "null",
            "~",
            "12",
            "1_000",
            "0x1f",
            "1:30",
            "2012-10-17",
            "1e3",
            "*",
            "@x",
            "&a",
            "!x",
            "a: b",
            "a #b",
            "",
            " a",
            "a ",
            "- a",
            "%x",
            "`x",
            "? x",
            "a:",
            ".5",
            "+1",
            "'x'",
            "\"x\"",
            "|",
            ">",
            "#x",
        ] {
            assert_eq!(
                scalar(text, Quotes::Single, false),
                format!("'{}'", text.replace('\'', "''")),
                "{text}"
            );
        }
    }

    #[test]
    fn plain_words_stay_plain() {
        for text in [
            "AWS_IAM",
            "python3.12",
            "rate(5 minutes)",
            "10.0.0.0/8",
            "arn:aws:s3:::b/*",
            "redirect-to-https",
        ] {
            assert_eq!(scalar(text, Quotes::Double, false), text);
        }
        assert_eq!(scalar("a, b", Quotes::Double, true), "\"a, b\"");
    }
}
