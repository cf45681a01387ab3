//! IAM actions: how deep each reaches, and whether a statement can name what it touches.
//!
//! The table is text, read at first use. A set of actions is a bit for each line of the table, so that
//! `Action: "*"` (17,000 actions) costs no more than a single one.
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

/// What an action can do, as the Service Authorization Reference says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    Read,
    List,
    Write,
    Tagging,
    Permissions,
}

/// One action of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Action {
    pub service: &'static str,
    pub name: &'static str,
    pub level: Level,
    /// A statement can name the resources; else only `*` works.
    pub restrictable: bool,
}

impl Action {
    pub(crate) fn display(self) -> String {
        format!("{}:{}", self.service, self.name)
    }
}

struct Table {
    actions: Vec<Action>,
    /// The actions of a service stand together.
    services: BTreeMap<&'static str, Range<usize>>,
    all: ActionSet,
    restrictable: ActionSet,
    writes: ActionSet,
    permissions: ActionSet,
}

static TABLE: LazyLock<Table> = LazyLock::new(Table::read);

impl Table {
    fn read() -> Self {
        let mut actions = Vec::with_capacity(20_000);
        let mut services = BTreeMap::new();
        let lines = include_str!("actions.txt").lines().filter(|line| !line.starts_with('#'));
        for (service, line) in lines.filter_map(|line| line.split_once(' ')) {
            let first = actions.len();
            actions.extend(line.split(' ').filter_map(|group| group.split_once('=')).flat_map(
                |(letter, names)| {
                    let restrictable = letter.starts_with(|letter: char| letter.is_ascii_uppercase());
                    let level = level(letter);
                    names.split(',').map(move |name| Action { service, name, level, restrictable })
                },
            ));
            services.insert(service, first..actions.len());
        }
        let those = |wanted: fn(&Action) -> bool| {
            let lines = actions.iter().enumerate().filter(|(_, action)| wanted(action));
            lines.map(|(line, _)| line).collect()
        };
        Self {
            all: those(|_| true),
            restrictable: those(|action| action.restrictable),
            writes: those(|action| action.level == Level::Write),
            permissions: those(|action| action.level == Level::Permissions),
            actions,
            services,
        }
    }

    fn lines_of(&self, service: &str) -> Range<usize> {
        self.services.get(service.to_ascii_lowercase().as_str()).cloned().unwrap_or(0..0)
    }
}

fn level(letter: &str) -> Level {
    match letter.to_ascii_uppercase().as_str() {
        "L" => Level::List,
        "W" => Level::Write,
        "T" => Level::Tagging,
        "P" => Level::Permissions,
        _ => Level::Read,
    }
}

/// A set of actions: a bit for each line of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ActionSet(Vec<u64>);

impl FromIterator<usize> for ActionSet {
    fn from_iter<I: IntoIterator<Item = usize>>(lines: I) -> Self {
        let mut set = Self::default();
        lines.into_iter().for_each(|line| set.insert(line));
        set
    }
}

impl ActionSet {
    fn insert(&mut self, line: usize) {
        if self.0.len() <= line / 64 {
            self.0.resize(line / 64 + 1, 0);
        }
        if let Some(word) = self.0.get_mut(line / 64) {
            *word |= 1 << (line % 64);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word |= more);
    }

    pub(crate) fn remove(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, less)| *word &= !less);
    }

    fn and(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(word, other)| word & other).collect())
    }

    /// Those that a statement can narrow to resources.
    pub(crate) fn restrictable(&self) -> Self {
        self.and(&TABLE.restrictable)
    }

    /// Those of the level "Write".
    pub(crate) fn writes(&self) -> Self {
        self.and(&TABLE.writes)
    }

    /// Those of the level "Permissions management".
    pub(crate) fn permissions(&self) -> Self {
        self.and(&TABLE.permissions)
    }

    /// In the order of the table.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Action> {
        let lines = self.0.iter().enumerate().flat_map(|(word, bits)| {
            (0..64).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * 64 + bit)
        });
        lines.filter_map(|line| TABLE.actions.get(line).copied())
    }

    /// Those of these names (`service:Name`, without regard to case) that are in the set.
    pub(crate) fn named<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let lines = names.into_iter().filter_map(line_of);
        lines.filter(|line| self.0.get(line / 64).is_some_and(|word| word >> (line % 64) & 1 == 1)).collect()
    }
}

fn line_of(name: &str) -> Option<usize> {
    let (service, name) = name.split_once(':')?;
    let is_named =
        |line: &usize| TABLE.actions.get(*line).is_some_and(|action| action.name.eq_ignore_ascii_case(name));
    TABLE.lines_of(service).find(is_named)
}

/// Every action that a pattern of a statement covers: `*`, `s3:*`, `s3:Get*`, `s3:GetObject`.
pub(crate) fn matching(pattern: &str) -> ActionSet {
    if matches!(pattern, "*" | "*:*") {
        return TABLE.all.clone();
    }
    let Some((service, name)) = pattern.split_once(':') else { return ActionSet::default() };
    let lines = TABLE.lines_of(service);
    lines.filter(|line| TABLE.actions.get(*line).is_some_and(|action| covers(name, action.name))).collect()
}

/// Whether an IAM pattern with `*` and `?` covers a text, without regard to case.
pub(crate) fn covers(pattern: &str, text: &str) -> bool {
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
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert!(TABLE.services.len() > 400);
        let all = matching("*");
        assert!(all.len() > 17_000, "{}", all.len());
        assert!(all.iter().all(|action| !action.name.is_empty()));
    }

    #[test]
    fn a_pattern_covers_what_iam_says() {
        assert!(covers("Get*", "getobject"));
        assert!(covers("*", ""));
        assert!(covers("G?tObject*", "GetObject"));
        assert!(!covers("Get", "GetObject"));
        assert!(covers("*Object", "PutObjectObject"));
    }

    #[test]
    fn an_action_knows_its_level_and_reach() {
        let put = matching("S3:putobject");
        let [action] = put.iter().collect::<Vec<_>>()[..] else { panic!("one action") };
        assert_eq!((action.name, action.level, action.restrictable), ("PutObject", Level::Write, true));
        assert_eq!(
            (put.writes(), put.restrictable(), put.permissions().is_empty()),
            (put.clone(), put, true)
        );
        assert!(matching("s3:ListAllMyBuckets").restrictable().is_empty());
    }

    #[test]
    fn sets_add_and_remove() {
        let mut set = matching("s3:Get*");
        let all = set.len();
        set.remove(&matching("s3:GetObject"));
        assert_eq!(set.len(), all - 1);
        assert!(set.named(["s3:GetObject"]).is_empty());
        set.add(&matching("s3:GetObject"));
        assert_eq!(set.named(["S3:getobject", "s3:PutObject"]).len(), 1);
    }
}
