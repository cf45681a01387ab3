//! What every function may do and what it needs, for people and for programs.
mod html;
mod json;
mod markdown;
mod rows;
mod text;
mod verdict;

use iam::Privileges;
use model::{Approval, Date, Node, Policy, Project, Span};

use crate::coverage;

pub use html::privileges_html;
pub use json::privileges_json;
pub use markdown::privileges_markdown;
pub use text::privileges_text;

/// Everything that `buckler privileges` has to say.
#[derive(Debug, Clone, Copy)]
pub struct Permissions<'a> {
    pub project: &'a Project,
    /// The folder or file, as the user typed it.
    pub root: &'a str,
    /// The folder that paths of the project are relative to, as seen from where the user is.
    pub folder: &'a str,
    /// Version of the program.
    pub version: &'a str,
    pub date: Date,
    pub functions: &'a [FunctionPermissions],
}

/// One function.
#[derive(Debug, Clone)]
pub struct FunctionPermissions {
    /// Index of its application.
    pub app: usize,
    pub privileges: Privileges,
    /// The least policies that it can work with.
    pub minimal: Vec<Policy>,
    /// Who approved each of its grants, in their order.
    pub approvals: Vec<Option<Approval>>,
}

impl<'a> Permissions<'a> {
    fn function(&self, of: &FunctionPermissions) -> Option<&'a Node> {
        self.project.apps.get(of.app).and_then(|app| app.node(of.privileges.function))
    }

    fn name(&self, of: &FunctionPermissions, node: model::NodeId) -> &'a str {
        let node = self.project.apps.get(of.app).and_then(|app| app.node(node));
        node.map_or("", |node| node.name.as_str())
    }

    fn code(&self, of: &FunctionPermissions) -> Option<&'a model::FunctionCode> {
        let app = self.project.apps.get(of.app)?;
        app.code.iter().find(|code| code.function == of.privileges.function)
    }

    /// The file that holds the handler.
    fn handler(&self, of: &FunctionPermissions) -> Option<&'a str> {
        let file = *self.code(of)?.files.first()?;
        self.project.files.get(file.0 as usize).map(|file| file.path.as_str())
    }

    /// Why not all of its code was read; `None` when all of it was.
    fn unread(&self, of: &FunctionPermissions) -> Option<&'a str> {
        let Some(code) = self.code(of) else { return Some("its code was not found") };
        match coverage::words(&code.coverage) {
            ("whole", _) => None,
            (_, why) => Some(why.unwrap_or("not all of its code was read")),
        }
    }

    fn locate(&self, at: Span) -> String {
        let place = self.project.locate(at);
        if place.is_empty() { place } else { crate::scan::seen_from(self.folder, &place) }
    }
}
