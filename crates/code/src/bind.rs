//! Statements once more, with placeholders where values were glued in; commands as lists of arguments.
//!
//! Works on the text of one argument, and only on the plainest forms of it: one literal, or literals and names
//! between `+`. Whatever is not understood for certain is left alone.
use model::{Flow, FunctionCode, Language, Project, SinkKind};

/// Longer arguments are not looked at.
const ARGUMENT_BYTES_MAX: usize = 4_000;

/// Fills [`model::Sink::bound`] of every flow into a statement or a command.
pub(crate) fn fill(project: &mut Project) {
    for position in 0..project.apps.len() {
        let Some(app) = project.apps.get_mut(position) else { continue };
        let mut codes = std::mem::take(&mut app.code);
        for code in &mut codes {
            let bound: Vec<Option<String>> =
                code.flows.iter().map(|flow| bind(project, code, flow)).collect();
            for (flow, bound) in code.flows.iter_mut().zip(bound) {
                flow.sink.bound = bound;
            }
        }
        if let Some(app) = project.apps.get_mut(position) {
            app.code = codes;
        }
    }
}

fn bind(project: &Project, code: &FunctionCode, flow: &Flow) -> Option<String> {
    let at = flow.sink.argument;
    if at.len() > ARGUMENT_BYTES_MAX {
        return None;
    }
    let call = code.calls.get(flow.sink.call?)?;
    let text = || project.file(at)?.text.get(at.start as usize..at.end as usize);
    match flow.sink.kind {
        SinkKind::Sql if call.arguments.len() == 1 => {
            let style = style(&flow.sink.api, code.language)?;
            statement(&pieces(text()?, code.language)?, style, code.language)
        }
        SinkKind::Command if call.arguments.first().is_some_and(|first| first.at == at) => {
            command(&pieces(text()?, code.language)?, code.language)
        }
        _ => None,
    }
}

/// What a shell gives a meaning, and quotes that would have to be understood.
const SHELL_SIGNS: &[char] = &[
    '|', ';', '&', '<', '>', '$', '`', '*', '?', '~', '(', ')', '{', '}', '[', ']', '!', '#', '"', '\'',
    '\n', '=',
];

/// A command as a list of arguments: `["ls", name]`, in JavaScript `"ls", [name]`. Each value has to be a word
/// of its own.
fn command(pieces: &[Piece<'_>], language: Language) -> Option<String> {
    let mut words: Vec<String> = Vec::new();
    let mut needs_space = false;
    for (position, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Text(text) if text.contains(SHELL_SIGNS) || needs_space && !starts_word(text) => {
                return None;
            }
            Piece::Text(text) => {
                words.extend(text.split_whitespace().map(|word| format!("\"{word}\"")));
                let is_last = position + 1 == pieces.len();
                if !is_last && !text.ends_with(' ') && !text.is_empty() {
                    return None;
                }
                needs_space = needs_space && text.is_empty();
            }
            Piece::Value(_) if needs_space || words.is_empty() => return None,
            Piece::Value(name) => {
                words.push((*name).to_owned());
                needs_space = true;
            }
        }
    }
    let (program, arguments) = words.split_first().filter(|(program, _)| program.starts_with('"'))?;
    let has_value = arguments.iter().any(|word| !word.starts_with('"'));
    let list = arguments.join(", ");
    has_value.then(|| match language {
        Language::Python => format!("[{program}, {list}]"),
        _ => format!("{program}, [{list}]"),
    })
}

fn starts_word(text: &str) -> bool {
    text.is_empty() || text.starts_with(' ')
}

/// How a driver writes placeholders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Question,
    Percent,
    Dollar,
}

fn style(api: &str, language: Language) -> Option<Style> {
    let root = api.split(['.', '(', '/']).next()?;
    let method = api.rsplit('.').next()?;
    if !matches!(method, "execute" | "query") {
        return None;
    }
    match (language, root) {
        (Language::Python, "sqlite3" | "pyodbc" | "aiosqlite") => Some(Style::Question),
        (Language::Python, "pymysql" | "psycopg2" | "psycopg" | "mysql" | "MySQLdb") => Some(Style::Percent),
        (Language::JavaScript | Language::TypeScript, "pg") => Some(Style::Dollar),
        (Language::JavaScript | Language::TypeScript, "mysql" | "mysql2" | "serverless-mysql") => {
            Some(Style::Question)
        }
        _ => None,
    }
}

