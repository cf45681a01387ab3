//! What a check found, and what would repair it.
use std::str::FromStr;

use crate::{Check, Data, Policy, Span};

/// How much a finding matters, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

/// How sure a check can be, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A hint: often fine in context.
    Possible,
    /// Usually a real weakness.
    Likely,
    /// The template says so.
    Certain,
}

impl Severity {
    pub const ALL: &'static [Self] = &[Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// The text names no severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseSeverityError(String);

impl std::fmt::Display for ParseSeverityError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is no severity; use info, low, medium, high or critical", self.0)
    }
}

impl std::error::Error for ParseSeverityError {}

impl FromStr for Severity {
    type Err = ParseSeverityError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|severity| severity.as_str().eq_ignore_ascii_case(text));
        found.copied().ok_or_else(|| ParseSeverityError(text.to_owned()))
    }
}

impl Confidence {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// A weakness at a place of the template.
#[derive(Debug, Clone)]
pub struct Finding {
    pub check: &'static Check,
    /// Index of the application in the project.
    pub app: usize,
    /// Name of the node: the template's logical id.
    pub node: String,
    pub provider_type: String,
    pub at: Span,
    pub message: String,
    pub severity: Severity,
    pub related: Vec<Related>,
    /// How data comes from its source to this place, step by step; empty when no data flows.
    pub path: Vec<Related>,
    pub fix: Option<Fix>,
}

/// Another place that explains a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    pub at: Span,
    pub message: String,
}

/// A repair, in terms of the graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// Imperative: "require IAM".
    pub title: String,
    pub safety: Safety,
    pub patches: Vec<Patch>,
}

/// Whether a repair provably keeps behaviour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    Safe,
    Risky,
}

impl Safety {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Risky => "risky",
        }
    }
}

/// One symbolic change. Only the front end that read the node knows how to write it.
#[derive(Debug, Clone, PartialEq)]
pub enum Patch {
    /// Give an attribute this value.
    Set { node: String, attr: &'static str, value: Data },
    /// Take an attribute away.
    Unset { node: String, attr: &'static str },
    /// Write this text where a file has another one. An empty span inserts.
    Replace { at: Span, text: String },
    /// Let a function (or workflow) run as a role of its own that has exactly these permissions.
    Permit { function: String, policies: Vec<Policy> },
    /// Write another value where this value of the template stands: an element of a list, a part of a policy.
    Rewrite { at: Span, value: Data },
    /// Give the map (or block) that stands here this entry, or another value of it. Keys of the path in the
    /// provider's words: only what no attribute stands for, as parts of policies and of lists. Without a path the
    /// list that stands here gets a further element. In a block of Terraform a map is a block, a list of maps are
    /// several.
    Put { at: Span, path: Vec<&'static str>, value: Data },
    /// Add a resource. One that is asked for twice is added once.
    Create(Box<NewNode>),
    /// Add a parameter (Terraform: a variable) whose value is given at each deployment and never shown. References
    /// name it as they name resources. One that is asked for twice is added once. It stands in the file of the node `near`.
    Ask { near: String, parameter: String },
}

/// A resource that a repair adds.
#[derive(Debug, Clone, PartialEq)]
pub struct NewNode {
    /// The node in whose file (template, module) it is to stand.
    pub near: String,
    /// Its logical id, letters and digits: `JobsDeadLetters`. Terraform calls it `jobs_dead_letters`. References
    /// in attributes and other patches name it as it stands here, and its attributes as CloudFormation does: `Arn`.
    pub name: String,
    /// CloudFormation's type, and Terraform's.
    pub types: [&'static str; 2],
    /// As the schema of its kind names them.
    pub attrs: Vec<(&'static str, Data)>,
    /// What no attribute stands for: paths with dots in CloudFormation's words and in Terraform's.
    pub properties: Vec<([&'static str; 2], Data)>,
    /// The policy of a resource whose type holds one, in the words of the policy language.
    pub policy: Option<Data>,
}

impl Fix {
    #[must_use]
    pub fn safe(title: &str, patch: Patch) -> Self {
        Self { title: title.to_owned(), safety: Safety::Safe, patches: vec![patch] }
    }

    #[must_use]
    pub fn risky(title: &str, patch: Patch) -> Self {
        Self { title: title.to_owned(), safety: Safety::Risky, patches: vec![patch] }
    }

    #[must_use]
    pub fn and(mut self, patch: Patch) -> Self {
        self.patches.push(patch);
        self
    }
}

impl NewNode {
    #[must_use]
    pub fn new(near: &crate::Node, name: impl Into<String>, types: [&'static str; 2]) -> Self {
        Self {
            near: near.name.clone(),
            name: name.into(),
            types,
            attrs: Vec::new(),
            properties: Vec::new(),
            policy: None,
        }
    }

    #[must_use]
    pub fn with(mut self, attr: &'static str, value: impl Into<Data>) -> Self {
        self.attrs.push((attr, value.into()));
        self
    }

    #[must_use]
    pub fn property(mut self, paths: [&'static str; 2], value: impl Into<Data>) -> Self {
        self.properties.push((paths, value.into()));
        self
    }

    #[must_use]
    pub fn policy(mut self, policy: Data) -> Self {
        self.policy = Some(policy);
        self
    }

    /// A reference to one of its attributes: `Arn`.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Data {
        Data::attribute(&self.name, name)
    }

    #[must_use]
    pub fn create(self) -> Patch {
        Patch::Create(Box::new(self))
    }
}

impl crate::Value {
    /// A patch that writes another value in this one's place.
    #[must_use]
    pub fn rewrite(&self, value: impl Into<Data>) -> Patch {
        Patch::Rewrite { at: self.at, value: value.into() }
    }

    /// A patch that gives this map an entry.
    #[must_use]
    pub fn put(&self, path: &[&'static str], value: impl Into<Data>) -> Patch {
        Patch::Put { at: self.at, path: path.to_vec(), value: value.into() }
    }
}

impl crate::Statement {
    /// A patch that gives this statement an element: `Condition`, `StringEquals`.
    #[must_use]
    pub fn put(&self, path: &[&'static str], value: impl Into<Data>) -> Patch {
        Patch::Put { at: self.at, path: path.to_vec(), value: value.into() }
    }
}

impl crate::Node {
    /// A patch that sets an attribute of this node.
    #[must_use]
    pub fn set(&self, attr: &'static str, value: impl Into<Data>) -> Patch {
        debug_assert!(crate::schema::has(self.kind, attr), "`{}` has no `{attr}`", self.kind.as_str());
        Patch::Set { node: self.name.clone(), attr, value: value.into() }
    }

    /// A patch that removes an attribute of this node.
    #[must_use]
    pub fn unset(&self, attr: &'static str) -> Patch {
        debug_assert!(crate::schema::has(self.kind, attr), "`{}` has no `{attr}`", self.kind.as_str());
        Patch::Unset { node: self.name.clone(), attr }
    }
}

impl Finding {
    /// Points at a more precise place than the node.
    #[must_use]
    pub fn at(mut self, at: Span) -> Self {
        self.at = at;
        self
    }

    #[must_use]
    pub fn related(mut self, at: Span, message: impl Into<String>) -> Self {
        self.related.push(Related { at, message: message.into() });
        self
    }

    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// A repair, when there is one for this case.
    #[must_use]
    pub fn fix_if(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix.or(self.fix);
        self
    }

    /// Shows how data comes here, from its source on.
    #[must_use]
    pub fn path(mut self, steps: Vec<Related>) -> Self {
        self.path = steps;
        self
    }

    /// This one matters more, or less, than its check says.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }
}
