//! `format`: what a text is. Every draft knows every name here; others are remarks.
//!
//! Dates and times are RFC 3339, durations its appendix A, names of hosts RFC 1123 with RFC 5891, addresses of mail RFC 5321.
//! Deliberately absent: `idn-hostname` and `idn-email`, whose tables are larger than all of this.
mod host;
mod time;

use super::ecma;
use super::uri::{Letters, is_reference};
use std::net::{Ipv4Addr, Ipv6Addr};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Date,
    DateTime,
    Time,
    Duration,
    Email,
    Hostname,
    /// As drafts before 7 have it: without a look into `xn--`.
    HostnameOld,
    Ipv4,
    Ipv6,
    Uri,
    UriReference,
    Iri,
    IriReference,
    UriTemplate,
    Uuid,
    Regex,
    JsonPointer,
    RelativeJsonPointer,
}

/// The name that messages give it.
const NAMES: &[(&str, Format)] = &[
    ("date", Format::Date),
    ("date-time", Format::DateTime),
    ("time", Format::Time),
    ("duration", Format::Duration),
    ("email", Format::Email),
    ("hostname", Format::Hostname),
    ("hostname", Format::HostnameOld),
    ("ipv4", Format::Ipv4),
    ("ipv6", Format::Ipv6),
    ("uri", Format::Uri),
    ("uri-reference", Format::UriReference),
    ("iri", Format::Iri),
    ("iri-reference", Format::IriReference),
    ("uri-template", Format::UriTemplate),
    ("uuid", Format::Uuid),
    ("regex", Format::Regex),
    ("json-pointer", Format::JsonPointer),
    ("relative-json-pointer", Format::RelativeJsonPointer),
];

impl Format {
    pub(super) fn of(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    pub(super) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, format)| *format == self).map_or("", |(name, _)| name)
    }

    pub(super) fn fits(self, text: &str) -> bool {
        match self {
            Self::Date => time::is_date(text.as_bytes()),
            Self::DateTime => time::is_date_time(text.as_bytes()),
            Self::Time => time::is_time(text.as_bytes()),
            Self::Duration => time::is_duration(text.as_bytes()),
            Self::Email => host::is_mail(text),
            Self::Hostname => host::is_host(text),
            Self::HostnameOld => host::is_ascii_host(text),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Self::Uri => is_reference(text, Letters::Ascii, true),
            Self::UriReference => is_reference(text, Letters::Ascii, false),
            Self::Iri => is_reference(text, Letters::Unicode, true),
            Self::IriReference => is_reference(text, Letters::Unicode, false),
            Self::UriTemplate => is_template(text),
            Self::Uuid => is_uuid(text.as_bytes()),
            Self::Regex => ecma::is_pattern(text),
            Self::JsonPointer => is_pointer(text),
            Self::RelativeJsonPointer => is_relative_pointer(text),
        }
    }

    /// What a look at a text costs, in steps of the evaluator.
    pub(super) fn cost(self, text: &str) -> u64 {
        let per_byte = if self == Self::Regex { 32 } else { 1 };
        text.len() as u64 / 8 * per_byte
    }
}

fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// RFC 6901.
fn is_pointer(text: &str) -> bool {
    (text.is_empty() || text.starts_with('/'))
        && text.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']))
}

fn is_relative_pointer(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let Some((up, rest)) = text.split_at_checked(digits) else { return false };
    !up.is_empty() && (up == "0" || !up.starts_with('0')) && (rest == "#" || is_pointer(rest))
}

/// RFC 6570.
fn is_template(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (literal, behind) = rest.split_at_checked(at).unwrap_or_default();
        let Some((expression, after)) = behind.strip_prefix('{').and_then(|behind| behind.split_once('}'))
        else {
            return false;
        };
        let list = expression.strip_prefix(|char| "+#./;?&=,!@|".contains(char)).unwrap_or(expression);
        if !is_literal(literal) || !list.split(',').all(is_variable) {
            return false;
        }
        rest = after;
    }
    is_literal(rest)
}

fn has_whole_escapes(text: &str) -> bool {
    text.split('%')
        .skip(1)
        .all(|rest| rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)))
}

fn is_literal(text: &str) -> bool {
    has_whole_escapes(text) && !text.contains(|char: char| char <= ' ' || "\"<>\\^`{|}\x7F".contains(char))
}

/// `name`, `name:3`, `name*`.
fn is_variable(text: &str) -> bool {
    let name = match text.split_once(':') {
        Some((name, length)) => {
            let is_length = (1..=4).contains(&length.len())
                && !length.starts_with('0')
                && length.bytes().all(|byte| byte.is_ascii_digit());
            if !is_length {
                return false;
            }
            name
        }
        None => text.strip_suffix('*').unwrap_or(text),
    };
    has_whole_escapes(name)
        && name.split('.').all(|part| {
            let is_good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'%');
            !part.is_empty() && part.bytes().all(is_good)
        })
}

#[cfg(test)]
mod tests;
