//! Packages of the folder, and what the local database of advisories knows of them.
#![expect(clippy::disallowed_methods, reason = "statements that the configuration names are read here")]
use model::{Problem, ProblemKind, Project, Source};
use supply::Freshness;

use crate::advisories::{self, Opened};
use crate::clock;
use crate::config::Loaded;

/// Reads manifests and lock files, looks their packages up, and says which code loads them.
pub(super) fn attach(project: &mut Project, source: &dyn Source, loaded: &Loaded) {
    read(project, source, loaded);
    statements(project, loaded);
    supply::reach(project);
}

/// Takes back what somebody stated not to apply. A statement about nothing is told: it may hide what
/// comes later.
fn statements(project: &mut Project, loaded: &Loaded) {
    for path in &loaded.config.advisories.vex {
        let path = loaded.beside(path);
        let shown = path.display().to_string();
        let problem = |kind: ProblemKind, message: String, help: &str| Problem {
            kind,
            path: shown.clone(),
            at: None,
            message,
            help: help.to_owned(),
        };
        let text = std::fs::read_to_string(&path).map_err(|why| why.to_string());
        match text.and_then(|text| supply::read_vex(&text).map_err(|why| why.to_string())) {
            Ok(statements) => {
                let unused = supply::apply_vex(project, &statements);
                if unused > 0 {
                    let message =
                        format!("{unused} of {} statements are about nothing here", statements.len());
                    project.problems.push(problem(
                        ProblemKind::Suspicious,
                        message,
                        "remove what was repaired",
                    ));
                }
            }
            Err(why) => {
                let message = format!("the statements could not be read: {why}");
                project.problems.push(problem(ProblemKind::Unreadable, message, "none of them was used"));
            }
        }
    }
}

fn read(project: &mut Project, source: &dyn Source, loaded: &Loaded) {
    let apps = project.apps.len();
    supply::read(source, project);
    let has_packages = !project.files_app().packages.is_empty();
    if !has_packages {
        // No empty application for a folder without packages.
        let is_bare = project.apps.len() > apps && project.files_app().manifests.is_empty();
        if is_bare {
            project.apps.truncate(apps);
        }
        return;
    }
    let config = &loaded.config.advisories;
    match advisories::open(loaded) {
        Opened::Off => {}
        Opened::Ready(database) => {
            let freshness = Freshness { today: clock::today(), age_days_max: config.age_days_max() };
            supply::look_up(project, &database, freshness);
        }
        Opened::Missing { path, why } => {
            let count = project.files_app().packages.len();
            project.problems.push(Problem {
                kind: ProblemKind::Unreadable,
                path,
                at: None,
                message: format!("{count} packages were not looked up for known vulnerabilities: {why}"),
                help: "run `buckler advisories update`, or set `enabled = false` in `[advisories]`"
                    .to_owned(),
            });
        }
    }
}
