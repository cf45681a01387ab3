//! IAM actions: how deep each reaches, and whether a statement can name what it touches.
//!
//! The table is text, read at first use: most scans need a few services of it.
use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

/// What an action can do, as the Service Authorization Reference says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Read,
    List,
    Write,
    Tagging,
    Permissions,
}

/// One action of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

    /// Whether this is `service:Name`, without regard to case.
    pub(crate) fn is(self, text: &str) -> bool {
        text.split_once(':').is_some_and(|(service, name)| {
            service.eq_ignore_ascii_case(self.service) && name.eq_ignore_ascii_case(self.name)
        })
    }
}

/// A line of the table, taken apart when somebody first asks for the service.
struct Service {
    name: &'static str,
    line: &'static str,
    actions: OnceLock<Vec<Action>>,
}

static SERVICES: LazyLock<BTreeMap<&'static str, Service>> = LazyLock::new(|| {
    let lines = include_str!("actions.txt").lines().filter(|line| !line.starts_with('#'));
    let services = lines.filter_map(|line| line.split_once(' '));
    services.map(|(name, line)| (name, Service { name, line, actions: OnceLock::new() })).collect()
});

impl Service {
    fn actions(&self) -> &[Action] {
        self.actions.get_or_init(|| self.read().collect())
    }

    fn read(&self) -> impl Iterator<Item = Action> {
        let service = self.name;
        self.line.split(' ').filter_map(|group| group.split_once('=')).flat_map(move |(letter, names)| {
            let level = match letter.to_ascii_uppercase().as_str() {
                "L" => Level::List,
                "W" => Level::Write,
                "T" => Level::Tagging,
                "P" => Level::Permissions,
                _ => Level::Read,
            };
            let restrictable = letter.starts_with(|letter: char| letter.is_ascii_uppercase());
            names.split(',').map(move |name| Action { service, name, level, restrictable })
        })
    }
}

/// Every action that a pattern of a statement covers: `*`, `s3:*`, `s3:Get*`, `s3:GetObject`.
pub(crate) fn matching(pattern: &str) -> Vec<Action> {
    if matches!(pattern, "*" | "*:*") {
        return SERVICES.values().flat_map(Service::actions).copied().collect();
    }
    let Some((service, name)) = pattern.split_once(':') else { return Vec::new() };
    let Some(service) = SERVICES.get(service.to_ascii_lowercase().as_str()) else { return Vec::new() };
    service.actions().iter().filter(|action| covers(name, action.name)).copied().collect()
}

/// Whether an IAM pattern with `*` and `?` covers a text, without regard to case.
pub(crate) fn covers(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut p, mut t) = (0, 0);
    // Where the last star stood, and how much text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte)
                if *byte == b'?' || text.get(t).is_some_and(|other| other.eq_ignore_ascii_case(byte)) =>
            {
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
        assert!(SERVICES.len() > 400);
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
        let [put] = matching("S3:putobject")[..] else { panic!("one action") };
        assert_eq!((put.name, put.level, put.restrictable), ("PutObject", Level::Write, true));
        let [list] = matching("s3:ListAllMyBuckets")[..] else { panic!("one action") };
        assert!(!list.restrictable);
    }
}
