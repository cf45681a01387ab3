//! Block lists: who is not let in, until when, and why.
//!
//! A [`BlockList`] is immutable: a change makes a new one that shares nearly all memory, so readers never wait. It
//! answers for a moment that the caller gives; entries end by themselves.
//!
//! An entry names an address or prefix, an identity, a credential (a token's or key's name, never itself) or a TLS
//! fingerprint. Any live entry that fits blocks. An entry of the allow list lifts blocks of its own kind, and an allowed
//! prefix lifts blocks by fingerprint, too. It never lifts a blocked credential or identity: an office's address does
//! not make a stolen token good.
mod config;
mod intervals;
mod list;
mod read;

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};

pub use config::{Config, Entry};
use list::{Kept, Layers, SideChange};
pub use read::{FILE_BYTES_MAX, Lists, read};

use crate::Identity;

/// Most entries when a configuration says nothing else.
pub const ENTRIES_MAX: usize = 2_000_000;
/// Most bytes of a name and of a reason.
pub const NAME_BYTES_MAX: usize = 1024;

/// What an entry is about, beside prefixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Identity = 0,
    Credential = 1,
    Fingerprint = 2,
}

/// Whom an entry names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    Prefix(IpNet),
    Name(Kind, Box<str>),
}

/// What is known of a request. Give what is known so far; ask again when there is more.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    pub address: Option<IpAddr>,
    pub identity: Option<&'a Identity>,
    /// JA3 and JA4, as text.
    pub fingerprints: &'a [&'a str],
}

/// Somebody is not let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocked {
    /// The entry.
    pub target: Target,
    pub reason: Arc<str>,
    /// Seconds since 1970-01-01; `None`: for good.
    pub expires: Option<u64>,
}

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum List {
    Block,
    Allow,
}

/// A change at run time, as the admin API and shared state hand it on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Change {
    /// Adds an entry, or replaces the one with the same target.
    Add { list: List, entry: Entry },
    /// Removes the entry with this target, wherever it came from; the rest of `entry` is not read.
    Remove { list: List, entry: Entry },
}

/// Why a list cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    #[error("`{file}` line {line}: {message}")]
    Line { file: String, line: usize, message: String },
    #[error("an entry needs exactly one of `prefix`, `identity`, `credential`, `fingerprint`; this has {0}")]
    Targets(usize),
    #[error("`{0}` is no identity; write the issuer, a space and the subject")]
    Identity(String),
    #[error("a name or reason of an entry is longer than {NAME_BYTES_MAX} bytes, or empty")]
    Length,
    #[error("{0} entries are more than `entries-max` ({1}) allows")]
    Many(usize, usize),
}

/// Both lists at one moment. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct BlockList {
    block: Layers,
    allow: Layers,
    entries_max: usize,
}

impl BlockList {
    /// Builds from a configuration and what its files hold, in this order; a later entry replaces an earlier one with
    /// the same target.
    ///
    /// # Errors
    /// An entry that names nobody or two, or too many entries.
    pub fn new(config: &Config, files: impl IntoIterator<Item = Lists>) -> Result<Self, BlockError> {
        let mut block = BTreeMap::new();
        let mut allow = BTreeMap::new();
        let own = Lists { block: config.block.clone(), allow: config.allow.clone() };
        for lists in files.into_iter().chain([own]) {
            let sides = [(lists.block, &mut block), (lists.allow, &mut allow)];
            for (entries, side) in sides {
                for entry in entries {
                    let (target, kept) = kept(entry)?;
                    side.insert(target, kept);
                }
            }
            many(block.len() + allow.len(), config.entries_max)?;
        }
        Ok(Self { block: Layers::new(block), allow: Layers::new(allow), entries_max: config.entries_max })
    }

    /// Whether somebody is blocked at a moment (seconds since 1970-01-01).
    #[must_use]
    pub fn find(&self, facts: &Facts<'_>, now: u64) -> Option<Blocked> {
        let address = facts.address.map(|address| address.to_canonical());
        let is_allowed = || address.is_some_and(|address| self.allow.address(address, now).is_some());
        let found = address.and_then(|address| self.block.address(address, now)).filter(|_| !is_allowed());
        if let Some((target, kept)) = found {
            return Some(Blocked::new(target, kept));
        }
        for fingerprint in facts.fingerprints {
            if let Some(blocked) = self.named(Kind::Fingerprint, fingerprint, now).filter(|_| !is_allowed()) {
                return Some(blocked);
            }
        }
        let identity = facts.identity?;
        if let Some(blocked) = self.named(Kind::Credential, &identity.credential, now) {
            return Some(blocked);
        }
        if !self.block.has_names(Kind::Identity) {
            return None;
        }
        self.named(Kind::Identity, &format!("{} {}", identity.issuer, identity.subject), now)
    }

    fn named(&self, kind: Kind, name: &str, now: u64) -> Option<Blocked> {
        let (target, kept) = self.block.name(kind, name, now)?;
        self.allow.name(kind, name, now).is_none().then(|| Blocked::new(target, kept))
    }

    /// The same list with changes, all or none.
    ///
    /// # Errors
    /// A change whose entry names nobody or two, or too many entries. Nothing is changed then.
    pub fn changed(&self, changes: impl IntoIterator<Item = Change>, now: u64) -> Result<Self, BlockError> {
        let (mut block, mut allow): (Vec<SideChange>, Vec<SideChange>) = (Vec::new(), Vec::new());
        for change in changes {
            let (list, entry, is_added) = match change {
                Change::Add { list, entry } => (list, entry, true),
                Change::Remove { list, entry } => (list, entry, false),
            };
            let (target, kept) = kept(entry)?;
            let side = if list == List::Block { &mut block } else { &mut allow };
            side.push((target, is_added.then_some(kept)));
        }
        let changed = |side: &Layers, changes: Vec<SideChange>| {
            if changes.is_empty() { side.clone() } else { side.changed(changes, now) }
        };
        let block = changed(&self.block, block);
        let allow = changed(&self.allow, allow);
        many(block.len() + allow.len(), self.entries_max)?;
        Ok(Self { block, allow, entries_max: self.entries_max })
    }

