//! Module instances: a module's blocks with the arguments of one call.
//!
//! Variables, locals, outputs and repetitions are evaluated when they are first needed, once, and
//! never inside themselves.
use std::collections::BTreeMap;
use std::rc::Rc;

use model::{Data, ProblemKind, Span, Value};

use super::eval::{Evaluator, Repetition, Scope};
use super::module::{self, Module};
use super::syntax::{Block, Expr};
use super::{parse, types};
use model::beside;

/// What one module instance costs, in values.
const INSTANCE_FUEL: usize = 64;

#[derive(Debug)]
pub(super) struct Instance {
    pub module: Rc<Module>,
    /// What stands before the names of its resources: `module.a.`, or nothing.
    pub prefix: String,
    pub caller: Option<Caller>,
    nesting: usize,
    items: BTreeMap<(Item, String), Slot<Cached>>,
    copies: BTreeMap<String, Slot<Copies>>,
    children: BTreeMap<String, Slot<Children>>,
}

/// The `module` block that made an instance.
#[derive(Debug, Clone)]
pub(super) struct Caller {
    pub instance: usize,
    pub address: String,
    pub repetition: Rc<Repetition>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    Variable,
    Local,
    Output,
}

#[derive(Debug)]
enum Slot<T> {
    Pending,
    Done(Rc<T>),
}

#[derive(Debug)]
pub(super) struct Cached {
    pub value: Value,
    pub failed: bool,
}

/// How often a block stands for a resource.
#[derive(Debug)]
pub(super) enum Copies {
    One,
    /// `count` or `for_each` is not known: read as one.
    Unclear,
    Count(usize),
    Each(Vec<(String, Value)>),
}

/// The instances of a `module` block.
#[derive(Debug)]
pub(super) enum Children {
    /// The module's files are not here.
    Unread,
    One(usize),
    List(Vec<usize>),
    Map(Vec<(String, usize)>),
}

impl Children {
    pub(super) fn all(&self) -> Vec<usize> {
        match self {
            Self::Unread => Vec::new(),
            Self::One(only) => vec![*only],
            Self::List(items) => items.clone(),
            Self::Map(items) => items.iter().map(|(_, instance)| *instance).collect(),
        }
    }
}

impl Evaluator<'_, '_> {
    /// Adds the instance of a module; the first one is the root.
    pub(super) fn instantiate(
        &mut self,
        module: Rc<Module>,
        prefix: String,
        caller: Option<Caller>,
    ) -> usize {
        let outer = caller.as_ref().and_then(|caller| self.instances.get(caller.instance));
        let nesting = outer.map_or(0, |outer| outer.nesting + 1);
        self.instances.push(Instance {
            module,
            prefix,
            caller,
            nesting,
            items: BTreeMap::new(),
            copies: BTreeMap::new(),
            children: BTreeMap::new(),
        });
        self.instances.len() - 1
    }

    pub(super) fn module(&self, instance: usize) -> Rc<Module> {
        self.instances.get(instance).map_or_else(Rc::default, |found| Rc::clone(&found.module))
    }

    pub(super) fn prefix(&self, instance: usize) -> String {
        self.instances.get(instance).map_or_else(String::new, |found| found.prefix.clone())
    }

    /// A variable, local or output, evaluated once.
    pub(super) fn item(&mut self, instance: usize, item: Item, name: &str, at: Span) -> Rc<Cached> {
        let key = (item, name.to_owned());
        let Some(owner) = self.instances.get_mut(instance) else {
            return Rc::new(Cached { value: Value::new(at, Data::Null), failed: true });
        };
        match owner.items.get(&key) {
            Some(Slot::Done(known)) => {
                let known = Rc::clone(known);
                self.failures += usize::from(known.failed);
                return known;
            }
            Some(Slot::Pending) => {
                let value = Value::new(at, self.fail(at, format!("`{name}` refers to itself")));
                return Rc::new(Cached { value, failed: true });
            }
            None => {
                owner.items.insert(key.clone(), Slot::Pending);
            }
        }
        let before = self.failures;
        let value = match item {
            Item::Variable => self.variable(instance, name, at),
            Item::Local => self.local(instance, name, at),
            Item::Output => self.output(instance, name, at),
        };
        let cached = Rc::new(Cached { value, failed: self.failures > before });
        if let Some(owner) = self.instances.get_mut(instance) {
            owner.items.insert(key, Slot::Done(Rc::clone(&cached)));
        }
        cached
    }

    fn local(&mut self, instance: usize, name: &str, at: Span) -> Value {
        let module = self.module(instance);
        match module.locals.get(name) {
            Some(expr) => self.eval(Scope::of(instance), expr),
            None => Value::new(at, self.fail(at, format!("no local value is called `{name}`"))),
        }
    }

    fn output(&mut self, instance: usize, name: &str, at: Span) -> Value {
        let module = self.module(instance);
        match module.outputs.get(name).and_then(|output| output.body.attribute("value")) {
            Some(expr) => self.eval(Scope::of(instance), expr),
            None => Value::new(at, self.fail(at, format!("the module has no output `{name}`"))),
        }
    }

