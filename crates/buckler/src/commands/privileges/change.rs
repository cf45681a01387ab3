//! What a change does to the permissions of functions: `--diff OLD` and `--check`.
use std::path::Path;

use iam::compare::{Extra, difference};
use iam::{Grant, Judgement};
use model::{App, Node, Policy, Project};
use report::{Change, Difference, FunctionPermissions};

use crate::args::PrivilegesArguments;
use crate::commands::CommandError;
use crate::commands::reading::{self, Read};
use crate::disk::Disk;
use crate::revision::Revision;
use crate::since;

/// What the permissions are compared with: the name for people, and the project as it was.
pub(super) struct Old {
    pub name: String,
    pub project: Project,
}

/// Reads what the arguments compare with; `None` when they do not ask for it.
pub(super) fn old(arguments: &PrivilegesArguments, read: &Read) -> Result<Option<Old>, CommandError> {
    let name = match &arguments.diff {
        Some(name) => name.clone(),
        None if arguments.check.is_some() => base(&read.folder)?,
        None => return Ok(None),
    };
    let options = reading::options(&arguments.reading, &read.loaded);
    let as_folder = Path::new(&name);
    let project = if as_folder.is_dir() {
        let filter = reading::filter(&arguments.reading, &read.loaded, &options);
        iac::read(&Disk::open(as_folder, &filter)?, &options)
    } else {
        let mut revision = Revision::open(&read.folder, &name)?;
        if arguments.reading.path.is_file() {
            revision.only(&arguments.reading.path);
        }
        iac::read(&revision, &options)
    };
    Ok(Some(Old { name, project }))
}

/// Where the branch left its upstream or the main branch; the last commit when it did not, or the one before it when
/// nothing has changed since.
fn base(folder: &Path) -> Result<String, CommandError> {
    let git = |arguments: &[&str]| since::git(folder, arguments).ok().map(|text| text.trim().to_owned());
    let head = git(&["rev-parse", "HEAD"])
        .ok_or_else(|| CommandError::Git { why: "there is no commit to compare with".to_owned() })?;
    for upstream in ["@{upstream}", "origin/HEAD", "origin/main", "origin/master"] {
        let left = git(&["merge-base", "HEAD", upstream]);
        if let Some(left) = left.filter(|left| !left.is_empty() && *left != head) {
            return Ok(left);
        }
    }
    let is_changed = git(&["status", "--porcelain", "--", "."]).is_some_and(|text| !text.is_empty());
    if is_changed {
        return Ok(head);
    }
    git(&["rev-parse", "HEAD~1"]).ok_or_else(|| CommandError::Git {
        why: "there is one commit only, and nothing to compare it with".to_owned(),
    })
}

/// Says of every function what is more and what is less than it was.
pub(super) fn compare(project: &Project, functions: &mut [FunctionPermissions], old: &Project) {
    for of in functions {
        let Some(app) = project.apps.get(of.app) else { continue };
        let Some(function) = app.node(of.privileges.function) else { continue };
        let before = before(old, app, function);
        let now = policies(app, function);
        let was = before.map_or_else(Vec::new, |(app, function)| policies(app, function));
        let widened = difference(&now, &was).into_iter().map(|extra| told(of, extra)).collect();
        let narrowed = difference(&was, &now).into_iter().map(|extra| gone(&extra)).collect();
        of.change = Some(Change { is_new: before.is_none(), widened, narrowed });
    }
}

/// The same function in the old project: of the same application when it is still called so.
fn before<'a>(old: &'a Project, app: &App, function: &Node) -> Option<(&'a App, &'a Node)> {
    let same = |old: &&App| old.name == app.name && old.framework == app.framework;
    let apps = old.apps.iter().filter(same).chain(old.apps.iter().filter(|old| !same(old)));
    let mut found =
        apps.filter_map(|app| Some((app, app.functions().find(|node| node.name == function.name)?)));
    found.next()
}

/// All policies of the function's role, resources in their long form so that another spelling is no change.
fn policies(app: &App, function: &Node) -> Vec<Policy> {
    let mut policies = iam::identity_of(app, function).map_or_else(Vec::new, |identity| identity.policies);
    for statement in policies.iter_mut().flat_map(|policy| &mut policy.statements) {
        for resource in statement.resources.iter_mut().chain(&mut statement.not_resources) {
            *resource = iam::arn::expand(app, resource);
        }
    }
    policies
}

fn told(of: &FunctionPermissions, extra: Extra) -> Difference {
    let is_its = |grant: &&Grant| grant.at == extra.at && iam::action_matches(&grant.action, &extra.action);
    let grants = of.privileges.granted.iter().zip(&of.approvals);
    let found: Vec<_> = grants.filter(|(grant, _)| is_its(grant)).collect();
    let any = |wanted: fn(&Judgement) -> bool| found.iter().any(|(grant, _)| wanted(&grant.judgement));
    Difference {
        needed: any(|judgement| matches!(judgement, Judgement::Needed | Judgement::Base)),
        base: any(|judgement| *judgement == Judgement::Base),
        approval: found.iter().find_map(|(_, approval)| (*approval).clone()),
        action: extra.action,
        resource: extra.resource,
        at: Some(extra.at),
        certain: extra.certain,
    }
}

fn gone(extra: &Extra) -> Difference {
    Difference {
        action: extra.action.clone(),
        resource: extra.resource.clone(),
        at: None,
        certain: extra.certain,
        needed: false,
        base: false,
        approval: None,
    }
}
