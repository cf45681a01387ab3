//! What outsiders write, read by itself, with what must hold of every reading. For `examples/fuzz.rs` alone.
//!
//! Each function takes any bytes, gives how much it could read, and fails where something that must hold does not.
use crate::config::Config;
use crate::layers::Layer as _;
use crate::layers::address::Address;
use crate::path::{NormalPath, normalise};
use crate::trace;
use http::{HeaderMap, HeaderValue};
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

pub use crate::server::strict::fuzz::requests;
pub use crate::upstream::http1::fuzz::answers;

/// A finding: what did not hold.
pub type Found = Result<usize, String>;

/// The answer of a function: whatever it says, it does not say where the message ends.
///
/// # Errors
/// It does.
pub fn functions(bytes: &[u8]) -> Found {
    let Ok(answer) = crate::upstream::lambda::read(bytes) else { return Ok(0) };
    let frames = ["content-length", "transfer-encoding", "connection"];
    match frames.iter().find(|name| answer.headers().contains_key(**name)) {
        Some(name) => Err(format!("a function sets `{name}`")),
        None if answer.status().is_informational() => Err("a function answers for now".to_owned()),
        None => Ok(1),
    }
}

/// A path: its normal form has no other one, names no parent and no empty segment, and hides no character.
///
/// # Errors
/// One of these does not hold.
pub fn path(text: &str) -> Found {
    let Ok(normal) = normalise(text) else { return Ok(0) };
    let odd = |what: &str| Err(format!("{what}: {text:?} becomes {normal:?}"));
    match normalise(&normal.wire) {
        Ok(again) if again.wire == normal.wire && again.readable() == normal.readable() => {}
        _ => return odd("the normal form has another one"),
    }
    for path in [normal.wire.as_str(), normal.readable()] {
        if !path.starts_with('/') || path.contains('\0') {
            return odd("no path");
        }
    }
    // A path that ends in `/` has an empty last segment; a parameter does not make a dot segment another name.
    let segments: Vec<&str> = normal.wire.split('/').skip(1).collect();
    let (last, inner) = segments.split_last().map_or(("", &[][..]), |(last, inner)| (*last, inner));
    let is_dot = |segment: &str| matches!(segment, "." | "..");
    if inner.iter().any(|segment| segment.is_empty() || is_dot(segment)) || is_dot(last) {
        return odd("a segment that is none");
    }
    if normal.wire.bytes().any(|byte| byte <= 32 || byte >= 127 || matches!(byte, b'?' | b'#' | b'\\')) {
        return odd("a byte that must be escaped");
    }
    told(text, &normal)
}

/// What was changed is told, so that a route can refuse it. Only escapes of unreserved characters and the case of their digits are
/// put right silently.
fn told(text: &str, normal: &NormalPath) -> Found {
    let plain = text.split('/').skip(1).collect::<Vec<_>>();
    let empty = plain.split_last().is_some_and(|(_, inner)| inner.contains(&""));
    if empty && normal.oddities.is_empty() {
        return Err(format!("an empty segment of {text:?} was not told"));
    }
    Ok(1 + normal.oddities.len())
}

/// A chain of addresses: nothing that a client writes in front of what a proxy wrote changes who the client is.
///
/// # Errors
/// Something does not hold, or the settings cannot be built.
pub fn chain(text: &str) -> Found {
    const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    let mut found = 0;
    for header in ["x-forwarded-for", "forwarded"] {
        let settings = format!(
            "[client-address]\ntrusted = [\"10.0.0.0/8\"]\nheader = \"{header}\"\n[[listen]]\naddress = \"127.0.0.1:0\"\n"
        );
        let config = Config::from_toml(&settings, Path::new("")).map_err(|error| error.to_string())?;
        let layer = Address::build(&config, None).map_err(|error| error.to_string())?;
        let client = |lines: &[&str]| {
            let mut fields = HeaderMap::new();
            for line in lines {
                if let Ok(value) = HeaderValue::from_str(line) {
                    fields.append(header, value);
                }
            }
            layer.client(&fields, PROXY).0
        };
        let honest = if header == "forwarded" { "for=203.0.113.9;proto=https" } else { "203.0.113.9" };
        let wanted: IpAddr = Ipv4Addr::new(203, 0, 113, 9).into();
        let lines: Vec<&str> = text.lines().collect();
        let joined = format!("{text}, {honest}");
        let apart: Vec<&str> = lines.iter().copied().chain([honest]).collect();
        for given in [&[joined.as_str()][..], &apart] {
            let is_sent =
                given.iter().any(|line| line.ends_with(honest) && HeaderValue::from_str(line).is_ok());
            if is_sent && client(given) != wanted {
                return Err(format!("{header}: {given:?} is from {}", client(given)));
            }
        }
        found += usize::from(client(&lines) != PROXY);
    }
    Ok(found)
}

/// A trace context: what is taken over goes on as the same trace.
///
/// # Errors
/// It does not.
pub fn trace(text: &[u8]) -> Found {
    let Some(read) = trace::parse(text) else { return Ok(0) };
    let (trace, span, sampled) = read;
    let again = trace::Context { trace, span, parent: 0, sampled }.header().unwrap_or_default();
    if trace::parse(again.as_bytes()) != Some(read) {
        return Err(format!("{} goes on as {again}", String::from_utf8_lossy(text)));
    }
    Ok(1)
}
