//! Whether a connection may be made: by name, by address, and by the address that a name turned out to have. Pure.
use super::EgressError;
use super::address::{Kind, literal, plain};
use crate::Places;
use policy::Function;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// What is to be done about a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Allow,
    /// It goes on, and its owner is told: the policy does not know hosts yet.
    Tell(String),
    Refuse(String),
}

/// The longest name that DNS has, in bytes.
const NAME_BYTES_MAX: usize = 253;
const HTTPS_PORT: u16 = 443;
/// Names of metadata services; those below them too.
const METADATA_NAMES: &[&str] =
    &["metadata.google.internal", "metadata.goog", "metadata", "instance-data", "instance-data.ec2.internal"];
/// AWS's own zones: their names have private addresses inside of a VPC with endpoints.
const AWS_ZONES: &[&str] = &["amazonaws.com", "amazonaws.com.cn", "api.aws", "on.aws"];

const RUNTIME_API: &str = "the platform's Runtime API is reached through the guard alone";

#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    Name(String),
    Below(String),
    Network(IpAddr, u8),
    /// All endpoints of one AWS service, in every region.
    Service(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    target: Target,
    ports: BTreeSet<u16>,
}

impl Rule {
    fn port(&self, port: u16) -> bool {
        if self.ports.is_empty() { port == HTTPS_PORT } else { self.ports.contains(&port) }
    }
}

/// The egress policy of a function, ready to decide.
#[derive(Clone, Debug)]
pub struct Rules {
    hosts: Option<Vec<Rule>>,
    metadata: bool,
    /// Ports of this machine that are the function's: the guard's Runtime API, its proxy, what the host adds.
    own: BTreeSet<u16>,
    /// The platform's Runtime API.
    platform: Option<(IpAddr, u16)>,
}

impl Rules {
    /// # Errors
    /// A host that is neither a name, a name with `*.` before it, an address, a prefix nor `aws:SERVICE`.
    pub fn new(function: &Function, places: &Places) -> Result<Self, EgressError> {
        let rules = |hosts: &Vec<policy::HostRule>| hosts.iter().map(rule).collect::<Result<Vec<_>, _>>();
        let hosts = function.egress.hosts.as_ref().map(rules).transpose()?;
        let mut own: BTreeSet<u16> = function.sandbox.ports.clone();
        own.extend(places.ports.iter().copied());
        own.extend(places.egress_port);
        own.insert(places.api_port);
        own.remove(&0);
        let platform = places.platform_api.map(|at| (plain(at.ip()), at.port()));
        Ok(Self { hosts, metadata: function.egress.metadata, own, platform })
    }

    /// The policy knows hosts: everything else is refused.
    #[must_use]
    pub fn known(&self) -> bool {
        self.hosts.is_some()
    }

    /// A connection as code asks for it: a name, or an address in any spelling.
    #[must_use]
    pub fn judge(&self, host: &str, port: u16) -> Decision {
        if let Some(address) = literal(host) {
            return self.address(address, port);
        }
        let Some(name) = normal(host) else {
            return Decision::Refuse(format!("`{}` is no host name", shown(host)));
        };
        let metadata = METADATA_NAMES.iter().any(|known| is_or_below(&name, known));
        let declared = self.declared(|rule| rule.port(port) && names(&rule.target, &name));
        if metadata && !self.metadata && !self.exactly(&name, port) {
            return Decision::Refuse(format!("`{name}` hands out the platform's credentials"));
        }
        match &self.hosts {
            // Where it leads is judged by its address.
            _ if is_or_below(&name, "localhost") => self.loopback(port, declared),
            _ if declared => Decision::Allow,
            None => Decision::Tell(format!("`{name}:{port}` is contacted; the policy does not know hosts")),
            Some(_) => Decision::Refuse(format!("`{name}:{port}` is not a host of the policy")),
        }
    }

    /// A name that is only resolved: allowed where a rule has it with any port.
    #[must_use]
    pub fn name(&self, host: &str) -> Decision {
        let Some(name) = normal(host) else { return self.judge(host, HTTPS_PORT) };
        let ports = self.declared(|rule| names(&rule.target, &name));
        let metadata = METADATA_NAMES.iter().any(|known| is_or_below(&name, known));
        if ports && !metadata { Decision::Allow } else { self.judge(host, HTTPS_PORT) }
    }

    /// A connection to an address that nobody gave a name.
    #[must_use]
    pub fn address(&self, address: IpAddr, port: u16) -> Decision {
        let address = plain(address);
        let declared = self.inside(address, port);
        if self.platform == Some((address, port)) {
            return Decision::Refuse(RUNTIME_API.to_owned());
        }
        match Kind::of(address) {
            Kind::Metadata if !(self.metadata || declared) => {
                Decision::Refuse(format!("`{address}` hands out the platform's credentials"))
            }
            Kind::Loopback => self.loopback(port, declared),
            Kind::Special if !declared => Decision::Refuse(format!("`{address}` is no address of a service")),
            _ if declared => Decision::Allow,
            _ if self.hosts.is_none() => {
                Decision::Tell(format!("`{address}:{port}` is contacted; the policy does not know hosts"))
            }
            _ => Decision::Refuse(format!("`{address}:{port}` is not a host of the policy")),
        }
    }

    /// A connection to an address that may have had an allowed name, which nobody knows: refused is what no name may lead to.
    #[must_use]
    pub fn nameless(&self, address: IpAddr, port: u16) -> Decision {
        match (self.address(address, port), Kind::of(plain(address))) {
            (Decision::Refuse(_), Kind::Public | Kind::Private)
                if self.platform != Some((plain(address), port)) =>
            {
                Decision::Allow
            }
            (decision, _) => decision,
        }
    }

