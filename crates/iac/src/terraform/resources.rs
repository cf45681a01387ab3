//! Blocks to resources: every copy of every `resource`, `data` and `provider` block of every module.
use std::rc::Rc;

use model::{Data, Entry, Key, ProblemKind, Span, Value};

use super::eval::{Evaluator, Names, Repetition, Scope};
use super::instance::{Children, Copies};
use super::module::local_address;
use super::policy_document;
use super::syntax::{Block, Body, Expr, ExprKind, Step};
use crate::resource::Resource;

/// What one resource costs beside its properties, in values.
const RESOURCE_FUEL: usize = 8;

/// Names that one message lists.
const SHOWN_MAX: usize = 5;

/// Arguments and blocks that say how Terraform treats a resource, not what it is.
const SETTINGS: &[&str] =
    &["count", "for_each", "depends_on", "provider", "providers", "lifecycle", "provisioner", "connection"];

impl Evaluator<'_, '_> {
    /// The resources of a module instance and of the modules that it calls.
    pub(super) fn resources(&mut self, instance: usize, into: &mut Vec<Resource>) {
        let module = self.module(instance);
        for block in &module.blocks {
            let Some(local) = local_address(block) else { continue };
            if self.is_exhausted() {
                self.tell_cut(block);
                return;
            }
            if block.name.text == "module" {
                let children = self.children(instance, block.label(0).unwrap_or_default());
                if matches!(children.as_ref(), Children::Unread) {
                    into.push(self.copy_of(Scope::of(instance), block, &local));
                }
                for child in children.all() {
                    self.resources(child, into);
                }
            } else {
                self.block(instance, block, &local, into);
            }
        }
    }

    /// Tells that resources are left out. Told for each module, and deduplicated by its place.
    fn tell_cut(&mut self, block: &Block) {
        let message =
            "the configuration makes too many values; the module's resources from here on were not read";
        let help = "scan its modules on their own, or look for expressions that multiply each other";
        self.reader.problem_at(ProblemKind::Limit, block.name_at(), message, help);
    }

    fn block(&mut self, instance: usize, block: &Block, local: &str, into: &mut Vec<Resource>) {
        let copies: Rc<Copies> = self.copies(instance, local, block);
        let scope = Scope::of(instance);
        match copies.as_ref() {
            Copies::One => into.push(self.copy_of(scope, block, local)),
            Copies::Unclear => {
                let scope = Scope { repetition: &Repetition::Unclear, ..scope };
                into.push(self.copy_of(scope, block, local));
            }
            Copies::Count(0) => self.note_switched_off(instance, local, block),
            Copies::Each(pairs) if pairs.is_empty() => self.note_switched_off(instance, local, block),
            Copies::Count(count) => {
                for index in 0..*count {
                    let scope = Scope { repetition: &Repetition::Index(index), ..scope };
                    into.push(self.copy_of(scope, block, &format!("{local}[{index}]")));
                }
            }
            Copies::Each(pairs) => {
                for (key, value) in pairs {
                    let each = Repetition::Each { key: key.clone(), value: value.clone() };
                    let scope = Scope { repetition: &each, ..scope };
                    into.push(self.copy_of(scope, block, &format!("{local}[\"{key}\"]")));
                }
            }
        }
    }

    fn note_switched_off(&mut self, instance: usize, local: &str, block: &Block) {
        let name = format!("{}{local}", self.prefix(instance));
        self.switched_off.push((name, block.name_at()));
    }

    /// Tells once what these values of variables leave out.
    pub(super) fn tell_switched_off(&mut self) {
        let Some((_, at)) = self.switched_off.first().cloned() else { return };
        let count = self.switched_off.len();
        let shown = self.switched_off.iter().take(SHOWN_MAX).map(|(name, _)| format!("`{name}`"));
        let more = if count > SHOWN_MAX { ", …" } else { "" };
        let names = shown.collect::<Vec<_>>().join(", ");
        let blocks = if count == 1 { "1 block makes".to_owned() } else { format!("{count} blocks make") };
        let message = format!("{blocks} no resource with these values: {names}{more}");
        let help = "not judged; give the variables that switch on what should be";
        self.reader.problem_at(ProblemKind::Unresolved, at, message, help);
    }

