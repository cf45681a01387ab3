//! SQL and PartiQL text: input may fill one literal, one number or one name, never more. Documents that a store is asked with:
//! input may be values, never operators.
use super::judge::{Context, Suspicion, part};
use std::ops::Range;

const RULE: &str = "hook-sql";
const DOCUMENTS: &str = "hook-nosql";
/// The one comparison that a caller may choose: it asks for what was asked for anyway.
const EQUAL: &str = "EQ";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `'…'`, and `"…"` as it may be one.
    Text,
    /// A text or a comment that does not end.
    Open,
    Number,
    /// A name or a keyword.
    Word,
    Comment,
    Sign,
}

#[derive(Debug)]
struct Token {
    kind: Kind,
    range: Range<usize>,
}

pub(super) fn judge(context: &Context<'_>, text: &str, backslash: bool) -> Vec<Suspicion> {
    let tokens = tokens(text.as_bytes(), backslash);
    let mut found = Vec::new();
    for range in context.inputs.ranges(text.as_bytes()) {
        if let Some(reason) = broken(text, &tokens, &range) {
            found.push(Suspicion::attack(RULE, reason, &part(text, &range)));
        }
    }
    found
}

/// Operators (`$ne`) that came with the event as names of members: a value that was expected to be a text is a condition. And
/// comparisons of DynamoDB's older conditions (`"ComparisonOperator": "NE"`) that are a value of the event.
pub(super) fn operators(context: &Context<'_>, names: &[String]) -> Vec<Suspicion> {
    let is_member = |name: &&String| name.starts_with('$') && context.inputs.has_operator(name);
    if let Some(name) = names.iter().find(is_member) {
        let reason = "input brings an operator into a query of a document store";
        // No fragment: that the code has the same operator elsewhere says nothing of this one.
        let mut attack = Suspicion::attack(DOCUMENTS, reason, "");
        attack.facts = vec![("input", super::judge::shown(name))];
        return vec![attack];
    }
    let is_chosen = |name: &&String| {
        !name.starts_with('$')
            && *name != EQUAL
            && context.inputs.any(|input| input.eq_ignore_ascii_case(name.as_bytes()))
    };
    // A fragment: a state of the United States is a comparison, too, where the code has its own.
    let reason = "input chooses the comparison of a query";
    let attack = |name: &String| Suspicion::attack(DOCUMENTS, reason, name);
    names.iter().find(is_chosen).map(attack).into_iter().collect()
}

/// How a range of input changes the statement, if it does.
fn broken(text: &str, tokens: &[Token], range: &Range<usize>) -> Option<&'static str> {
    let first = tokens.partition_point(|token| token.range.end <= range.start);
    let touched: Vec<&Token> =
        tokens.get(first..)?.iter().take_while(|token| token.range.start < range.end).collect();
    match touched.as_slice() {
        [] => return None,
        [one] => {
            let is_inside = one.range.start < range.start && range.end < one.range.end;
            return match one.kind {
                Kind::Text | Kind::Number | Kind::Word | Kind::Sign => None,
                Kind::Comment if is_inside && one.range.end < text.len() => None,
                // All of a comment, or what never ends.
                Kind::Comment | Kind::Open => (range.len() > 1)
                    .then_some("input opens a comment or a text in SQL that it does not close"),
            };
        }
        _ => {}
    }
    let first_cut =
        touched.first().is_some_and(|token| token.kind == Kind::Text && token.range.start < range.start);
    if !first_cut && is_list(text, &touched) {
        return None;
    }
    Some(if first_cut {
        "input breaks out of a text in SQL"
    } else {
        "input brings tokens of its own into SQL"
    })
}

/// Plain numbers, names and texts between commas, a name with its table's, a sign in front of a number, an order.
fn is_list(text: &str, tokens: &[&Token]) -> bool {
    let word = |token: &Token| part(text, &token.range).to_ascii_lowercase();
    let is_order = |token: &Token| matches!(word(token).as_str(), "asc" | "desc");
    let mut expects_value = true;
    for (position, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Number | Kind::Word if expects_value => expects_value = false,
            Kind::Word if is_order(token) && position > 0 => {}
            Kind::Sign => match word(token).as_str() {
                "," | "." => expects_value = true,
                // A date or an identifier with dashes of its own; `--` would have been a comment.
                "-" | "+" | ":" | "/" => expects_value = true,
                _ => return false,
            },
            _ => return false,
        }
    }
    let is_keyword = |token: &&&Token| {
        const KEYWORDS: &[&str] =
            &["select", "union", "sleep", "benchmark", "or", "and", "case", "null", "from", "not"];
        token.kind == Kind::Word && KEYWORDS.contains(&word(token).as_str())
    };
    !tokens.iter().any(|token| is_keyword(&token))
}

fn tokens(bytes: &[u8], backslash: bool) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        let (kind, end) = token(bytes, at, backslash);
        let end = end.clamp(at + 1, bytes.len());
        found.push(Token { kind, range: at..end });
        at = end;
    }
    found
}

fn token(bytes: &[u8], at: usize, backslash: bool) -> (Kind, usize) {
    let rest = bytes.get(at..).unwrap_or_default();
    let run = |holds: fn(&u8) -> bool| at + rest.iter().take_while(|byte| holds(byte)).count();
    match rest {
        [b'-', b'-', ..] | [b'#', ..] if rest.first() == Some(&b'-') || backslash => {
            (Kind::Comment, at + rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len()))
        }
        [b'/', b'*', ..] => match memchr::memmem::find(rest.get(2..).unwrap_or_default(), b"*/") {
            Some(length) => (Kind::Comment, at + length + 4),
            None => (Kind::Open, bytes.len()),
        },
        [quote @ (b'\'' | b'"' | b'`'), ..] => quoted(bytes, at, *quote, backslash),
        [b'[', next, ..] if next.is_ascii_alphabetic() => {
            // A name in brackets, or a list: either way up to where it closes a plain name.
            let name =
                rest.iter().skip(1).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            if rest.get(name + 1) == Some(&b']') { (Kind::Word, at + name + 2) } else { (Kind::Sign, at + 1) }
        }
        [first, ..] if first.is_ascii_digit() => {
            (Kind::Number, run(|byte| byte.is_ascii_alphanumeric() || *byte == b'.' || *byte == b'_'))
        }
        [first, ..]
            if first.is_ascii_alphabetic() || matches!(first, b'_' | b'@' | b'$') || !first.is_ascii() =>
        {
            (
                Kind::Word,
                run(|byte| {
                    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@' | b'$') || !byte.is_ascii()
                }),
            )
        }
        _ => (Kind::Sign, at + 1),
    }
}

/// A text in quotes; doubled quotes belong to it.
fn quoted(bytes: &[u8], start: usize, quote: u8, backslash: bool) -> (Kind, usize) {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'\\' && backslash {
            at += 1;
        } else if byte == quote {
            if bytes.get(at + 1) != Some(&quote) {
                return (Kind::Text, at + 1);
            }
            at += 1;
        }
        at += 1;
    }
    (Kind::Open, bytes.len())
}
