//! Authorization: may this request pass?
//!
//! Two judges, and both must allow. The *table* says for each route which scopes, roles, groups, claims and strength of
//! authentication it asks for. *Cedar* decides by policies over the identity, the route and the object that the route
//! names (`Order::"17"`); it is compiled in with the feature `cedar`.
//!
//! An [`Authorizer`] is immutable. What changes is a new one; a new one that has a problem is not made, so the old one
//! stays.
//!
//! INVARIANT: no route, no rule, no permit, a policy that fails: denied.
mod config;
mod find;
mod openapi;
mod question;
mod table;

use std::fmt;

pub use config::{CedarConfig, Config, Mapping, Otherwise, Requirement, ResourceMapping, Rule, StepUp};
pub use find::{Parameters, find, identity_of, method_of, routes};
pub use openapi::openapi;
pub use question::{Decision, Determining, Effect, Missing, Near, Question};
use serde::Serialize;
use table::Said;
pub use table::method_name;

/// A file that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub text: String,
}

/// The files that [`CedarConfig`] names, read by the caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// In the order in which they are told apart: sort by name.
    pub policies: Vec<File>,
    pub schema: Option<File>,
    pub entities: Option<File>,
    pub links: Option<File>,
}

/// Where a problem is: a setting, or a file with a line and a column from 1 (0: not known).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    pub name: String,
    pub line: usize,
    pub column: usize,
}

/// Why policies cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    pub place: Place,
    pub message: String,
}

impl Place {
    pub(crate) fn setting(name: &str) -> Self {
        Self { name: name.to_owned(), line: 0, column: 0 }
    }

    /// The place of a byte of a file.
    #[cfg(feature = "cedar")]
    pub(crate) fn of(file: &File, offset: usize) -> Self {
        let before = file.text.get(..offset.min(file.text.len())).unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
        Self { name: file.name.clone(), line, column }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (0, _) => write!(formatter, "{}", self.name),
            (line, 0) => write!(formatter, "{}:{line}", self.name),
            (line, column) => write!(formatter, "{}:{line}:{column}", self.name),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.message)
    }
}

/// Decides by the table and, where it is configured, by Cedar.
#[derive(Debug)]
pub struct Authorizer {
    config: Config,
    #[cfg(feature = "cedar")]
    cedar: Option<crate::cedar::Policies>,
}

/// Whether Cedar is compiled in.
pub const HAS_CEDAR: bool = cfg!(feature = "cedar");

impl Authorizer {
    /// Checks everything: the table, and each policy against the schema (strictly).
    ///
    /// # Errors
    /// Every problem that was found, not only the first.
    pub fn new(config: Config, files: &Files) -> Result<Self, Vec<Problem>> {
        let mut problems = table::check(&config);
        #[cfg(not(feature = "cedar"))]
        if config.cedar.is_some() {
            // Policies that nobody evaluates would be policies that nobody obeys.
            let message = format!(
                "Cedar is configured ({} policy files), but this program was built without it; build it with `cargo \
                 build --release -p buckler --features cedar`",
                files.policies.len()
            );
            problems.push(Problem { place: Place::setting("cedar"), message });
        }
        #[cfg(feature = "cedar")]
        let cedar = match &config.cedar {
            Some(cedar) => {
                match crate::cedar::Policies::new(cedar.mapping.clone(), &find::routes(&config), files) {
                    Ok(policies) => Some(policies),
                    Err(found) => {
                        problems.extend(found);
                        None
                    }
                }
            }
            None => None,
        };
        if !problems.is_empty() {
            problems.sort();
            problems.dedup();
            return Err(problems);
        }
        Ok(Self {
            config,
            #[cfg(feature = "cedar")]
            cedar,
        })
    }

    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What is odd in the policies, but no error.
    #[must_use]
    pub fn warnings(&self) -> &[Problem] {
        #[cfg(feature = "cedar")]
        if let Some(cedar) = &self.cedar {
            return cedar.warnings();
        }
        &[]
    }

    /// How many Cedar policies there are.
    #[must_use]
    pub fn policies(&self) -> usize {
        #[cfg(feature = "cedar")]
        if let Some(cedar) = &self.cedar {
            return cedar.count();
        }
        0
    }

    /// Each Cedar policy with the parts that fit a request; none when the request does not fit the schema, which its
    /// decision tells.
    #[must_use]
    pub fn near(&self, question: &Question<'_>) -> Vec<Near> {
        #[cfg(feature = "cedar")]
        if let Some(cedar) = &self.cedar {
            return cedar.near(question).unwrap_or_default();
        }
        let _ = question;
        Vec::new()
    }

    /// Decides one request.
    #[must_use]
    pub fn decide(&self, question: &Question<'_>) -> Decision {
        let said = table::ask(&self.config, question);
        if let Said::Missing(missing) = said {
            return Decision { missing, ..Decision::default() };
        }
        #[cfg(feature = "cedar")]
        if let Some(cedar) = &self.cedar {
            return cedar.decide(question);
        }
        match said {
            Said::Allowed => Decision { allowed: true, ..Decision::default() },
            Said::Nothing | Said::Missing(_) => Decision::denied(Missing::Route),
        }
    }
}

#[cfg(test)]
mod tests;
