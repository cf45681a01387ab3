//! Functions on texts.
use model::{Data, Span, Value};

use super::{
    Fault, Outcome, RESULT_BYTES_MAX, arg, bounded, integer, list, operators, string, text, too_few, too_long,
};

/// `None` when it is none of these functions.
pub(super) fn call(name: &str, args: &[Value], at: Span) -> Option<Outcome> {
    let outcome = match name {
        "lower" => map(args, |text| text.to_lowercase()),
        "upper" => map(args, |text| text.to_uppercase()),
        "title" => map(args, title),
        "chomp" => map(args, |text| text.trim_end_matches(['\n', '\r']).to_owned()),
        "trimspace" => map(args, |text| text.trim().to_owned()),
        "strrev" => map(args, |text| text.chars().rev().collect()),
        "trim" => pair(args, |text, cut| Data::Text(text.trim_matches(|c| cut.contains(c)).to_owned())),
        "trimprefix" => pair(args, |text, cut| Data::Text(text.strip_prefix(cut).unwrap_or(text).to_owned())),
        "trimsuffix" => pair(args, |text, cut| Data::Text(text.strip_suffix(cut).unwrap_or(text).to_owned())),
        "startswith" => starts_with(args),
        "endswith" => pair(args, |text, end| Data::Bool(text.ends_with(end))),
        "strcontains" => pair(args, |text, part| Data::Bool(text.contains(part))),
        "basename" => map(args, |path| path.rsplit('/').next().unwrap_or_default().to_owned()),
        "dirname" => map(args, |path| {
            path.rsplit_once('/').map_or_else(|| ".".to_owned(), |(folder, _)| folder.to_owned())
        }),
        "replace" => replace(args),
        "substr" => substr(args),
        "split" => split(args, at),
        "join" => join(args, at),
        "format" => format(args, at),
        "indent" => indent(args),
        "tostring" => to_string(args),
        _ => return None,
    };
    Some(outcome)
}

fn map(args: &[Value], change: impl Fn(&str) -> String) -> Outcome {
    bounded(change(&string(args, 0)?))
}

fn pair(args: &[Value], combine: impl Fn(&str, &str) -> Data) -> Outcome {
    Ok(combine(&string(args, 0)?, &string(args, 1)?))
}

fn title(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut starts = true;
    for character in text.chars() {
        if starts {
            titled.extend(character.to_uppercase())
        } else {
            titled.push(character)
        }
        starts = character.is_whitespace();
    }
    titled
}

/// A string with open parts may still begin with known text.
fn starts_with(args: &[Value]) -> Outcome {
    let prefix = string(args, 1)?;
    if let Data::Joined(parts) = &arg(args, 0)?.data
        && let Some(text) = parts.first().and_then(Value::as_str)
        && (text.len() >= prefix.len() || !prefix.starts_with(text))
    {
        return Ok(Data::Bool(text.starts_with(&prefix)));
    }
    Ok(Data::Bool(string(args, 0)?.starts_with(&prefix)))
}

fn replace(args: &[Value]) -> Outcome {
    let (text, from, to) = (string(args, 0)?, string(args, 1)?, string(args, 2)?);
    if from.len() > 1 && from.starts_with('/') && from.ends_with('/') {
        return Err(Fault::Open("regular expressions are not evaluated here".to_owned()));
    }
    let count = text.matches(from.as_str()).count();
    if text.len().saturating_add(count.saturating_mul(to.len())) > RESULT_BYTES_MAX {
        return Err(too_long());
    }
    Ok(Data::Text(text.replace(&from, &to)))
}

fn substr(args: &[Value]) -> Outcome {
    let text = string(args, 0)?;
    let (offset, length) = (integer(args, 1)?, integer(args, 2)?);
    let count = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let start = if offset < 0 { (count + offset).max(0) } else { offset.min(count) };
    let end = if length < 0 { count } else { start.saturating_add(length).min(count) };
    let take = usize::try_from(end - start).unwrap_or(0);
    Ok(Data::Text(text.chars().skip(usize::try_from(start).unwrap_or(0)).take(take).collect()))
}

fn split(args: &[Value], at: Span) -> Outcome {
    let (separator, text) = (string(args, 0)?, string(args, 1)?);
    if text.is_empty() {
        return Ok(Data::List(Vec::new()));
    }
    let parts = text.split(separator.as_str()).filter(|part| !(separator.is_empty() && part.is_empty()));
    Ok(Data::List(parts.map(|part| Value::text(at, part)).collect()))
}

fn join(args: &[Value], at: Span) -> Outcome {
    let separator = string(args, 0)?;
    let mut pieces = Vec::new();
    let mut bytes = 0_usize;
    for index in 1..args.len() {
        let value = arg(args, index)?;
        let items = match &value.data {
            Data::List(_) => list(args, index)?,
            _ if value.is_literal() => list(args, index)?,
            // One open value that stands for a list.
            _ => std::slice::from_ref(value),
        };
        for item in items {
            if !pieces.is_empty() {
                pieces.push(Value::text(at, separator.as_str()));
            }
            bytes = bytes.saturating_add(separator.len()).saturating_add(item.as_str().map_or(0, str::len));
            if bytes > RESULT_BYTES_MAX {
                return Err(too_long());
            }
            let before = pieces.len();
            text::pieces(item, &mut pieces);
            if pieces.len() == before {
                pieces.push(Value::text(at, ""));
            }
        }
    }
    Ok(text::join(pieces, at))
}

/// `%s`, `%d`, `%v`, `%q` and `%%`; with width or precision the result is left open.
fn format(args: &[Value], at: Span) -> Outcome {
    let pattern = string(args, 0)?;
    let mut rest = args.iter().skip(1);
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            plain.push(character);
            continue;
        }
        match characters.next() {
            Some('%') => plain.push('%'),
            Some(verb @ ('s' | 'd' | 'v' | 'q')) => {
                let value = rest.next().ok_or_else(too_few)?;
                pieces.push(Value::text(at, std::mem::take(&mut plain)));
                if verb == 'q' {
                    text::json_pieces(value, &mut pieces);
                } else {
                    text::pieces(value, &mut pieces);
                }
            }
            _ => return Err(Fault::Open(format!("the format `{pattern}` is not evaluated here"))),
        }
    }
    pieces.push(Value::text(at, plain));
    let bytes: usize = pieces.iter().filter_map(Value::as_str).map(str::len).sum();
    if bytes > RESULT_BYTES_MAX { Err(too_long()) } else { Ok(text::join(pieces, at)) }
}

fn indent(args: &[Value]) -> Outcome {
    let count = usize::try_from(integer(args, 0)?).unwrap_or(0);
    let text = string(args, 1)?;
    let lines = text.matches('\n').count();
    if text.len().saturating_add(lines.saturating_mul(count)) > RESULT_BYTES_MAX {
        return Err(too_long());
    }
    Ok(Data::Text(text.replace('\n', &format!("\n{}", " ".repeat(count)))))
}

fn to_string(args: &[Value]) -> Outcome {
    let value = arg(args, 0)?;
    match &value.data {
        Data::Null | Data::Joined(_) | Data::Ref(_) => Ok(value.data.clone()),
        Data::List(_) | Data::Map(_) => Err(Fault::Error("a collection is no text".to_owned())),
        _ => text::literal(value).map(Data::Text).ok_or_else(|| operators::open(value)),
    }
}