    /// One resource.
    fn copy_of(&mut self, scope: Scope<'_>, block: &Block, name: &str) -> Resource {
        self.spend(RESOURCE_FUEL);
        let label = block.label(0).unwrap_or_default();
        let provider_type = match block.name.text.as_str() {
            "resource" => label.to_owned(),
            "module" => "module".to_owned(),
            other => format!("{other}.{label}"),
        };
        let mut entries = self.properties(scope, &block.body);
        if provider_type == "data.aws_iam_policy_document" {
            policy_document::compose(&mut entries, block.at);
        }
        let properties = Value::new(block.at, Data::Map(entries));
        let name = format!("{}{name}", self.prefix(scope.instance));
        let mut resource = Resource::new(name, provider_type, properties);
        resource.name_at = block.name_at();
        resource.settings = Value::new(block.at, Data::Map(self.settings(scope, &block.body)));
        resource
    }

    /// Attributes as they are, blocks as lists of maps under their name.
    fn properties(&mut self, scope: Scope<'_>, body: &Body) -> Vec<Entry> {
        let mut entries = Vec::new();
        for attribute in body.attributes.iter().filter(|attribute| !is_setting(&attribute.key)) {
            let value = self.eval(scope, &attribute.value);
            entries.push(Entry { key: attribute.key.clone(), value });
        }
        for block in body.blocks.iter().filter(|block| !is_setting(&block.name)) {
            self.add_block(scope, block, &mut entries);
        }
        entries
    }

    /// What says how Terraform treats the resource.
    fn settings(&mut self, scope: Scope<'_>, body: &Body) -> Vec<Entry> {
        let mut entries = Vec::new();
        for attribute in body.attributes.iter().filter(|attribute| is_setting(&attribute.key)) {
            let value = match (attribute.key.text.as_str(), scope.repetition) {
                ("provider" | "providers", _) => words(&attribute.value),
                // Every copy would hold all of them again.
                ("count" | "for_each", Repetition::Index(_) | Repetition::Each { .. }) => continue,
                _ => self.eval(scope, &attribute.value),
            };
            entries.push(Entry { key: attribute.key.clone(), value });
        }
        for block in body.blocks.iter().filter(|block| is_setting(&block.name)) {
            if block.name.text == "lifecycle" {
                let attributes = block.body.attributes.iter();
                let words = attributes
                    .map(|attribute| Entry { key: attribute.key.clone(), value: words(&attribute.value) });
                push_block(&mut entries, &block.name, Value::new(block.at, Data::Map(words.collect())));
            } else {
                self.add_block(scope, block, &mut entries);
            }
        }
        entries
    }

    fn add_block(&mut self, scope: Scope<'_>, block: &Block, entries: &mut Vec<Entry>) {
        if block.name.text == "dynamic" {
            self.dynamic(scope, block, entries);
        } else {
            let value = self.nested(scope, block);
            push_block(entries, &block.name, value);
        }
    }

    /// A block inside a block. Its settings are ordinary attributes.
    fn nested(&mut self, scope: Scope<'_>, block: &Block) -> Value {
        let mut entries = Vec::new();
        for label in &block.labels {
            let value = Value::text(label.at, label.text.as_str());
            entries.push(Entry { key: Key { text: "label".to_owned(), at: label.at }, value });
        }
        self.content(scope, &block.body, &mut entries);
        Value::new(block.at, Data::Map(entries))
    }

