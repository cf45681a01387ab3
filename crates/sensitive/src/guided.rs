//! Values under a name that promises a secret: assignments, maps, attributes, arguments, options.
use std::ops::Range;

use model::Confidence;

use crate::engine::{Detector, Hit};
use crate::judge::{self, Random, Written};
use crate::names::{self, Promise};
use crate::place::{Place, Syntax};
use crate::structure;
use crate::vendors;
use crate::view::{At, View, contains, is_word};
use crate::words;

/// Bytes of a name that are read before and after the word that makes it one.
const NAME_BYTES_MAX: usize = 64;
/// Bytes of a value.
const VALUE_BYTES_MAX: usize = 1024;
/// Bytes from which on a value is read once, whatever names stand in it.
pub(crate) const LONG_VALUE_BYTES: usize = 256;
const BLANKS_MAX: usize = 40;

static PASSWORD: Detector = Detector::secret("password", "a password", 30);
static SECRET: Detector = Detector::secret("secret", "a secret", 30);
static TOKEN: Detector = Detector::secret("token", "a token", 30);
static KEY: Detector = Detector::secret("api-key", "a key", 30);
static CREDENTIAL: Detector = Detector::secret("credential", "a credential", 30);
static RANDOM: Detector = Detector::secret("random-value", "a random value", 20);
static BASIC: Detector = Detector::secret("basic-auth", "a name and password in base 64", 60);

fn detector(promise: Promise) -> &'static Detector {
    match promise {
        Promise::Password => &PASSWORD,
        Promise::Secret => &SECRET,
        Promise::Token => &TOKEN,
        Promise::Key => &KEY,
        Promise::Credential | Promise::Auth => &CREDENTIAL,
        Promise::Weak => &RANDOM,
    }
}

/// In a sentence, what a value is that stands under this name somewhere else than in a text: in an attribute
/// of a resource, in an environment variable. `None` when it is no secret.
#[must_use]
pub fn named(name: &str, value: &str) -> Option<&'static str> {
    let promise = names::of(name.as_bytes())?;
    if same_word(name.as_bytes(), value.as_bytes()) {
        return None;
    }
    judge::attribute(promise, value.as_bytes())?;
    let vendor = vendors::detector(name.as_bytes(), value.as_bytes());
    Some(vendor.unwrap_or_else(|| detector(promise)).what)
}

/// The whole name around a keyword.
pub(crate) fn name_at(view: &View<'_>, keyword: Range<At>) -> Range<At> {
    let start =
        view.run_back(keyword.start, NAME_BYTES_MAX, |byte| is_word(byte) || matches!(byte, b'-' | b'.'));
    let end = view.run(keyword.end, NAME_BYTES_MAX, |byte| is_word(byte) || matches!(byte, b'-' | b'.'));
    // A sentence ends with a dot, and `->` begins with a dash.
    let end = if view.at(end) == b'>' && view.before(end) == b'-' { end - 1 } else { end };
    start..end
}

/// How a value is joined to its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Join {
    /// `=`, `:=`, `=>`.
    Equals,
    /// `==`, `!=`.
    Compared,
    /// `=` without blanks around it.
    Tight,
    Colon,
    /// An argument after one that is the name, or `value="…"` after `name="…"`.
    Argument,
    /// `setPassword("…")`.
    Call,
    /// `<password>…</password>`.
    Element,
    /// A blank, after a command line's option or in `.netrc`.
    Blank,
}

/// Judges the value of the name at `name`.
pub(crate) fn judge(view: &View<'_>, name: Range<At>, place: Place) -> Option<Hit> {
    let (join, at) = join(view, &name)?;
    let promise = names::of(view.slice(name.clone()))?;
    let (value, written) = value(view, at, join, place)?;
    let text = view.slice(value.clone());
    view.judges(text.len());
    if place.is_lock || !fits(view, &name, join, written, place, promise, text) {
        return None;
    }
    if promise == Promise::Auth && text.len() >= 8 {
        let decoded = crate::checksum::base64(text, 512).unwrap_or_default();
        if structure::is_name_and_password(&decoded) {
            return Some(Hit::new(&BASIC, value, Confidence::Likely));
        }
    }
    let detector = vendors::detector(view.slice(name), text).unwrap_or_else(|| detector(promise));
    let confidence = judge::value(promise, text, written)?;
    Some(Hit { is_example: words::is_marked(text), ..Hit::new(detector, value, confidence) })
}

