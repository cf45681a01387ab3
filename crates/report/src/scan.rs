//! What a scan format shows, and how a terminal shows it.
use std::fmt;

use model::{
    App, Check, Date, Finding, Framework, Problem, Project, Severity, Span, Stale, Suppressed, Undecided,
};

/// Everything that one scan has to say.
///
/// Findings come sorted (see [`crate::sort`]) and filtered; what the caller left out is not shown.
#[derive(Clone, Copy)]
pub struct Scan<'a> {
    pub project: &'a Project,
    /// The folder or file, as the user typed it.
    pub root: &'a str,
    /// The folder that paths of the project are relative to, as seen from where the user is.
    pub folder: &'a str,
    /// Version of the program.
    pub version: &'a str,
    pub date: Date,
    /// The address below which the pages of `docs/checks` are published, when they are.
    pub docs: Option<&'a str>,
    /// The checks that ran.
    pub checks: &'a [&'static Check],
    pub findings: &'a [Finding],
    pub suppressed: &'a [Suppressed],
    pub stale: &'a [Stale],
    pub undecided: &'a [Undecided],
    /// How many findings the baseline knew, so that they are not in `findings`.
    pub known: usize,
    /// How to repair a finding, in the template's own words; `None` falls back to the check's page.
    pub fixes: &'a dyn Fn(&Finding) -> Option<String>,
}

impl fmt::Debug for Scan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan")
            .field("root", &self.root)
            .field("findings", &self.findings)
            .finish_non_exhaustive()
    }
}

/// How [`crate::text`] looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    pub colour: Colour,
    pub detail: Detail,
}

/// Whether escape sequences may be written. The caller knows the terminal and `NO_COLOR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    #[default]
    Never,
    Always,
}

/// How much of the less severe findings is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Detail {
    /// Low and info findings are folded to a line for each check.
    #[default]
    Brief,
    /// Every finding in full.
    Full,
}

impl<'a> Scan<'a> {
    pub(crate) fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    pub(crate) fn app_name(&self, index: usize) -> &'a str {
        self.project.apps.get(index).map_or("", |app| app.name.as_str())
    }

    /// An application's name for people.
    pub(crate) fn app_title(&self, index: usize) -> &'a str {
        self.project.apps.get(index).map_or("", title)
    }

    pub(crate) fn functions(&self) -> usize {
        self.project.apps.iter().map(|app| app.functions().count()).sum()
    }

    /// What was looked at: `1 application with 2 functions and 3 resources`.
    pub(crate) fn extent(&self) -> String {
        let project = self.project;
        let apps = project.templates().count();
        let functions: usize = project.templates().map(|app| app.functions().count()).sum();
        let bare = self.functions() - functions;
        let has_files = project.apps.iter().any(|app| app.framework == Framework::Files);
        let mut parts = Vec::new();
        if apps > 0 || !has_files {
            let (functions, resources) =
                (plural(functions, "function"), plural(self.resources(), "resource"));
            parts.push(format!("{} with {functions} and {resources}", plural(apps, "application")));
        }
        if has_files {
            let named = match bare {
                0 => String::new(),
                _ => format!(", with {} that no template names", plural(bare, "function")),
            };
            parts.push(format!("the {FILES}{named}"));
        }
        parts.join(", and in ")
    }

    /// A path of the project as seen from where the user is, so that terminals and editors open it.
    pub(crate) fn path(&self, path: &str) -> String {
        seen_from(self.folder, path)
    }

    /// `path:line:column` of a span, as seen from where the user is.
    pub(crate) fn locate(&self, at: Span) -> String {
        let place = self.project.locate(at);
        if place.is_empty() { place } else { self.path(&place) }
    }

    /// The place of a problem: the span when there is one, else the file.
    pub(crate) fn place_of(&self, problem: &Problem) -> String {
        problem.at.map_or_else(|| self.path(&problem.path), |at| self.locate(at))
    }

    /// The address of a check's page.
    pub(crate) fn link(&self, check: &Check) -> Option<String> {
        self.docs.map(|docs| format!("{}/{}.md", docs.trim_end_matches('/'), check.id))
    }

    /// Resources that somebody wrote.
    pub(crate) fn resources(&self) -> usize {
        self.project.apps.iter().map(resources).sum()
    }
}

/// A path below a folder, as seen from where the user is who named the folder.
pub(crate) fn seen_from(folder: &str, path: &str) -> String {
    match folder.trim_start_matches("./").trim_end_matches('/') {
        "" if folder.starts_with('/') => format!("/{path}"),
        "" | "." => path.to_owned(),
        folder if path.is_empty() => folder.to_owned(),
        folder => format!("{folder}/{path}"),
    }
}

/// What the application without a template is.
const FILES: &str = "files of the folder";

/// An application's name for people: its template, or what it is when it has none.
pub(crate) fn title(app: &App) -> &str {
    if app.framework == Framework::Files { FILES } else { &app.name }
}

/// Resources of an application that somebody wrote.
pub(crate) fn resources(app: &App) -> usize {
    app.nodes.iter().filter(|node| !node.implicit).count()
}

/// `1 function`, `2 functions`.
pub(crate) fn plural(count: usize, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        (_, None) => format!("{count} {noun}s"),
    }
}
