//! Actions: how deep each reaches, what it can be limited to, and sets of them.
//!
//! Each service is a page of text, unpacked when it is first asked for. A set of actions is a bit for each action of
//! the table, so that `Action: "*"` (22,000 actions) costs no more than a single one.
use std::ops::Range;
use std::sync::OnceLock;

use super::packed::Book;
use super::{Action, Level, ResourceType};

const BOOK: Book = Book {
    index: include!(concat!(env!("OUT_DIR"), "/actions.rs")),
    bytes: include_bytes!(concat!(env!("OUT_DIR"), "/actions")),
};
/// How many actions there are, and the sets of those that can be limited, that write, that manage permissions.
const FLAGS: (usize, &[u64], &[u64], &[u64]) = include!(concat!(env!("OUT_DIR"), "/flags.rs"));

/// Services that were read, and their texts.
static SERVICES: [OnceLock<Service>; BOOK.index.len()] = [const { OnceLock::new() }; BOOK.index.len()];
static TEXTS: [OnceLock<String>; BOOK.index.len()] = [const { OnceLock::new() }; BOOK.index.len()];

/// The facts of a service.
#[derive(Debug, Default)]
struct Service {
    /// In order of names without regard to case.
    actions: Vec<Action>,
    /// What the action of the same place has in common with others: a line of the text.
    groups: Vec<&'static str>,
    /// `name|arn|keys`
    types: Vec<&'static str>,
    /// `key|type`
    keys: Vec<&'static str>,
}

impl Service {
    fn read(service: &'static str, text: &'static str) -> Self {
        let mut found: Vec<(Action, &'static str)> = Vec::new();
        let mut whole = Self::default();
        for line in text.lines() {
            if let Some(line) = line.strip_prefix('+') {
                whole.types.push(line);
            } else if let Some(line) = line.strip_prefix('?') {
                whole.keys.push(line);
            } else if let Some((signature, names)) = line.rsplit_once('|') {
                let level = level(signature);
                let restrictable = field(signature, 1).is_some_and(|types| !types.is_empty());
                let action = |name| (Action { service, name, level, restrictable }, signature);
                found.extend(names.split(',').map(action));
            }
        }
        found.sort_by(|(a, _), (b, _)| caseless(a.name, b.name));
        (whole.actions, whole.groups) = found.into_iter().unzip();
        whole
    }

    fn place_of(&self, name: &str) -> Option<usize> {
        self.actions.binary_search_by(|action| caseless(action.name, name)).ok()
    }
}

static NOTHING: Service =
    Service { actions: Vec::new(), groups: Vec::new(), types: Vec::new(), keys: Vec::new() };

fn page(page: usize) -> &'static Service {
    let Some(((service, text), (name, ..))) =
        SERVICES.get(page).zip(TEXTS.get(page)).zip(BOOK.index.get(page))
    else {
        return &NOTHING;
    };
    service.get_or_init(|| Service::read(name, text.get_or_init(|| BOOK.text(page))))
}

fn number_of(service: &str) -> Option<usize> {
    BOOK.page_of(service).or_else(|| BOOK.page_of(&service.to_ascii_lowercase()))
}

fn service(name: &str) -> &'static Service {
    number_of(name).map_or(&NOTHING, page)
}

/// The places of a page's actions in the whole table.
fn places(page: usize) -> Range<usize> {
    BOOK.index.get(page).map_or(0..0, |(_, before, count, _)| *before..before + count)
}

fn place_of(service: &str, name: &str) -> Option<usize> {
    let number = number_of(service)?;
    page(number).place_of(name).map(|place| places(number).start + place)
}

/// The action at a place of the whole table.
fn at(place: usize) -> Option<Action> {
    let number = BOOK.index.partition_point(|(_, before, ..)| *before <= place).checked_sub(1)?;
    page(number).actions.get(place - places(number).start).copied()
}

fn group(action: Action) -> &'static str {
    let service = service(action.service);
    service.place_of(action.name).and_then(|place| service.groups.get(place).copied()).unwrap_or_default()
}

fn caseless(a: &str, b: &str) -> std::cmp::Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    a.bytes().map(lower).cmp(b.bytes().map(lower))
}

