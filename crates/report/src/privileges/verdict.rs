//! What to do about each permission, in one word.
use iam::{Grant, GrantSource, Judgement, Need, Privileges};
use model::Value;

/// The word, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verdict {
    /// The code needs it and the role does not allow it.
    Add,
    /// AWS knows no such action.
    Correct,
    /// More than is needed.
    Narrow,
    /// Nothing needs it.
    Remove,
    /// Not decided: it stays.
    Ask,
    Keep,
}

impl Verdict {
    pub(super) const ALL: &'static [Self] =
        &[Self::Add, Self::Correct, Self::Narrow, Self::Remove, Self::Ask, Self::Keep];

    /// `used`: how often, when there are records. What was used is not taken away, whatever the code says.
    pub(super) fn of(grant: &Grant, used: Option<u64>) -> Self {
        match &grant.judgement {
            Judgement::Unused if used.is_some_and(|count| count > 0) => Self::Ask,
            Judgement::Needed | Judgement::Base => Self::Keep,
            Judgement::Unused => Self::Remove,
            Judgement::TooBroad { .. } => Self::Narrow,
            Judgement::NotExisting => Self::Correct,
            Judgement::Unknown(_) => Self::Ask,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Correct => "correct",
            Self::Narrow => "narrow",
            Self::Remove => "remove",
            Self::Ask => "ask",
            Self::Keep => "keep",
        }
    }

    /// After a number: `2 to remove`.
    pub(super) fn future(self) -> &'static str {
        match self {
            Self::Add => "to add",
            Self::Correct => "to correct",
            Self::Narrow => "to narrow",
            Self::Remove => "to remove",
            Self::Ask => "not decided",
            Self::Keep => "to keep",
        }
    }
}

/// The name of a judgement for programs.
pub(super) fn judgement(judgement: &Judgement) -> &'static str {
    match judgement {
        Judgement::Needed => "needed",
        Judgement::Unused => "unused",
        Judgement::TooBroad { .. } => "too-broad",
        Judgement::Base => "base",
        Judgement::NotExisting => "not-existing",
        Judgement::Unknown(_) => "unknown",
    }
}

/// Why a grant is judged as it is, when there is more to say than the judgement.
pub(super) fn why(grant: &Grant) -> Option<&str> {
    match &grant.judgement {
        Judgement::TooBroad { why, .. } | Judgement::Unknown(why) => Some(why),
        Judgement::Needed | Judgement::Unused | Judgement::Base | Judgement::NotExisting => None,
    }
}

/// The needs that a grant is there for.
pub(super) fn needs<'a>(privileges: &'a Privileges, grant: &'a Grant) -> impl Iterator<Item = &'a Need> {
    let indexes: &[usize] = match &grant.judgement {
        Judgement::TooBroad { needs, .. } => needs,
        _ => &[],
    };
    indexes.iter().filter_map(|index| privileges.needed.get(*index))
}

/// How a grant came to the role: a kind and a name.
pub(super) fn source(source: &GrantSource) -> (&'static str, Option<&str>) {
    match source {
        GrantSource::Statement => ("statement", None),
        GrantSource::Template(name) => ("template", Some(name)),
        GrantSource::Managed(arn) => ("managed", Some(arn)),
    }
}

/// Resources in the notation of `Fn::Sub`.
pub(super) fn resources(values: &[Value]) -> Vec<String> {
    values.iter().map(Value::display).collect()
}
