//! From the head of a request or response to variables, as ModSecurity v3 computes them.
use super::inputs::Inputs;
use super::vars::Vars;
use super::{Client, Plan, Request, Response};
use crate::body;
use crate::rule::Collection as C;
use crate::transform::{features, joined};
use std::io::Write as _;
use std::net::IpAddr;

/// The variables of the connection.
pub(super) fn connection(inputs: &mut Inputs, client: &Client) {
    let mut text = Vec::with_capacity(48);
    write_address(&mut text, &client.address);
    inputs.set(C::RemoteAddr, &text);
    inputs.alias(C::RemoteHost, C::RemoteAddr);
    text.clear();
    write_address(&mut text, &client.server_address);
    inputs.set(C::ServerAddr, &text);
    inputs.set_number(C::RemotePort, u64::from(client.port));
    inputs.set_number(C::ServerPort, u64::from(client.server_port));
    inputs.set(C::UniqueId, client.id.as_bytes());
    inputs.set(C::UrlencodedError, b"0");
    inputs.alias(C::MscPcreError, C::UrlencodedError);
    inputs.alias(C::MscPcreLimitsExceeded, C::UrlencodedError);
}

fn write_address(out: &mut Vec<u8>, address: &IpAddr) {
    let IpAddr::V4(address) = address else { return write_display(out, address) };
    for (place, number) in address.octets().into_iter().enumerate() {
        if place > 0 {
            out.push(b'.');
        }
        let mut digits = [0; 20];
        out.extend_from_slice(super::number::format(i64::from(number), &mut digits));
    }
}

fn write_display(out: &mut Vec<u8>, value: &dyn std::fmt::Display) {
    // Writing to a vector cannot fail.
    if write!(out, "{value}").is_err() {
        out.clear();
    }
}

/// The variables of a request's head. Gives the number of arguments past the limit.
pub(super) fn head(plan: &Plan, inputs: &mut Inputs, vars: &mut Vars, request: &Request<'_>) -> usize {
    let left_out = target(plan, inputs, request);
    for field in request.headers.iter() {
        inputs.request_headers.push(field.name, field.value);
        match field.name.len() {
            13 if field.name.eq_ignore_ascii_case(b"authorization") => authorization(inputs, field.value),
            6 if field.name.eq_ignore_ascii_case(b"cookie") => {
                body::read_cookies(field.value, &mut inputs.cookies)
            }
            12 if field.name.eq_ignore_ascii_case(b"content-type") => content_type(vars, field.value),
            4 if field.name.eq_ignore_ascii_case(b"host") => {
                inputs.set(C::ServerName, field.value.split(|byte| *byte == b':').next().unwrap_or_default());
            }
            _ => {}
        }
    }
    left_out
}

fn authorization(inputs: &mut Inputs, value: &[u8]) {
    inputs.set(C::AuthType, value.split(|byte| *byte == b' ').next().unwrap_or_default());
    if let Some(encoded) = value.strip_prefix(b"Basic ") {
        let mut decoded = Vec::new();
        let context = crate::transform::Context::default();
        let changed = crate::transform::apply(
            crate::rule::Transformation::Base64Decode,
            encoded,
            context,
            &mut decoded,
        );
        let plain = if changed { decoded.as_slice() } else { encoded };
        if let Some(colon) = plain.iter().position(|byte| *byte == b':') {
            inputs.set(C::RemoteUser, plain.get(..colon).unwrap_or_default());
        }
    }
}

/// A document as it is, as some clients send it.
const GRAPHQL: &[u8] = b"application/graphql";

/// Whether a media type goes on: `application/graphql+json` is another one.
const fn is_subtype(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_')
}

fn content_type(vars: &mut Vars, value: &[u8]) {
    let begins = |name: &[u8]| value.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    let (processor, name) = if begins(b"multipart/form-data") {
        (body::Processor::Multipart, "MULTIPART")
    } else if begins(b"application/x-www-form-urlencoded") {
        (body::Processor::UrlEncoded, "URLENCODED")
    } else if begins(GRAPHQL) && !value.get(GRAPHQL.len()).is_some_and(|next| is_subtype(*next)) {
        // ModSecurity has no such processor, so that no rule set chooses it.
        (body::Processor::GraphQl, "GRAPHQL")
    } else {
        return;
    };
    vars.content_processor = Some(processor);
    vars.processor_name.clear();
    vars.processor_name.extend_from_slice(name.as_bytes());
}

/// The request line and everything in it.
fn target(plan: &Plan, inputs: &mut Inputs, request: &Request<'_>) -> usize {
    let raw = request.target;
    inputs.set(C::RequestMethod, request.method);
    inputs.set_parts(C::RequestLine, &[request.method, b" ", raw, b" ", request.protocol]);
    inputs.set(C::RequestProtocol, request.protocol);
    inputs.set(C::RequestUriRaw, raw);
    // A fragment stays in the raw forms only.
    let whole = raw.split(|byte| *byte == b'#').next().unwrap_or_default();
    let question = memchr::memchr(b'?', whole);
    let path = question.and_then(|at| whole.get(..at)).unwrap_or(whole);
    let query = question.and_then(|at| whole.get(at + 1..)).unwrap_or_default();
    inputs.set(C::QueryString, query);

    let mut decoded = Vec::new();
    uri_decode(path, &mut decoded);
    inputs.set(C::RequestFilename, &decoded);
    inputs.alias(C::PathInfo, C::RequestFilename);
    if let Some(slash) = decoded.iter().rposition(|byte| matches!(byte, b'/' | b'\\')) {
        inputs.set(C::RequestBasename, decoded.get(slash + 1..).unwrap_or_default());
    }
    if question.is_some() {
        decoded.push(b'?');
        let mut rest = Vec::new();
        uri_decode(query, &mut rest);
        decoded.extend_from_slice(&rest);
        inputs.set(C::RequestUri, without_host(&decoded));
    } else if decoded.first() == Some(&b'/') {
        inputs.alias(C::RequestUri, C::RequestFilename);
    } else {
        inputs.set(C::RequestUri, without_host(&decoded));
    }

    know(inputs, request, path, query);
    let facts = body::read_form(query, plan.separator(), plan.limits.arguments_max, &mut inputs.args);
    if facts.invalid_escape.is_some() {
        inputs.set(C::UrlencodedError, b"1");
    }
    inputs.args_get = 0..inputs.args.len();
    inputs.args_bytes = inputs.args.iter().map(|field| field.name.len() + field.value.len()).sum();
    sizes(inputs);
    facts.left_out
}

