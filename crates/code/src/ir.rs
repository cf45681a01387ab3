//! One small language that Python, JavaScript and TypeScript are lowered to.
//!
//! Structured, close to the source, with every span kept. What a language does implicitly (hoisting,
//! augmented assignment, `with`, destructuring) is explicit here, so that the interpreter knows one
//! set of rules. Names are unique within a function: a front end renames a shadowing block variable
//! (`x`, `x#2`).
use std::sync::Arc;

use model::{FileId, Language, Span};

/// A variable, property or module name.
pub type Name = Arc<str>;

/// One source file.
#[derive(Debug, Clone)]
pub struct Module {
    pub file: FileId,
    /// Relative to the scanned folder, `/` between parts.
    pub path: String,
    pub language: Language,
    /// `functions[0]` is the module's own body.
    pub functions: Vec<Function>,
    /// What could not be parsed.
    pub lost: Vec<Lost>,
}

/// A part of a file that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    pub at: Span,
    pub why: String,
}

/// Index into [`Module::functions`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FunctionId(pub u32);

/// A function, method, arrow function, lambda or module body.
#[derive(Debug, Clone)]
pub struct Function {
    /// Empty when it has none.
    pub name: Name,
    pub params: Vec<Param>,
    pub body: Block,
    /// Names that are bound in this function, parameters included. Others belong to an outer function.
    pub locals: Vec<Name>,
    /// The function it stands in; `None` for the module body.
    pub outer: Option<FunctionId>,
    pub decorators: Vec<Expr>,
    pub is_async: bool,
    pub is_generator: bool,
    /// `this` is the outer function's: arrow functions.
    pub is_arrow: bool,
    /// The first parameter is the instance (Python methods that are not static).
    pub is_method: bool,
    /// The whole.
    pub at: Span,
    /// Its name, or its beginning.
    pub name_at: Span,
}

#[derive(Debug, Clone)]
pub struct Param {
    pub target: Pattern,
    pub default: Option<Expr>,
    pub kind: ParamKind,
    /// Dotted type annotation, when it is that simple: `int`, `APIGatewayProxyEvent`.
    pub annotation: Option<Name>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    Plain,
    /// Only by keyword (Python, after `*`).
    Keyword,
    /// `*args`, `...rest`.
    Rest,
    /// `**kwargs`.
    Keywords,
}

pub type Block = Vec<Stmt>;

#[derive(Debug, Clone)]
pub struct Stmt {
    pub kind: StmtKind,
    pub at: Span,
}

#[derive(Debug, Clone)]
pub enum StmtKind {
    Expr(Expr),
    /// Declarations and assignments. `x += y` is `x = x + y`; `with a as b` is `b = a.__enter__()` with
    /// [`ExprKind::Enter`].
    Assign {
        target: Pattern,
        value: Expr,
    },
    If {
        test: Expr,
        then: Block,
        otherwise: Block,
    },
    /// `for target of values`.
    For {
        target: Pattern,
        values: Expr,
        /// JavaScript's `for in`: the target gets keys.
        keys: bool,
        body: Block,
        otherwise: Block,
    },
    /// `while`, `do while`, and `for (;;)` (its start stands before, its step at the body's end).
    While {
        test: Expr,
        body: Block,
        otherwise: Block,
    },
    Try {
        body: Block,
        handlers: Vec<Handler>,
        otherwise: Block,
        finally: Block,
    },
    /// Cases in order; `tests` is empty for the default. A case that falls through ends without `Break`.
    Switch {
        subject: Expr,
        cases: Vec<Case>,
    },
    Return(Option<Expr>),
    Throw(Option<Expr>),
    Break,
    Continue,
    /// `def f`, `function f`: binds the name. JavaScript front ends put them first in their block.
    Function {
        name: Name,
        function: FunctionId,
    },
    Class(Class),
    Import(Import),
    /// ECMAScript `export`: `name` is `default` for the default export.
    Export {
        name: Name,
        value: Expr,
    },
    /// `export * from "./x"`, `export { a as b } from "./x"`.
    ExportFrom {
        module: Name,
        /// (name there, name here); empty means everything. The name `*` there is the whole module.
        names: Vec<(Name, Name)>,
    },
    Delete(Expr),
    /// `assert test`.
    Assert(Expr),
    Block(Block),
}

#[derive(Debug, Clone)]
pub struct Handler {
    /// Exception types it catches; empty catches all.
    pub types: Vec<Expr>,
    pub binding: Option<Pattern>,
    pub body: Block,
    pub at: Span,
}

#[derive(Debug, Clone)]
pub struct Case {
    pub tests: Vec<Expr>,
    pub body: Block,
}

/// `import a.b as c`, `from .x import y`, `import d, { e } from "f"`.
#[derive(Debug, Clone)]
pub struct Import {
    /// `os.path`, `./lib/x`, `@aws-sdk/client-s3`. Python's relative imports keep their dots: `..x`.
    pub module: Name,
    pub names: Vec<ImportName>,
    pub at: Span,
    /// Only types: nothing is loaded (TypeScript).
    pub type_only: bool,
}

#[derive(Debug, Clone)]
pub struct ImportName {
    pub what: Imported,
    pub local: Name,
    pub at: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    /// The whole module: `import a.b as c`, `import * as c`. For `import a.b`, `local` is `a` and the
    /// value is the top package: [`Imported::Top`].
    Module,
    Top,
    Default,
    Named(Name),
    /// `from m import *`: `local` is empty.
    Everything,
}

