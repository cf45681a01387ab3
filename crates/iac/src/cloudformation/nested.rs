//! Stacks inside the stack: their resources join the application as `Stack.Resource`.
use std::collections::BTreeMap;

use model::{ProblemKind, Span, Value};

use super::resolve::{Scope, Spent};
use crate::resource::Resource;
use model::beside;

/// A nested stack that was read.
#[derive(Debug, Default)]
pub(super) struct Child {
    resources: Vec<Resource>,
    outputs: BTreeMap<String, Value>,
}

const STACK_TYPES: &[&str] = &["AWS::CloudFormation::Stack", "AWS::Serverless::Application"];

impl Scope<'_, '_> {
    /// The resources of the nested stack called `name`, once.
    pub(super) fn child_resources(&mut self, name: &str) -> Vec<Resource> {
        self.read_child(name);
        match self.children.get_mut(name) {
            Some(Some(child)) => std::mem::take(&mut child.resources),
            _ => Vec::new(),
        }
    }

    /// An output of a nested stack, when that stack could be read.
    pub(super) fn child_output(&mut self, name: &str, output: &str, at: Span) -> Option<Value> {
        self.read_child(name);
        let found = match self.children.get(name)? {
            Some(child) => child.outputs.get(output).cloned(),
            None => {
                let message = format!("stack `{name}` depends on its own output `{output}`");
                self.tell(ProblemKind::Suspicious, at, message, "break the cycle; the output is unknown");
                Some(Value::unknown(
                    at,
                    "the stack depends on itself",
                    format!("${{{name}.Outputs.{output}}}"),
                ))
            }
        };
        found.or_else(|| {
            let message = format!("stack `{name}` has no output `{output}`");
            self.tell(ProblemKind::Unresolved, at, message, "correct the name, or add the output");
            None
        })
    }

    fn read_child(&mut self, name: &str) {
        let Some(body) = self.written.get(name).filter(|_| !self.children.contains_key(name)) else { return };
        let is_stack =
            body.get("Type").and_then(Value::as_str).is_some_and(|name| STACK_TYPES.contains(&name));
        if !is_stack {
            return;
        }
        let body = body.clone();
        self.children.insert(name.to_owned(), None);
        match self.child(name, &body) {
            Some(child) => self.children.insert(name.to_owned(), Some(child)),
            None => self.children.remove(name),
        };
    }

    fn child(&mut self, name: &str, body: &Value) -> Option<Child> {
        let path = self.child_path(name, body)?;
        let limits = *self.reader.limits();
        let problem = if self.open.contains(&path) {
            Some((ProblemKind::Suspicious, format!("stack `{name}` contains itself")))
        } else if self.open.len() > limits.nesting_max {
            Some((ProblemKind::Limit, format!("stacks are nested deeper than {}", limits.nesting_max)))
        } else if self.spent.stacks >= limits.copies_max {
            Some((ProblemKind::Limit, format!("there are more than {} nested stacks", limits.copies_max)))
        } else {
            None
        };
        if let Some((kind, message)) = problem {
            self.tell(kind, body.at, message, "it was not read; flatten the stacks");
            return None;
        }
        self.spent.stacks += 1;
        let document = self.reader.document(&path)?;
        let document = super::with_included(self.reader, &path, &document);
        self.reader.take_in(self.path, &path);
        let given = body.path("Properties.Parameters").and_then(|parameters| self.resolve(parameters));
        let given: BTreeMap<String, Value> = given.as_ref().map_or_else(BTreeMap::new, |given| {
            given.entries().iter().map(|entry| (entry.key.text.clone(), entry.value.clone())).collect()
        });
        let mut scope = Scope::new(self.reader, &path, &document);
        scope.region.clone_from(&self.region);
        scope.prefix = format!("{}{name}.", self.prefix);
        scope.open = [self.open.as_slice(), std::slice::from_ref(&path)].concat();
        scope.spent = self.spent;
        let resources = scope.read(&given);
        let outputs = scope.outputs();
        let spent: Spent = scope.spent;
        self.spent = spent;
        Some(Child { resources, outputs })
    }

    /// The nested template's file. One that is not local is told.
    fn child_path(&mut self, name: &str, body: &Value) -> Option<String> {
        // What CDK writes beside a template whose own URL is an expression.
        let asset = body.path("Metadata").and_then(|metadata| metadata.get("aws:asset:path"));
        let location = body.path("Properties.TemplateURL").or_else(|| body.path("Properties.Location"));
        let location = match asset {
            Some(asset) => Some(asset.clone()),
            None => location.and_then(|location| self.resolve(location)),
        };
        let local =
            location.as_ref().and_then(Value::as_str).and_then(|location| beside(self.path, location));
        if let Some(path) = local {
            return Some(path);
        }
        let shown = location.map(|location| location.display()).unwrap_or_default();
        let message = format!("the template of stack `{name}` is not a local file: `{shown}`");
        self.tell(ProblemKind::Unresolved, body.at, message, "scan that template by itself");
        None
    }

    /// What the template gives the stack around it.
    fn outputs(&mut self) -> BTreeMap<String, Value> {
        let template = self.template;
        let Some(section) = template.get("Outputs") else { return BTreeMap::new() };
        let entries = self.resolve_entries(section.entries());
        let outputs = entries.into_iter().filter_map(|entry| {
            let value = entry.value.get("Value")?.clone();
            Some((entry.key.text, value))
        });
        outputs.collect()
    }
}
