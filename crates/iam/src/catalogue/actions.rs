//! Actions: how deep each reaches, what it can be limited to, and sets of them.
//!
//! The table is text, unpacked at first use. A set of actions is a bit for each action of the table, so that
//! `Action: "*"` (22,000 actions) costs no more than a single one.
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use super::{Action, Level, ResourceType, packed};

static TEXT: LazyLock<String> =
    LazyLock::new(|| packed::text(include_bytes!(concat!(env!("OUT_DIR"), "/actions"))));
static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(&TEXT));

/// More than there are, so that the table grows in place.
const ACTIONS: usize = 24_000;

#[derive(Default)]
struct Table {
    /// In order of services, then of names without regard to case.
    actions: Vec<Action>,
    /// What the action of the same place has in common with others: a line of the text.
    groups: Vec<&'static str>,
    services: BTreeMap<&'static str, Service>,
    /// `name|arn|keys`
    types: Vec<&'static str>,
    /// `key|type`
    keys: Vec<&'static str>,
    all: ActionSet,
    restrictable: ActionSet,
    writes: ActionSet,
    permissions: ActionSet,
}

/// Where the lines of a service stand.
#[derive(Debug, Clone, Default)]
struct Service {
    actions: Range<usize>,
    types: Range<usize>,
    keys: Range<usize>,
}

impl Table {
    fn read(text: &'static str) -> Self {
        let mut table = Self::default();
        let mut found: Vec<(Action, &'static str)> = Vec::with_capacity(ACTIONS);
        let mut service = "";
        let mut first = Service::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(line) = line.strip_prefix('+') {
                table.types.push(line);
            } else if let Some(line) = line.strip_prefix('?') {
                table.keys.push(line);
            } else if let Some((signature, names)) = line.rsplit_once('|') {
                let level = level(signature);
                let restrictable = field(signature, 1).is_some_and(|types| !types.is_empty());
                let action = |name| (Action { service, name, level, restrictable }, signature);
                found.extend(names.split(',').map(action));
            } else {
                table.close(service, &first, &mut found);
                first = table.place();
                service = line;
            }
        }
        table.close(service, &first, &mut found);
        table.index();
        table
    }

    fn place(&self) -> Service {
        let empty = |at: usize| at..at;
        Service {
            actions: empty(self.actions.len()),
            types: empty(self.types.len()),
            keys: empty(self.keys.len()),
        }
    }

    /// The actions of a service are whole: they are put in order and into the table.
    fn close(&mut self, service: &'static str, first: &Service, found: &mut Vec<(Action, &'static str)>) {
        found.sort_by(|(a, _), (b, _)| caseless(a.name, b.name));
        self.groups.extend(found.iter().map(|(_, group)| *group));
        self.actions.extend(found.drain(..).map(|(action, _)| action));
        let last = self.place();
        let whole = Service {
            actions: first.actions.start..last.actions.end,
            types: first.types.start..last.types.end,
            keys: first.keys.start..last.keys.end,
        };
        if !service.is_empty() {
            self.services.insert(service, whole);
        }
    }

    fn index(&mut self) {
        let those = |wanted: fn(&Action) -> bool| {
            let places = self.actions.iter().enumerate().filter(|(_, action)| wanted(action));
            places.map(|(place, _)| place).collect()
        };
        let all: ActionSet = those(|_| true);
        let restrictable = those(|action| action.restrictable);
        let writes = those(|action| action.level == Level::Write);
        let permissions = those(|action| action.level == Level::Permissions);
        (self.all, self.restrictable) = (all, restrictable);
        (self.writes, self.permissions) = (writes, permissions);
    }

    fn service(&self, name: &str) -> Service {
        let found = self.services.get(name).or_else(|| self.services.get(name.to_ascii_lowercase().as_str()));
        found.cloned().unwrap_or_default()
    }

    fn place_of(&self, service: &str, name: &str) -> Option<usize> {
        let places = self.service(service).actions;
        let first = places.start;
        let actions = self.actions.get(places)?;
        let found = actions.binary_search_by(|action| caseless(action.name, name));
        found.ok().map(|place| first + place)
    }

    fn group(&self, action: Action) -> &'static str {
        let place = self.place_of(action.service, action.name);
        place.and_then(|place| self.groups.get(place).copied()).unwrap_or_default()
    }
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