fn field(line: &'static str, number: usize) -> Option<&'static str> {
    line.split('|').nth(number)
}

fn level(signature: &str) -> Level {
    match signature.bytes().next() {
        Some(b'L') => Level::List,
        Some(b'W') => Level::Write,
        Some(b'T') => Level::Tagging,
        Some(b'P') => Level::Permissions,
        _ => Level::Read,
    }
}

/// The first line of the text says when its facts were taken down: `# as of 2026-10-27`.
pub(super) fn date() -> Option<model::Date> {
    let mut parts = include_str!(concat!(env!("OUT_DIR"), "/date")).split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    Some(model::Date { year, month, day })
}

/// `dynamodb:putitem`
pub(super) fn named(name: &str) -> Option<Action> {
    let (prefix, name) = name.split_once(':')?;
    let service = service(prefix);
    service.place_of(name).and_then(|place| service.actions.get(place).copied())
}

pub(super) fn exists(service: &str) -> bool {
    number_of(service).is_some()
}

/// A resource type of an action's group: its name, whether it must be named, the keys that hold for it.
struct Kind {
    name: &'static str,
    required: bool,
    keys: &'static str,
}

fn kinds(action: Action) -> impl Iterator<Item = Kind> {
    let kinds = field(group(action), 1).unwrap_or_default();
    kinds.split(';').filter(|kind| !kind.is_empty()).map(|kind| {
        let (name, keys) = kind.split_once('(').unwrap_or((kind, ""));
        let keys = keys.strip_suffix(')').unwrap_or(keys);
        let bare = name.strip_suffix('!');
        Kind { name: bare.unwrap_or(name), required: bare.is_some(), keys }
    })
}

pub(super) fn resource_type(service: &str, name: &str) -> Option<ResourceType> {
    resource_types_of(service).find(|kind| kind.name == name)
}

pub(super) fn resource_types_of(name: &str) -> impl Iterator<Item = ResourceType> + use<> {
    service(name).types.iter().filter_map(|line| {
        let mut fields = line.split('|');
        Some(ResourceType { name: fields.next()?, arn: fields.next()? })
    })
}

pub(super) fn resource_types(action: Action) -> Vec<ResourceType> {
    kinds(action).filter_map(|kind| resource_type(action.service, kind.name)).collect()
}

pub(super) fn is_required(action: Action, resource: &ResourceType) -> bool {
    kinds(action).any(|kind| kind.required && kind.name == resource.name)
}

pub(super) fn condition_keys(action: Action) -> Vec<&'static str> {
    let own = field(group(action), 2).unwrap_or_default();
    let of_types = kinds(action).flat_map(|kind| kind.keys.split(','));
    let of_resources = kinds(action).filter_map(|kind| {
        let mut lines = service(action.service).types.iter();
        let line = lines.find(|line| line.split('|').next() == Some(kind.name))?;
        field(line, 2)
    });
    let all = own.split(',').chain(of_types).chain(of_resources.flat_map(|keys| keys.split(',')));
    let mut keys: Vec<&str> = all.filter(|key| !key.is_empty()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

pub(super) fn key_type(prefix: &str, key: &str) -> Option<&'static str> {
    let mut keys = service(prefix).keys.iter().filter_map(|line| line.split_once('|'));
    keys.find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, kind)| kind)
}

pub(super) fn dependents(action: Action) -> Vec<&'static str> {
    let depends = field(group(action), 3).unwrap_or_default();
    depends.split(',').filter(|name| !name.is_empty()).collect()
}

/// A set of actions: a bit for each action of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActionSet(Vec<u64>);

impl FromIterator<usize> for ActionSet {
    fn from_iter<I: IntoIterator<Item = usize>>(places: I) -> Self {
        let mut set = Self::default();
        places.into_iter().for_each(|place| set.insert(place));
        set
    }
}

impl ActionSet {
    fn all() -> Self {
        let mut words = vec![u64::MAX; FLAGS.0 / 64];
        words.push((1 << (FLAGS.0 % 64)) - 1);
        Self(words)
    }

    fn insert(&mut self, place: usize) {
        if self.0.len() <= place / 64 {
            self.0.resize(place / 64 + 1, 0);
        }
        if let Some(word) = self.0.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    fn has(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether this action is one of them.
    #[must_use]
    pub fn contains(&self, action: Action) -> bool {
        place_of(action.service, action.name).is_some_and(|place| self.has(place))
    }

    pub fn add(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word |= more);
    }

    pub fn remove(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, less)| *word &= !less);
    }

    /// Those that are in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.those(&other.0)
    }

    fn those(&self, other: &[u64]) -> Self {
        Self(self.0.iter().zip(other).map(|(word, other)| word & other).collect())
    }

    /// Those that a statement can narrow to resources.
    #[must_use]
    pub fn restrictable(&self) -> Self {
        self.those(FLAGS.1)
    }

    /// Those of the level "Write".
    #[must_use]
    pub fn writes(&self) -> Self {
        self.those(FLAGS.2)
    }

    /// Those of the level "Permissions management".
    #[must_use]
    pub fn permissions(&self) -> Self {
        self.those(FLAGS.3)
    }

    /// In the order of the table: services, then names.
    pub fn iter(&self) -> impl Iterator<Item = Action> {
        let places = self.0.iter().enumerate().flat_map(|(word, bits)| {
            (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 64 + bit)
        });
        places.filter_map(at)
    }

    /// Those of these names (`service:Name`, without regard to case) that are in the set.
    #[must_use]
    pub fn named<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let place = |name: &str| {
            let (service, name) = name.split_once(':')?;
            place_of(service, name)
        };
        names.into_iter().filter_map(place).filter(|place| self.has(*place)).collect()
    }
}

/// Every action that a pattern of a statement covers: `*`, `s3:*`, `s3:Get*`, `s3:GetObject`.
#[must_use]
pub fn matching(pattern: &str) -> ActionSet {
    if matches!(pattern, "*" | "*:*") {
        return ActionSet::all();
    }
    let Some((prefix, name)) = pattern.split_once(':') else { return ActionSet::default() };
    if prefix.contains(['*', '?']) {
        let pages = BOOK.index.iter().enumerate().filter(|(_, (service, ..))| covers(prefix, service));
        return pages.flat_map(|(page, _)| covered(page, name)).collect();
    }
    if !name.contains(['*', '?']) {
        return place_of(prefix, name).into_iter().collect();
    }
    number_of(prefix).into_iter().flat_map(|page| covered(page, name)).collect()
}

/// The places of a page's actions that a pattern covers.
fn covered(number: usize, pattern: &str) -> impl Iterator<Item = usize> {
    let all = places(number).zip(&page(number).actions);
    all.filter(move |(_, action)| covers(pattern, action.name)).map(|(place, _)| place)
}

/// Whether an IAM pattern with `*` and `?` covers a text, without regard to case.
#[must_use]
pub fn covers(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where the last star stood, and how much text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = text.get(t) {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == b'?' || letter.eq_ignore_ascii_case(byte) => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    t = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|byte| *byte == b'*')
}

#[cfg(test)]
pub(super) fn bytes() -> usize {
    BOOK.size() + 8 * (FLAGS.1.len() + FLAGS.2.len() + FLAGS.3.len())
}

#[cfg(test)]
mod tests;
