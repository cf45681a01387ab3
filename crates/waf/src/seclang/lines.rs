//! Directives as they stand in a file: continuation lines joined, comments left out, words split.
//!
//! A backslash at the very end of a line joins it with the next one. A line that begins with a quote belongs to the
//! directive before it, as ModSecurity 3 reads it. A commented-out `SecRule` or `SecAction` takes its continuation lines with
//! it; no other comment does, so that a stray backslash never hides a rule.
use super::limits::LINE_BYTES_MAX;
use super::problem::Wrong;

/// One directive's text on one line.
pub(super) struct Directive {
    /// Of the first of its lines, from 1.
    pub(super) line: u32,
    pub(super) text: Result<String, Wrong>,
}

/// Splits a file into directives.
pub(super) fn directives(bytes: &[u8]) -> Vec<Directive> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut found = Vec::new();
    let mut lines = bytes
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .zip(1_u32..)
        .peekable();
    while let Some((line, number)) = lines.next() {
        let trimmed = line.trim_ascii_start();
        if trimmed.is_empty() {
            continue;
        }
        if trimmed.starts_with(b"#") {
            let mut goes_on = is_commented_rule(trimmed) && line.ends_with(b"\\");
            while goes_on {
                goes_on = lines.next().is_some_and(|(line, _)| line.ends_with(b"\\"));
            }
            continue;
        }
        let mut text = trimmed.to_vec();
        loop {
            if text.ends_with(b"\\") && !text.ends_with(b"\\\\") {
                text.pop();
                let Some((next, _)) = lines.next() else { break };
                text.extend_from_slice(next.trim_ascii_start());
            } else if lines.peek().is_some_and(|(next, _)| next.trim_ascii_start().starts_with(b"\"")) {
                let Some((next, _)) = lines.next() else { break };
                text.push(b' ');
                text.extend_from_slice(next.trim_ascii_start());
            } else {
                break;
            }
        }
        found.push(Directive { line: number, text: checked(text) });
    }
    found
}

fn is_commented_rule(comment: &[u8]) -> bool {
    let text = comment.strip_prefix(b"#").unwrap_or(comment).trim_ascii_start();
    let begins = |word: &[u8]| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    begins(b"SecRule") || begins(b"SecAction")
}

fn checked(text: Vec<u8>) -> Result<String, Wrong> {
    if text.len() > LINE_BYTES_MAX {
        return Err(Wrong::new(format!("the directive is longer than {LINE_BYTES_MAX} bytes"))
            .help("split it, or move its phrases into a data file"));
    }
    String::from_utf8(text).map_err(|_| {
        Wrong::new("the directive is not UTF-8")
            .help("write other bytes as `\\xHH` in the regular expression")
    })
}

/// A word of a directive, without its quotes, still with its escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) is_quoted: bool,
    /// The closing quote is missing.
    pub(super) is_open: bool,
}

/// The next word and what follows it; none at the end.
///
/// A word without quotes ends at a blank or a double quote; single quotes in it keep blanks together
/// (`ARGS:'/a b/'`).
pub(super) fn word(text: &str) -> Option<(Word<'_>, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let first = text.chars().next()?;
    if first == '"' || first == '\'' {
        let inside = text.strip_prefix(first)?;
        let end = end_of_quoted(inside, first);
        let (word, rest) = inside.split_at_checked(end.unwrap_or(inside.len()))?;
        return Some((
            Word { text: word, is_quoted: true, is_open: end.is_none() },
            rest.strip_prefix(first).unwrap_or(rest),
        ));
    }
    let mut is_inside = false;
    let mut escaped = false;
    let end = text.find(|letter: char| {
        let ends = !is_inside && (letter == '"' || letter == ' ' || letter == '\t') && !escaped;
        is_inside ^= letter == '\'' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    });
    let (word, rest) = text.split_at_checked(end.unwrap_or(text.len()))?;
    Some((Word { text: word, is_quoted: false, is_open: is_inside }, rest))
}

/// Where the quote closes; a backslash takes the letter behind it along.
fn end_of_quoted(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, letter)| {
        if escaped {
            escaped = false;
            return None;
        }
        escaped = letter == '\\';
        (letter == quote).then_some(at)
    })
}

/// Takes the backslash away before a quote; every other escape belongs to whoever reads the text (a regular expression).
pub(super) fn unescape(text: &str) -> String {
    if !text.contains("\\\"") && !text.contains("\\'") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            out.push(letter);
            continue;
        }
        match letters.next() {
            Some(quote @ ('"' | '\'')) => out.push(quote),
            Some(other) => out.extend(['\\', other]),
            None => out.push('\\'),
        }
    }
    out
}
