//! Symbolic patches to exact edits of the files: the format, comments, quotes and order stay as they are.
//!
//! A patch names a node and an attribute. The mapping tables say where the attribute stands among the provider's
//! properties ([`place`]); the format's own writer (`yaml`, `hcl`) then finds the smallest change of the text that
//! puts the value there. What cannot be changed without changing something else is refused, with the reason.
//!
//! INVARIANT: bytes outside of the returned edits are the original's.
mod compare;
mod content;
mod create;
mod draft;
mod equip;
mod hcl;
mod invert;
mod permit;
mod place;
mod service;
mod shape;
#[cfg(test)]
mod tests;
mod unified;
mod yaml;

use std::collections::BTreeMap;
use std::fmt;

use model::{App, FileId, Node, Patch, Project, Span};

pub use compare::{Changed, Difference, code_differences, differences, touched};
use draft::Draft;
pub use equip::{Equipment, Variable};
pub use unified::{Hunk, hunks, patch_text, unified};

/// One replaced text. An empty span inserts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub at: Span,
    pub text: String,
}

/// Why a patch cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotWritten {
    /// The place that stands in the way.
    pub at: Option<Span>,
    /// A sentence: "the value comes from parameter `Stage`".
    pub why: String,
}

impl NotWritten {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self { at: None, why: why.into() }
    }

    pub(crate) fn at(mut self, at: Span) -> Self {
        self.at.get_or_insert(at);
        self
    }
}

impl fmt::Display for NotWritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for NotWritten {}

/// The edits that write these patches, in the order of their places and without overlap.
///
/// # Errors
/// When one of them cannot be written as it stands: then none is.
pub fn edits(project: &Project, app: &App, patches: &[Patch]) -> Result<Vec<Edit>, NotWritten> {
    let mut editor = Editor::new(project);
    editor.write(app, patches)?;
    Ok(editor.edits())
}

/// A text with the edits of its file made. Edits have to be in order, and without overlap.
#[must_use]
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut written = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        let (start, end) = (edit.at.start as usize, edit.at.end as usize);
        written.push_str(text.get(done..start).unwrap_or_default());
        written.push_str(&edit.text);
        done = end.max(done);
    }
    written.push_str(text.get(done..).unwrap_or_default());
    written
}

/// The edits of several rounds, each of which begins with the text that the one before left, as edits of the first text.
#[must_use]
pub fn compose(file: FileId, original: &str, rounds: &[Vec<Edit>]) -> Vec<Edit> {
    let mut draft = Draft::new(original.into());
    for round in rounds {
        for edit in round.iter().rev() {
            draft.replace(edit.at.start as usize..edit.at.end as usize, &edit.text);
        }
    }
    draft.edits(file)
}

/// Several fixes of one project, written one after the other.
#[derive(Debug, Clone)]
pub struct Editor<'p> {
    project: &'p Project,
    drafts: BTreeMap<FileId, Draft>,
    /// Names of resources and variables that fixes add.
    added: BTreeMap<String, hcl::Added>,
}

impl<'p> Editor<'p> {
    #[must_use]
    pub fn new(project: &'p Project) -> Self {
        Self { project, drafts: BTreeMap::new(), added: BTreeMap::new() }
    }

    /// Writes all of these patches, or none.
    ///
    /// # Errors
    /// When one of them cannot be written.
    pub fn write(&mut self, app: &App, patches: &[Patch]) -> Result<(), NotWritten> {
        let before = self.drafts.clone();
        let written = self.write_all(app, patches);
        if written.is_err() {
            self.drafts = before;
        }
        written
    }

    fn write_all(&mut self, app: &App, patches: &[Patch]) -> Result<(), NotWritten> {
        hcl::note_added(self, patches);
        let mut made = Vec::new();
        for patch in patches {
            match patch {
                Patch::Replace { at, text } => self.replace(*at, text)?,
                Patch::Set { node, attr, value } => {
                    made.extend(place::set(self, app, (node, attr), Some(value))?)
                }
                Patch::Unset { node, attr } => made.extend(place::set(self, app, (node, attr), None)?),
                Patch::Rewrite { at, value } => place::rewrite(self, app, *at, &[], value)?,
                Patch::Put { at, path, value } if path.is_empty() => place::append(self, app, *at, value)?,
                Patch::Put { at, path, value } => place::rewrite(self, app, *at, path, value)?,
                Patch::Create(node) => made.extend(create::resource(self, app, node)?),
                Patch::Ask { near, parameter } => create::parameter(self, app, near, parameter)?,
                Patch::Permit { function, policies } => permit::write(self, app, function, policies)?,
            }
        }
        shape::complete(self, &made)
    }

    /// Gives a function a layer and environment variables beside those that it has.
    ///
    /// # Errors
    /// When that cannot be written: then nothing is.
    pub fn equip(&mut self, app: &App, node: &Node, equipment: &Equipment) -> Result<(), NotWritten> {
        let before = self.drafts.clone();
        let written = equip::write(self, app, node, equipment);
        if written.is_err() {
            self.drafts = before;
        }
        written.map_err(|why| why.at(node.name_at))
    }

    /// What is changed so far, in the order of files and places.
    #[must_use]
    pub fn edits(&self) -> Vec<Edit> {
        self.drafts.iter().flat_map(|(file, draft)| draft.edits(*file)).collect()
    }

    fn replace(&mut self, at: Span, text: &str) -> Result<(), NotWritten> {
        let draft = self.draft(at.file)?;
        let range = at.start as usize..at.end as usize;
        let now =
            draft.now(&range).ok_or_else(|| NotWritten::new("another fix changes the same place").at(at))?;
        draft.replace(now, text);
        Ok(())
    }

    /// The text of a file under change.
    fn draft(&mut self, file: FileId) -> Result<&mut Draft, NotWritten> {
        let known = self.project.files.get(file.0 as usize);
        let known = known.ok_or_else(|| NotWritten::new("it stands in no file"))?;
        // Code inside of a template is kept as a file of the same path, in which places are others.
        let mut same = self.project.files.iter().enumerate().filter(|(_, other)| other.path == known.path);
        let first = same.next().map_or(file, |(index, _)| FileId(u32::try_from(index).unwrap_or(u32::MAX)));
        if first != file && self.original(first)? != &*known.text {
            return Err(NotWritten::new("code inside of a template is changed by hand"));
        }
        Ok(self.drafts.entry(first).or_insert_with(|| Draft::new(known.text.clone())))
    }

    /// The text of a file as it was read.
    fn original(&self, file: FileId) -> Result<&'p str, NotWritten> {
        let known = self.project.files.get(file.0 as usize);
        known.map(|file| &*file.text).ok_or_else(|| NotWritten::new("it stands in no file"))
    }
}
