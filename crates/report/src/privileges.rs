//! What every function may do and what it needs, for people and for programs.
mod danger;
mod danger_json;
mod html;
mod iam_json;
mod json;
mod markdown;
mod rows;
mod text;
mod verdict;

use iam::paths::Escalation;
use iam::reach::Reach;
use iam::trail::Used;
use iam::trust::Trust;
use iam::{Grant, Privileges, action_matches};
use model::{Approval, Date, Node, Policy, Project, Span};

use crate::coverage;

pub use html::privileges_html;
pub use iam_json::privileges_iam;
pub use json::privileges_json;
pub use markdown::privileges_markdown;
pub use text::privileges_text;

/// Everything that `buckler privileges` has to say.
#[derive(Debug, Clone, Copy)]
pub struct Permissions<'a> {
    pub project: &'a Project,
    /// The folder or file, as the user typed it.
    pub root: &'a str,
    /// The folder that paths of the project are relative to, as seen from where the user is.
    pub folder: &'a str,
    /// Version of the program.
    pub version: &'a str,
    pub date: Date,
    /// What the permissions are compared with.
    pub compared: Option<&'a str>,
    /// What records of use cover, when there are any.
    pub usage: Option<&'a Usage>,
    pub functions: &'a [FunctionPermissions],
}

/// One function.
#[derive(Debug, Clone)]
pub struct FunctionPermissions {
    /// Index of its application.
    pub app: usize,
    pub privileges: Privileges,
    /// The least policies that it can work with, as a template writes them: what its framework adds is left out.
    pub minimal: Vec<Policy>,
    /// The least policies of a role that is written by hand.
    pub complete: Vec<Policy>,
    /// Who approved each of its grants, in their order.
    pub approvals: Vec<Option<Approval>>,
    /// What is different from before, when that was asked for.
    pub change: Option<Change>,
    /// What it really did, when there are records.
    pub used: Option<UsageOf>,
    /// The ways from its permissions to more of them.
    pub escalations: Vec<Escalation>,
    /// How many would be left with the least policies.
    pub escalations_left: usize,
    /// What somebody who takes it over could reach, today and with the least policies.
    pub reach: Option<Reaches>,
    /// Who may become its role.
    pub trust: Vec<Trust>,
}

/// What can be reached before and after a change of permissions.
#[derive(Debug, Clone, PartialEq)]
pub struct Reaches {
    pub now: Reach,
    pub least: Reach,
}

/// What CloudTrail's records cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    pub records: u64,
    /// The days of the first and the last record.
    pub first: String,
    pub last: String,
    /// Permissions that were not used since this day are told.
    pub since: Option<Date>,
}

/// What one function did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageOf {
    /// The names of deployed functions that are this one.
    pub deployed: Vec<String>,
    pub used: Vec<Used>,
}

impl UsageOf {
    /// What was used of a permission: how often, and the day of the last time.
    #[must_use]
    pub fn of(&self, action: &str) -> (u64, Option<Date>) {
        let used = self.used.iter().filter(|one| one.count > 0 && action_matches(action, &one.action));
        used.fold((0, None), |(count, last), one| (count + one.count, last.max(one.last_day())))
    }
}

/// What a change does to the permissions of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The function was not there before.
    pub is_new: bool,
    pub widened: Vec<Difference>,
    pub narrowed: Vec<Difference>,
}

/// One permission on one side of a change only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub action: String,
    pub resource: String,
    /// The statement, when it is still there.
    pub at: Option<Span>,
    /// Otherwise it could not be decided, and counts.
    pub certain: bool,
    /// The code, a trigger or the platform needs it.
    pub needed: bool,
    /// The platform needs it, of every function.
    pub base: bool,
    pub approval: Option<Approval>,
}

impl Difference {
    /// Whether somebody approved it for this day.
    #[must_use]
    pub fn is_approved(&self, today: Date) -> bool {
        self.approval.as_ref().is_some_and(|approval| approval.is_valid(today))
    }
}

impl<'a> Permissions<'a> {
    /// How often a grant was used, and when last; `None` without records of the function.
    fn use_of(&self, of: &FunctionPermissions, grant: &Grant) -> Option<(u64, Option<Date>)> {
        let used = of.used.as_ref().filter(|used| !used.deployed.is_empty())?;
        Some(used.of(&grant.action))
    }

    /// Whether a grant was not used since the day that was asked for; `None` when nobody can know.
    fn is_unused_since(&self, of: &FunctionPermissions, grant: &Grant) -> Option<bool> {
        let since = self.usage?.since?;
        let (_, last) = self.use_of(of, grant)?;
        Some(last.is_none_or(|last| last < since))
    }

    fn function(&self, of: &FunctionPermissions) -> Option<&'a Node> {
        self.project.apps.get(of.app).and_then(|app| app.node(of.privileges.function))
    }

    fn name(&self, of: &FunctionPermissions, node: model::NodeId) -> &'a str {
        let node = self.project.apps.get(of.app).and_then(|app| app.node(node));
        node.map_or("", |node| node.name.as_str())
    }

    fn code(&self, of: &FunctionPermissions) -> Option<&'a model::FunctionCode> {
        let app = self.project.apps.get(of.app)?;
        app.code.iter().find(|code| code.function == of.privileges.function)
    }

    /// The file that holds the handler.
    fn handler(&self, of: &FunctionPermissions) -> Option<&'a str> {
        let file = *self.code(of)?.files.first()?;
        self.project.files.get(file.0 as usize).map(|file| file.path.as_str())
    }

    /// Why not all of its code was read; `None` when all of it was.
    fn unread(&self, of: &FunctionPermissions) -> Option<&'a str> {
        let Some(code) = self.code(of) else { return Some("its code was not found") };
        match coverage::words(&code.coverage) {
            ("whole", _) => None,
            (_, why) => Some(why.unwrap_or("not all of its code was read")),
        }
    }

    fn locate(&self, at: Span) -> String {
        let place = self.project.locate(at);
        if place.is_empty() { place } else { crate::scan::seen_from(self.folder, &place) }
    }
}