/// A part of a text that is put together.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece<'t> {
    Text(&'t str),
    /// A name, with members, items and calls.
    Value(&'t str),
}

/// What a text is put together from; `None` when that is not plain to see.
fn pieces(text: &str, language: Language) -> Option<Vec<Piece<'_>>> {
    let mut all = Vec::new();
    let mut rest = text.trim();
    loop {
        let (mut found, after) = operand(rest, language)?;
        all.append(&mut found);
        let after = after.trim_start();
        if after.is_empty() {
            return Some(all);
        }
        rest = after.strip_prefix('+')?.trim_start();
    }
}

fn operand(text: &str, language: Language) -> Option<(Vec<Piece<'_>>, &str)> {
    let is_python = language == Language::Python;
    let formatted = text.strip_prefix(['f', 'F']).filter(|rest| is_python && rest.starts_with(['"', '\'']));
    let literal = formatted.unwrap_or(text);
    let Some(quote) = literal.chars().next().filter(|sign| matches!(sign, '"' | '\'' | '`')) else {
        return value(text);
    };
    let triple = ["\"\"\"", "'''"].into_iter().find(|mark| is_python && literal.starts_with(mark));
    let mark = triple.map_or_else(|| quote.to_string(), str::to_owned);
    let (inside, after) = literal.strip_prefix(mark.as_str())?.split_once(mark.as_str())?;
    if inside.contains('\\') {
        return None;
    }
    let opening = match (formatted.is_some(), quote) {
        (true, _) => "{",
        (false, '`') => "${",
        _ => return Some((vec![Piece::Text(inside)], after)),
    };
    Some((inserted(inside, opening)?, after))
}

/// The parts of an f-string or template literal.
fn inserted<'t>(inside: &'t str, opening: &str) -> Option<Vec<Piece<'t>>> {
    let mut all = Vec::new();
    let mut rest = inside;
    while let Some((before, tail)) = rest.split_once(opening) {
        let (name, after) = tail.split_once('}')?;
        let (found, left) = value(name)?;
        if !left.is_empty() || before.contains('}') {
            return None;
        }
        all.push(Piece::Text(before));
        all.extend(found);
        rest = after;
    }
    all.push(Piece::Text(rest));
    Some(all)
}

/// A name with members and items at the beginning of a text.
fn value(text: &str) -> Option<(Vec<Piece<'_>>, &str)> {
    if !text.starts_with(|sign: char| sign.is_alphabetic() || sign == '_') {
        return None;
    }
    let is_part = |sign: char| sign.is_alphanumeric() || "_.[]'\"-".contains(sign);
    let end = text.find(|sign| !is_part(sign)).unwrap_or(text.len());
    let (name, rest) = text.split_at_checked(end)?;
    // A dash only stands in a key: `headers["x-id"]`.
    let is_plain = !name.contains('-') || name.contains(['"', '\'']);
    let is_whole = name.matches('[').count() == name.matches(']').count();
    (is_plain && is_whole).then_some((vec![Piece::Value(name)], rest))
}

