//! Templates and settings that change while the host runs.
use std::path::PathBuf;
use std::time::SystemTime;

use host::{Host, Talk};

use super::settings;
use crate::args::RunArguments;
use crate::commands::reading::{self, Read};

/// Files that are looked at, at most.
const FILES_MAX: usize = 5_000;
/// Endings of files that templates and settings are made of.
const ENDINGS: &[&str] = &["yml", "yaml", "json", "tf", "tfvars", "toml", "template"];

/// What the application was read from.
pub(super) struct Watch {
    files: Vec<(PathBuf, Option<SystemTime>)>,
}

impl Watch {
    pub(super) fn new(read: &Read, arguments: &RunArguments) -> Self {
        let templates = iac::Source::paths(&read.disk)
            .iter()
            .filter(|path| path.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending)))
            .map(|path| read.folder.join(path));
        let own = read.loaded.path.iter().chain(&arguments.gateway).cloned();
        let files = own.chain(templates).take(FILES_MAX).map(|path| (changed(&path), path));
        Self { files: files.map(|(time, path)| (path, time)).collect() }
    }

    /// Whether a file is another than at the last look.
    fn look(&mut self) -> bool {
        let mut any = false;
        for (path, time) in &mut self.files {
            let now = changed(path);
            any |= now != *time;
            *time = now;
        }
        any
    }

    /// Reads the application again when something changed, and gives the host what it can take up.
    pub(super) fn follow(&mut self, (host, app): (&Host, &str), arguments: &RunArguments, talk: &Talk) {
        if !self.look() {
            return;
        }
        match again(host, app, arguments) {
            Ok(watch) => {
                *self = watch;
                talk.note("the application's routes were read again".to_owned());
            }
            Err(why) => talk.note(format!("the routes stay as they were: {why}")),
        }
    }
}

fn again(host: &Host, app: &str, arguments: &RunArguments) -> Result<Watch, String> {
    let read = reading::read(&arguments.reading).map_err(|why| why.to_string())?;
    let found = read.project.templates().find(|one| one.name == app);
    let found = found.ok_or_else(|| format!("`{app}` is no application any more"))?;
    let settings = settings::of_run(arguments, &read).map_err(|why| why.to_string())?;
    host.reload(&read.project, found, settings.gateway)?;
    Ok(Watch::new(&read, arguments))
}

fn changed(path: &std::path::Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|about| about.modified()).ok()
}
