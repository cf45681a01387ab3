//! The hooks' files as they are laid down: without comments, documentation and blanks that say nothing.
//!
//! Every cold start reads them. Names and lines of code stay as they are, so that what ships is what was read.
//!
//! INVARIANT: nothing inside of a text, template or regular expression is touched.

/// A file of the hooks as it ships, by its path below `hooks`.
#[must_use]
pub fn shipped(path: &str, text: &str) -> String {
    match path.rsplit('.').next() {
        Some("py") => python(text),
        Some("cjs" | "mjs" | "js") => node(text),
        _ => text.to_owned(),
    }
}

/// One logical line of Python.
#[derive(Default)]
struct Line {
    text: String,
    indent: usize,
    /// Nothing but one text stands on it.
    is_text: bool,
}

/// Python: logical lines with one blank for each level, no comments, no texts that stand alone.
fn python(source: &str) -> String {
    let lines = logical(source);
    let mut out = String::with_capacity(source.len());
    let mut levels = vec![0];
    for (at, line) in lines.iter().enumerate() {
        while levels.last().is_some_and(|level| *level > line.indent) {
            levels.pop();
        }
        if levels.last().is_some_and(|level| *level < line.indent) {
            levels.push(line.indent);
        }
        let next = lines.get(at + 1);
        let is_body_alone = next.is_none_or(|next| next.indent < line.indent) && opens(&lines, at);
        let text = match line.is_text {
            // A body that is nothing but documentation still is one.
            true if is_body_alone => "0",
            true => continue,
            false => line.text.as_str(),
        };
        out.extend(std::iter::repeat_n(' ', levels.len() - 1));
        out.push_str(text);
        out.push('\n');
    }
    out
}

/// Whether the line before begins a body.
fn opens(lines: &[Line], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| lines.get(before)).is_some_and(|before| before.text.ends_with(':'))
}