    fn variable(&mut self, instance: usize, name: &str, at: Span) -> Value {
        let module = self.module(instance);
        let declared = module.variables.get(name);
        let flag = |name: &str| declared.and_then(|block| block.body.attribute(name)).and_then(Expr::as_bool);
        let given = self.given(instance, name);
        if flag("sensitive") == Some(true) && self.instances.get(instance).is_none_or(|i| i.caller.is_none())
        {
            return Value::new(at, self.unknown(at, format!("variable `{name}` is sensitive")));
        }
        let Some(declared) = declared else {
            let reason = format!("no variable is called `{name}`");
            return given.unwrap_or_else(|| Value::new(at, self.fail(at, reason)));
        };
        let is_refused = |value: &Value| value.is_null() && flag("nullable") == Some(false);
        let value = match (given.filter(|value| !is_refused(value)), declared.body.attribute("default")) {
            (Some(given), _) => given,
            (None, Some(default)) => self.eval(Scope::of(instance), default),
            (None, None) => {
                let reason = format!("variable `{name}` has no default");
                return Value::new(at, self.unknown(at, reason));
            }
        };
        match declared.body.attribute("type") {
            Some(constraint) => types::convert(self, &value, constraint),
            None => value,
        }
    }

    /// What the call, the command line or a `.tfvars` file says.
    fn given(&mut self, instance: usize, name: &str) -> Option<Value> {
        let module = self.module(instance);
        let Some(caller) = self.instances.get(instance)?.caller.clone() else {
            if let Some(text) = self.reader.options.parameters.get(name).cloned() {
                return Some(self.parameter(&module, name, &text));
            }
            let value = module.values.iter().rev().find(|value| value.key.text == name)?;
            return Some(self.eval(Scope::of(instance), &value.value));
        };
        let outer = self.module(caller.instance);
        let expr = outer.block(&caller.address)?.body.attribute(name)?;
        let scope = Scope { instance: caller.instance, repetition: &caller.repetition, names: None };
        Some(self.eval(scope, expr))
    }

    /// A value of the command line: text, unless the variable's type says that it is more.
    fn parameter(&mut self, module: &Module, name: &str, text: &str) -> Value {
        let declared = module.variables.get(name);
        let at = declared.map_or(Span::new(model::FileId(0), 0, 0), Block::name_at);
        let constraint = declared.and_then(|block| block.body.attribute("type"));
        let is_text = constraint.is_none_or(types::is_primitive);
        let parsed = if is_text { None } else { parse::expression(text, at) };
        match parsed {
            Some(expr) => self.eval(Scope::of(0), &expr),
            None => Value::text(at, text),
        }
    }

    /// How often a block of a module stands for something, evaluated once.
    pub(super) fn copies(&mut self, instance: usize, address: &str, block: &Block) -> Rc<Copies> {
        let Some(owner) = self.instances.get_mut(instance) else { return Rc::new(Copies::One) };
        match owner.copies.get(address) {
            Some(Slot::Done(known)) => return Rc::clone(known),
            Some(Slot::Pending) => return Rc::new(Copies::Unclear),
            None => {
                owner.copies.insert(address.to_owned(), Slot::Pending);
            }
        }
        let copies = Rc::new(self.repeat(instance, block));
        if let Some(owner) = self.instances.get_mut(instance) {
            owner.copies.insert(address.to_owned(), Slot::Done(Rc::clone(&copies)));
        }
        copies
    }

    fn repeat(&mut self, instance: usize, block: &Block) -> Copies {
        let scope = Scope::of(instance);
        if let Some(expr) = block.body.attribute("for_each") {
            let value = self.eval(scope, expr);
            return self.each(&value, block);
        }
        let Some(expr) = block.body.attribute("count") else { return Copies::One };
        let value = self.eval(scope, expr);
        let count = match &value.data {
            Data::Bool(on) => Some(i64::from(*on)),
            Data::Null => return Copies::One,
            _ => value.as_int(),
        };
        match count.and_then(|count| usize::try_from(count).ok()) {
            Some(count) if count <= self.reader.limits().copies_max => Copies::Count(count),
            Some(count) => self.too_many(count, block),
            None => Copies::Unclear,
        }
    }

    /// The keys and values of a `for_each`.
    pub(super) fn each(&mut self, value: &Value, block: &Block) -> Copies {
        let found: Option<Vec<(String, Value)>> = match &value.data {
            Data::Map(entries) => {
                Some(entries.iter().map(|entry| (entry.key.text.clone(), entry.value.clone())).collect())
            }
            // A set: keys are values. `for_each` of a list is refused by Terraform, but meant so.
            Data::List(items) => {
                items.iter().map(|item| super::text::literal(item).map(|key| (key, item.clone()))).collect()
            }
            _ => None,
        };
        match found {
            Some(pairs) if pairs.iter().any(|(key, _)| key.contains("${")) => Copies::Unclear,
            Some(pairs) if pairs.len() > self.reader.limits().copies_max => self.too_many(pairs.len(), block),
            Some(mut pairs) => {
                pairs.sort_by(|a, b| a.0.cmp(&b.0));
                pairs.dedup_by(|a, b| a.0 == b.0);
                Copies::Each(pairs)
            }
            None => Copies::Unclear,
        }
    }