/// The statement with placeholders, and the values behind it.
fn statement(pieces: &[Piece<'_>], style: Style, language: Language) -> Option<String> {
    let mut text = String::new();
    let mut values: Vec<&str> = Vec::new();
    let mut is_quoted = false;
    let mut follows_value = false;
    for piece in pieces {
        match piece {
            Piece::Text(part) => {
                let part = if is_quoted { part.strip_prefix('\'')? } else { part };
                let ends_well = part.is_empty() || part.starts_with([' ', ';', ')', ',', '\n']);
                if follows_value && !ends_well || style == Style::Percent && part.contains('%') {
                    return None;
                }
                text.push_str(part);
                (is_quoted, follows_value) = (false, follows_value && part.is_empty());
            }
            Piece::Value(_) if follows_value || is_quoted => return None,
            Piece::Value(name) => {
                is_quoted = text.ends_with('\'');
                if is_quoted {
                    text.pop();
                }
                if !takes_value(&text) {
                    return None;
                }
                values.push(name);
                text.push_str(&placeholder(style, values.len()));
                follows_value = true;
            }
        }
    }
    let is_one = !is_quoted && begins(&text) && !text.trim_end().trim_end_matches(';').contains(';');
    let is_done = is_one && !values.is_empty();
    is_done.then(|| written(&text, &values, language))?
}

fn placeholder(style: Style, number: usize) -> String {
    match style {
        Style::Question => "?".to_owned(),
        Style::Percent => "%s".to_owned(),
        Style::Dollar => format!("${number}"),
    }
}

fn begins(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    ["select", "insert", "update", "delete", "replace"].iter().any(|word| first.eq_ignore_ascii_case(word))
}

/// Whether a value stands behind this text, not a name, a list or a condition.
fn takes_value(before: &str) -> bool {
    let before = before.trim_end().to_ascii_lowercase();
    if before.ends_with(['=', '<', '>']) {
        return true;
    }
    let last = before.rsplit(|sign: char| !sign.is_alphanumeric()).next().unwrap_or_default();
    if matches!(last, "like" | "ilike" | "limit" | "offset") {
        return true;
    }
    // In the list of an `INSERT`.
    before.ends_with(['(', ',']) && before.rsplit_once("values").is_some_and(|(_, list)| !list.contains(')'))
}

fn written(text: &str, values: &[&str], language: Language) -> Option<String> {
    let is_python = language == Language::Python;
    let mark = match (text.contains('\n'), text.contains('"'), is_python) {
        (true, false, true) => "\"\"\"",
        (true, _, false) if !text.contains('`') => "`",
        (false, false, _) => "\"",
        (false, true, _) if !text.contains('\'') => "'",
        _ => return None,
    };
    let list = values.join(", ");
    Some(match (is_python, values.len()) {
        (true, 1) => format!("{mark}{text}{mark}, ({list},)"),
        (true, _) => format!("{mark}{text}{mark}, ({list})"),
        (false, _) => format!("{mark}{text}{mark}, [{list}]"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn python(text: &str, expect: &str) {
        bound(text, Style::Percent, Language::Python, expect);
    }

    #[track_caller]
    fn bound(text: &str, style: Style, language: Language, expect: &str) {
        let found = pieces(text, language).and_then(|pieces| statement(&pieces, style, language));
        assert_eq!(found.as_deref().unwrap_or("-"), expect, "{text}");
    }

    #[test]
    fn values_become_placeholders() {
        python("f\"SELECT * FROM t WHERE a = '{name}'\"", "\"SELECT * FROM t WHERE a = %s\", (name,)");
        python(
            "\"SELECT * FROM t WHERE a = \" + body['id'] + \";\"",
            "\"SELECT * FROM t WHERE a = %s;\", (body['id'],)",
        );
        python(
            "f'INSERT INTO t (a, b) VALUES ({x}, \"y\", {z})'",
            "'INSERT INTO t (a, b) VALUES (%s, \"y\", %s)', (x, z)",
        );
        bound(
            "`SELECT a FROM t WHERE b = '${event.b}' LIMIT ${n}`",
            Style::Dollar,
            Language::JavaScript,
            "\"SELECT a FROM t WHERE b = $1 LIMIT $2\", [event.b, n]",
        );
        bound(
            "\"DELETE FROM t WHERE a = \" + id",
            Style::Question,
            Language::JavaScript,
            "\"DELETE FROM t WHERE a = ?\", [id]",
        );
    }

    #[test]
    fn a_command_becomes_a_list_of_arguments() {
        let list = |text, language| {
            pieces(text, language)
                .and_then(|pieces| command(&pieces, language))
                .unwrap_or_else(|| "-".to_owned())
        };
        assert_eq!(list("f\"ls -l {folder}\"", Language::Python), "[\"ls\", \"-l\", folder]");
        assert_eq!(
            list("\"convert \" + a.b + \" out.png\"", Language::JavaScript),
            "\"convert\", [a.b, \"out.png\"]"
        );
        for text in [
            "f\"ls {x} | wc\"",
            "f\"ls /tmp/{x}\"",
            "f\"{x} -l\"",
            "f\"ls {x}{y}\"",
            "f\"ls '{x}'\"",
            "\"ls\"",
            "f\"ls {x}.txt\"",
        ] {
            assert_eq!(list(text, Language::Python), "-", "{text}");
        }
    }

    #[test]
    fn names_lists_and_conditions_are_left_alone() {
        for text in [
            "f\"SELECT * FROM {table}\"",
            "f\"SELECT {column}, b FROM t\"",
            "f\"SELECT * FROM t WHERE a IN ({ids})\"",
            "f\"SELECT * FROM t WHERE {condition}\"",
            "f\"INSERT INTO t ({columns}) VALUES (1)\"",
            "f\"SELECT * FROM t WHERE a LIKE '%{x}%'\"",
            "f\"SELECT * FROM t WHERE a = '{x}-{y}'\"",
        ] {
            python(text, "-");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_alone() {
        for text in [
            "sql",
            "f\"SELECT * FROM t WHERE a = {x:>5}\"",
            "f\"SELECT * FROM t WHERE a = {f(x)}\"",
            "f\"SELECT * FROM t WHERE a = {{x}}\"",
            "\"SELECT * FROM t WHERE a = \\\"\" + x + \"\\\"\"",
            "\"SELECT * FROM t WHERE a = \" + x * 2",
            "f\"SELECT 1; DELETE FROM t WHERE a = {x}\"",
            "\"SELECT 1\"",
            "",
            "f\"",
            "f\"SELECT * FROM t WHERE a = {",
        ] {
            python(text, "-");
        }
    }
}
