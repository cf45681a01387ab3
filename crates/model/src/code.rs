//! What the code of a function does: facts with spans, no judgement.
use crate::{Data, FileId, NodeId, Related, Span};

/// The facts of one function, from its handler on through every local import.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionCode {
    /// The function of the application.
    pub function: NodeId,
    pub language: Language,
    pub coverage: Coverage,
    /// The handler's name in the code.
    pub handler: Option<Span>,
    /// Every file that was followed, the handler's own first.
    pub files: Vec<FileId>,
    /// Packages of others, and modules of the language, that these files load.
    pub imports: Vec<Import>,
    /// Data that others choose, and where it ends.
    pub flows: Vec<Flow>,
    /// Calls of anything that is not the application's own code.
    pub calls: Vec<Call>,
    /// Everything else that is worth knowing.
    pub uses: Vec<Use>,
}

/// The language of a function's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    Python,
    JavaScript,
    TypeScript,
    Java,
    Go,
    CSharp,
    Ruby,
    Rust,
    Other,
}

impl Language {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
            Self::TypeScript => "TypeScript",
            Self::Java => "Java",
            Self::Go => "Go",
            Self::CSharp => "C#",
            Self::Ruby => "Ruby",
            Self::Rust => "Rust",
            Self::Other => "another language",
        }
    }
}

/// How much of a function's code the facts cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    Whole,
    /// Some of it; why not all.
    Partial(String),
    /// Nothing but what its manifests say; why.
    None(String),
}

/// A package or module that is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// As it is written, without a path inside the package: `lodash`, `@aws-sdk/client-s3`, `yaml`.
    pub package: String,
    /// The whole text: `lodash/merge`, `os.path`.
    pub module: String,
    pub at: Span,
}

/// A value that somebody else chooses reaches a place where it matters.
#[derive(Debug, Clone, PartialEq)]
pub struct Flow {
    pub sink: Sink,
    pub trust: Trust,
    /// Where the value comes from, in the words of the handler: `event.body.name`.
    pub source: String,
    /// The trigger that carries it, when the graph knows one: name of its node.
    pub trigger: Option<String>,
    /// From the source to the sink, both included.
    pub steps: Vec<Related>,
}

/// The end of a flow.
#[derive(Debug, Clone, PartialEq)]
pub struct Sink {
    pub kind: SinkKind,
    /// What is called: `child_process.exec`, `cursor.execute`.
    pub api: String,
    /// The call.
    pub at: Span,
    /// The argument that carries the value.
    pub argument: Span,
    /// Its index in [`FunctionCode::calls`], when it is a call.
    pub call: Option<usize>,
    /// The argument once more, as a statement with placeholders and its values beside it, or as a command's
    /// list of arguments; only when that is certain.
    pub bound: Option<String>,
}

/// What a value can do at the end of a flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SinkKind {
    Command,
    Code,
    Deserialize,
    Sql,
    NoSql,
    Path,
    Request,
    Template,
    Log,
    Header,
    Html,
    Redirect,
    Ldap,
    Xml,
    XPath,
    Regex,
    Prototype,
    MassAssignment,
    Identity,
    Invoke,
    Prompt,
    Email,
    Archive,
}

/// Who chooses a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Trust {
    /// Nobody knows: no trigger of the function is in the template.
    Unknown,
    /// Another part of the system, which may carry what an outsider chose.
    Internal,
    /// Somebody who proved who they are.
    Authenticated,
    /// Anyone.
    Public,
}

/// A call of something that is not the application's own code.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Qualified by the module it comes from, calls on the way as `()`:
    /// `os.system`, `sqlite3.connect().cursor().execute`, `child_process.exec`. A method of a value
    /// whose origin is not known begins with `?`: `?.execute`.
    pub api: String,
    /// The same as an operation of a cloud's SDK, when it is one.
    pub aws: Option<Aws>,
    pub arguments: Vec<Argument>,
    pub at: Span,
    /// What stands before the parenthesis.
    pub callee: Span,
    /// The last part of the name where it stands behind a dot: `load` of `yaml.load(x)`. None when the code
    /// calls it by a name of its own.
    pub name: Option<Span>,
    /// Whether it was reached from the handler; else it stands in code that nothing seems to call.
    pub reached: bool,
    /// Whether the result is used.
    pub used: bool,
}

/// An operation of the AWS SDK, whatever its dialect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Aws {
    /// botocore's name of the service: `dynamodb`, `s3`, `stepfunctions`.
    pub service: String,
    /// `PutItem`; `[]` when it is chosen at run time.
    pub operation: String,
}

/// One argument of a call, or one parameter of an SDK operation.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// Keyword, or the key of the options object that stands last; `None` for a position. `(credentials)` when an SDK's
    /// client was made with credentials that are not the function's own.
    pub name: Option<String>,
    /// What is known of the value. An environment variable that the template sets has the template's value.
    pub value: Data,
    /// The values that it can have when there are several, each as far as it is known; then `value` is unknown.
    pub alternatives: Vec<Data>,
    pub at: Span,
    /// Others choose it, or a part of it.
    pub tainted: bool,
}

/// Anything else that code does.
#[derive(Debug, Clone, PartialEq)]
pub struct Use {
    pub kind: UseKind,
    /// What: the host, the variable, the file.
    pub name: String,
    pub at: Span,
}

/// What a [`Use`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UseKind {
    /// Talks to this host.
    Host,
    /// Reads this environment variable.
    Environment,
    /// Reads this secret of a secret store.
    Secret,
    /// Reads or writes this file.
    File,
    /// Starts this program.
    Program,
    /// A variable that outlives the invocation and that an invocation changes.
    Survives,
    /// An error, or its trace, is part of the answer.
    ErrorInAnswer,
    /// A whole event, or a secret, is logged.
    SensitiveLog,
    /// An error is caught and nothing is done about it.
    SwallowedError,
    /// A comparison of a secret that takes longer the more of it is right.
    TimingComparison,
}

impl Argument {
    /// Every value that it can have.
    #[must_use]
    pub fn values(&self) -> &[Data] {
        if self.alternatives.is_empty() { std::slice::from_ref(&self.value) } else { &self.alternatives }
    }
}

impl Call {
    /// The argument at this position, unless it is named.
    #[must_use]
    pub fn positional(&self, position: usize) -> Option<&Argument> {
        self.arguments.iter().filter(|argument| argument.name.is_none()).nth(position)
    }

    /// The argument with this name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.name.as_deref() == Some(name))
    }
}