#[expect(clippy::too_many_arguments, reason = "one decision over all that was seen")]
fn fits(
    view: &View<'_>,
    name: &Range<At>,
    join: Join,
    written: Written,
    place: Place,
    promise: Promise,
    text: &[u8],
) -> bool {
    let same = same_word(view.slice(name.clone()), text);
    if place.is_translation && (promise == Promise::Password || written != Written::Quoted) {
        return false;
    }
    if join == Join::Call && promise == Promise::Password {
        let called = view.slice(name.clone());
        return called.windows(3).any(|part| part.eq_ignore_ascii_case(b"set"))
            || called.windows(4).any(|part| part.eq_ignore_ascii_case(b"with"));
    }
    let setter = view.slice(name.clone()).windows(3).any(|part| part.eq_ignore_ascii_case(b"set"));
    if join == Join::Call && !setter && judge::random(text) < Random::Likely {
        return false;
    }
    // Words beside each other, and what is compared, are rather names of things.
    if matches!(join, Join::Argument | Join::Compared) && judge::random(text) < Random::Perhaps {
        return false;
    }
    if join == Join::Argument && is_compared(view.line_before(name.start, 60)) {
        return false;
    }
    if join == Join::Argument && promise != Promise::Password && judge::random(text) < Random::Likely {
        return false;
    }
    if place.is_markup && promise == Promise::Password && judge::random(text) == Random::No {
        return false;
    }
    if join == Join::Blank && written != Written::Quoted && judge::random(text) < Random::Perhaps {
        return false;
    }
    !(same && (promise != Promise::Password || written != Written::Quoted))
}

/// Arguments of a function that hashes or compares passwords: the second one is a salt or a hash.
fn is_compared(line: &[u8]) -> bool {
    ["hash", "check", "verify", "compare", "crypt"].iter().any(|word| contains(line, word.as_bytes()))
}

/// Whether a value only repeats its name: `api_key: "API-KEY"`.
fn same_word(name: &[u8], value: &[u8]) -> bool {
    let plain = |text: &[u8]| -> Vec<u8> {
        text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
    };
    let (name, value) = (plain(name), plain(value));
    !value.is_empty() && (name.ends_with(&value) || value.ends_with(&name))
}

/// Where the value of a name begins, and how it is joined to it.
fn join(view: &View<'_>, name: &Range<At>) -> Option<(Join, At)> {
    let closed = view.run(name.end, 4, |byte| matches!(byte, b'"' | b'\'' | b'\\' | b'`' | b']' | b')'));
    let quoted = closed > name.end && matches!(view.before(name.start), b'"' | b'\'' | b'`');
    let bracketed = view.slice(name.end..closed).contains(&b')');
    let at = view.skip_blanks(closed, BLANKS_MAX);
    match view.at(at) {
        b'=' | b'!' | b'?' | b'|' | b'+' => equals(view, at, name),
        b':' if view.at(at + 1) == b'=' => Some((Join::Equals, at + 2)),
        b':' if view.at(at + 1) == b':' => None,
        // A part of an ARN: `…:secret:name`.
        b':' if view.before(name.start) == b':' => None,
        b':' => colon(view, at + 1),
        b',' if quoted && !bracketed => argument(view, at + 1),
        b'(' if closed == name.end => Some((Join::Call, at + 1)),
        b'>' if closed == name.end && is_element(view, name) => Some((Join::Element, at + 1)),
        b'-' if view.at(at + 1) == b'>' => None,
        _ if at > closed && closed == name.end => blank(view, name, at),
        _ if at > closed && quoted => attribute(view, at),
        _ => None,
    }
}

