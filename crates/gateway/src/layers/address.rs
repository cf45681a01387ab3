//! Who the client is, behind proxies that are trusted.
use super::Layer;
use super::waf::read_file;
use crate::config::{Config, ConfigError};
use crate::exchange::{Exchange, Flow};
use http::StatusCode;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;
use serde::Deserialize;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

#[cfg(test)]
mod tests;

/// Settings of the layer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// Proxies that tell the truth about who connected to them.
    pub trusted: Vec<IpNet>,
    /// Files with the ranges of a CDN: a range a line, Amazon's `ip-ranges.json` (CloudFront's are taken) or a JSON list.
    pub trusted_files: Vec<PathBuf>,
    /// The field that a trusted proxy writes: `x-forwarded-for`, `forwarded`, or one with a single address.
    pub header: String,
    /// Only requests with this field are taken: a secret between the CDN and us, so that nobody goes around it.
    pub shield_header: Option<String>,
    /// SHA-256 of its values, 64 hexadecimal digits each; several while one replaces the other.
    pub shield_sha256: Vec<String>,
    /// The field in which a trusted proxy tells the scheme that the client used; with `header = "forwarded"` it is in there.
    pub scheme_header: String,
    /// The field in which a trusted proxy tells the host that the client asked for, where it does not hand `Host` on.
    pub host_header: Option<String>,
    /// The field in which a trusted proxy that ends TLS tells the client's JA4 (`cloudfront-viewer-ja4-fingerprint`).
    pub fingerprint_from: Option<String>,
    /// The field in which rules and the upstream see the client's JA4. What clients write in it is taken away.
    pub fingerprint_header: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            trusted: Vec::new(),
            trusted_files: Vec::new(),
            header: "x-forwarded-for".to_owned(),
            shield_header: None,
            shield_sha256: Vec::new(),
            scheme_header: "x-forwarded-proto".to_owned(),
            host_header: None,
            fingerprint_from: None,
            fingerprint_header: None,
        }
    }
}

/// The layer.
#[derive(Debug)]
pub(crate) struct Address {
    trusted: Ranges,
    header: HeaderName,
    shield: Option<(HeaderName, Vec<[u8; 32]>)>,
    scheme_header: HeaderName,
    host_header: Option<HeaderName>,
    fingerprint_from: Option<HeaderName>,
    fingerprint_header: Option<HeaderName>,
}

/// Addresses of a chain that are looked at.
const CHAIN_MAX: usize = 64;

impl Layer for Address {
    const NAME: &'static str = "address";

    fn build(config: &Config, _: Option<&Self>) -> Result<Self, ConfigError> {
        let settings = &config.client_address;
        let mut nets = settings.trusted.clone();
        for path in &settings.trusted_files {
            let path = config.path(path);
            let wrong = |error: String| ConfigError::file("client-address.trusted-files", &path, error);
            let text = String::from_utf8(read_file(&path).map_err(wrong)?)
                .map_err(|error| wrong(error.to_string()))?;
            nets.extend(ranges(&text).map_err(wrong)?);
        }
        let name = |setting: &str, text: &str| {
            HeaderName::from_bytes(text.as_bytes())
                .map_err(|_| ConfigError::setting(setting, "is no header name"))
        };
        let shield = match &settings.shield_header {
            None => None,
            Some(_) if settings.shield_sha256.is_empty() => {
                let message = "a header without a hash would lock everybody out; add the secret's SHA-256";
                return Err(ConfigError::setting("client-address.shield-sha256", message));
            }
            Some(header) => {
                let hashes = settings.shield_sha256.iter().map(|text| {
                    hash(text).ok_or_else(|| {
                        ConfigError::setting("client-address.shield-sha256", "is not 64 hexadecimal digits")
                    })
                });
                Some((name("client-address.shield-header", header)?, hashes.collect::<Result<_, _>>()?))
            }
        };
        let field = |setting: &str, text: &Option<String>| {
            text.as_deref().map(|text| name(&format!("client-address.{setting}"), text)).transpose()
        };
        Ok(Self {
            trusted: Ranges::new(&nets),
            header: name("client-address.header", &settings.header)?,
            shield,
            scheme_header: name("client-address.scheme-header", &settings.scheme_header)?,
            host_header: field("host-header", &settings.host_header)?,
            fingerprint_from: field("fingerprint-from", &settings.fingerprint_from)?,
            fingerprint_header: field("fingerprint-header", &settings.fingerprint_header)?,
        })
    }

