//! Families of attacks: what a payload wants to do, and what keeps it from doing so.
use model::SinkKind;
use serde::Serialize;

/// What an attack wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Start a program (CWE-78).
    Command,
    /// Have text evaluated as code (CWE-94).
    Code,
    /// Have an object built that runs code (CWE-502).
    Deserialization,
    /// Change a statement of SQL (CWE-89).
    Sql,
    /// Change a query that is not SQL (CWE-943).
    NoSql,
    /// Leave a folder (CWE-22).
    Path,
    /// Have the function talk to a host of the attacker's choice (CWE-918).
    Ssrf,
    /// Have a template evaluated (CWE-1336).
    Template,
    /// Put markup into a page (CWE-79).
    Html,
    /// Put a header into an answer (CWE-113).
    Header,
    /// Have an entity of XML resolved (CWE-611).
    Xml,
    /// Change what all objects share (CWE-1321).
    Prototype,
    /// Be somebody else (CWE-347).
    Token,
    /// Learn from an error (CWE-209).
    Error,
    /// Change a query of a directory (CWE-90).
    Ldap,
    /// Write a line of the log oneself (CWE-117).
    Log,
    /// Have a language model obey the input (CWE-1427).
    Prompt,
    /// Use up time or memory by sheer size (CWE-770).
    Size,
}

impl Family {
    pub const ALL: &'static [Self] = &[
        Self::Command,
        Self::Code,
        Self::Deserialization,
        Self::Sql,
        Self::NoSql,
        Self::Path,
        Self::Ssrf,
        Self::Template,
        Self::Html,
        Self::Header,
        Self::Xml,
        Self::Prototype,
        Self::Token,
        Self::Error,
        Self::Ldap,
        Self::Log,
        Self::Prompt,
        Self::Size,
    ];

    /// The name in every output: `command`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Code => "code",
            Self::Deserialization => "deserialization",
            Self::Sql => "sql",
            Self::NoSql => "nosql",
            Self::Path => "path",
            Self::Ssrf => "ssrf",
            Self::Template => "template",
            Self::Html => "html",
            Self::Header => "header",
            Self::Xml => "xml",
            Self::Prototype => "prototype",
            Self::Token => "token",
            Self::Error => "error",
            Self::Ldap => "ldap",
            Self::Log => "log",
            Self::Prompt => "prompt",
            Self::Size => "size",
        }
    }

    /// Finds a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|family| family.name() == name)
    }

    /// The entry of the Common Weakness Enumeration.
    #[must_use]
    pub const fn weakness(self) -> &'static str {
        match self {
            Self::Command => "CWE-78",
            Self::Code => "CWE-94",
            Self::Deserialization => "CWE-502",
            Self::Sql => "CWE-89",
            Self::NoSql => "CWE-943",
            Self::Path => "CWE-22",
            Self::Ssrf => "CWE-918",
            Self::Template => "CWE-1336",
            Self::Html => "CWE-79",
            Self::Header => "CWE-113",
            Self::Xml => "CWE-611",
            Self::Prototype => "CWE-1321",
            Self::Token => "CWE-347",
            Self::Error => "CWE-209",
            Self::Ldap => "CWE-90",
            Self::Log => "CWE-117",
            Self::Prompt => "CWE-1427",
            Self::Size => "CWE-770",
        }
    }

    /// The check of `buckler scan` that finds the weakness in the code or the template.
    #[must_use]
    pub const fn check(self) -> &'static str {
        match self {
            Self::Command => "command-injection",
            Self::Code => "code-injection",
            Self::Deserialization => "unsafe-deserialization-of-input",
            Self::Sql => "sql-injection",
            Self::NoSql => "nosql-injection",
            Self::Path => "path-traversal",
            Self::Ssrf => "server-side-request-forgery",
            Self::Template => "template-injection",
            Self::Html => "cross-site-scripting",
            Self::Header => "header-injection",
            Self::Xml => "xml-external-entity",
            Self::Prototype => "prototype-pollution",
            Self::Token => "jwt-without-verification",
            Self::Error => "error-in-answer",
            Self::Ldap => "ldap-injection",
            Self::Log => "log-injection",
            Self::Prompt => "prompt-injection",
            Self::Size => "unvalidated-api-request",
        }
    }

    /// What closes it, for a person.
    #[must_use]
    pub const fn repair(self) -> &'static str {
        match self {
            Self::Command => {
                "start programs with a list of arguments and no shell; list the programs the function needs in the policy (`programs.allowed`)"
            }
            Self::Code => "parse the value instead of evaluating it",
            Self::Deserialization => "read JSON with a schema instead of objects of the language",
            Self::Sql => "bind values as parameters of the statement",
            Self::NoSql => "take only texts and numbers where a value is expected; give the input a schema",
            Self::Path => "take a name, not a path, and join it below a fixed folder after it was normalised",
            Self::Ssrf => {
                "choose hosts from a list; list the hosts of the function in the policy (`egress.hosts`)"
            }
            Self::Template => "pass values to a fixed template; never build a template from them",
            Self::Html => "encode values for the place where they stand in the page",
            Self::Header => "refuse line breaks in values of headers",
            Self::Xml => "switch external entities off in the parser",
            Self::Prototype => {
                "refuse the keys `__proto__`, `constructor` and `prototype`; give the input a schema"
            }
            Self::Token => {
                "verify the signature, issuer, audience and expiry of tokens before their claims are used"
            }
            Self::Error => "answer errors with a fixed text, and log the rest",
            Self::Ldap => {
                "escape values for filters (RFC 4515), and take only letters and digits where a name is expected"
            }
            Self::Log => "log values as JSON, or without their line breaks",
            Self::Prompt => {
                "treat the model's answer as the input's: give it no rights that the caller has not, and look at what it says"
            }
            Self::Size => {
                "give the input a schema with bounds, and limit bodies in front (`body-bytes-max`, `limits.event_bytes`)"
            }
        }
    }

    /// Only tried where the code hands the input to such a sink.
    pub(crate) const fn needs_sink(self) -> bool {
        matches!(self, Self::Prompt)
    }

    /// The families that can show what a value does at a sink.
    #[must_use]
    pub const fn of_sink(kind: SinkKind) -> &'static [Self] {
        match kind {
            SinkKind::Command => &[Self::Command],
            SinkKind::Code => &[Self::Code],
            SinkKind::Deserialize => &[Self::Deserialization, Self::Code],
            SinkKind::Sql => &[Self::Sql],
            SinkKind::NoSql => &[Self::NoSql],
            SinkKind::Path | SinkKind::Archive => &[Self::Path],
            SinkKind::Request | SinkKind::Redirect => &[Self::Ssrf],
            SinkKind::Template => &[Self::Template, Self::Html],
            SinkKind::Header | SinkKind::Email => &[Self::Header],
            SinkKind::Html => &[Self::Html],
            SinkKind::Xml | SinkKind::XPath => &[Self::Xml],
            SinkKind::Prototype | SinkKind::MassAssignment => &[Self::Prototype],
            SinkKind::Identity => &[Self::Token],
            SinkKind::Log => &[Self::Log],
            SinkKind::Ldap => &[Self::Ldap],
            SinkKind::Prompt => &[Self::Prompt],
            SinkKind::Regex | SinkKind::Invoke => &[Self::Error],
        }
    }
}
