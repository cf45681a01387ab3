//! A node of the graph: one thing that the application is made of.
use std::collections::BTreeMap;

use crate::{Data, Date, Kind, Policy, PolicyOrigin, Provider, Relation, Span, Tri, Value, schema};

/// Index of a node in its application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// One function, trigger, role, bucket, … of an application.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub id: NodeId,
    pub kind: Kind,
    /// The template's own name: logical id, or Terraform address (`module.a.aws_s3_bucket.logs`).
    pub name: String,
    pub provider: Provider,
    /// The provider's type: `AWS::S3::Bucket`, `aws_s3_bucket`.
    pub provider_type: String,
    /// What its author calls it when the name was derived: CDK's construct path.
    pub construct: Option<String>,
    /// The whole block.
    pub span: Span,
    /// Its name or header, to point at.
    pub name_at: Span,
    /// Cloud-neutral attributes, as [`schema`] lists them. Absent means that the template says nothing.
    pub attrs: BTreeMap<&'static str, Value>,
    /// Permissions that this identity has, or that this policy gives.
    pub policies: Vec<Policy>,
    /// Who may assume this role, or use this resource.
    pub resource_policies: Vec<Policy>,
    /// The node this one is a part of: the bucket of a bucket policy, the function of a trigger.
    pub owner: Option<NodeId>,
    /// Findings that the template's author asked not to see here.
    pub skips: Vec<Skip>,
    /// Not written by anyone: made by a framework (SAM's implicit API, a function's own role).
    pub implicit: bool,
    /// A part of its block could not be read: what seems absent may be what was lost.
    pub partial: bool,
}

/// A suppression written beside the resource, or in a comment of the code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// A check's id, or the name that another tool gives the same check.
    pub name: String,
    pub reason: String,
    pub until: Option<Date>,
    pub at: Span,
    pub origin: SkipOrigin,
}

/// Whose syntax a suppression uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipOrigin {
    Buckler,
    Checkov,
    CfnNag,
    CfnGuard,
    Bandit,
    Semgrep,
    Eslint,
    Ruff,
}

/// A relation between two nodes, and where it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    pub from: NodeId,
    pub relation: Relation,
    pub to: NodeId,
    pub at: Span,
}

impl Node {
    /// What the template says of an attribute; `None` when it says nothing (or `null`).
    ///
    /// # Panics
    /// In debug builds, when [`schema`] has no such attribute for this kind: a misspelt name would
    /// otherwise read as "not set".
    #[must_use]
    pub fn get(&self, attr: &str) -> Option<&Value> {
        debug_assert!(schema::has(self.kind, attr), "`{}` has no attribute `{attr}`", self.kind.as_str());
        self.attrs.get(attr).filter(|value| !value.is_null())
    }

    #[must_use]
    pub fn has(&self, attr: &str) -> bool {
        self.get(attr).is_some()
    }

    /// Whether an attribute is switched on; `False` when it is not set.
    #[must_use]
    pub fn flag(&self, attr: &str) -> Tri {
        self.get(attr).map_or(Tri::False, Value::truth)
    }

    /// Whether an attribute is switched on; `default` when it is not set.
    #[must_use]
    pub fn flag_or(&self, attr: &str, default: bool) -> Tri {
        self.get(attr).map_or(default.into(), Value::truth)
    }

    /// Whether the attribute's text is `expected` without regard to case; `False` when not set.
    #[must_use]
    pub fn is(&self, attr: &str, expected: &str) -> Tri {
        match self.get(attr).map(|value| &value.data) {
            Some(Data::Text(text)) => text.eq_ignore_ascii_case(expected).into(),
            Some(Data::Joined(parts)) if !may_read(parts, expected) => Tri::False,
            Some(Data::Unknown(_) | Data::Joined(_) | Data::Ref(_)) => Tri::Unknown,
            _ => Tri::False,
        }
    }

    /// Literal text of an attribute.
    #[must_use]
    pub fn text(&self, attr: &str) -> Option<&str> {
        self.get(attr).and_then(Value::as_str)
    }

    /// A whole number of an attribute.
    #[must_use]
    pub fn int(&self, attr: &str) -> Option<i64> {
        self.get(attr).and_then(Value::as_int)
    }

    /// The elements of a list attribute.
    #[must_use]
    pub fn list(&self, attr: &str) -> &[Value] {
        self.get(attr).map_or(&[], Value::one_or_many)
    }

    /// The attribute is set to something that could not be resolved.
    #[must_use]
    pub fn unclear(&self, attr: &str) -> bool {
        self.get(attr).is_some_and(Value::is_unknown)
    }

    /// Where to point for an attribute: its value, else the node's name.
    #[must_use]
    pub fn at(&self, attr: &str) -> Span {
        self.get(attr).map_or(self.name_at, |value| value.at)
    }

    /// Identity policies whose text stands in this very node.
    pub fn own_policies(&self) -> impl Iterator<Item = &Policy> {
        self.policies.iter().filter(|policy| policy.written_in.is_none())
    }

    /// Resource policies (not trust policies) whose text stands in this very node.
    pub fn own_resource_policies(&self) -> impl Iterator<Item = &Policy> {
        let own = |policy: &&Policy| policy.written_in.is_none() && policy.origin == PolicyOrigin::Resource;
        self.resource_policies.iter().filter(own)
    }

    /// Who may assume this role.
    pub fn trust(&self) -> impl Iterator<Item = &Policy> {
        self.resource_policies.iter().filter(|policy| policy.origin == PolicyOrigin::Trust)
    }
}

/// Whether a joined text can come out as this one: what is known at its ends fits there.
fn may_read(parts: &[Value], expected: &str) -> bool {
    let expected = expected.to_ascii_lowercase();
    let known = |part: Option<&Value>| part.and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    expected.starts_with(&known(parts.first())) && expected.ends_with(&known(parts.last()))
}