    async fn request(&self, exchange: &mut Exchange<'_>) -> Flow {
        if let Some((header, hashes)) = &self.shield {
            let given = exchange.head.headers.remove(header);
            if !given.is_some_and(|given| is_secret(given.as_bytes(), hashes)) {
                let reason = "the origin shield's secret is missing or wrong";
                return exchange.refuse(Self::NAME, StatusCode::FORBIDDEN, reason);
            }
        }
        let peer = exchange.connection.peer.ip().to_canonical();
        let is_trusted = self.is_trusted(peer);
        if is_trusted {
            let (client, element) = self.client(&exchange.head.headers, peer);
            exchange.client = client;
            let element = element.map(str::to_owned);
            exchange.told_origin = self.origin(exchange, element.as_deref());
        }
        self.fingerprint(exchange, is_trusted);
        Flow::Continue(())
    }
}

/// 64 hexadecimal digits as bytes.
pub(crate) fn hash(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// Compares hashes in a time that tells nothing.
pub(crate) fn is_secret(given: &[u8], hashes: &[[u8; 32]]) -> bool {
    let given = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, given);
    let mut found = false;
    for hash in hashes {
        found |= aws_lc_rs::constant_time::verify_slices_are_equal(given.as_ref(), hash).is_ok();
    }
    found
}

impl Address {
    /// Whether a peer is a proxy that is trusted.
    pub(crate) fn is_trusted(&self, peer: IpAddr) -> bool {
        self.trusted.contains(peer.to_canonical())
    }

    /// What kind of program the client is: what we heard ourselves, or what the trusted proxy says in front of us. A proxy's own
    /// handshake tells nothing of its clients.
    fn fingerprint(&self, exchange: &mut Exchange<'_>, is_trusted: bool) {
        let headers = &mut exchange.head.headers;
        let told = self.fingerprint_from.as_ref().and_then(|from| headers.remove(from));
        let own = exchange.connection.tls.as_ref().and_then(|tls| tls.ja4.clone());
        exchange.fingerprint = if is_trusted {
            let told = told.as_ref().and_then(|told| told.to_str().ok());
            told.filter(|told| access::fingerprint::is_fingerprint(told)).map(Arc::from)
        } else {
            own
        };
        let Some(name) = &self.fingerprint_header else { return };
        headers.remove(name);
        if let Some(value) = exchange.fingerprint.as_deref().and_then(|text| HeaderValue::from_str(text).ok())
        {
            headers.insert(name, value);
        }
    }

    /// From the nearest to the farthest: the first address that is no trusted proxy. What cannot be read ends the chain.
    /// With it comes the element that tells of the client, as the proxy wrote it that the client spoke to.
    pub(crate) fn client<'h>(&self, headers: &'h HeaderMap, peer: IpAddr) -> (IpAddr, Option<&'h str>) {
        let (mut client, mut told) = (peer, None);
        let mut seen = 0;
        for value in headers.get_all(&self.header).into_iter().rev() {
            // Element by element: a byte that is no text, far out where clients write, must not hide what proxies wrote.
            for element in value.as_bytes().rsplit(|byte| *byte == b',') {
                seen += 1;
                let element = std::str::from_utf8(element).unwrap_or_default();
                let address = if self.header == "forwarded" { forwarded(element) } else { address(element) };
                let Some(address) = address.filter(|_| seen <= CHAIN_MAX) else { return (client, told) };
                (client, told) = (address, Some(element));
                if !self.is_trusted(client) {
                    return (client, told);
                }
            }
        }
        (client, told)
    }

    /// Where the client sees us, as far as trusted proxies say. A field that stands twice, or names several, says nothing.
    fn origin(&self, exchange: &Exchange<'_>, element: Option<&str>) -> Option<String> {
        let headers = &exchange.head.headers;
        let (scheme, host) = if self.header == "forwarded" {
            (element.and_then(|one| parameter(one, "proto")), element.and_then(|one| parameter(one, "host")))
        } else {
            (one(headers, &self.scheme_header), self.host_header.as_ref().and_then(|name| one(headers, name)))
        };
        let scheme = scheme.map(str::to_ascii_lowercase);
        let scheme = scheme.as_deref().filter(|scheme| matches!(*scheme, "http" | "https"));
        let host = host.filter(|host| {
            http::uri::Authority::try_from(*host).is_ok_and(|one| !one.as_str().contains('@'))
        });
        if scheme.is_none() && host.is_none() {
            return None;
        }
        let own = if exchange.connection.tls.is_some() { "https" } else { "http" };
        Some(format!("{}://{}", scheme.unwrap_or(own), host.unwrap_or(exchange.authority())))
    }
}