#[derive(Debug, Clone)]
pub struct Class {
    /// Empty when it has none.
    pub name: Name,
    pub bases: Vec<Expr>,
    pub members: Vec<Member>,
    pub decorators: Vec<Expr>,
    pub at: Span,
}

#[derive(Debug, Clone)]
pub struct Member {
    pub name: Name,
    pub is_static: bool,
    /// A method is [`ExprKind::Function`]; JavaScript's constructor is called `constructor`.
    pub value: Expr,
    /// A property that a function computes.
    pub is_getter: bool,
    /// Its type, when that is a simple dotted name; of `Optional[X]` the `X`.
    pub annotation: Option<Name>,
}

/// Where a value is bound.
#[derive(Debug, Clone)]
pub enum Pattern {
    Name(Name, Span),
    /// A member or an item of something.
    Place(Box<Expr>),
    /// `[a, b, ...rest]`, `a, *rest = …`. `None` is a hole.
    List {
        items: Vec<Option<Pattern>>,
        rest: Option<Box<Pattern>>,
    },
    /// `{ a, b: c, ...rest }`. The field `*` has a computed key: it may be any.
    Object {
        fields: Vec<(Name, Pattern)>,
        rest: Option<Box<Pattern>>,
    },
    /// A pattern with a default.
    Default(Box<Pattern>, Box<Expr>),
    Ignore,
}

#[derive(Debug, Clone)]
pub struct Expr {
    pub kind: ExprKind,
    pub at: Span,
}

#[derive(Debug, Clone)]
pub enum ExprKind {
    Const(Const),
    Name(Name),
    This,
    Super,
    /// f-strings, template literals; implicit concatenation of such.
    Text(Vec<TextPart>),
    /// sql`…${x}…`.
    TaggedText {
        tag: Box<Expr>,
        parts: Vec<TextPart>,
    },
    Member {
        object: Box<Expr>,
        name: Name,
        name_at: Span,
    },
    Index {
        object: Box<Expr>,
        index: Box<Expr>,
    },
    /// `a[1:x]`.
    Slice {
        object: Box<Expr>,
        bounds: Vec<Expr>,
    },
    Call(Box<Call>),
    Function(FunctionId),
    Class(Box<Class>),
    Object(Vec<Field>),
    /// Lists, arrays, tuples and sets.
    List {
        items: Vec<Item>,
        kind: ListKind,
    },
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    /// `test ? then : otherwise`.
    Conditional {
        test: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    Await(Box<Expr>),
    Yield(Option<Box<Expr>>),
    /// An assignment as an expression: its value is `value`.
    Assign {
        target: Box<Pattern>,
        value: Box<Expr>,
    },
    /// `[element for … if …]`; `value` for dictionaries, whose key is `element`.
    Comprehension {
        element: Box<Expr>,
        value: Option<Box<Expr>>,
        clauses: Vec<Clause>,
        kind: ListKind,
    },
    /// Evaluates all, is the last.
    Sequence(Vec<Expr>),
    /// What `with` binds: the value of a context manager.
    Enter(Box<Expr>),
    /// Anything else: its parts are evaluated, their data is in the result.
    Other(Vec<Expr>),
}

#[derive(Debug, Clone, PartialEq)]
pub enum Const {
    Null,
    Undefined,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Name),
    Bytes(Name),
    Regex { pattern: Name, flags: Name },
}

#[derive(Debug, Clone)]
pub enum TextPart {
    Literal(Name),
    /// A value in it, and whether a format follows that makes it a number (`{x:d}`).
    Value(Expr),
}

#[derive(Debug, Clone)]
pub struct Call {
    pub callee: Expr,
    pub arguments: Vec<Argument>,
    /// `new C(…)`.
    pub is_new: bool,
}

#[derive(Debug, Clone)]
pub struct Argument {
    pub kind: ArgumentKind,
    pub value: Expr,
    /// The keyword too.
    pub at: Span,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArgumentKind {
    Plain,
    /// `name=value`.
    Keyword(Name),
    /// `*values`, `...values`.
    Spread,
    /// `**fields`.
    SpreadFields,
}

/// A field of an object literal or dictionary.
#[derive(Debug, Clone)]
pub enum Field {
    Named { name: Name, value: Expr, at: Span },
    Computed { key: Expr, value: Expr, at: Span },
    Spread(Expr),
}

#[derive(Debug, Clone)]
pub struct Item {
    pub value: Expr,
    pub is_spread: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListKind {
    List,
    Tuple,
    Set,
    Object,
    Generator,
}

#[derive(Debug, Clone)]
pub struct Clause {
    pub target: Pattern,
    pub values: Expr,
    pub conditions: Vec<Expr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BinaryOp {
    Add,
    Subtract,
    Multiply,
    /// Python's `/`, `//`, `@`; JavaScript's `/`.
    Divide,
    /// Remainder; on a Python string: formatting.
    Remainder,
    Power,
    /// `&`, `|`, `^`, shifts.
    Bits,
    Equal,
    NotEqual,
    /// Python's `is` and `is not`; JavaScript's `===` is [`BinaryOp::Equal`].
    Is,
    IsNot,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// Python's `in`: an element, or a key.
    In,
    NotIn,
    /// JavaScript's `"key" in object`.
    HasKey,
    InstanceOf,
    And,
    Or,
    /// `??`.
    Coalesce,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnaryOp {
    Not,
    Minus,
    /// `+x` and `~x`.
    Plus,
    TypeOf,
    Void,
    Delete,
}