    fn content(&mut self, scope: Scope<'_>, body: &Body, entries: &mut Vec<Entry>) {
        for attribute in &body.attributes {
            let value = self.eval(scope, &attribute.value);
            entries.push(Entry { key: attribute.key.clone(), value });
        }
        for block in &body.blocks {
            self.add_block(scope, block, entries);
        }
    }

    /// `dynamic "name" { for_each, iterator, content }`: one block for each element.
    fn dynamic(&mut self, scope: Scope<'_>, block: &Block, entries: &mut Vec<Entry>) {
        let Some(name) = block.labels.first() else { return };
        let content = block.body.blocks.iter().find(|inner| inner.name.text == "content");
        let (Some(content), Some(over)) = (content, block.body.attribute("for_each")) else { return };
        let iterator = block.body.attribute("iterator").and_then(iterator_name).unwrap_or(&name.text);
        let collection = self.eval(scope, over);
        let max = self.reader.limits().copies_max;
        let pairs = super::eval::pairs(&collection);
        let Some(pairs) = pairs.filter(|pairs| pairs.len() <= max) else {
            let reason =
                format!("how many blocks there are is not known: {}", super::operators::why(&collection));
            let value = Value::new(block.at, self.unknown(block.name_at(), reason));
            return push_block(entries, name, value);
        };
        for (key, value) in pairs {
            let element = Value::new(value.at, each_map(key, value, block.at));
            let names = Names { entries: vec![(iterator, element)], outer: scope.names };
            let mut inner = Vec::new();
            self.content(Scope { names: Some(&names), ..scope }, &content.body, &mut inner);
            push_block(entries, name, Value::new(content.at, Data::Map(inner)));
        }
    }
}

fn is_setting(key: &Key) -> bool {
    SETTINGS.contains(&key.text.as_str())
}

/// Names of attributes and providers, which are written without quotes but mean no values.
fn words(expr: &Expr) -> Value {
    let data = match &expr.kind {
        ExprKind::Literal(data) => data.clone(),
        ExprKind::List(items) => Data::List(items.iter().map(words).collect()),
        ExprKind::Object(pairs) => {
            let entry = |(key, value): &(Expr, Expr)| Entry {
                key: Key { text: words(key).display(), at: key.at },
                value: words(value),
            };
            Data::Map(pairs.iter().map(entry).collect())
        }
        ExprKind::Variable(name) => Data::Text(name.clone()),
        ExprKind::Traversal(base, steps) => {
            let mut text = words(base).display();
            for step in steps {
                match step {
                    Step::Attribute(name) => text.push_str(&format!(".{name}")),
                    Step::Index(index) => text.push_str(&format!("[{}]", words(index).display())),
                    Step::Splat => text.push_str("[*]"),
                }
            }
            Data::Text(text)
        }
        _ => Data::Unknown(model::Unknown {
            reason: "names are expected here".to_owned(),
            text: "${…}".to_owned(),
        }),
    };
    Value::new(expr.at, data)
}

/// The iterator's name, written bare or in quotes.
fn iterator_name(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Variable(name) => Some(name),
        _ => expr.as_str(),
    }
}

/// `{ key, value }` of one element of a dynamic block. A set's key is its value.
fn each_map(key: Value, value: Value, at: Span) -> Data {
    let is_set = matches!(key.data, Data::Int(_));
    let entry = |name: &str, value: Value| Entry { key: Key { text: name.to_owned(), at }, value };
    let key = if is_set && value.as_str().is_some() { value.clone() } else { key };
    Data::Map(vec![entry("key", key), entry("value", value)])
}

/// Adds a block to the list of those with its name.
fn push_block(entries: &mut Vec<Entry>, name: &Key, value: Value) {
    match entries.iter_mut().find(|entry| entry.key.text == name.text).map(|entry| &mut entry.value.data) {
        Some(Data::List(items)) => items.push(value),
        _ => {
            let list = Value::new(value.at, Data::List(vec![value]));
            entries.push(Entry { key: name.clone(), value: list });
        }
    }
}