/// An address, perhaps with a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Some(rest) = text.strip_prefix('[') {
        return rest.split_once(']')?.0.parse::<IpAddr>().ok().map(|address| address.to_canonical());
    }
    text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip().to_canonical())
}

/// The one value of a field.
fn one<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?.trim();
    (values.next().is_none() && !value.contains(',')).then_some(value)
}

/// RFC 7239, section 4. Elements are told apart at every comma, from the nearest on: what a proxy writes holds none, and a quotation
/// mark that a client left open must not hide what comes after it.
fn forwarded(element: &str) -> Option<IpAddr> {
    address(parameter(element, "for")?)
}

/// The one value of a parameter of an element.
fn parameter<'e>(element: &'e str, wanted: &str) -> Option<&'e str> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let mut found = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
    let (_, value) = found.next()?;
    found.next().is_none().then(|| value.trim().trim_matches('"'))
}

/// Ranges of addresses, merged and in order: a look costs a few comparisons.
#[derive(Debug, Default)]
struct Ranges {
    v4: Vec<(u32, u32)>,
    v6: Vec<(u128, u128)>,
}

impl Ranges {
    fn new(nets: &[IpNet]) -> Self {
        let mut ranges = Self::default();
        for net in nets {
            match net {
                IpNet::V4(net) => ranges.v4.push((net.network().to_bits(), net.broadcast().to_bits())),
                IpNet::V6(net) => ranges.v6.push((net.network().to_bits(), net.broadcast().to_bits())),
            }
        }
        ranges.v4 = merged(ranges.v4);
        ranges.v6 = merged(ranges.v6);
        ranges
    }

    fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => within(&self.v4, address.to_bits()),
            IpAddr::V6(address) => within(&self.v6, address.to_bits()),
        }
    }
}

fn merged<T: Ord + Copy>(mut ranges: Vec<(T, T)>) -> Vec<(T, T)> {
    ranges.sort_unstable();
    let mut out: Vec<(T, T)> = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        match out.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => out.push((start, end)),
        }
    }
    out
}

fn within<T: Ord + Copy>(ranges: &[(T, T)], address: T) -> bool {
    let after = ranges.partition_point(|range| range.0 <= address);
    after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|range| address <= range.1)
}

/// The ranges of a file, in the forms in which CDNs publish them.
fn ranges(text: &str) -> Result<Vec<IpNet>, String> {
    let net = |text: &str| {
        let single = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse::<IpNet>().or_else(|_| single()).map_err(|_| format!("holds `{text}`, which is no range"))
    };
    if !text.trim_start().starts_with(['{', '[']) {
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        return lines.filter(|line| !line.is_empty()).map(net).collect();
    }
    let json: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for list in ["prefixes", "ipv6_prefixes"].iter().filter_map(|name| json.get(*name)?.as_array()) {
        for entry in list {
            let service = entry.get("service").and_then(serde_json::Value::as_str).unwrap_or_default();
            let prefix =
                entry.get("ip_prefix").or(entry.get("ipv6_prefix")).and_then(serde_json::Value::as_str);
            if let (true, Some(prefix)) = (service.starts_with("CLOUDFRONT"), prefix) {
                found.push(net(prefix)?);
            }
        }
    }
    let lists = [Some(&json), json.get("addresses"), json.get("ipv6_addresses")];
    for text in lists
        .into_iter()
        .flatten()
        .filter_map(|list| list.as_array())
        .flatten()
        .filter_map(|one| one.as_str())
    {
        found.push(net(text)?);
    }
    if found.is_empty() { Err("holds no range in a form that is known".to_owned()) } else { Ok(found) }
}
