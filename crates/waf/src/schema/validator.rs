//! JSON Schema: drafts 4, 6, 7, 2019-09 and 2020-12, on the tree that rules read.
//!
//! A schema becomes a [`rule::Graph`] once ([`resources`], [`compile`]); a value is compared in one walk ([`run`]). Every keyword
//! that asserts something is enforced, formats too. Deliberately absent: metaschemas and vocabularies (all keywords of a draft
//! hold, whatever its dialect leaves out), annotations as output, remote references.
//!
//! Decided: of a name twice in an object the last counts, as for the function. Numbers are decimals: bounds and multiples are exact.
//! Of schemas that refer to each other in a circle without a step into the value, each holds where the others do.
mod compile;
mod ecma;
mod format;
mod number;
mod resources;
mod rule;
mod run;
mod same;
#[cfg(test)]
mod tests;
mod told;
mod uri;

use super::{Problem, Violation};
use crate::event::Tree;
use crate::event::json::Value;
pub(super) use compile::Compiler;
pub(super) use resources::{Draft, Resources};
pub(super) use rule::Graph;
use serde_json::Value as Json;
use std::borrow::Cow;
use std::sync::Arc;

/// The name of a schema that has none.
const NAMELESS: &str = "json-schema:///";

/// A schema, ready.
#[derive(Clone, Debug)]
pub struct Validator {
    graph: Arc<Graph>,
    root: rule::Id,
}

impl Validator {
    /// Reads a schema: of the draft that it names, else of 2020-12. Nothing is fetched.
    ///
    /// # Errors
    /// Everything in it that cannot be enforced.
    pub fn read(schema: &Json) -> Result<Self, Vec<Problem>> {
        let mut resources = Resources::default();
        resources.add(NAMELESS, schema, Draft::D2020).map_err(|problem| vec![problem])?;
        let mut compiler = Compiler::new(&resources);
        let root = compiler.schema(0, "");
        Ok(Self { graph: Arc::new(compiler.finish()?), root })
    }

    /// One of the schemas of a document, before its graph is whole: no value is valid.
    pub(super) fn unbound(root: rule::Id) -> Self {
        Self { graph: Arc::default(), root }
    }

    pub(super) fn bind(&mut self, graph: &Arc<Graph>) {
        self.graph = Arc::clone(graph);
    }

    /// Whether a value is as the schema says.
    #[must_use]
    pub fn is_valid(&self, value: Tree<'_, '_>) -> bool {
        run::Run::new(&self.graph, &plain(value)).judge(self.root)
    }

    /// What about a value is not as the schema says, the first [`super::VIOLATIONS_MAX`] of it. Places are JSON pointers.
    #[must_use]
    pub fn violations(&self, value: Tree<'_, '_>) -> Vec<Violation> {
        let value = plain(value);
        if run::Run::new(&self.graph, &value).judge(self.root) {
            return Vec::new();
        }
        run::Run::new(&self.graph, &value).violations(self.root)
    }
}

/// The value with each name once.
fn plain<'v, 'j>(tree: Tree<'v, 'j>) -> Cow<'v, Value<'j>> {
    let Tree(value, has_doubles) = tree;
    if has_doubles { Cow::Owned(same::without_doubles(value)) } else { Cow::Borrowed(value) }
}