fn equals(view: &View<'_>, at: At, name: &Range<At>) -> Option<(Join, At)> {
    let end = view.run(at, 3, |byte| matches!(byte, b'=' | b'>' | b'!' | b'?' | b'|' | b'~' | b'+'));
    if !view.slice(at..end).contains(&b'=') {
        return None;
    }
    let joint = view.slice(at..end);
    if joint.contains(&b'!') || joint.starts_with(b"==") {
        return Some((Join::Compared, end));
    }
    let tight = at == name.end && end == at + 1 && !matches!(view.at(end), b' ' | b'\t');
    Some((if tight { Join::Tight } else { Join::Equals }, end))
}

/// After a colon a type may come first: `password: string = "…"`.
fn colon(view: &View<'_>, at: At) -> Option<(Join, At)> {
    let start = view.skip_blanks(at, BLANKS_MAX);
    let end = view.run(start, 40, |byte| is_word(byte) || matches!(byte, b'.' | b'?' | b'&' | b'<' | b'>'));
    let next = view.skip_blanks(end, BLANKS_MAX);
    let typed = end > start && view.at(next) == b'=' && !matches!(view.at(next + 1), b'=' | b'>');
    Some(if typed { (Join::Equals, next + 1) } else { (Join::Colon, at) })
}

/// `("password", "…")`, and `"name": "PASSWORD", "value": "…"`.
fn argument(view: &View<'_>, at: At) -> Option<(Join, At)> {
    let start = view.run(at, BLANKS_MAX, |byte| byte.is_ascii_whitespace());
    attribute(view, start).or(Some((Join::Argument, at)))
}

/// `value="…"` or `"value": "…"` beside a name.
fn attribute(view: &View<'_>, at: At) -> Option<(Join, At)> {
    let start = view.run(at, 1, |byte| matches!(byte, b'"' | b'\''));
    let known = [&b"value"[..], b"content"].into_iter().find(|word| view.has_any_case(start, word))?;
    let end = view.run(start + known.len(), 1, |byte| matches!(byte, b'"' | b'\''));
    let end = view.skip_blanks(end, 4);
    matches!(view.at(end), b'=' | b':').then_some((Join::Argument, end + 1))
}

fn is_element(view: &View<'_>, name: &Range<At>) -> bool {
    view.before(name.start) == b'<'
        || view.before(name.start) == b':' && view.line_before(name.start, 40).contains(&b'<')
}

/// A command line's option, a line of `.netrc`, or SQL's `PASSWORD 'x'`.
fn blank(view: &View<'_>, name: &Range<At>, at: At) -> Option<(Join, At)> {
    let text = view.slice(name.clone());
    let option = text.starts_with(b"--") || (text.starts_with(b"-") && text.len() > 4);
    let is_word = text.eq_ignore_ascii_case(b"password");
    let line = view.line_before(name.start, 120);
    let netrc = is_word && line.windows(6).any(|part| part == b"login ");
    let quoted = is_word && view.at(at) == b'\'';
    (option || netrc || quoted).then_some((Join::Blank, at))
}

/// The value at `at`: its place, and how it is written.
fn value(view: &View<'_>, at: At, join: Join, place: Place) -> Option<(Range<At>, Written)> {
    let blanks = if join == Join::Call || join == Join::Argument { 4 } else { BLANKS_MAX };
    let start = view.skip_blanks(at, blanks);
    let start = literal_prefix(view, start);
    let escapes = view.run(start, 2, |byte| byte == b'\\');
    let quote = view.at(escapes);
    if matches!(quote, b'"' | b'\'' | b'`') {
        return quoted(view, escapes, escapes > start).map(|range| (range, Written::Quoted));
    }
    if view.has(start, b"&quot;") {
        let end = view.run(start + 6, 256, |byte| byte != b'&' && byte != b'\n');
        return Some((start + 6..end, Written::Quoted));
    }
    if matches!(join, Join::Call | Join::Argument) {
        return None;
    }
    let stop: fn(u8) -> bool = match join {
        Join::Element => |byte| byte != b'<' && byte != b'\n',
        _ => |byte| {
            byte.is_ascii_graphic()
                && !matches!(
                    byte,
                    b'"' | b'\'' | b'`' | b',' | b';' | b'&' | b'<' | b'>' | b'\\' | b')' | b'|'
                )
                || byte >= 0x80
        },
    };
    let end = view.run(start, VALUE_BYTES_MAX, stop);
    let end = end
        - view
            .slice(start..end)
            .iter()
            .rev()
            .take_while(|byte| matches!(byte, b'}' | b']' | b'.' | b':'))
            .count();
    let written = match (place.syntax, join) {
        (_, Join::Element) => Written::Quoted,
        (Syntax::Config, _) => Written::Plain,
        (Syntax::Text, Join::Tight) if is_shouted(view, at) => Written::Plain,
        (Syntax::Text, Join::Tight | Join::Colon | Join::Blank) => Written::Bare,
        (Syntax::Code, Join::Tight) if is_inside_text(view, start) => Written::Bare,
        _ => return None,
    };
    let sentence = written != Written::Quoted
        && view.at(end) == b' '
        && join == Join::Colon
        && view.at(end + 1).is_ascii_alphabetic();
    (!sentence && end > start).then_some((start..end, written))
}

