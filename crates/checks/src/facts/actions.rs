//! IAM actions: how deep each reaches, and whether a statement can name what it touches.
//!
//! The table is text, read at first use: most scans need a few services of it.
use std::collections::BTreeMap;
use std::sync::LazyLock;

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

static SERVICES: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("actions.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(' ')).collect()
});

fn of_service(service: &'static str, line: &'static str) -> impl Iterator<Item = Action> {
    line.split(' ').filter_map(|group| group.split_once('=')).flat_map(move |(letter, names)| {
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

/// Every action that a pattern of a statement covers: `*`, `s3:*`, `s3:Get*`, `s3:GetObject`.
pub(crate) fn matching(pattern: &str) -> Vec<Action> {
    if matches!(pattern, "*" | "*:*") {
        return SERVICES.iter().flat_map(|(service, line)| of_service(service, line)).collect();
    }
    let Some((service, name)) = pattern.split_once(':') else { return Vec::new() };
    let service = service.to_ascii_lowercase();
    let Some((service, line)) = SERVICES.get_key_value(service.as_str()) else { return Vec::new() };
    of_service(service, line).filter(|action| covers(name, action.name)).collect()
}

/// Whether an IAM pattern with `*` and `?` covers a text, without regard to case.
pub(crate) fn covers(pattern: &str, text: &str) -> bool {
    let pattern: Vec<u8> = pattern.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
    let text: Vec<u8> = text.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
    let (mut p, mut t) = (0, 0);
    // Where the last star stood, and how much text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(byte) if *byte == b'?' || text.get(t) == Some(byte) => {
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