/// The first line of the table says when its facts were taken down: `# as of 2026-10-27`.
pub(super) fn date() -> Option<model::Date> {
    let text = TEXT.lines().next()?.strip_prefix("# as of ")?;
    let mut parts = text.split('-');
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    Some(model::Date { year, month, day })
}

/// `dynamodb:putitem`
pub(super) fn named(name: &str) -> Option<Action> {
    let (service, name) = name.split_once(':')?;
    TABLE.place_of(service, name).and_then(|place| TABLE.actions.get(place).copied())
}

pub(super) fn exists(service: &str) -> bool {
    TABLE.services.contains_key(service.to_ascii_lowercase().as_str())
}

/// A resource type of an action's group: its name, whether it must be named, the keys that hold for it.
struct Kind {
    name: &'static str,
    required: bool,
    keys: &'static str,
}

fn kinds(action: Action) -> impl Iterator<Item = Kind> {
    let kinds = field(TABLE.group(action), 1).unwrap_or_default();
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

pub(super) fn resource_types_of(service: &str) -> impl Iterator<Item = ResourceType> {
    let lines = TABLE.types.get(TABLE.service(service).types).unwrap_or_default();
    lines.iter().filter_map(|line| {
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
    let own = field(TABLE.group(action), 2).unwrap_or_default();
    let of_types = kinds(action).flat_map(|kind| kind.keys.split(','));
    let of_resources = kinds(action).filter_map(|kind| {
        let lines = TABLE.types.get(TABLE.service(action.service).types).unwrap_or_default();
        let line = lines.iter().find(|line| line.split('|').next() == Some(kind.name))?;
        field(line, 2)
    });
    let all = own.split(',').chain(of_types).chain(of_resources.flat_map(|keys| keys.split(',')));
    let mut keys: Vec<&str> = all.filter(|key| !key.is_empty()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

pub(super) fn key_type(service: &str, key: &str) -> Option<&'static str> {
    let lines = TABLE.keys.get(TABLE.service(service).keys).unwrap_or_default();
    let mut keys = lines.iter().filter_map(|line| line.split_once('|'));
    keys.find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, kind)| kind)
}

pub(super) fn dependents(action: Action) -> Vec<&'static str> {
    let depends = field(TABLE.group(action), 3).unwrap_or_default();
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
        TABLE.place_of(action.service, action.name).is_some_and(|place| self.has(place))
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
        Self(self.0.iter().zip(&other.0).map(|(word, other)| word & other).collect())
    }

    /// Those that a statement can narrow to resources.
    #[must_use]
    pub fn restrictable(&self) -> Self {
        self.and(&TABLE.restrictable)
    }

    /// Those of the level "Write".
    #[must_use]
    pub fn writes(&self) -> Self {
        self.and(&TABLE.writes)
    }

    /// Those of the level "Permissions management".
    #[must_use]
    pub fn permissions(&self) -> Self {
        self.and(&TABLE.permissions)
    }

    /// In the order of the table: services, then names.
    pub fn iter(&self) -> impl Iterator<Item = Action> {
        let places = self.0.iter().enumerate().flat_map(|(word, bits)| {
            (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 64 + bit)
        });
        places.filter_map(|place| TABLE.actions.get(place).copied())
    }

    /// Those of these names (`service:Name`, without regard to case) that are in the set.
    #[must_use]
    pub fn named<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let place = |name: &str| {
            let (service, name) = name.split_once(':')?;
            TABLE.place_of(service, name)
        };
        names.into_iter().filter_map(place).filter(|place| self.has(*place)).collect()
    }
}

/// Every action that a pattern of a statement covers: `*`, `s3:*`, `s3:Get*`, `s3:GetObject`.
#[must_use]
pub fn matching(pattern: &str) -> ActionSet {
    if matches!(pattern, "*" | "*:*") {
        return TABLE.all.clone();
    }
    let Some((service, name)) = pattern.split_once(':') else { return ActionSet::default() };
    let covered = |place: &usize| TABLE.actions.get(*place).is_some_and(|action| covers(name, action.name));
    if service.contains(['*', '?']) {
        let services = TABLE.services.iter().filter(|(prefix, _)| covers(service, prefix));
        return services.flat_map(|(_, service)| service.actions.clone()).filter(covered).collect();
    }
    if !name.contains(['*', '?']) {
        return TABLE.place_of(service, name).into_iter().collect();
    }
    TABLE.service(service).actions.filter(covered).collect()
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
mod tests;