    /// Entries of both lists, also those that have ended and were not dropped yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.block.len() + self.allow.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every entry of a list that is live at a moment, ordered, to show and to save.
    #[must_use]
    pub fn entries(&self, list: List, now: u64) -> Vec<Entry> {
        let side = if list == List::Block { &self.block } else { &self.allow };
        let live = side.entries().into_iter().filter(|(_, kept)| kept.expires > now);
        live.map(|(target, kept)| written(target, &kept)).collect()
    }
}

impl Blocked {
    fn new(target: &Target, kept: Kept) -> Self {
        let expires = (kept.expires != u64::MAX).then_some(kept.expires);
        Self { target: target.clone(), reason: kept.reason, expires }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix(prefix) => write!(formatter, "prefix {prefix}"),
            Self::Name(Kind::Identity, name) => write!(formatter, "identity {name}"),
            Self::Name(Kind::Credential, name) => write!(formatter, "credential {name}"),
            Self::Name(Kind::Fingerprint, name) => write!(formatter, "fingerprint {name}"),
        }
    }
}

fn many(count: usize, most: usize) -> Result<(), BlockError> {
    if count > most { Err(BlockError::Many(count, most)) } else { Ok(()) }
}

fn kept(entry: Entry) -> Result<(Target, Kept), BlockError> {
    let names = [
        (Kind::Identity, entry.identity),
        (Kind::Credential, entry.credential),
        (Kind::Fingerprint, entry.fingerprint),
    ];
    let mut targets: Vec<Target> = entry.prefix.map(canonical).map(Target::Prefix).into_iter().collect();
    for (kind, name) in names {
        let Some(name) = name else { continue };
        let is_pair =
            name.split_once(' ').is_some_and(|(issuer, subject)| !issuer.is_empty() && !subject.is_empty());
        if kind == Kind::Identity && !is_pair {
            return Err(BlockError::Identity(name));
        }
        if name.is_empty() || name.len() > NAME_BYTES_MAX {
            return Err(BlockError::Length);
        }
        targets.push(Target::Name(kind, name.into()));
    }
    if entry.reason.len() > NAME_BYTES_MAX {
        return Err(BlockError::Length);
    }
    let count = targets.len();
    match targets.pop() {
        Some(target) if count == 1 => {
            let expires = entry.expires.unwrap_or(u64::MAX);
            Ok((target, Kept { expires, reason: entry.reason.into() }))
        }
        _ => Err(BlockError::Targets(count)),
    }
}

fn written(target: &Target, kept: &Kept) -> Entry {
    let expires = (kept.expires != u64::MAX).then_some(kept.expires);
    let mut entry = Entry { reason: kept.reason.to_string(), expires, ..Entry::default() };
    match target {
        Target::Prefix(prefix) => entry.prefix = Some(*prefix),
        Target::Name(kind, name) => {
            let name = Some(name.to_string());
            match kind {
                Kind::Identity => entry.identity = name,
                Kind::Credential => entry.credential = name,
                Kind::Fingerprint => entry.fingerprint = name,
            }
        }
    }
    entry
}

/// An address or a prefix. Bits past the prefix's length are an error: `10.0.0.5/8` is more likely a slip than a wish.
pub(crate) fn prefix(text: &str) -> Result<IpNet, String> {
    if let Ok(address) = IpAddr::from_str(text) {
        return Ok(canonical(IpNet::from(address)));
    }
    let net = IpNet::from_str(text).map_err(|_| {
        format!("`{text}` is no address and no prefix; write `203.0.113.9` or `2001:db8::/32`")
    })?;
    if net.trunc() != net {
        return Err(format!("`{text}` has bits past its length; write `{}`", net.trunc()));
    }
    Ok(canonical(net))
}

/// IPv4 inside of IPv6 (`::ffff:0:0/96`) is IPv4.
fn canonical(net: IpNet) -> IpNet {
    let net = net.trunc();
    match net {
        IpNet::V6(v6) => match (v6.addr().to_ipv4_mapped(), v6.prefix_len().checked_sub(96)) {
            (Some(v4), Some(length)) => Ipv4Net::new(v4, length).map_or(net, IpNet::V4),
            _ => net,
        },
        IpNet::V4(_) => net,
    }
}

/// Seconds since 1970-01-01 of a time in RFC 3339, in UTC, without fractions.
pub(crate) fn moment(text: &str) -> Option<u64> {
    let (date, time) = text.strip_suffix(['Z', 'z'])?.split_once(['T', 't', ' '])?;
    let date: model::Date = date.parse().ok()?;
    let days = days_before(date)?;
    let mut parts = time.split(':').map(|part| (part.len() == 2).then(|| part.parse::<u64>().ok()).flatten());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let fits = hours < 24 && minutes < 60 && seconds < 60 && parts.next().is_none();
    fits.then_some(days * 86_400 + hours * 3600 + minutes * 60 + seconds)
}

/// Days from 1970-01-01 to a day (Howard Hinnant's count of days of the civil calendar).
pub(crate) fn days_before(date: model::Date) -> Option<u64> {
    let month = i64::from(date.month);
    let year = i64::from(date.year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(date.day) - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    u64::try_from(days).ok()
}

#[cfg(test)]
mod tests;
