//! Source files on demand: each is read and parsed once, however many functions load it.
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use model::{FileId, Language, Problem, ProblemKind, ReadError, Source, SourceFile};

use crate::interpret::{Program, Resolved};
use crate::ir::Module;
use crate::locate::{Resolution, resolve_import};
use crate::{Limits, javascript, python};

/// Every source file that any function loads.
pub(crate) struct Library<'a> {
    source: &'a dyn Source,
    limits: &'a Limits,
    /// Files that the project has already.
    first: usize,
    read: RefCell<Read>,
}

#[derive(Debug, Default)]
struct Read {
    modules: BTreeMap<String, Option<Arc<Module>>>,
    files: Vec<SourceFile>,
    problems: Vec<Problem>,
}

impl<'a> Library<'a> {
    /// `first` is the number of files that the project has: new ones follow.
    pub(crate) fn new(source: &'a dyn Source, limits: &'a Limits, first: usize) -> Self {
        Self { source, limits, first, read: RefCell::default() }
    }

    /// The files that were read, in the order of their ids, and what was lost.
    pub(crate) fn into_files(self) -> (Vec<SourceFile>, Vec<Problem>) {
        let read = self.read.into_inner();
        (read.files, read.problems)
    }

    /// Parses text that stands in a template as the module `key`; `path` is the template.
    pub(crate) fn add_inline(&self, key: &str, path: &str, text: &str, language: Language) {
        let module = self.parse(key, path, text, language == Language::Python);
        self.read.borrow_mut().modules.insert(key.to_owned(), Some(module));
    }

    fn parse(&self, key: &str, path: &str, text: &str, is_python: bool) -> Arc<Module> {
        let mut read = self.read.borrow_mut();
        let id = FileId(u32::try_from(self.first + read.files.len()).unwrap_or(u32::MAX));
        read.files.push(SourceFile::new(path, text));
        let mut module = if is_python {
            python::lower(id, key, text, self.limits)
        } else {
            javascript::lower(id, key, text, self.limits)
        };
        if let Some(lost) = module.lost.first() {
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
            read.problems.push(Problem {
                kind,
                path: path.to_owned(),
                at: Some(lost.at),
                message: format!("{}{more}", lost.why),
                help: "what could be read was analysed; the rest was not".to_owned(),
            });
        }
        key.clone_into(&mut module.path);
        Arc::new(module)
    }

    fn load(&self, path: &str) -> Option<Arc<Module>> {
        if let Some(known) = self.read.borrow().modules.get(path) {
            return known.clone();
        }
        let module = match self.source.read(path, self.limits.file_bytes_max) {
            Ok(text) => Some(self.parse(path, path, &text, path.ends_with(".py"))),
            Err(why) => {
                let kind = match why {
                    ReadError::TooLarge { .. } => ProblemKind::Limit,
                    ReadError::NotFound => ProblemKind::Unresolved,
                    _ => ProblemKind::Unreadable,
                };
                self.read.borrow_mut().problems.push(Problem {
                    kind,
                    path: path.to_owned(),
                    at: None,
                    message: format!("the source file {why}"),
                    help: "functions that load it were analysed without it".to_owned(),
                });
                None
            }
        };
        self.read.borrow_mut().modules.insert(path.to_owned(), module.clone());
        module
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
