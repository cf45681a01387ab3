//! From arguments and configuration to a project: what every reading command begins with.
#![expect(clippy::disallowed_methods, reason = "named environment variables are read here")]
use std::path::{Path, PathBuf};

use iac::Options;
use model::Project;

use super::CommandError;
use crate::args::Reading;
use crate::config::{self, Loaded};
use crate::disk::{Disk, Filter};
use crate::output;

/// A project that was read, and the configuration that applies to it.
pub(crate) struct Read {
    pub project: Project,
    pub loaded: Loaded,
    /// The folder that paths are relative to.
    pub folder: PathBuf,
    pub disk: Disk,
    pub options: Options,
}

/// Files from which on a reading says that it is at work.
const FILES_TO_MENTION: usize = 2_000;

/// Reads the project of the arguments.
pub(crate) fn read(arguments: &Reading) -> Result<Read, CommandError> {
    let loaded = config::load(arguments.config.as_deref(), &arguments.path)?;
    let options = options(arguments, &loaded);
    let filter = filter(arguments, &loaded, &options);
    let disk = Disk::open(&arguments.path, &filter)?;
    let files = iac::Source::paths(&disk).len();
    if files >= FILES_TO_MENTION && !arguments.writing.quiet {
        output::tell(&format!("reading {files} files"));
    }
    let mut project = iac::read(&disk, &options);
    project.problems.extend(disk.problems.iter().cloned());
    let folder = folder_of(&arguments.path);
    Ok(Read { project, loaded, folder, disk, options })
}

/// Which files are left out.
pub(super) fn filter(arguments: &Reading, loaded: &Loaded, options: &Options) -> Filter {
    Filter {
        exclude: arguments.exclude.iter().chain(&loaded.config.scan.exclude).cloned().collect(),
        no_ignore: arguments.no_ignore,
        files_max: options.limits.files_max,
    }
}

/// The folder of a path: itself, or the one that holds the file.
fn folder_of(path: &Path) -> PathBuf {
    if path.is_dir() {
        return path.to_owned();
    }
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// How templates are read.
pub(super) fn options(arguments: &Reading, loaded: &Loaded) -> Options {
    let config = &loaded.config;
    let mut options = Options { region: arguments.region.clone(), ..Options::default() };
    if options.region.is_none() {
        options.region.clone_from(&config.scan.region);
    }
    let written = |(name, value): (&String, &toml::Value)| (name.clone(), plain(value));
    options.parameters.extend(config.parameters.iter().map(written));
    options.parameters.extend(arguments.parameters.iter().cloned());
    options.cli_options.extend(config.options.iter().map(written));
    options.cli_options.extend(arguments.options.iter().cloned());
    options.environment.extend(config.env.iter().map(|(name, value)| (name.clone(), value.clone())));
    for variable in &arguments.environment {
        match variable.split_once('=') {
            Some((name, value)) => {
                options.environment.insert(name.to_owned(), value.to_owned());
            }
            // One that is not set stays unknown, and is told where a template reads it.
            None => {
                options.environment.extend(std::env::var(variable).map(|value| (variable.clone(), value)))
            }
        }
    }
    options
}

/// A value as a command line would give it.
fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
