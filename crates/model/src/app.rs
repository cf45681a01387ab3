//! An application and the project (folder) that holds it.
use std::sync::OnceLock;

use crate::index::Index;
use crate::{
    Approval, Edge, FileId, Finding, FunctionCode, Kind, Manifest, Node, NodeId, Package, Relation, Secret,
    SourceFile, Span,
};

/// Everything that was read from one folder.
#[derive(Debug, Clone, Default)]
pub struct Project {
    pub files: Vec<SourceFile>,
    pub apps: Vec<App>,
    /// What could not be read or resolved. Never empty of what was lost.
    pub problems: Vec<Problem>,
}

/// How an application was described.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Framework {
    CloudFormation,
    Sam,
    Serverless,
    Terraform,
    TerraformPlan,
    Cdk,
    /// No template: the files of the folder that belong to no application, and what is true of the
    /// whole folder (secrets, packages). Always the last application.
    Files,
}

impl Framework {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CloudFormation => "cloudformation",
            Self::Sam => "sam",
            Self::Serverless => "serverless",
            Self::Terraform => "terraform",
            Self::TerraformPlan => "terraform-plan",
            Self::Cdk => "cdk",
            Self::Files => "files",
        }
    }
}

/// One application: what one deployment creates.
#[derive(Debug, Clone)]
pub struct App {
    /// Path of its template (or Terraform folder), relative to the scanned folder.
    pub name: String,
    pub framework: Framework,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
    /// What the code of its functions does.
    pub code: Vec<FunctionCode>,
    /// Third-party packages that manifests and lock files name. Only in [`Framework::Files`].
    pub packages: Vec<Package>,
    /// The files that name them. Only in [`Framework::Files`].
    pub manifests: Vec<Manifest>,
    /// Secrets found in files. Only in [`Framework::Files`].
    pub secrets: Vec<Secret>,
    /// Broad permissions that somebody approved. Only in [`Framework::Files`].
    pub approvals: Vec<Approval>,
    /// INVARIANT: asked for only when nodes and edges are complete.
    index: OnceLock<Index>,
}

/// Something that could not be read, resolved or followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    /// The file, relative to the scanned folder.
    pub path: String,
    pub at: Option<Span>,
    pub message: String,
    /// The next step.
    pub help: String,
}

/// How bad a problem is for the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// Part of a file could not be read.
    Unreadable,
    /// A limit stopped the reading.
    Limit,
    /// A value, file or module could not be resolved.
    Unresolved,
    /// A resource type that the model does not know.
    Unsupported,
    /// Written in a way that the deployer would refuse or read differently.
    Suspicious,
}

impl ProblemKind {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Limit => "limit",
            Self::Unresolved => "unresolved",
            Self::Unsupported => "unsupported",
            Self::Suspicious => "suspicious",
        }
    }
}

impl App {
    #[must_use]
    pub fn new(name: impl Into<String>, framework: Framework) -> Self {
        Self {
            name: name.into(),
            framework,
            nodes: Vec::new(),
            edges: Vec::new(),
            code: Vec::new(),
            packages: Vec::new(),
            manifests: Vec::new(),
            secrets: Vec::new(),
            approvals: Vec::new(),
            index: OnceLock::new(),
        }
    }

    /// Nodes of one kind, in template order.
    pub fn all(&self, kind: Kind) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |node| node.kind == kind)
    }

    /// Nodes of any of these kinds, in template order.
    pub fn any(&self, kinds: &'static [Kind]) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |node| kinds.contains(&node.kind))
    }

    /// Nodes whose provider type is one of these.
    pub fn of_type(&self, types: &'static [&'static str]) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |node| types.contains(&node.provider_type.as_str()))
    }

    pub fn functions(&self) -> impl Iterator<Item = &Node> {
        self.all(Kind::Function)
    }

    #[must_use]
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.0 as usize)
    }

    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Node> {
        self.index().named(name).and_then(|id| self.node(id))
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::new(&self.nodes, &self.edges))
    }

    /// Nodes that `node` points at with this relation.
    pub fn targets<'a>(&'a self, node: &'a Node, relation: Relation) -> impl Iterator<Item = &'a Node> {
        let edges = self.index().outgoing(node.id).iter().filter_map(|position| self.edges.get(*position));
        edges.filter(move |edge| edge.relation == relation).filter_map(|edge| self.node(edge.to))
    }

    /// Nodes that point at `node` with this relation.
    pub fn sources<'a>(&'a self, node: &'a Node, relation: Relation) -> impl Iterator<Item = &'a Node> {
        let edges = self.index().incoming(node.id).iter().filter_map(|position| self.edges.get(*position));
        edges.filter(move |edge| edge.relation == relation).filter_map(|edge| self.node(edge.from))
    }

    /// Parts of `node`: nodes that it owns.
    pub fn parts<'a>(&'a self, node: &'a Node, kind: Kind) -> impl Iterator<Item = &'a Node> {
        let parts = self.index().parts(node.id).iter().filter_map(|id| self.node(*id));
        parts.filter(move |part| part.kind == kind)
    }

    #[must_use]
    pub fn owner(&self, node: &Node) -> Option<&Node> {
        node.owner.and_then(|id| self.node(id))
    }
}

impl Project {
    /// Applications that a template describes.
    pub fn templates(&self) -> impl Iterator<Item = &App> {
        self.apps.iter().filter(|app| app.framework != Framework::Files)
    }

    /// The application of files outside of every template; made when it is first asked for.
    pub fn files_app(&mut self) -> &mut App {
        let known = self.apps.iter().position(|app| app.framework == Framework::Files);
        let at = known.unwrap_or_else(|| {
            self.apps.push(App::new(".", Framework::Files));
            self.apps.len() - 1
        });
        // INVARIANT: `at` was found or made one line above.
        #[expect(clippy::indexing_slicing, reason = "found or pushed just above")]
        &mut self.apps[at]
    }

    /// Adds a file that was read, or finds it when it is known.
    pub fn add_file(&mut self, path: &str, text: impl Into<std::sync::Arc<str>>) -> FileId {
        let known = self.files.iter().position(|file| file.path == path);
        let at = known.unwrap_or_else(|| {
            self.files.push(SourceFile::new(path, text));
            self.files.len() - 1
        });
        FileId(u32::try_from(at).unwrap_or(u32::MAX))
    }

    #[must_use]
    pub fn file(&self, span: Span) -> Option<&SourceFile> {
        self.files.get(span.file.0 as usize)
    }

    /// `path:line:column` of a span.
    #[must_use]
    pub fn locate(&self, span: Span) -> String {
        self.file(span).map_or_else(String::new, |file| {
            let place = file.place(span.start);
            format!("{}:{}:{}", file.path, place.line, place.column)
        })
    }

    /// The application that a finding is about.
    #[must_use]
    pub fn app_of(&self, finding: &Finding) -> Option<&App> {
        self.apps.get(finding.app)
    }
}
