//! Connections that leave: who chose the host, and where its address really leads.
use super::judge::{Context, Suspicion, part, shown};
use policy::HostRule;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const RULE: &str = "hook-host";
/// Names of metadata services.
const METADATA: &[&str] = &[
    "metadata",
    "metadata.google.internal",
    "instance-data",
    "metadata.azure.com",
    "metadata.tencentyun.com",
];
/// Endings below which AWS gives out regional names itself.
const AWS: &[&str] = &[".amazonaws.com", ".amazonaws.com.cn", ".api.aws"];

pub(super) fn judge(context: &Context<'_>, host: &str, port: Option<u16>) -> Vec<Suspicion> {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let address = address(&host);
    let endpoint = |known: &String| is_endpoint(known, &host, port);
    if context.places.forbidden.iter().any(endpoint) {
        let reason = "the real Runtime API behind the guard is no place for the function";
        return vec![Suspicion::undeclared("hook-runtime-api", reason, ("host", &host))];
    }
    let tainted = chosen(context, &host);
    // What the platform or the owner offers; an event that spells out this very address and port wants something else of it.
    let spelled = port.map(|port| format!("{host}:{port}"));
    let is_spelled = || {
        spelled.is_some_and(|text| {
            context.inputs.any(|input| memchr::memmem::find(input, text.as_bytes()).is_some())
        })
    };
    if context.places.endpoints.iter().any(endpoint) && !is_spelled() {
        return Vec::new();
    }
    let declared = declared(context, &host, address, port);
    if let Some(what) = forbidden(&host, address) {
        let is_metadata = what != "this machine";
        let is_allowed = if is_metadata { context.policy.egress.metadata } else { declared == Some(true) };
        if !is_allowed && (is_metadata || tainted.is_some() || declared == Some(false)) {
            let reason = format!("a connection to {what} (`{}`) was asked for", shown(&host));
            return vec![Suspicion::undeclared(RULE, reason, ("host", &host))];
        }
        return Vec::new();
    }
    match (declared, tainted) {
        (Some(true), _) => Vec::new(),
        (_, Some(input)) => {
            vec![Suspicion::attack(RULE, "input chooses the host that is connected to", &input)]
        }
        (Some(false), None) => {
            let reason = format!("the policy does not let this function connect to `{}`", shown(&host));
            vec![Suspicion::undeclared("hook-egress", reason, ("host", &host))]
        }
        (None, None) => {
            if address.is_some_and(|address| context.addresses.contains(&address)) {
                return Vec::new();
            }
            let reason = format!("the function connects to `{}` for the first time", shown(&host));
            vec![Suspicion::new_to_us("hook-egress", reason, ("host", &host))]
        }
    }
}

/// A name and where it leads: a name of the internet that leads to this machine or to metadata is refused.
pub(super) fn resolved(context: &Context<'_>, host: &str, addresses: &[String]) -> Vec<Suspicion> {
    let lower = host.trim_end_matches('.').to_ascii_lowercase();
    let is_local_name = lower == "localhost" || lower.ends_with(".localhost") || address(&lower).is_some();
    let leads = addresses.iter().find_map(|text| forbidden("", address(text)).map(|what| (what, text)));
    match leads {
        Some((what, text)) if !is_local_name => {
            let is_known = context
                .places
                .endpoints
                .iter()
                .any(|known| known.rsplit_once(':').is_some_and(|(name, _)| name == lower));
            if is_known
                || declared(context, &lower, None, None) == Some(true)
                || what == "this machine" && chosen(context, &lower).is_none()
            {
                return Vec::new();
            }
            let reason = format!("the name `{}` leads to {what} ({})", shown(host), shown(text));
            vec![Suspicion::undeclared(RULE, reason, ("host", &lower))]
        }
        _ => Vec::new(),
    }
}

fn is_endpoint(known: &str, host: &str, port: Option<u16>) -> bool {
    known.rsplit_once(':').is_some_and(|(name, number)| {
        let name = name.trim_matches(['[', ']']);
        let same = name == host
            || matches!((address(name), address(host)), (Some(one), Some(other)) if one == other)
            || name == "localhost" && address(host).is_some_and(|address| address.is_loopback());
        same && port.is_none_or(|port| port == 0 || number.parse() == Ok(port))
    })
}

/// What of the host the event chose: its last labels, or an address.
fn chosen(context: &Context<'_>, host: &str) -> Option<String> {
    let is_aws = AWS.iter().any(|ending| {
        host.strip_suffix(ending).is_some_and(|name| !name.contains("s3") && name.split('.').count() <= 2)
    });
    if is_aws {
        return None;
    }
    let label = host.rsplit('.').nth(1).map_or(0, |label| host.rfind(label).unwrap_or(0));
    let ranges = context.inputs.ranges(host.as_bytes());
    let found = ranges.iter().find(|range| {
        range.end == host.len() && (range.start <= label || address(host).is_some()) && range.len() > 3
    });
    found.map(|range| part(host, range))
}

