//! Operators: `@rx …`, `!@within …`, a bare regular expression; and their data files.
use super::lines::unescape;
use super::problem::{Wrong, check_end, is_enough, short};
use super::target::macro_text;
use crate::rule::{Macro, Operation, Operator};
use ipnet::IpNet;

/// Reads a data file that stands beside the rule file.
pub(super) type ReadData<'a> = dyn FnMut(&str) -> Result<Vec<u8>, Wrong> + 'a;

const NAMES: &[&str] = &[
    "beginsWith",
    "contains",
    "containsWord",
    "detectSQLi",
    "detectXSS",
    "endsWith",
    "eq",
    "fuzzyHash",
    "ge",
    "geoLookup",
    "gsbLookup",
    "gt",
    "inspectFile",
    "ipMatch",
    "ipMatchF",
    "ipMatchFromFile",
    "le",
    "lt",
    "noMatch",
    "pm",
    "pmf",
    "pmFromFile",
    "rbl",
    "rsub",
    "rx",
    "rxGlobal",
    "streq",
    "strmatch",
    "unconditionalMatch",
    "validateByteRange",
    "validateDTD",
    "validateHash",
    "validateSchema",
    "validateUrlEncoding",
    "validateUtf8Encoding",
    "verifyCC",
    "verifyCPF",
    "verifySSN",
    "verifySVNR",
    "within",
];

/// Reads an operator's word. What cannot work is told; the rest of the rule is read all the same.
pub(super) fn operation(text: &str, data: &mut ReadData<'_>, wrongs: &mut Vec<Wrong>) -> Operation {
    let (negated, rest) = match text.strip_prefix('!') {
        Some(rest) => (true, rest.trim_start_matches([' ', '\t'])),
        None => (false, text),
    };
    let rest = if rest.trim_start().starts_with('@') { rest.trim_start() } else { rest };
    let operator = match rest.strip_prefix('@') {
        Some(named) => {
            let (name, argument) = match named.find([' ', '\t']) {
                Some(at) => (named.get(..at).unwrap_or(named), named.get(at + 1..).unwrap_or_default()),
                None => (named, ""),
            };
            named_operator(name, argument, data, wrongs)
        }
        None => text_of(rest).map(Operator::Rx),
    };
    let operator = operator.unwrap_or_else(|wrong| {
        wrongs.push(wrong);
        Operator::NoMatch
    });
    Operation { operator, negated }
}

/// A text with macros, as the user meant it: `\"` is a quote.
fn text_of(argument: &str) -> Result<Macro, Wrong> {
    let text = unescape(argument);
    check_end(&text)?;
    macro_text(&text)
}

fn named_operator(
    name: &str,
    argument: &str,
    data: &mut ReadData<'_>,
    wrongs: &mut Vec<Wrong>,
) -> Result<Operator, Wrong> {
    let lower = name.to_ascii_lowercase();
    let needs_text = |argument: &str| {
        if argument.is_empty() {
            return Err(
                Wrong::new(format!("`@{name}` has no argument")).help(format!("write `@{name} TEXT`"))
            );
        }
        text_of(argument)
    };
    Ok(match lower.as_str() {
        "rx" => Operator::Rx(needs_text(argument)?),
        "rxglobal" => Operator::RxGlobal(needs_text(argument)?),
        "beginswith" => Operator::BeginsWith(needs_text(argument)?),
        "contains" => Operator::Contains(needs_text(argument)?),
        "containsword" => Operator::ContainsWord(needs_text(argument)?),
        "endswith" => Operator::EndsWith(needs_text(argument)?),
        "streq" => Operator::StrEq(needs_text(argument)?),
        "strmatch" => Operator::StrMatch(needs_text(argument)?),
        "within" => Operator::Within(needs_text(argument)?),
        "eq" => Operator::Eq(number(name, argument)?),
        "ge" => Operator::Ge(number(name, argument)?),
        "gt" => Operator::Gt(number(name, argument)?),
        "le" => Operator::Le(number(name, argument)?),
        "lt" => Operator::Lt(number(name, argument)?),
        "pm" => Operator::Pm(phrases(argument)?),
        "pmf" | "pmfromfile" => Operator::Pm(phrases_of_files(argument, data)?),
        "ipmatch" => Operator::IpMatch(networks(argument.split(','), wrongs)),
        "ipmatchf" | "ipmatchfromfile" => Operator::IpMatch(networks_of_files(argument, data, wrongs)?),
        "validatebyterange" => Operator::ValidateByteRange(byte_ranges(argument)?),
        "verifycc" => Operator::VerifyCc(pattern(name, argument)?),
        "verifycpf" => Operator::VerifyCpf(pattern(name, argument)?),
        "verifyssn" => Operator::VerifySsn(pattern(name, argument)?),
        "verifysvnr" => Operator::VerifySvnr(pattern(name, argument)?),
        _ => return plain_operator(&lower, name, argument, wrongs),
    })
}

