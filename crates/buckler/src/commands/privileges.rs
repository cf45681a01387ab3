//! `buckler privileges`: what each function may do, what it needs, and the difference.
mod change;
mod used;

use iam::review::Open;
use iam::{Grant, Judgement};
use model::{App, Approval, Patch, Project};
use report::{Colour, Difference, FunctionPermissions, Permissions, Reaches};

use super::CommandError;
use super::reading::{self, Read};
use crate::args::{Checked, PrivilegesArguments, PrivilegesFormat};
use crate::exit::Exit;
use crate::{clock, facts, output};

pub(super) fn run(arguments: &PrivilegesArguments) -> Result<Exit, CommandError> {
    let mut read = reading::read(&arguments.reading)?;
    facts::attach_code(&mut read.project, &read.disk, &read.loaded);
    let mut functions = chosen(arguments, &read.project, functions(&read.project))?;
    let trail = used::read(arguments, &mut read.project)?;
    if let Some(trail) = &trail {
        used::attach(&read.project, &mut functions, trail);
    }
    dangers(&read.project, &mut functions);
    let usage = trail.as_ref().map(|trail| used::usage(arguments, trail));
    let old = change::old(arguments, &read)?;
    if let Some(old) = &old {
        change::compare(&read.project, &mut functions, &old.project);
    }
    if let Some(path) = &arguments.write_review {
        output::write_file(path, &iam::review::draft(&open(&read.project, &functions)))?;
    }
    let root = arguments.reading.path.display().to_string();
    let permissions = Permissions {
        project: &read.project,
        root: &root,
        folder: &read.folder.to_string_lossy(),
        version: env!("CARGO_PKG_VERSION"),
        date: clock::today(),
        compared: old.as_ref().map(|old| old.name.as_str()),
        usage: usage.as_ref(),
        functions: &functions,
    };
    output::put(&arguments.reading.writing, &render(arguments, &permissions))?;
    Ok(exit(arguments, &read, &functions))
}

fn render(arguments: &PrivilegesArguments, permissions: &Permissions<'_>) -> String {
    let format = if arguments.json { PrivilegesFormat::Json } else { arguments.format };
    match format {
        PrivilegesFormat::Json => report::privileges_json(permissions),
        PrivilegesFormat::Iam => report::privileges_iam(permissions),
        PrivilegesFormat::Html => report::privileges_html(permissions),
        PrivilegesFormat::Markdown => report::privileges_markdown(permissions),
        PrivilegesFormat::Patch => patch(arguments, permissions),
        PrivilegesFormat::Text => {
            let colour =
                if output::colour(&arguments.reading.writing) { Colour::Always } else { Colour::Never };
            report::privileges_text(permissions, colour)
        }
    }
}

/// A diff of the templates that gives each function its least policies. What cannot be written is told.
fn patch(arguments: &PrivilegesArguments, permissions: &Permissions<'_>) -> String {
    let project = permissions.project;
    let mut editor = iac::Editor::new(project);
    for of in permissions.functions.iter().filter(|of| differs(of)) {
        let Some(app) = project.apps.get(of.app) else { continue };
        let Some(function) = app.node(of.privileges.function) else { continue };
        let permit = Patch::Permit { function: function.name.clone(), policies: of.minimal.clone() };
        if let Err(why) = editor.write(app, &[permit])
            && !arguments.reading.writing.quiet
        {
            output::tell(&format!("`{}` is left as it is: {why}", function.name));
        }
    }
    iac::unified(project, &editor.edits())
}

/// Whether a function's permissions are not what they should be. What is not known is left alone.
fn differs(of: &FunctionPermissions) -> bool {
    let is_wrong = |grant: &Grant| {
        matches!(grant.judgement, Judgement::Unused | Judgement::TooBroad { .. } | Judgement::NotExisting)
    };
    !of.privileges.missing.is_empty() || of.privileges.granted.iter().any(is_wrong)
}

/// The permissions of every function of every application.
fn functions(project: &Project) -> Vec<FunctionPermissions> {
    let approvals: Vec<&Approval> = project.apps.iter().flat_map(|app| &app.approvals).collect();
    let apps = project.apps.iter().enumerate();
    apps.flat_map(|(index, app)| {
        let approvals = &approvals;
        iam::privileges(app).into_iter().map(move |privileges| {
            let name = app.node(privileges.function).map_or("", |node| node.name.as_str());
            let approved = |grant: &Grant| approval(approvals, name, grant);
            FunctionPermissions {
                app: index,
                approvals: privileges.granted.iter().map(approved).collect(),
                minimal: privileges.minimal(app),
                complete: privileges.complete(app),
                change: None,
                used: None,
                escalations: Vec::new(),
                escalations_left: 0,
                reach: None,
                trust: Vec::new(),
                privileges,
            }
        })
    })
    .collect()
}