    /// An address that an allowed name was resolved to: a name of the internet must not lead inside.
    #[must_use]
    pub fn answer(&self, host: &str, address: IpAddr, port: u16) -> Decision {
        let address = plain(address);
        if self.inside(address, port) {
            return Decision::Allow;
        }
        let name = normal(host).unwrap_or_default();
        let aws = AWS_ZONES.iter().any(|zone| is_or_below(&name, zone));
        match Kind::of(address) {
            Kind::Public => Decision::Allow,
            Kind::Private if aws || self.hosts.is_none() => Decision::Allow,
            Kind::Metadata if self.metadata => Decision::Allow,
            Kind::Loopback if self.own.contains(&port) || is_or_below(&name, "localhost") => Decision::Allow,
            kind => Decision::Refuse(format!(
                "`{name}` leads to `{address}`, which is {} and not declared: add the address or its prefix to the policy's hosts if it should",
                match kind {
                    Kind::Private => "a private address",
                    Kind::Loopback => "this machine",
                    Kind::Metadata => "a metadata address",
                    Kind::Special | Kind::Public => "no address of a service",
                }
            )),
        }
    }

    /// This machine: the guard's own ports, what is declared; the platform's Runtime API never.
    fn loopback(&self, port: u16, declared: bool) -> Decision {
        let platform = self.platform.is_some_and(|(address, at)| at == port && address.is_loopback());
        if platform {
            Decision::Refuse(RUNTIME_API.to_owned())
        } else if declared || self.own.contains(&port) {
            Decision::Allow
        } else if self.hosts.is_none() {
            Decision::Tell(format!(
                "port {port} of this machine is contacted; the policy does not know hosts"
            ))
        } else {
            Decision::Refuse(format!("port {port} of this machine is not the function's"))
        }
    }

    fn declared(&self, fits: impl Fn(&Rule) -> bool) -> bool {
        self.hosts.iter().flatten().any(fits)
    }

    fn exactly(&self, name: &str, port: u16) -> bool {
        self.declared(|rule| rule.port(port) && rule.target == Target::Name(name.to_owned()))
    }

    fn inside(&self, address: IpAddr, port: u16) -> bool {
        self.declared(|rule| {
            rule.port(port)
                && matches!(rule.target, Target::Network(network, bits) if within(address, network, bits))
        })
    }
}

fn rule(host: &policy::HostRule) -> Result<Rule, EgressError> {
    let wrong = || EgressError::Host(host.host.clone());
    let text = host.host.trim();
    let target = if let Some(service) = text.strip_prefix("aws:") {
        Target::Service(normal(service).ok_or_else(wrong)?)
    } else if let Some((network, bits)) = text.split_once('/') {
        let network = literal(network).ok_or_else(wrong)?;
        let bits: u8 = bits.parse().map_err(|_| wrong())?;
        let most = if network.is_ipv4() { 32 } else { 128 };
        if bits > most {
            return Err(wrong());
        }
        Target::Network(network, bits)
    } else if let Some(address) = literal(text) {
        Target::Network(address, if address.is_ipv4() { 32 } else { 128 })
    } else if let Some(below) = text.strip_prefix("*.") {
        Target::Below(normal(below).ok_or_else(wrong)?)
    } else {
        Target::Name(normal(text).ok_or_else(wrong)?)
    };
    Ok(Rule { target, ports: host.ports.clone() })
}

/// Whether a rule's target means this name.
fn names(target: &Target, name: &str) -> bool {
    match target {
        Target::Name(known) => known == name,
        Target::Below(zone) => name != zone && is_or_below(name, zone),
        Target::Network(..) => false,
        Target::Service(service) => is_endpoint(name, service),
    }
}

/// `SERVICE.REGION.amazonaws.com` and its relations: buckets, FIPS, dual stack, VPC endpoints, account endpoints.
fn is_endpoint(name: &str, service: &str) -> bool {
    let Some(before) = AWS_ZONES.iter().find_map(|zone| name.strip_suffix(zone)?.strip_suffix('.')) else {
        return false;
    };
    let other = match service {
        "dynamodb" => "ddb",
        "logs" => "cloudwatchlogs",
        _ => service,
    };
    before.split('.').any(|label| {
        label == service
            || label == other
            || label.strip_suffix("-fips").is_some_and(|plain| plain == service)
            || label.strip_prefix(service).is_some_and(|rest| rest.starts_with("-") && service == "s3")
    })
}

fn within(address: IpAddr, network: IpAddr, bits: u8) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        _ => false,
    }
}

fn is_or_below(name: &str, zone: &str) -> bool {
    name.strip_suffix(zone).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// Lower case, without the dot at the end; none where it cannot be a name (`xn--` form for others than ASCII).
pub(crate) fn normal(host: &str) -> Option<String> {
    let bare = host.strip_suffix('.').unwrap_or(host);
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if bare.is_empty() || bare.len() > NAME_BYTES_MAX || !bare.bytes().all(fits) {
        return None;
    }
    if bare.split('.').any(str::is_empty) {
        return None;
    }
    Some(bare.to_ascii_lowercase())
}

/// A short, printable part of what somebody sent.
pub(crate) fn shown(host: &str) -> String {
    const SHOWN_MAX: usize = 100;
    host.chars().take(SHOWN_MAX).map(|one| if one.is_control() { '?' } else { one }).collect()
}
