//! Source files on demand: each is read and parsed once, however many functions load it.
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use model::{FileId, Language, Problem, ProblemKind, ReadError, Source, SourceFile};

use crate::interpret::{Program, Resolved};
use crate::ir::Module;
use crate::locate::{Resolution, resolve_import};
use crate::{Limits, javascript, python};

/// Every source file that any function loads, for several threads.
///
/// Files have numbers that depend on nothing but their paths until [`Library::into_files`] gives them those of
/// the project: so it does not matter which thread reads a file first.
pub(crate) struct Library<'a> {
    source: &'a dyn Source,
    limits: &'a Limits,
    /// Files that the project has already.
    first: usize,
    read: Mutex<BTreeMap<String, Arc<OnceLock<Read>>>>,
}

/// What became of one file.
#[derive(Debug, Clone, Default)]
struct Read {
    module: Option<Arc<Module>>,
    file: Option<(FileId, SourceFile)>,
    problem: Option<Problem>,
}

/// The files that were read, in the order of their new ids.
#[derive(Debug, Default)]
pub(crate) struct Files {
    pub files: Vec<SourceFile>,
    pub problems: Vec<Problem>,
    pub ids: BTreeMap<FileId, FileId>,
}

impl<'a> Library<'a> {
    /// `first` is the number of files that the project has: new ones follow.
    pub(crate) fn new(source: &'a dyn Source, limits: &'a Limits, first: usize) -> Self {
        Self { source, limits, first, read: Mutex::default() }
    }

    /// What was read and what was lost. `order` are ids of files in the order that the project shall have them;
    /// others follow.
    pub(crate) fn into_files(self, order: &[FileId]) -> Files {
        let read = self.read.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut found = Files::default();
        let mut sources: BTreeMap<FileId, SourceFile> = BTreeMap::new();
        for one in read.into_values() {
            let one = one.get().cloned().unwrap_or_default();
            sources.extend(one.file);
            found.problems.extend(one.problem);
        }
        let rest: Vec<FileId> = sources.keys().copied().collect();
        for id in order.iter().chain(&rest) {
            let Some(file) = sources.remove(id) else { continue };
            let new = u32::try_from(self.first + found.files.len()).unwrap_or(u32::MAX);
            found.ids.insert(*id, FileId(new));
            found.files.push(file);
        }
        for at in found.problems.iter_mut().filter_map(|problem| problem.at.as_mut()) {
            at.file = found.ids.get(&at.file).copied().unwrap_or(at.file);
        }
        found
    }

    /// Parses text that stands in a template as the module `key`; `path` is the template.
    pub(crate) fn add_inline(&self, key: &str, path: &str, text: &str, language: Language) {
        let mut all = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        // Behind every file that there is.
        let id = self.id(self.source.paths().len() + 1 + all.len());
        let read = self.parse(id, (key, path), text, language == Language::Python);
        all.insert(key.to_owned(), Arc::new(OnceLock::from(read)));
    }

    fn id(&self, position: usize) -> FileId {
        FileId(u32::try_from(self.first + position).unwrap_or(u32::MAX))
    }

    fn parse(&self, id: FileId, (key, path): (&str, &str), text: &str, is_python: bool) -> Read {
        let mut module = if is_python {
            python::lower(id, key, text, self.limits)
        } else {
            javascript::lower(id, key, text, self.limits)
        };
        let problem = module.lost.first().map(|lost| {
            let more = match module.lost.len() - 1 {
                0 => String::new(),
                count => format!(", and {count} more"),
            };
            // What is left of a broken file was read; nothing at all is a file that nobody looked at.
            let kind = if module.functions.iter().all(|function| function.body.is_empty()) {
                ProblemKind::Unreadable
            } else {
                ProblemKind::Unresolved
            };
            Problem {
                kind,
                path: path.to_owned(),
                at: Some(lost.at),
                message: format!("{}{more}", lost.why),
                help: "what could be read was analysed; the rest was not".to_owned(),
            }
        });
        let is_made = !is_python && javascript::is_bundle(text);
        let problem = problem.or_else(|| is_made.then(|| made_by_a_tool(path)));
        key.clone_into(&mut module.path);
        Read { module: Some(Arc::new(module)), file: Some((id, SourceFile::new(path, text))), problem }
    }

    fn load(&self, path: &str) -> Option<Arc<Module>> {
        let cell = {
            let mut all = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            match all.get(path) {
                Some(known) => Arc::clone(known),
                None => Arc::clone(all.entry(path.to_owned()).or_default()),
            }
        };
        // Others may read other files meanwhile.
        cell.get_or_init(|| self.read_file(path)).module.clone()
    }

    fn read_file(&self, path: &str) -> Read {
        let paths = self.source.paths();
        let position = paths.binary_search_by(|known| known.as_str().cmp(path)).unwrap_or(paths.len());
        match self.source.read(path, self.limits.file_bytes_max) {
            Ok(text) => self.parse(self.id(position), (path, path), &text, path.ends_with(".py")),
            Err(why) => {
                let kind = match why {
                    ReadError::TooLarge { .. } => ProblemKind::Limit,
                    ReadError::NotFound => ProblemKind::Unresolved,
                    _ => ProblemKind::Unreadable,
                };
                let problem = Problem {
                    kind,
                    path: path.to_owned(),
                    at: None,
                    message: format!("the source file {why}"),
                    help: "functions that load it were analysed without it".to_owned(),
                };
                Read { problem: Some(problem), ..Read::default() }
            }
        }
    }
}

fn made_by_a_tool(path: &str) -> Problem {
    Problem {
        kind: ProblemKind::Suspicious,
        path: path.to_owned(),
        at: None,
        message: "the file was written by a bundler or minifier".to_owned(),
        help: "findings stand in its lines; scan the folder that holds its sources".to_owned(),
    }
}

/// The library as one function sees it: with the folders where its imports are looked up.
pub(crate) struct View<'a> {
    pub library: &'a Library<'a>,
    pub roots: &'a [String],
}

impl Program for View<'_> {
    fn module(&self, path: &str) -> Option<Arc<Module>> {
        self.library.load(path)
    }

    fn resolve(&self, from: &str, name: &str, language: Language) -> Resolved {
        match resolve_import(from, name, language, self.roots, self.library.source) {
            Resolution::Local(path) => Resolved::Local(path),
            Resolution::Folder(folder) => Resolved::Folder(folder),
            Resolution::Package(_) | Resolution::Standard(_) => Resolved::External,
            Resolution::Unknown => Resolved::Missing,
        }
    }
}
