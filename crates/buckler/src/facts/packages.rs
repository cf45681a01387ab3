//! Packages of the folder, and what the local database of advisories knows of them.
use model::{Problem, ProblemKind, Project};
use supply::Freshness;

use crate::advisories::{self, Opened};
use crate::clock;
use crate::config::Loaded;
use crate::disk::Disk;

/// Reads manifests and lock files, looks their packages up, and says which code loads them.
pub(crate) fn attach(project: &mut Project, disk: &Disk, loaded: &Loaded) {
    read(project, disk, loaded);
    supply::reach(project);
}

/// The same without the code: what a bill of materials needs.
pub(crate) fn read(project: &mut Project, disk: &Disk, loaded: &Loaded) {
    let apps = project.apps.len();
    supply::read(disk, project);
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