/// Whether the policy's list holds it; nothing where there is no list.
fn declared(context: &Context<'_>, host: &str, address: Option<IpAddr>, port: Option<u16>) -> Option<bool> {
    let rules = context.policy.egress.hosts.as_ref()?;
    let fits = |rule: &HostRule| {
        let name = rule.host.to_ascii_lowercase();
        let is_host = name == "*"
            || name == host
            || name
                .strip_prefix("*.")
                .is_some_and(|ending| host.strip_suffix(ending).is_some_and(|rest| rest.ends_with('.')))
            || address.is_some_and(|address| is_within(&name, address));
        let is_port = match port {
            None | Some(0) => true,
            Some(port) if rule.ports.is_empty() => port == 443,
            Some(port) => rule.ports.contains(&port),
        };
        is_host && is_port
    };
    // An address that a declared name led to is what the declaration meant.
    Some(rules.iter().any(fits) || address.is_some_and(|address| context.addresses.contains(&address)))
}

/// An address, or a prefix in CIDR notation.
fn is_within(rule: &str, address: IpAddr) -> bool {
    let (network, length) = match rule.split_once('/') {
        Some((network, length)) => (network, length.parse::<u32>().ok()),
        None => (rule, Some(128)),
    };
    let Some(length) = length else { return false };
    match (network.parse::<IpAddr>(), address) {
        (Ok(IpAddr::V4(network)), IpAddr::V4(address)) => {
            let shift = 32 - length.min(32);
            u64::from(network.to_bits()) >> shift == u64::from(address.to_bits()) >> shift
        }
        (Ok(IpAddr::V6(network)), IpAddr::V6(address)) => match 128 - length.min(128) {
            128 => true,
            shift => network.to_bits() >> shift == address.to_bits() >> shift,
        },
        _ => false,
    }
}

/// Addresses that are never what an application means by a host of the internet.
fn forbidden(host: &str, address: Option<IpAddr>) -> Option<&'static str> {
    const METADATA_6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    if METADATA.contains(&host) {
        return Some("a metadata service");
    }
    if host == "localhost" || host.ends_with(".localhost") {
        return Some("this machine");
    }
    match address? {
        IpAddr::V4(address) if address.is_loopback() || address.octets()[0] == 0 => Some("this machine"),
        IpAddr::V4(address) if address.is_link_local() || address.octets() == [100, 100, 100, 200] => {
            Some("a metadata service")
        }
        IpAddr::V6(address) if address.is_loopback() || address.is_unspecified() => Some("this machine"),
        IpAddr::V6(address) if address.is_unicast_link_local() || address == METADATA_6 => {
            Some("a metadata service")
        }
        _ => None,
    }
}

/// An address in any form that resolvers take: `127.1`, `2130706433`, `0x7f.0.0.1`, `0177.0.0.1`, `::ffff:127.0.0.1`, `64:ff9b::7f00:1`.
pub(super) fn address(host: &str) -> Option<IpAddr> {
    let host = host.trim_matches(['[', ']']);
    let host = host.split_once('%').map_or(host, |(host, _)| host);
    if let Ok(address) = host.parse::<IpAddr>() {
        return Some(inner(address));
    }
    let parts: Vec<u64> = host.split('.').map(number).collect::<Option<_>>()?;
    let (last, front) = parts.split_last()?;
    if front.len() > 3 || front.iter().any(|part| *part > 255) {
        return None;
    }
    let mut bits = *last;
    for (position, part) in front.iter().enumerate() {
        bits |= part << (24 - 8 * position);
    }
    u32::try_from(bits).ok().map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)))
}

fn number(text: &str) -> Option<u64> {
    let (digits, radix) = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None if text.len() > 1 && text.starts_with('0') => (text.trim_start_matches('0'), 8),
        None => (text, 10),
    };
    match digits {
        "" if radix != 10 => Some(0),
        digits if digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            u64::from_str_radix(digits, radix).ok()
        }
        _ => None,
    }
}

/// The IPv4 address that an IPv6 address carries, if it does.
fn inner(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else { return address };
    let segments = six.segments();
    let low = Ipv4Addr::from_bits(u32::from(segments[6]) << 16 | u32::from(segments[7]));
    match segments {
        [0, 0, 0, 0, 0, 0xffff, _, _] | [0x64, 0xff9b, 0, 0, 0, 0, _, _] => IpAddr::V4(low),
        [0, 0, 0, 0, 0, 0, high, low_part] if high != 0 || low_part > 1 => IpAddr::V4(low),
        [0x2002, high, middle, ..] => {
            IpAddr::V4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(middle)))
        }
        _ => address,
    }
}
