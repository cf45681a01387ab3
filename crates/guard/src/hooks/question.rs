//! What hooks ask, and what they are told.
use serde::{Deserialize, Serialize};

/// One message of a hook.
#[derive(Debug, Deserialize)]
#[serde(tag = "k", rename_all = "kebab-case")]
pub(super) enum Message {
    /// A program is to be started.
    Command {
        api: String,
        #[serde(default)]
        program: String,
        /// With the program's own name first.
        #[serde(default)]
        argv: Vec<String>,
        /// What a shell is to run.
        #[serde(default)]
        text: Option<String>,
    },
    /// A text is to be run as code.
    Code {
        api: String,
        text: String,
    },
    Sql {
        api: String,
        text: String,
        /// A backslash escapes inside of quotes (MySQL).
        #[serde(default)]
        backslash: bool,
    },
    /// A document that a store is asked with: the operators in it.
    Operators {
        api: String,
        names: Vec<String>,
    },
    /// Data is to become objects.
    Data {
        api: String,
        format: String,
        /// What the data names: a class, a function, a tag.
        #[serde(default)]
        name: String,
        /// The data, where the hook sees it: text, or base64 of bytes.
        #[serde(default)]
        text: String,
        #[serde(default)]
        base64: String,
    },
    File {
        api: String,
        path: String,
        /// The working directory, for a path that is relative.
        #[serde(default)]
        folder: String,
        #[serde(default)]
        write: bool,
    },
    Host {
        api: String,
        host: String,
        #[serde(default)]
        port: u16,
    },
    /// A name was resolved.
    Resolved {
        host: String,
        addresses: Vec<String>,
    },
    Module {
        api: String,
        name: String,
    },
    /// Native code is to be loaded, or memory to be written directly.
    Native {
        api: String,
        name: String,
    },
    /// What the guard asked back.
    Details {
        /// The application's own frame: `app.py:12`.
        #[serde(default)]
        at: String,
        /// For each fragment: the code itself has it in a text.
        #[serde(default)]
        constants: Vec<bool>,
    },
    /// A forked process brings a socket of its own. No answer.
    Join {},
    /// The hooks are in place. No answer.
    Hello(super::state::Hello),
    /// What an invocation left behind inside of the runtime. No answer.
    State(super::state::Left),
}

/// What a hook is told.
#[derive(Debug, Default, Serialize)]
pub(super) struct Answer {
    /// Neither: `more` is wanted first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ok: Option<bool>,
    /// For the error that the application sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<&'static str>,
    /// Parts of the question's text: does the application's own code hold them?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) more: Option<Vec<String>>,
}

impl Answer {
    pub(super) fn yes() -> Self {
        Self { ok: Some(true), ..Self::default() }
    }

    pub(super) fn no(why: &'static str) -> Self {
        Self { ok: Some(false), why: Some(why), more: None }
    }
}