/// Works out the features of the request line and its parts: each byte is looked at once.
fn know(inputs: &mut Inputs, request: &Request<'_>, path: &[u8], query: &[u8]) {
    let raw = request.target;
    let (of_path, of_query) = (features(path), features(query));
    let of_raw = match raw.len() - path.len() {
        0 => of_path,
        left if left == query.len() + 1 => {
            joined(&[(path, of_path), (b"?", features(b"?")), (query, of_query)])
        }
        // A fragment.
        _ => features(raw),
    };
    let blank = (b" ".as_slice(), features(b" "));
    let ends = [request.method, request.protocol].map(|text| (text, features(text)));
    let [method, protocol] = ends;
    inputs.know(C::RequestLine, joined(&[method, blank, (raw, of_raw), blank, protocol]));
    inputs.know(C::RequestUriRaw, of_raw);
    inputs.know(C::QueryString, of_query);
    if inputs.scalar(C::RequestFilename) == path {
        inputs.know(C::RequestFilename, of_path);
    }
    if inputs.scalar(C::RequestUri) == raw {
        inputs.know(C::RequestUri, of_raw);
    }
}

/// `ARGS_COMBINED_SIZE`: nothing without arguments, as in ModSecurity.
pub(super) fn sizes(inputs: &mut Inputs) {
    if !inputs.args.is_empty() {
        let bytes = inputs.args_bytes as u64;
        inputs.set_number(C::ArgsCombinedSize, bytes);
    }
}

/// Percent escapes only; `+` stays.
fn uri_decode(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'%', rest) {
        let (before, from) = rest.split_at(at);
        out.extend_from_slice(before);
        match from {
            [_, high, low, tail @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let digit = |byte: u8| {
                    (byte as char).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap_or(0)
                };
                out.push(digit(*high) << 4 | digit(*low));
                rest = tail;
            }
            [percent, tail @ ..] => {
                out.push(*percent);
                rest = tail;
            }
            [] => rest = from,
        }
    }
    out.extend_from_slice(rest);
}

/// `http://host/path` becomes `/path`; everything else stays.
fn without_host(decoded: &[u8]) -> &[u8] {
    if decoded.first().is_none_or(|byte| *byte == b'/') {
        return decoded;
    }
    let Some(colon) = memchr::memchr(b':', decoded) else { return decoded };
    let Some(behind) = decoded.get(colon + 1..).and_then(|rest| rest.strip_prefix(b"//")) else {
        return decoded;
    };
    match memchr::memchr(b'/', behind) {
        Some(slash) => behind.get(slash..).unwrap_or(decoded),
        None => decoded,
    }
}

/// The variables of a response's head.
pub(super) fn response(inputs: &mut Inputs, response: &Response<'_>) {
    inputs.set_number(C::ResponseStatus, u64::from(response.status));
    inputs.alias(C::StatusLine, C::ResponseStatus);
    inputs.set(C::ResponseProtocol, response.protocol);
    for field in response.headers.iter() {
        inputs.response_headers.push(field.name, field.value);
        if field.name.eq_ignore_ascii_case(b"content-type") {
            inputs.set(
                C::ResponseContentType,
                field.value.split(|byte| *byte == b';').next().unwrap_or_default(),
            );
        }
    }
}

/// The variables of the moment, in UTC.
pub(super) fn time(inputs: &mut Inputs, now_micros: u64) {
    let seconds = now_micros / 1_000_000;
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    // Howard Hinnant's civil_from_days, for days since 1970.
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_shifted + 2) / 5 + 1;
    let month = if month_shifted < 10 { month_shifted + 3 } else { month_shifted - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    inputs.set(C::Time, format!("{hour:02}:{minute:02}:{second:02}").as_bytes());
    inputs.set(C::TimeHour, format!("{hour:02}").as_bytes());
    inputs.set(C::TimeMin, format!("{minute:02}").as_bytes());
    inputs.set(C::TimeSec, format!("{second:02}").as_bytes());
    inputs.set(C::TimeDay, format!("{day:02}").as_bytes());
    // From 0, as in C.
    inputs.set_number(C::TimeMon, month - 1);
    inputs.set_number(C::TimeYear, year);
    // 1 is Monday, 7 Sunday; 1970-01-01 was a Thursday.
    inputs.set_number(C::TimeWday, (days + 3) % 7 + 1);
    inputs.set_number(C::TimeEpoch, seconds);
    inputs.set(C::Duration, b"0.000000");
}
