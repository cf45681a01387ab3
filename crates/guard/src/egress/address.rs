//! Addresses in every spelling that a resolver takes, and what kind of place they are.
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of place an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anywhere on the internet.
    Public,
    /// 10/8, 172.16/12, 192.168/16, 100.64/10, fc00::/7.
    Private,
    /// This machine.
    Loopback,
    /// A place where a platform hands out credentials: link-local addresses, and those of several clouds.
    Metadata,
    /// Nothing that a function connects to: unspecified, multicast, reserved.
    Special,
}

/// Fixed addresses of metadata services outside of 169.254/16: Alibaba, Azure, Oracle.
const METADATA_V4: [Ipv4Addr; 3] =
    [Ipv4Addr::new(100, 100, 100, 200), Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(192, 0, 0, 192)];
/// AWS (also its time and DNS services' prefix), Google.
const METADATA_V6: [Ipv6Addr; 3] = [
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254),
    Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x23),
    Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254),
];

impl Kind {
    /// The kind of an address; an IPv4 address inside of an IPv6 one counts as itself.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match plain(address) {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => Self::of_v6(address),
        }
    }

    fn of_v4(address: Ipv4Addr) -> Self {
        let [first, second, third, _] = address.octets();
        if address.is_link_local() || METADATA_V4.contains(&address) {
            Self::Metadata
        } else if address.is_loopback() {
            Self::Loopback
        } else if address.is_private() || (first == 100 && second & 0xc0 == 64) {
            Self::Private
        } else if first == 0 || first >= 224 || (first == 192 && second == 0 && third == 0) {
            Self::Special
        } else {
            Self::Public
        }
    }

    fn of_v6(address: Ipv6Addr) -> Self {
        let [first, ..] = address.segments();
        if METADATA_V6.contains(&address) || first & 0xffc0 == 0xfe80 {
            Self::Metadata
        } else if address.is_loopback() {
            Self::Loopback
        } else if first & 0xfe00 == 0xfc00 {
            Self::Private
        } else if address.is_unspecified() || address.is_multicast() {
            Self::Special
        } else {
            Self::Public
        }
    }
}

/// The IPv4 address inside of a mapped, compatible, NAT64 or 6to4 address, since that is where packets go.
#[must_use]
pub(crate) fn plain(address: IpAddr) -> IpAddr {
    let IpAddr::V6(address) = address else { return address };
    let [a, b, c, d, e, f, g, h] = address.segments();
    let v4 = |high: u16, low: u16| {
        let [one, two] = high.to_be_bytes();
        let [three, four] = low.to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(one, two, three, four))
    };
    match [a, b, c, d, e, f] {
        [0, 0, 0, 0, 0, 0xffff] | [0x64, 0xff9b, 0, 0, 0, 0] | [0, 0, 0, 0, 0xffff, 0] => v4(g, h),
        // `::1` and `::` are themselves.
        [0, 0, 0, 0, 0, 0] if g != 0 => v4(g, h),
        [0x2002, ..] => v4(b, c),
        _ => IpAddr::V6(address),
    }
}

/// The address that a host spells, as `inet_aton` and URL parsers read it: `[::1]`, `2852039166`, `0xa9fea9fe`,
/// `0251.0376.0251.0376`, `169.254.43518`, `::ffff:a9fe:a9fe`, `fe80::1%eth0`.
#[must_use]
pub fn literal(host: &str) -> Option<IpAddr> {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    if bare.contains(':') {
        let bare = bare.split('%').next().unwrap_or_default();
        return bare.parse::<Ipv6Addr>().ok().map(|address| plain(IpAddr::V6(address)));
    }
    old_v4(bare.strip_suffix('.').unwrap_or(bare)).map(IpAddr::V4)
}

/// One to four numbers, each decimal, octal (`0`) or hexadecimal (`0x`); the last fills the bytes that are left.
fn old_v4(text: &str) -> Option<Ipv4Addr> {
    const PARTS_MAX: usize = 4;
    let mut numbers = Vec::with_capacity(PARTS_MAX);
    for part in text.split('.') {
        if numbers.len() == PARTS_MAX {
            return None;
        }
        numbers.push(number(part)?);
    }
    let last = numbers.pop()?;
    let left = u32::try_from(PARTS_MAX - numbers.len()).ok()? * 8;
    if u64::from(last) >= 1_u64 << left {
        return None;
    }
    let mut address = last;
    for (index, part) in numbers.iter().enumerate() {
        let byte = u8::try_from(*part).ok()?;
        address |= u32::from(byte) << (24 - 8 * u32::try_from(index).ok()?);
    }
    Some(Ipv4Addr::from(address))
}

fn number(text: &str) -> Option<u32> {
    let (digits, base) = if let Some(rest) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        (rest, 16)
    } else if text.len() > 1 && text.starts_with('0') {
        (text, 8)
    } else {
        (text, 10)
    };
    if digits.is_empty() {
        // `0x` alone is zero to URL parsers.
        return (base == 16).then_some(0);
    }
    if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    u32::from_str_radix(digits, base).ok()
}