/// Operators without an argument, and those that this engine does not have.
fn plain_operator(
    lower: &str,
    name: &str,
    argument: &str,
    wrongs: &mut Vec<Wrong>,
) -> Result<Operator, Wrong> {
    let plain = match lower {
        "detectsqli" => Operator::DetectSqli,
        "detectxss" => Operator::DetectXss,
        "validateurlencoding" => Operator::ValidateUrlEncoding,
        "validateutf8encoding" => Operator::ValidateUtf8Encoding,
        "unconditionalmatch" => Operator::UnconditionalMatch,
        "nomatch" => Operator::NoMatch,
        "geolookup" | "rbl" => {
            wrongs.push(
                Wrong::note(format!("`@{name}` never matches here: the engine asks nobody outside"))
                    .help("the gateway's block lists do this work"),
            );
            return Ok(Operator::Unsupported { name: name.to_owned(), argument: argument.trim().to_owned() });
        }
        "fuzzyhash" | "inspectfile" | "validatedtd" | "validateschema" | "validatehash" | "gsblookup"
        | "rsub" => {
            return Err(Wrong::new(format!("`@{name}` is not supported"))
                .help("remove the rule with `SecRuleRemoveById`"));
        }
        _ => return Err(Wrong::unknown("operator", name, NAMES.iter().copied())),
    };
    if !argument.trim().is_empty() {
        wrongs.push(Wrong::note(format!(
            "`@{name}` takes no argument: `{}` has no effect",
            short(argument.trim())
        )));
    }
    Ok(plain)
}

fn number(name: &str, argument: &str) -> Result<Macro, Wrong> {
    let argument = argument.trim();
    if argument.is_empty() {
        return Err(Wrong::new(format!("`@{name}` has no argument")).help(format!("write `@{name} 0`")));
    }
    text_of(argument)
}

fn pattern(name: &str, argument: &str) -> Result<String, Wrong> {
    if argument.is_empty() {
        return Err(
            Wrong::new(format!("`@{name}` has no pattern")).help(format!("write `@{name} \\d{{9,16}}`"))
        );
    }
    let pattern = unescape(argument);
    check_end(&pattern)?;
    Ok(pattern)
}

/// `@pm`: phrases divided by blanks; `|41 42|` holds bytes in hexadecimal; `\:`, `\;`, `\\`, `\"` are letters. A text that
/// breaks these rules is taken as it stands, as ModSecurity does.
fn phrases(argument: &str) -> Result<Vec<Vec<u8>>, Wrong> {
    let trimmed = argument.trim_ascii();
    let found: Vec<Vec<u8>> = decoded(trimmed.as_bytes())
        .unwrap_or_else(|| trimmed.as_bytes().to_vec())
        .split(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C))
        .filter(|phrase| !phrase.is_empty())
        .map(<[u8]>::to_vec)
        .collect();
    if found.is_empty() {
        return Err(Wrong::new("`@pm` names no phrase").help("write `@pm one two`"));
    }
    Ok(found)
}

fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let (mut out, mut high) = (Vec::with_capacity(text.len()), None);
    let (mut is_binary, mut is_escaped) = (false, false);
    for &byte in text {
        let digit = char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (is_binary, is_escaped, byte) {
            (_, _, b'|') => is_binary = !is_binary,
            (_, false, b'\\') => is_escaped = true,
            (true, ..) => match (high.take(), digit) {
                (Some(high), Some(low)) => out.push(high << 4 | low),
                (None, Some(digit)) => high = Some(digit),
                (_, None) => return None,
            },
            (false, true, b':' | b';' | b'\\' | b'"') => {
                out.push(byte);
                is_escaped = false;
            }
            (false, true, _) => return None,
            (false, false, _) => out.push(byte),
        }
    }
    Some(out)
}

/// A phrase a line; empty lines and lines that begin with `#` are left out.
fn phrases_of_files(argument: &str, data: &mut ReadData<'_>) -> Result<Vec<Vec<u8>>, Wrong> {
    let mut found = Vec::new();
    for name in file_names(argument)? {
        let bytes = data(name)?;
        found.extend(lines_of(&bytes).map(<[u8]>::to_vec));
    }
    Ok(found)
}

fn lines_of(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .filter(|line| !matches!(line.trim_ascii_start().first(), None | Some(b'#')))
}

fn file_names(argument: &str) -> Result<Vec<&str>, Wrong> {
    let names: Vec<&str> = argument.split_ascii_whitespace().collect();
    if names.is_empty() {
        return Err(Wrong::new("no data file is named").help("write its name, relative to the rule file"));
    }
    if let Some(far) = names.iter().find(|name| name.contains("://")) {
        return Err(Wrong::new(format!("`{}` is not on this machine", short(far)))
            .help("download it, look at it, and name the file"));
    }
    Ok(names)
}

fn networks_of_files(
    argument: &str,
    data: &mut ReadData<'_>,
    wrongs: &mut Vec<Wrong>,
) -> Result<Vec<IpNet>, Wrong> {
    let mut found = Vec::new();
    for name in file_names(argument)? {
        let bytes = data(name)?;
        let text = String::from_utf8_lossy(&bytes);
        let entries = text.lines().map(|line| line.split('#').next().unwrap_or_default());
        found.extend(networks(entries.flat_map(|line| line.split(',')), wrongs));
    }
    Ok(found)
}

fn networks<'a>(entries: impl Iterator<Item = &'a str>, wrongs: &mut Vec<Wrong>) -> Vec<IpNet> {
    let mut found = Vec::new();
    for entry in entries.map(str::trim).filter(|entry| !entry.is_empty()) {
        if is_enough(wrongs) {
            break;
        }
        let network =
            entry.parse().or_else(|_| entry.parse().map(|address: std::net::IpAddr| address.into()));
        match network {
            Ok(network) => found.push(network),
            Err(_) => wrongs.push(
                Wrong::new(format!("`{}` is no IP address or network", short(entry)))
                    .help("write `10.0.0.0/8` or `2001:db8::/32`"),
            ),
        }
    }
    found
}

fn byte_ranges(argument: &str) -> Result<Vec<(u8, u8)>, Wrong> {
    let wrong = |part: &str| {
        Wrong::new(format!("`{}` is no byte and no range of bytes", short(part)))
            .help("write for example `9,10,13,32-126`")
    };
    let parts = argument.split(',').map(str::trim).filter(|part| !part.is_empty());
    let ranges: Result<Vec<(u8, u8)>, Wrong> = parts
        .map(|part| {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let byte = |text: &str| text.trim().parse::<u8>().map_err(|_| wrong(part));
            let (from, to) = (byte(from)?, byte(to)?);
            if from <= to { Ok((from, to)) } else { Err(wrong(part)) }
        })
        .collect();
    match ranges {
        Ok(ranges) if ranges.is_empty() => Err(wrong(argument)),
        other => other,
    }
}
