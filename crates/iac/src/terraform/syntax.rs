//! The configuration language as a tree of our own: one form for `.tf` and `.tf.json`, where every
//! part knows its place in a file of the project.
use hcl_edit::expr::{BinaryOperator, UnaryOperator};
use model::{Data, Key, Span};

/// What stands in a file or between the braces of a block.
#[derive(Debug, Clone, Default)]
pub(crate) struct Body {
    pub attributes: Vec<Attribute>,
    pub blocks: Vec<Block>,
}

/// `key = value`.
#[derive(Debug, Clone)]
pub(crate) struct Attribute {
    pub key: Key,
    pub value: Expr,
}

/// `name "label" { … }`.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub name: Key,
    pub labels: Vec<Key>,
    pub body: Body,
    /// The whole block.
    pub at: Span,
}

#[derive(Debug, Clone)]
pub(crate) struct Expr {
    pub at: Span,
    pub kind: ExprKind,
}

#[derive(Debug, Clone)]
pub(crate) enum ExprKind {
    /// Null, a flag, a number or a text without interpolation.
    Literal(Data),
    Template(Vec<Part>),
    List(Vec<Expr>),
    Object(Vec<(Expr, Expr)>),
    Variable(String),
    Traversal(Box<Expr>, Vec<Step>),
    Unary(UnaryOperator, Box<Expr>),
    Binary(BinaryOperator, Box<(Expr, Expr)>),
    Conditional(Box<Conditional>),
    Call(Box<Call>),
    For(Box<For>),
    /// Does not parse; its problem was told.
    Unreadable,
}

/// `condition ? yes : no`.
#[derive(Debug, Clone)]
pub(crate) struct Conditional {
    pub condition: Expr,
    pub yes: Expr,
    pub no: Expr,
}

/// `name(args…)`.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub name: String,
    pub args: Vec<Expr>,
    /// The last argument is spread: `f(list...)`.
    pub expand: bool,
}

/// `[for k, v in collection : value if condition]`, or with a key between braces.
#[derive(Debug, Clone)]
pub(crate) struct For {
    pub names: LoopNames,
    pub collection: Expr,
    pub key: Option<Expr>,
    pub value: Expr,
    /// Values of the same key are gathered into lists.
    pub grouping: bool,
    pub condition: Option<Expr>,
}

#[derive(Debug, Clone)]
pub(crate) struct LoopNames {
    pub key: Option<String>,
    pub value: String,
}

/// One step of a traversal.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    Attribute(String),
    Index(Expr),
    Splat,
}

/// One part of a template.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    Text(String),
    Value(Expr),
    If { condition: Expr, yes: Vec<Part>, no: Vec<Part> },
    For { names: LoopNames, collection: Expr, body: Vec<Part>, at: Span },
}

impl Body {
    /// An attribute; the last one counts when it is written twice.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Expr> {
        self.attributes.iter().rev().find(|attribute| attribute.key.text == name).map(|found| &found.value)
    }
}

impl Block {
    pub(crate) fn label(&self, index: usize) -> Option<&str> {
        self.labels.get(index).map(|label| label.text.as_str())
    }

    /// Where its name stands: the labels, or the keyword of a block without any.
    pub(crate) fn name_at(&self) -> Span {
        match self.labels.as_slice() {
            [] => self.name.at,
            [first, .., last] => first.at.to(last.at),
            [only] => only.at,
        }
    }
}

impl Expr {
    pub(crate) fn new(at: Span, kind: ExprKind) -> Self {
        Self { at, kind }
    }

    pub(crate) fn text(at: Span, text: impl Into<String>) -> Self {
        Self::new(at, ExprKind::Literal(Data::Text(text.into())))
    }

    /// Literal text only.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Literal(Data::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            ExprKind::Literal(Data::Bool(value)) => Some(*value),
            _ => None,
        }
    }
}
