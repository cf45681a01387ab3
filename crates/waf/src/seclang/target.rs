//! Targets: `ARGS|!ARGS:q|&TX:/^a/|XML:/*`, and the same words inside `%{…}`.
use super::problem::{Wrong, check_end, is_enough};
use crate::rule::{Collection, Macro, MacroPart, Selector, Target};

/// Reads a list of targets, divided by `|` or `,`.
pub(super) fn targets(text: &str, wrongs: &mut Vec<Wrong>) -> Vec<Target> {
    let mut found = Vec::new();
    let mut rest = text.trim_matches([' ', '\t']);
    if rest.is_empty() {
        wrongs.push(Wrong::new("no target is named").help("write for example `ARGS`"));
    }
    while !rest.is_empty() && !is_enough(wrongs) {
        let (one, after) = split_target(rest);
        match target(one.trim_matches([' ', '\t'])) {
            Ok(target) => found.push(target),
            Err(wrong) => wrongs.push(wrong),
        }
        rest = after;
    }
    found
}

/// The first target and what follows its divider.
fn split_target(text: &str) -> (&str, &str) {
    let divider = |letter: char| letter == '|' || letter == ',';
    let end = match text.find([':', '.', '|', ',']) {
        Some(at) if !text.get(at..).is_some_and(|rest| rest.starts_with(divider)) => {
            at + 1 + text.get(at + 1..).map_or(0, end_of_selector)
        }
        Some(at) => at,
        None => text.len(),
    };
    let (one, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    (one, rest.strip_prefix(divider).unwrap_or(rest))
}

/// Where a selector ends: at its closing quote, at the slash before a divider, or at a divider.
fn end_of_selector(text: &str) -> usize {
    if let Some(inside) = text.strip_prefix('\'') {
        let mut escaped = false;
        let close = inside.find(|letter: char| {
            let ends = letter == '\'' && !escaped;
            escaped = letter == '\\' && !escaped;
            ends
        });
        return close.map_or(text.len(), |at| at + 2);
    }
    if text.starts_with('/') {
        // Without quotes a regular expression holds no `|`; a comma only when no slash stands before it.
        let pipe = text.find('|').unwrap_or(text.len());
        let comma = text.get(1..pipe).and_then(|regex| regex.find("/,")).map(|at| at + 2);
        return comma.unwrap_or(pipe);
    }
    text.find(['|', ',']).unwrap_or(text.len())
}

/// One target with its `!` or `&`.
pub(super) fn target(text: &str) -> Result<Target, Wrong> {
    let (exclude, plain) = match text.strip_prefix('!') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    };
    let (count, plain) = match plain.strip_prefix('&') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, plain),
    };
    let target = variable(plain)?;
    Ok(Target { count, exclude, ..target })
}

/// `NAME`, `NAME:member`, `NAME.member`.
pub(super) fn variable(text: &str) -> Result<Target, Wrong> {
    let (name, member) = match text.find([':', '.']) {
        Some(at) => (text.get(..at).unwrap_or(text), text.get(at + 1..)),
        None => (text, None),
    };
    if name.eq_ignore_ascii_case("WEBSERVER_ERROR_LOG") {
        return Err(Wrong::new("`WEBSERVER_ERROR_LOG` is not there: no web server stands behind the engine"));
    }
    let Some(collection) = Collection::from_name(name) else {
        return Err(Wrong::unknown("variable", name, Collection::names()));
    };
    let selector = match member {
        None => Selector::All,
        Some(_) if !collection.has_members() => {
            return Err(Wrong::new(format!("`{}` is one value and has no members", collection.name()))
                .help(format!("write `{}`", collection.name())));
        }
        Some(member) => selector(collection, member)?,
    };
    Ok(Target { collection, selector, count: false, exclude: false })
}

fn selector(collection: Collection, member: &str) -> Result<Selector, Wrong> {
    let quoted = member.strip_prefix('\'').map(|rest| rest.strip_suffix('\'').ok_or(rest));
    let text = match quoted {
        Some(Ok(inside)) => super::lines::unescape(inside),
        Some(Err(rest)) => {
            return Err(Wrong::new(format!("the quote of `'{rest}` is not closed")).help("close it with `'`"));
        }
        // Without quotes a quote may have a backslash all the same.
        None => super::lines::unescape(member),
    };
    if text.is_empty() {
        return Err(Wrong::new(format!("`{}:` names no member", collection.name()))
            .help(format!("write `{0}` for all, or `{0}:name`", collection.name())));
    }
    check_end(&text)?;
    if collection == Collection::Xml {
        return xpath(text);
    }
    let regex =
        text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')).filter(|regex| !regex.is_empty());
    Ok(match regex {
        Some(regex) => Selector::Regex(regex.to_owned()),
        None => Selector::Name(text.to_ascii_lowercase()),
    })
}

/// Paths that rules may ask for. Any other would have to be a problem or never match: that is no choice for a rule that protects.
fn xpath(path: String) -> Result<Selector, Wrong> {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '-' | '.' | ':'))
    };
    match path.strip_prefix("//@") {
        _ if path == "/*" => Ok(Selector::XPath(path)),
        Some(name) if name == "*" || is_name(name) => Ok(Selector::XPath(path)),
        _ => Err(Wrong::new(format!("the XPath `{}` is not supported", super::problem::short(&path))).help(
            "write `XML:/*` for the text of all elements, `XML://@*` for all attributes, `XML://@name` for those of one name",
        )),
    }
}

/// Reads a text with `%{VARIABLE}` in it. `\%{` stands for itself.
pub(super) fn macro_text(text: &str) -> Result<Macro, Wrong> {
    if !text.contains("%{") {
        return Ok(if text.is_empty() { Macro::default() } else { Macro::text(text) });
    }
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['%', '\\']) {
        let (before, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
        plain.push_str(before);
        if let Some(variable_text) = from.strip_prefix("%{") {
            let Some((name, after)) = variable_text.split_once('}') else {
                return Err(Wrong::new(format!(
                    "`%{{{}` is not closed",
                    super::problem::short(variable_text)
                ))
                .help("close it with `}`, or write `\\%{` for the two letters"));
            };
            if !plain.is_empty() {
                parts.push(MacroPart::Text(std::mem::take(&mut plain).into_bytes()));
            }
            parts.push(MacroPart::Variable(variable(name.trim())?));
            rest = after;
            continue;
        }
        // A backslash takes the next letter along, so that `\%{` begins no variable.
        let letters = if from.starts_with('\\') { 2 } else { 1 };
        let end = from.char_indices().nth(letters).map_or(from.len(), |(at, _)| at);
        let (taken, after) = from.split_at_checked(end).unwrap_or((from, ""));
        plain.push_str(taken);
        rest = after;
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(MacroPart::Text(plain.into_bytes()));
    }
    Ok(Macro { parts })
}