/// Whether the name before `=` is one of an environment variable.
fn is_shouted(view: &View<'_>, at: At) -> bool {
    let name = view.run_back(at - 1, NAME_BYTES_MAX, is_word);
    let name = view.slice(name..at - 1);
    name.len() > 4 && !name.iter().any(u8::is_ascii_lowercase)
}

/// Whether a program's line has an open quote before `at`.
fn is_inside_text(view: &View<'_>, at: At) -> bool {
    let line = view.line_before(at, 200);
    let quotes = line.iter().filter(|byte| **byte == b'"').count();
    let single = line.iter().filter(|byte| **byte == b'\'').count();
    quotes % 2 == 1 || single % 2 == 1
}

/// What may stand before a literal's quote: `b"…"`, `@"…"`, `new String("…")`, `[]byte("…")`.
fn literal_prefix(view: &View<'_>, start: At) -> At {
    const WRAPPERS: &[&str] = &[
        "string",
        "str",
        "bytes",
        "byte",
        "some",
        "text",
        "valueof",
        "ptr",
        "secret",
        "securestring",
        "pointer",
        "just",
        "cstring",
        "literal",
        "password",
        "credential",
        "value",
        "of",
        "key",
        "stringvalue",
        "buffer",
        "from",
    ];
    let letter = view.run(start, 1, |byte| matches!(byte, b'b' | b'r' | b'u' | b'L' | b'@' | b'N'));
    if letter > start && matches!(view.at(letter), b'"' | b'\'') {
        return letter;
    }
    let name =
        view.run(start, 48, |byte| is_word(byte) || matches!(byte, b'.' | b':' | b' ' | b'[' | b']' | b'&'));
    if name == start || view.at(name) != b'(' {
        return start;
    }
    let last = view.run_back(name, 24, is_word);
    let word = view.slice(last..name).to_ascii_lowercase();
    let known = WRAPPERS.iter().any(|wrapper| word.ends_with(wrapper.as_bytes()));
    let inner = view.skip_blanks(name + 1, 4);
    if known && matches!(view.at(inner), b'"' | b'\'' | b'@') {
        view.run(inner, 1, |byte| byte == b'@')
    } else {
        start
    }
}

/// The text between quotes on one line.
fn quoted(view: &View<'_>, open: At, escaped: bool) -> Option<Range<At>> {
    let quote = view.at(open);
    let triple = view.at(open + 1) == quote && view.at(open + 2) == quote;
    let start = if triple { open + 3 } else { open + 1 };
    let mut at = start;
    // A quote may stand in the value, after a backslash.
    for _ in 0..8 {
        at = view.run(at, VALUE_BYTES_MAX, |byte| byte != quote && byte != b'\n' && byte != b'\\');
        if view.at(at) != b'\\' {
            break;
        }
        if escaped && view.at(at + 1) == quote {
            return (at > start).then_some(start..at);
        }
        at += 2;
    }
    (view.at(at) == quote && at > start && at <= view.len()).then_some(start..at)
}
