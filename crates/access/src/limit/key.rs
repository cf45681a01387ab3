//! What a request is counted under.
use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::net::IpAddr;

use super::config::{Missing, Part, PrefixLengths};
use super::table::Keyed;
use crate::{Identity, Method};

/// Networks that are counted together when there is no place for single keys.
const AGGREGATE: PrefixLengths = PrefixLengths { v4: 24, v6: 48 };

/// What a limit wants to know of a request.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The client, as the gateway found it behind trusted proxies.
    pub address: IpAddr,
    /// The route's name, as in the configuration (`GET /orders/{id}`).
    pub route: &'a str,
    /// Once somebody was authenticated.
    pub identity: Option<&'a Identity>,
    /// What the request costs, where that is known better than by its route (a GraphQL query).
    pub cost: Option<u32>,
    /// What kind of program the client is ([`crate::fingerprint`]), where that is known.
    pub fingerprint: Option<&'a str>,
}

/// One key of one limit, written out: for shared state, logs and tests. Fields are told apart by their lengths.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LimitKey(Vec<u8>);

impl LimitKey {
    /// The key's canonical bytes: the same in each gateway.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// A key that was saved.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }
}

/// A value of one part.
#[derive(Clone, Copy, Debug)]
enum Field<'a> {
    Network(u128),
    Text(&'a str),
    Pair(&'a str, &'a str),
}

/// Makes keys of one limit.
#[derive(Clone, Debug)]
pub(super) struct Maker {
    by: Vec<Part>,
    missing: Missing,
    prefix: PrefixLengths,
    /// Seeded anew in each process: nobody outside can choose keys that fall together.
    seed: RandomState,
}

/// The numbers of a request's key in one limit; the aggregate's is made when it is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hashed<'a> {
    key: u64,
    maker: &'a Maker,
    facts: &'a Facts<'a>,
}

impl Keyed for Hashed<'_> {
    fn key(&self) -> u64 {
        self.key
    }

    fn aggregate(&self) -> u64 {
        self.maker.aggregate(self.key, self.facts)
    }
}

impl Maker {
    pub(super) fn new(by: &[Part], missing: Missing, prefix: PrefixLengths) -> Self {
        Self { by: by.to_vec(), missing, prefix, seed: RandomState::new() }
    }

    /// The key's numbers; `None`: the limit does not apply.
    pub(super) fn hashed<'a>(&'a self, facts: &'a Facts<'a>) -> Option<Hashed<'a>> {
        let mut key = self.seed.build_hasher();
        for part in &self.by {
            feed(self.field(*part, facts)?, &mut key);
        }
        Some(Hashed { key: key.finish(), maker: self, facts })
    }

    /// The key written out.
    pub(super) fn written(&self, facts: &Facts<'_>, is_aggregate: bool) -> Option<LimitKey> {
        let mut bytes = vec![u8::from(is_aggregate)];
        for part in &self.by {
            match self.field(*part, facts)? {
                Field::Network(own) => {
                    let wide = || network(facts.address, narrower(AGGREGATE, self.prefix, *part));
                    let network = if is_aggregate { wide() } else { own };
                    bytes.push(b'n');
                    bytes.extend_from_slice(&network.to_be_bytes());
                }
                Field::Text(text) => {
                    bytes.push(b't');
                    put(&mut bytes, text);
                }
                Field::Pair(one, other) => {
                    bytes.push(b'p');
                    put(&mut bytes, one);
                    put(&mut bytes, other);
                }
            }
        }
        Some(LimitKey(bytes))
    }

    /// What a key is counted under together with others.
    fn aggregate(&self, key: u64, facts: &Facts<'_>) -> u64 {
        let mut aggregate = self.seed.build_hasher();
        let mut differs = false;
        aggregate.write_u8(b'+');
        for field in self.by.iter().filter_map(|part| Some((part, self.field(*part, facts)?))) {
            let together = match field {
                (part, Field::Network(_)) => {
                    differs = true;
                    Field::Network(network(facts.address, narrower(AGGREGATE, self.prefix, *part)))
                }
                (_, other) => other,
            };
            feed(together, &mut aggregate);
        }
        // Without an address, a key's aggregate is whatever falls into the same cell.
        if differs { aggregate.finish() } else { key.rotate_left(17) }
    }

    fn field<'a>(&self, part: Part, facts: &Facts<'a>) -> Option<Field<'a>> {
        let host = PrefixLengths { v4: 32, v6: 64 };
        let of_identity = match (part, facts.identity) {
            (Part::Address, _) => return Some(Field::Network(network(facts.address, host))),
            (Part::Prefix, _) => return Some(Field::Network(network(facts.address, self.prefix))),
            (Part::Route, _) => return Some(Field::Text(facts.route)),
            (Part::Fingerprint, _) => facts.fingerprint.map(Field::Text),
            (_, None) => None,
            (Part::Identity, Some(who)) => Some(Field::Pair(&who.issuer, &who.subject)),
            (Part::Issuer, Some(who)) => Some(Field::Text(&who.issuer)),
            (Part::Credential, Some(who)) => Some(Field::Text(&who.credential)),
            (Part::ApiKey, Some(who)) => {
                (who.method == Method::ApiKey).then_some(Field::Text(&who.credential))
            }
        };
        match (of_identity, self.missing) {
            (None, Missing::Address) => Some(Field::Network(network(facts.address, host))),
            (field, _) => field,
        }
    }
}

/// The key that a request has under some parts; `None`: one is missing, and nothing stands for it.
pub(crate) fn key_of(
    by: &[Part],
    missing: Missing,
    prefix: PrefixLengths,
    facts: &Facts<'_>,
) -> Option<LimitKey> {
    Maker::new(by, missing, prefix).written(facts, false)
}

/// The shorter prefix: what is counted together is never less than the key itself.
fn narrower(one: PrefixLengths, own: PrefixLengths, part: Part) -> PrefixLengths {
    if part == Part::Prefix { PrefixLengths { v4: one.v4.min(own.v4), v6: one.v6.min(own.v6) } } else { one }
}

/// The first bits of an address, IPv4 as its mapped form. An IPv4 address inside of IPv6 (`::ffff:a.b.c.d`) is the same.
pub(crate) fn network(address: IpAddr, lengths: PrefixLengths) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(lengths.v4.min(32))).unwrap_or(0);
            0xffff_0000_0000 | u128::from(v4.to_bits() & mask)
        }
        IpAddr::V6(v6) => {
            v6.to_bits() & u128::MAX.checked_shl(128 - u32::from(lengths.v6.min(128))).unwrap_or(0)
        }
    }
}

fn feed(field: Field<'_>, hasher: &mut impl Hasher) {
    match field {
        Field::Network(network) => (0_u8, network).hash(hasher),
        Field::Text(text) => (1_u8, text).hash(hasher),
        Field::Pair(one, other) => (2_u8, one, other).hash(hasher),
    }
}

fn put(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend_from_slice(&(text.len() as u64).to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests;
