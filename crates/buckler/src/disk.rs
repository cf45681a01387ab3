//! A folder on disk as a source of files.
use std::io::Read as _;
use std::path::{Path, PathBuf};

use iac::{ReadError, Source};
use ignore::WalkBuilder;
use ignore::overrides::OverrideBuilder;
use model::{Problem, ProblemKind};

use crate::commands::CommandError;

/// Folders that hold other people's code or build output.
const VENDORED: &[&str] = &[
    "node_modules",
    ".git",
    ".terraform",
    ".serverless",
    ".aws-sam",
    ".venv",
    "venv",
    "site-packages",
    "__pycache__",
    "vendor",
    "bower_components",
    ".tox",
    ".mypy_cache",
];

/// Whether a path lies in a folder of other people's code or build output.
pub(crate) fn is_vendored(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    folders.split('/').any(|folder| VENDORED.contains(&folder))
}

/// Files below one folder; nothing outside of it is ever read.
#[derive(Debug)]
pub(crate) struct Disk {
    root: PathBuf,
    paths: Vec<String>,
    /// What the walk could not enter or did not follow.
    pub problems: Vec<Problem>,
}

/// Which files a walk leaves out.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub exclude: Vec<String>,
    pub no_ignore: bool,
    pub files_max: usize,
}

impl Disk {
    /// Lists the files below `path`, or takes `path` itself when it is a file.
    pub(crate) fn open(path: &Path, filter: &Filter) -> Result<Self, CommandError> {
        let real = path
            .canonicalize()
            .map_err(|why| CommandError::Path { path: path.into(), why: why.to_string() })?;
        if real.is_file() {
            let root = real.parent().unwrap_or(&real).to_owned();
            let name = real.file_name().unwrap_or_default().to_string_lossy().into_owned();
            return Ok(Self { root, paths: vec![name], problems: Vec::new() });
        }
        let mut disk = Self { root: real, paths: Vec::new(), problems: Vec::new() };
        disk.walk(filter)?;
        disk.paths.sort_unstable();
        disk.paths.dedup();
        Ok(disk)
    }

    /// The folder, with no link in its path.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    fn walk(&mut self, filter: &Filter) -> Result<(), CommandError> {
        let mut overrides = OverrideBuilder::new(&self.root);
        for pattern in &filter.exclude {
            let wrong =
                |why: ignore::Error| CommandError::Exclude { pattern: pattern.clone(), why: why.to_string() };
            overrides.add(&format!("!{pattern}")).map_err(wrong)?;
        }
        let overrides = overrides.build().map_err(|why| CommandError::Exclude {
            pattern: filter.exclude.join(", "),
            why: why.to_string(),
        })?;
        let mut builder = WalkBuilder::new(&self.root);
        builder.hidden(false).require_git(false).follow_links(false).overrides(overrides);
        if filter.no_ignore {
            builder.git_ignore(false).git_exclude(false).git_global(false).ignore(false).parents(false);
        }
        builder.filter_entry(|entry| {
            let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
            !(is_folder && entry.depth() > 0 && VENDORED.iter().any(|name| entry.file_name() == *name))
        });
        self.collect(builder.build(), filter.files_max);
        self.synthesized(filter.files_max);
        Ok(())
    }

    fn collect(&mut self, walk: ignore::Walk, files_max: usize) {
        for entry in walk {
            if self.paths.len() >= files_max {
                let message = format!("more than {files_max} files: the others were not looked at");
                self.tell(ProblemKind::Limit, "", message);
                return;
            }
            match entry {
                Ok(entry) => self.entry(entry.path(), entry.file_type()),
                Err(error) => self.tell(ProblemKind::Unreadable, "", error.to_string()),
            }
        }
    }

    fn tell(&mut self, kind: ProblemKind, path: &str, message: String) {
        let help = "leave it out with `exclude`, or make it readable".to_owned();
        self.problems.push(Problem { kind, path: path.to_owned(), at: None, message, help });
    }

    fn entry(&mut self, path: &Path, kind: Option<std::fs::FileType>) {
        let Some(relative) = self.relative(path) else { return };
        let Some(kind) = kind else { return };
        if kind.is_file() {
            self.paths.push(relative);
        } else if kind.is_symlink() {
            let inside = path.canonicalize().is_ok_and(|target| target.starts_with(&self.root));
            // Inside, the target itself is on the list.
            if !inside {
                let message =
                    format!("`{relative}` is a link out of the folder, or to nothing; not followed");
                self.tell(ProblemKind::Unresolved, &relative, message);
            }
        }
    }

    /// `cdk.out` is build output that people ignore, and all that there is to read of a CDK application.
    fn synthesized(&mut self, files_max: usize) {
        let apps: Vec<String> = self
            .paths
            .iter()
            .filter(|path| *path == "cdk.json" || path.ends_with("/cdk.json"))
            .map(|path| path.trim_end_matches("cdk.json").to_owned())
            .collect();
        for folder in apps {
            let assembly = self.root.join(&folder).join("cdk.out");
            if assembly.is_dir() {
                let mut builder = WalkBuilder::new(&assembly);
                builder.standard_filters(false).follow_links(false).max_depth(Some(3));
                builder.filter_entry(|entry| {
                    let name = entry.file_name().to_string_lossy();
                    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                    !(is_folder && name.starts_with("asset."))
                });
                self.collect(builder.build(), files_max);
            }
        }
    }

    fn relative(&self, path: &Path) -> Option<String> {
        let relative = path.strip_prefix(&self.root).ok()?;
        let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        Some(parts.join("/"))
    }
}

impl Source for Disk {
    fn paths(&self) -> &[String] {
        &self.paths
    }

    fn read(&self, path: &str, bytes_max: u64) -> Result<String, ReadError> {
        let real = self.root.join(path).canonicalize().map_err(|_| ReadError::NotFound)?;
        if !real.starts_with(&self.root) {
            return Err(ReadError::Outside);
        }
        let failed = |error: std::io::Error| ReadError::Failed(error.to_string());
        let file = std::fs::File::open(&real).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(ReadError::NotFound);
        }
        if metadata.len() > bytes_max {
            return Err(ReadError::TooLarge { bytes: metadata.len() });
        }
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
        // The file may grow while it is read.
        file.take(bytes_max).read_to_end(&mut bytes).map_err(failed)?;
        String::from_utf8(bytes).map_err(|_| ReadError::NotText)
    }
}
