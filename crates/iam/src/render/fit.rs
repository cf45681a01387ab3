//! Policies that are too large for one document: several, or a clear no.
use std::fmt;

use model::Statement;

use super::{Write, size};

/// Where a policy goes, and so how large it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// A customer managed policy; ten of them can be attached to a role.
    Managed,
    /// All inline policies of a role together.
    RoleInline,
    /// All inline policies of a user together.
    UserInline,
    /// All inline policies of a group together.
    GroupInline,
    /// Who may assume a role.
    Trust,
    /// A service control policy; five of them can be attached to an account or unit.
    Scp,
}

impl Limit {
    /// Characters of one document, or of all where the limit counts them together.
    #[must_use]
    pub fn characters(self) -> usize {
        match self {
            Self::Managed => 6_144,
            Self::RoleInline => 10_240,
            Self::UserInline | Self::Trust => 2_048,
            Self::GroupInline | Self::Scp => 5_120,
        }
    }

    /// How many documents may share the permissions.
    #[must_use]
    pub fn documents(self) -> usize {
        match self {
            Self::Managed => 10,
            Self::Scp => 5,
            Self::RoleInline | Self::UserInline | Self::GroupInline | Self::Trust => 1,
        }
    }
}

/// Why permissions cannot be written within a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoesNotFit {
    pub limit: Limit,
    /// Characters of the statements in one document.
    pub characters: usize,
    /// Documents that they would need; `None` when one statement alone is too large.
    pub documents: Option<usize>,
}

impl fmt::Display for DoesNotFit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (limit, most) = (self.limit.characters(), self.limit.documents());
        write!(f, "the policy has {} characters, and {limit} are allowed", self.characters)?;
        match self.documents {
            None => f.write_str("; one statement alone is too large and cannot be divided"),
            Some(documents) if most > 1 => {
                write!(f, "; it would need {documents} policies, and {most} can be attached")
            }
            Some(_) => f.write_str(": write it as managed policies, which can be several"),
        }
    }
}

impl std::error::Error for DoesNotFit {}

/// The statements in as few documents as their order allows.
///
/// # Errors
/// When they do not fit, whatever is divided.
pub fn fit(
    statements: &[Statement],
    limit: Limit,
    write: Write<'_>,
) -> Result<Vec<Vec<Statement>>, DoesNotFit> {
    let most = limit.characters();
    let characters = size(statements, write);
    if characters <= most {
        return Ok(vec![statements.to_vec()]);
    }
    let frame = size(&[], write);
    let mut pieces = Vec::new();
    for statement in statements {
        let room = most.saturating_sub(frame);
        if !divide(statement.clone(), room, write, &mut pieces) {
            return Err(DoesNotFit { limit, characters, documents: None });
        }
    }
    let mut documents: Vec<Vec<Statement>> = Vec::new();
    let mut filled = most;
    for (statement, length) in pieces {
        // One more for the comma between two statements.
        if filled + length + 1 > most {
            documents.push(Vec::new());
            filled = frame;
        }
        filled += length + 1;
        if let Some(document) = documents.last_mut() {
            document.push(statement);
        }
    }
    if documents.len() > limit.documents() {
        return Err(DoesNotFit { limit, characters, documents: Some(documents.len()) });
    }
    Ok(documents)
}

/// Halves a statement until each part has room. `false` when it cannot be halved any more.
fn divide(statement: Statement, room: usize, write: Write<'_>, pieces: &mut Vec<(Statement, usize)>) -> bool {
    let mut work = vec![statement];
    while let Some(mut statement) = work.pop() {
        let one = std::slice::from_ref(&statement);
        let length = size(one, write).saturating_sub(size(&[], write));
        if length < room {
            pieces.push((statement, length));
            continue;
        }
        let mut rest = statement.clone();
        // What is listed in `Resource` or `Action` holds for each alone; the `Not` lists do not.
        let list =
            if statement.resources.len() > 1 { &mut statement.resources } else { &mut statement.actions };
        if list.len() < 2 {
            return false;
        }
        let half = list.split_off(list.len() / 2);
        let list = if rest.resources.len() > 1 { &mut rest.resources } else { &mut rest.actions };
        *list = half;
        // Two statements of one document must not have the same name.
        rest.sid = None;
        work.push(rest);
        work.push(statement);
    }
    true
}
