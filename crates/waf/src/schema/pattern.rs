//! Patterns as browsers read them (ECMA-262, annex B), written so that engines of linear cost read them too.
use serde_json::{Map, Value, json};

/// Repeats up to this number are left to the engine of patterns, whose automaton has a state for each.
const REPEAT_MAX: usize = 1000;

/// Rewrites `pattern` where an engine would refuse what it means.
pub(super) fn plain(schema: &mut Map<String, Value>) {
    let Some(pattern) = schema.get("pattern").and_then(Value::as_str) else { return };
    let Some((text, bounds)) = counted(pattern) else {
        if let Some(escaped) = escaped(pattern) {
            schema.insert("pattern".to_owned(), escaped.into());
        }
        return;
    };
    let (least, most) = bounds;
    let known = |name: &str| schema.get(name).and_then(Value::as_u64);
    let least = known("minLength").map_or(least, |known| known.max(least));
    let most = known("maxLength").map_or(most, |known| known.min(most));
    // The keywords speak of texts alone, as the pattern does.
    schema.insert("pattern".to_owned(), text.into());
    schema.insert("minLength".to_owned(), json!(least));
    schema.insert("maxLength".to_owned(), json!(most));
}

/// `^X{a,b}$` with a large number and one character `X`: the same as `^X*$` and a length.
fn counted(pattern: &str) -> Option<(String, (u64, u64))> {
    let inner = pattern.strip_prefix('^')?.strip_suffix("}$")?;
    let (one, numbers) = inner.rsplit_once('{')?;
    let (least, most) = numbers.split_once(',').unwrap_or((numbers, numbers));
    let (least, most): (u64, u64) = (least.parse().ok()?, most.parse().ok()?);
    let class = one.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_one = matches!(one, "." | "\\w" | "\\d" | "\\s" | "\\W" | "\\D" | "\\S")
        || class.is_some_and(|class| {
            !class.is_empty() && class != "^" && !class.contains(['[', ']']) && !class.ends_with('\\')
        });
    (is_one && least <= most && most > REPEAT_MAX as u64).then(|| (format!("^{one}*$"), (least, most)))
}

/// With a backslash before each `{` that repeats nothing; none when there is no such sign.
fn escaped(pattern: &str) -> Option<String> {
    let mut out = String::new();
    let (mut in_class, mut may_repeat, mut is_changed) = (false, false, false);
    let mut rest = pattern;
    while let Some(char) = rest.chars().next() {
        let (head, after) = rest.split_at_checked(char.len_utf8())?;
        if char == '\\' {
            let length = 1 + after.chars().next().map_or(0, char::len_utf8);
            let (escape, tail) = rest.split_at_checked(length)?;
            out.push_str(escape);
            // `\p{…}`, `\u{…}` and `\x{…}` have braces of their own.
            let braces = matches!(escape, "\\p" | "\\P" | "\\u" | "\\x").then(|| braced(tail)).flatten();
            out.push_str(braces.unwrap_or_default());
            rest = tail.get(braces.map_or(0, str::len)..)?;
            may_repeat = true;
            continue;
        }
        if let Some(open) = group(rest).filter(|_| !in_class) {
            out.push_str(open);
            rest = rest.get(open.len()..)?;
            may_repeat = false;
            continue;
        }
        if char == '{' && !in_class {
            if let Some(repeat) = braced(rest).filter(|repeat| may_repeat && is_repeat(repeat)) {
                out.push_str(repeat);
                rest = rest.get(repeat.len()..)?;
                may_repeat = false;
                continue;
            }
            out.push('\\');
            is_changed = true;
        }
        in_class = match char {
            '[' => true,
            ']' => false,
            _ => in_class,
        };
        may_repeat = in_class || !matches!(char, '|' | '^');
        out.push_str(head);
        rest = after;
    }
    is_changed.then_some(out)
}

/// What opens a group here: `(`, `(?:`, `(?<name>`, …
fn group(text: &str) -> Option<&str> {
    let marked = ["(?:", "(?=", "(?!", "(?<=", "(?<!"].into_iter().find(|open| text.starts_with(open));
    if let Some(open) = marked {
        return text.get(..open.len());
    }
    let named = text.strip_prefix("(?<").and_then(|name| name.find('>'));
    let length = named.map_or(1, |end| "(?<".len() + end + 1);
    text.strip_prefix('(').and_then(|_| text.get(..length))
}

/// From `{` to the next `}`.
fn braced(text: &str) -> Option<&str> {
    text.strip_prefix('{')?.find('}').and_then(|end| text.get(..end + 2))
}

fn is_repeat(braces: &str) -> bool {
    let inner = braces.trim_start_matches('{').trim_end_matches('}');
    let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && is_number(least) && is_number(most)
}