fn logical(source: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut line = Line::default();
    let mut rest = source;
    let mut depth = 0_usize;
    let mut texts = 0_usize;
    let mut others = false;
    while let Some(one) = rest.chars().next() {
        let begins = line.text.is_empty() && texts == 0;
        let mut taken = one.len_utf8();
        match one {
            '#' => taken = rest.find('\n').unwrap_or(rest.len()),
            '\n' if depth > 0 => new_line(&mut line.text),
            '\n' => {
                line.is_text = texts > 0 && !others;
                line.text.truncate(line.text.trim_end().len());
                if !line.text.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                line = Line::default();
                (texts, others) = (0, false);
            }
            '\\' if rest.starts_with("\\\n") => taken = 2,
            ' ' | '\t' if begins => line.indent += 1,
            // Behind a line break inside of brackets.
            ' ' | '\t' if line.text.ends_with('\n') => {}
            '\'' | '"' => {
                taken = text_length(rest);
                texts += 1;
                line.text.push_str(rest.get(..taken).unwrap_or_default());
            }
            _ => {
                match one {
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                others |= !one.is_whitespace();
                line.text.push(one);
            }
        }
        if one == '#' && depth > 0 {
            line.text.truncate(line.text.trim_end_matches(' ').len());
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    line.is_text = texts > 0 && !others;
    if !line.text.trim().is_empty() {
        lines.push(line);
    }
    lines
}

/// The length of a Python text from its first quote on.
fn text_length(rest: &str) -> usize {
    let quote = rest.chars().next().unwrap_or('"');
    let three = format!("{quote}{quote}{quote}");
    let end = if rest.starts_with(&three) { three } else { quote.to_string() };
    let mut at = end.len();
    while let Some(inner) = rest.get(at..).filter(|inner| !inner.is_empty()) {
        if inner.starts_with(&end) {
            return at + end.len();
        }
        let step = if inner.starts_with('\\') { 1 } else { 0 };
        at += inner.chars().take(step + 1).map(char::len_utf8).sum::<usize>();
    }
    rest.len()
}

/// What a piece of JavaScript is.
enum Piece {
    Comment,
    /// A text, template or regular expression.
    Kept,
    Code,
}

/// JavaScript: no comments, no indentation, no empty lines. Line breaks stay, since they may end statements.
fn node(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(one) = rest.chars().next() {
        let (taken, kind) = piece(rest, &out);
        let text = rest.get(..taken).unwrap_or_default();
        match kind {
            Piece::Comment if text.contains('\n') => new_line(&mut out),
            Piece::Comment => {}
            Piece::Kept => out.push_str(text),
            Piece::Code if one == '\n' => new_line(&mut out),
            Piece::Code if matches!(one, ' ' | '\t' | '\r') && (out.is_empty() || out.ends_with('\n')) => {}
            Piece::Code => out.push_str(text),
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    out
}

fn new_line(out: &mut String) {
    out.truncate(out.trim_end_matches([' ', '\t', '\r']).len());
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

/// The length and kind of what stands next.
fn piece(rest: &str, before: &str) -> (usize, Piece) {
    let first = rest.chars().next().unwrap_or(' ');
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), Piece::Comment);
    }
    if rest.starts_with("/*") {
        return (
            rest.get(2..).and_then(|inner| inner.find("*/")).map_or(rest.len(), |end| end + 4),
            Piece::Comment,
        );
    }
    match first {
        '\'' | '"' => (until(rest, first), Piece::Kept),
        '`' => (template(rest), Piece::Kept),
        '/' if is_expression(before) => (expression(rest), Piece::Kept),
        _ => (first.len_utf8(), Piece::Code),
    }
}

/// A text up to its quote.
fn until(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, one) in rest.char_indices().skip(1) {
        match one {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if one == quote => return at + one.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// A template with what is written inside of its `${}`, which is kept as it is.
fn template(rest: &str) -> usize {
    let mut at = 1;
    let mut depth = 0_usize;
    while let Some(inner) = rest.get(at..).filter(|inner| !inner.is_empty()) {
        let one = inner.chars().next().unwrap_or(' ');
        at += match one {
            '\\' => inner.chars().take(2).map(char::len_utf8).sum(),
            '`' if depth == 0 => return at + 1,
            '`' => template(inner),
            '$' if depth == 0 && inner.starts_with("${") => {
                depth = 1;
                2
            }
            '{' if depth > 0 => {
                depth += 1;
                1
            }
            '}' if depth > 0 => {
                depth -= 1;
                1
            }
            '\'' | '"' if depth > 0 => until(inner, one),
            _ => one.len_utf8(),
        };
    }
    rest.len()
}

/// A regular expression: up to the slash that is in no class.
fn expression(rest: &str) -> usize {
    let (mut escaped, mut in_class) = (false, false);
    for (at, one) in rest.char_indices().skip(1) {
        match one {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '/' if !in_class => return at + 1,
            '\n' => return 1,
            _ => {}
        }
    }
    1
}

/// Whether a slash begins a regular expression here, and does not divide.
fn is_expression(before: &str) -> bool {
    const WORDS: &[&str] =
        &["return", "typeof", "case", "in", "of", "do", "else", "void", "delete", "throw", "new"];
    let before = before.trim_end();
    let Some(last) = before.chars().next_back() else { return true };
    if last.is_alphanumeric() || matches!(last, '_' | '$') {
        let word = before.rsplit(|one: char| !(one.is_alphanumeric() || matches!(one, '_' | '$'))).next();
        return word.is_some_and(|word| WORDS.contains(&word));
    }
    !matches!(last, ')' | ']' | '}' | '"' | '\'' | '`')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_keeps_its_texts_and_its_bodies() {
        let source = "#!/x\n\"\"\"Says\nwhat.\"\"\"\nimport os  # here\n\nclass A(Exception):\n    \"\"\"Why.\"\"\"\n\n\ndef f(a,  # one\n      b):\n    'doc'\n    x = '# no' + \"\"\"a\n    # b\"\"\"\n    if x:\n        return \\\n            1\n    return {\n        # all\n        'a': 1,\n    }\n";
        assert_eq!(
            shipped("a.py", source),
            "import os\nclass A(Exception):\n 0\ndef f(a,\nb):\n x = '# no' + \"\"\"a\n    # b\"\"\"\n if x:\n  return             1\n return {\n'a': 1,\n}\n"
        );
    }

    #[test]
    fn node_keeps_its_texts_and_expressions() {
        let source = "// why\n'use strict'; // strict\n/* a\n b */\nconst r = /[/'\"]\\/\\/x/g, d = a / b / c;\n  const t = `// ${f('}', `//`)} '`;\n\n    return /x/.test(s);\n";
        assert_eq!(
            shipped("a.cjs", source),
            "'use strict';\nconst r = /[/'\"]\\/\\/x/g, d = a / b / c;\nconst t = `// ${f('}', `//`)} '`;\nreturn /x/.test(s);\n"
        );
    }

    /// With the preload library (33 kB at most, held by its own build) under the promised 100 kB.
    #[test]
    fn what_ships_is_small() {
        const BYTES_MAX: usize = 64_000;
        let bytes: usize = super::super::FILES.iter().map(|(path, text)| shipped(path, text).len()).sum();
        assert!(bytes <= BYTES_MAX, "{bytes} bytes");
    }
}
