//! One reading: files are read once, problems gathered, limits kept.
use std::collections::{BTreeMap, BTreeSet};

use model::{App, FileId, Framework, Problem, ProblemKind, Project, SourceFile, Span, Value};

use crate::discover::{self, Found};
use crate::lower::lower;
use crate::options::{Limits, Options};
use crate::resource::Resource;
use crate::{cdk, cloudformation, doc, serverless, skips, terraform};
use model::{ReadError, Source};

/// Reads every application below the source's folder.
///
/// Never fails: what was lost is in [`Project::problems`].
#[must_use]
pub fn read(source: &dyn Source, options: &Options) -> Project {
    let mut reader = Reader::new(source, options);
    let found = discover::discover(&mut reader);
    let mut apps = Vec::new();
    for application in found {
        reader.app(application, &mut apps);
    }
    discover::drop_parts(&mut apps, &reader.parts);
    apps.sort_by(|a, b| (&a.name, a.framework).cmp(&(&b.name, b.framework)));
    let mut project = Project { files: reader.files, apps, problems: reader.problems };
    project.problems.sort_by(|a, b| (&a.path, a.at, &a.message).cmp(&(&b.path, b.at, &b.message)));
    project.problems.dedup();
    project
}

/// The state of one reading, handed to every front end.
pub(crate) struct Reader<'a> {
    pub source: &'a dyn Source,
    pub options: &'a Options,
    pub files: Vec<SourceFile>,
    pub problems: Vec<Problem>,
    by_path: BTreeMap<String, Option<FileId>>,
    documents: BTreeMap<FileId, Option<Value>>,
    /// Terraform folders that were read.
    pub modules: terraform::Modules,
    /// Which files were read as a part of which: by the file that names them.
    parts: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(source: &'a dyn Source, options: &'a Options) -> Self {
        Self {
            source,
            options,
            files: Vec::new(),
            problems: Vec::new(),
            by_path: BTreeMap::new(),
            documents: BTreeMap::new(),
            modules: terraform::Modules::default(),
            parts: BTreeMap::new(),
        }
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.options.limits
    }

    fn app(&mut self, found: Found, apps: &mut Vec<App>) {
        match found {
            Found::CloudFormation(path) if self.is_part(&path) => {}
            Found::CloudFormation(path) => {
                if let Some((framework, resources)) = cloudformation::read(self, &path) {
                    self.push(App::new(path, framework), resources, apps);
                }
            }
            Found::Serverless(path) => {
                if let Some(resources) = serverless::read(self, &path) {
                    self.push(App::new(path, Framework::Serverless), resources, apps);
                }
            }
            Found::Terraform(folder) => {
                let resources = terraform::read(self, &folder);
                self.push(App::new(folder, Framework::Terraform), resources, apps);
            }
            Found::TerraformPlan(path) => {
                if let Some(resources) = terraform::read_plan(self, &path) {
                    self.push(App::new(path, Framework::TerraformPlan), resources, apps);
                }
            }
            Found::Cdk(manifest) => {
                for (name, resources) in cdk::read(self, &manifest) {
                    self.push(App::new(name, Framework::Cdk), resources, apps);
                }
            }
        }
    }

    fn push(&mut self, mut app: App, mut resources: Vec<Resource>, apps: &mut Vec<App>) {
        skips::attach(&self.files, &mut resources, &mut self.problems);
        lower(self, &mut app, resources);
        self.mark_partial(&mut app);
        apps.push(app);
    }

    /// Marks the nodes whose blocks hold a place that could not be read, and the one that ends there.
    fn mark_partial(&self, app: &mut App) {
        let lost = self.problems.iter().filter(|problem| problem.kind == ProblemKind::Unreadable);
        for at in lost.filter_map(|problem| problem.at) {
            let before = |node: &&mut model::Node| node.span.file == at.file && node.span.start <= at.start;
            let nodes = || app.nodes.iter().map(|node| node.span);
            let last = nodes().filter(|span| span.file == at.file && span.start <= at.start).max();
            for node in app.nodes.iter_mut().filter(before) {
                node.partial |= at.start <= node.span.end || Some(node.span) == last;
            }
        }
    }

    /// The file at `path`, read once. A problem is told when it cannot be read.
    pub(crate) fn file(&mut self, path: &str) -> Option<FileId> {
        if let Some(known) = self.by_path.get(path) {
            return *known;
        }
        let read = self.source.read(path, self.limits().file_bytes_max);
        let id = match read {
            Ok(text) => Some(self.add_file(path, text)),
            Err(error) => {
                let (kind, help) = told(&error);
                self.problem(kind, path, format!("`{path}` {error}"), help);
                None
            }
        };
        self.by_path.insert(path.to_owned(), id);
        id
    }

    /// Whether the file holds what is looked for. It is kept only when it does.
    pub(crate) fn sniff(&mut self, path: &str, is_wanted: fn(&str) -> bool) -> bool {
        if let Some(known) = self.by_path.get(path) {
            return known.is_some_and(|file| is_wanted(&self.text(file)));
        }
        match self.source.read(path, self.limits().file_bytes_max) {
            Ok(text) if is_wanted(&text) => {
                let id = self.add_file(path, text);
                self.by_path.insert(path.to_owned(), Some(id));
                true
            }
            Ok(_) | Err(crate::ReadError::NotFound) => false,
            // Told once, since it is remembered as unreadable.
            Err(_) => self.file(path).is_some(),
        }
    }

    /// Notes that `part` was read as a part of what `by` describes: it is no application of its own.
    pub(crate) fn take_in(&mut self, by: &str, part: &str) {
        self.parts.entry(by.to_owned()).or_default().insert(part.to_owned());
    }

    fn is_part(&self, path: &str) -> bool {
        self.parts.values().any(|parts| parts.contains(path))
    }

    fn add_file(&mut self, path: &str, text: String) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(SourceFile::new(path, text));
        id
    }

    pub(crate) fn text(&self, file: FileId) -> std::sync::Arc<str> {
        self.files.get(file.0 as usize).map_or_else(|| "".into(), |file| file.text.clone())
    }

    pub(crate) fn path(&self, file: FileId) -> String {
        self.files.get(file.0 as usize).map_or_else(String::new, |file| file.path.clone())
    }

    /// The YAML or JSON document in a file, parsed once. `None` when nothing could be read.
    pub(crate) fn document(&mut self, path: &str) -> Option<Value> {
        let file = self.file(path)?;
        if let Some(known) = self.documents.get(&file) {
            return known.clone();
        }
        let text = self.text(file);
        let (value, problems) = doc::parse(&text, file, self.limits());
        for problem in problems {
            self.problem_at(problem.kind, problem.at, problem.message, problem.help);
        }
        self.documents.insert(file, value.clone());
        value
    }

    /// A problem with a file as a whole.
    pub(crate) fn problem(
        &mut self,
        kind: ProblemKind,
        path: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let (message, help) = (message.into(), help.into());
        self.problems.push(Problem { kind, path: path.to_owned(), at: None, message, help });
    }

    /// A problem at a place of a file that was read.
    pub(crate) fn problem_at(
        &mut self,
        kind: ProblemKind,
        at: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        let (path, message, help) = (self.path(at.file), message.into(), help.into());
        self.problems.push(Problem { kind, path, at: Some(at), message, help });
    }
}

/// How a file that could not be read is told. One that is not there is a name that leads nowhere, not a
/// part of the application that was lost.
fn told(error: &ReadError) -> (ProblemKind, &'static str) {
    match error {
        ReadError::NotFound => (ProblemKind::Unresolved, "check the path where a template names it"),
        ReadError::Outside => (ProblemKind::Unresolved, "scan a folder that holds both"),
        ReadError::TooLarge { .. } => {
            (ProblemKind::Limit, "leave the file out with `exclude` if it is no template")
        }
        ReadError::NotText => (ProblemKind::Unresolved, "no deployer reads it; a template has to be UTF-8"),
        ReadError::Failed(_) => (ProblemKind::Unreadable, "make it readable, or leave it out with `exclude`"),
    }
}