    fn too_many(&mut self, count: usize, block: &Block) -> Copies {
        let max = self.reader.limits().copies_max;
        let message = format!("{count} copies of one block, which is more than {max}");
        let help = "it was read as one; check `count` or `for_each`";
        self.reader.problem_at(ProblemKind::Limit, block.name_at(), message, help);
        Copies::Unclear
    }

    /// The instances that a `module` block makes, made once.
    pub(super) fn children(&mut self, instance: usize, name: &str) -> Rc<Children> {
        let Some(owner) = self.instances.get_mut(instance) else { return Rc::new(Children::Unread) };
        match owner.children.get(name) {
            Some(Slot::Done(known)) => return Rc::clone(known),
            Some(Slot::Pending) => return Rc::new(Children::Unread),
            None => {
                owner.children.insert(name.to_owned(), Slot::Pending);
            }
        }
        let children = Rc::new(self.call(instance, name));
        if let Some(owner) = self.instances.get_mut(instance) {
            owner.children.insert(name.to_owned(), Slot::Done(Rc::clone(&children)));
        }
        children
    }

    fn call(&mut self, instance: usize, name: &str) -> Children {
        let outer = self.module(instance);
        let address = format!("module.{name}");
        let Some(block) = outer.block(&address) else { return Children::Unread };
        let Some(module) = self.called(instance, block) else { return Children::Unread };
        let prefix = self.prefix(instance);
        let copies = self.copies(instance, &address, block);
        let mut make = |suffix: &str, repetition: Repetition| {
            self.spend(INSTANCE_FUEL);
            let caller = Caller { instance, address: address.clone(), repetition: Rc::new(repetition) };
            self.instantiate(Rc::clone(&module), format!("{prefix}{address}{suffix}."), Some(caller))
        };
        match copies.as_ref() {
            Copies::One => Children::One(make("", Repetition::None)),
            Copies::Unclear => Children::One(make("", Repetition::Unclear)),
            Copies::Count(count) => Children::List(
                (0..*count).map(|index| make(&format!("[{index}]"), Repetition::Index(index))).collect(),
            ),
            Copies::Each(pairs) => Children::Map(
                pairs
                    .iter()
                    .map(|(key, value)| {
                        let each = Repetition::Each { key: key.clone(), value: value.clone() };
                        (key.clone(), make(&format!("[\"{key}\"]"), each))
                    })
                    .collect(),
            ),
        }
    }

    /// The module that a `module` block calls, when its files are here. Else the problem is told.
    fn called(&mut self, instance: usize, block: &Block) -> Option<Rc<Module>> {
        let at = block.name_at();
        let name = block.label(0).unwrap_or_default();
        let source = block.body.attribute("source").and_then(Expr::as_str).unwrap_or_default();
        let folder = self.instances.get(instance)?.module.folder.clone();
        let Some(target) = local_folder(&folder, source) else {
            let message = format!("module `{name}` comes from `{source}`, which is not in this folder");
            let help = "its resources are not seen; scan a plan (`terraform show -json`) to include them";
            self.reader.problem_at(ProblemKind::Unresolved, at, message, help);
            return None;
        };
        if !module::exists(self.reader, &target) {
            let message = format!("module `{name}`: the folder `{target}` has no configuration");
            let help = "check `source`; the module's resources are not seen";
            self.reader.problem_at(ProblemKind::Unresolved, at, message, help);
            return None;
        }
        let nesting = self.instances.get(instance)?.nesting;
        if self.ancestors(instance).contains(&target) {
            let message = format!("module `{name}` calls a module that calls it again");
            self.reader.problem_at(ProblemKind::Suspicious, at, message, "remove one of the calls");
            return None;
        }
        if nesting >= self.reader.limits().nesting_max || self.is_exhausted() {
            let message = format!("module `{name}` is not read: too many modules inside each other");
            self.reader.problem_at(ProblemKind::Limit, at, message, "scan the module's folder on its own");
            return None;
        }
        Some(module::load(self.reader, &target))
    }

    fn ancestors(&self, instance: usize) -> Vec<String> {
        let mut folders = Vec::new();
        let mut current = self.instances.get(instance);
        while let Some(found) = current {
            folders.push(found.module.folder.clone());
            current = found.caller.as_ref().and_then(|caller| self.instances.get(caller.instance));
        }
        folders
    }
}

/// The folder that a relative module source names, from the scanned folder on. `None` for
/// registries, repositories and what lies outside.
pub(super) fn local_folder(folder: &str, source: &str) -> Option<String> {
    let is_local = source.starts_with("./") || source.starts_with("../") || source == "." || source == "..";
    if is_local { join_path(folder, source) } else { None }
}

/// A path from `folder` on; `None` when it leaves the scanned folder.
pub(super) fn join_path(folder: &str, path: &str) -> Option<String> {
    beside(&format!("{folder}/main.tf"), path)
}