/// What somebody could make of each function: ways to more permissions, what can be reached, who may become its role.
fn dangers(project: &Project, functions: &mut [FunctionPermissions]) {
    for (index, app) in project.apps.iter().enumerate() {
        let mut own = functions.iter_mut().filter(|of| of.app == index).peekable();
        if own.peek().is_none() {
            continue;
        }
        let ways = iam::escalations(app).found;
        for of in own {
            let (Some(role), Some(function)) = (of.privileges.role, app.node(of.privileges.function)) else {
                continue;
            };
            of.escalations = ways.iter().filter(|way| way.from == role).cloned().collect();
            if iam::paths::may_begin(&of.minimal) {
                of.escalations_left = iam::escalations_with(app, role, &of.minimal).found.len();
            }
            let now = iam::reach::reach_by(app, function, of.escalations.first().cloned());
            let least = iam::reach::reach_with(app, function, &of.minimal);
            of.reach = now.zip(least).map(|(now, least)| Reaches { now, least });
            of.trust = iam::trust::trust_of(app, function);
        }
    }
}

/// Who approved a grant; of several, who did for the longest.
fn approval(approvals: &[&Approval], function: &str, grant: &Grant) -> Option<Approval> {
    let resources: Vec<String> = grant.resources.iter().map(model::Value::display).collect();
    let covering = approvals.iter().filter(|one| one.covers(function, &grant.action, &resources));
    covering.max_by_key(|one| one.until).map(|one| (*one).clone())
}

/// The functions that the arguments name; all when they name none.
fn chosen(
    arguments: &PrivilegesArguments,
    project: &Project,
    mut functions: Vec<FunctionPermissions>,
) -> Result<Vec<FunctionPermissions>, CommandError> {
    if arguments.functions.is_empty() {
        return Ok(functions);
    }
    let name = |of: &FunctionPermissions| {
        let node = project.apps.get(of.app).and_then(|app| app.node(of.privileges.function));
        node.map_or_else(String::new, |node| node.name.clone())
    };
    let is_called = |of: &FunctionPermissions, wanted: &str| name_matches(wanted, &name(of));
    if let Some(nobody) =
        arguments.functions.iter().find(|wanted| !functions.iter().any(|of| is_called(of, wanted)))
    {
        return Err(CommandError::Function { name: nobody.clone() });
    }
    functions.retain(|of| arguments.functions.iter().any(|wanted| is_called(of, wanted)));
    Ok(functions)
}

/// Whether a function has this name; `*` stands for anything.
fn name_matches(wanted: &str, name: &str) -> bool {
    iam::Pattern::parse(wanted).matches(name).is_true()
}

/// Grants that are more than is needed, and that nobody has approved.
fn open(project: &Project, functions: &[FunctionPermissions]) -> Vec<Open> {
    let today = clock::today();
    let mut found: Vec<Open> = Vec::new();
    for of in functions {
        let app: Option<&App> = project.apps.get(of.app);
        let Some(function) = app.and_then(|app| app.node(of.privileges.function)) else { continue };
        for (grant, approval) in of.privileges.granted.iter().zip(&of.approvals) {
            let why = match &grant.judgement {
                Judgement::TooBroad { why, .. } => why.clone(),
                Judgement::Unused => "nothing that was read needs it".to_owned(),
                _ => continue,
            };
            if approval.as_ref().is_some_and(|approval| approval.is_valid(today)) {
                continue;
            }
            found.extend(grant.resources.iter().map(|resource| Open {
                function: function.name.clone(),
                action: grant.action.clone(),
                resource: resource.display(),
                why: why.clone(),
            }));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn exit(arguments: &PrivilegesArguments, read: &Read, functions: &[FunctionPermissions]) -> Exit {
    let today = clock::today();
    let counts = |one: &Difference| {
        let needed = arguments.check == Some(Checked::Unneeded) && one.needed;
        !one.base && !needed && !one.is_approved(today)
    };
    let mut widened = functions.iter().filter_map(|of| of.change.as_ref()).flat_map(|change| &change.widened);
    if arguments.check.is_some() && widened.any(counts) {
        return Exit::Findings;
    }
    let lost = |problem: &model::Problem| {
        matches!(problem.kind, model::ProblemKind::Unreadable | model::ProblemKind::Limit)
    };
    if functions.is_empty() || read.project.problems.iter().any(lost) {
        Exit::Incomplete
    } else {
        Exit::Clean
    }
}
