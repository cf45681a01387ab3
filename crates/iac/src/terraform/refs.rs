//! What names mean: `var.x`, `local.x`, `module.m.out`, `aws_s3_bucket.b.arn`, `each.key`, …
use model::{Data, Entry, Key, ProblemKind, Ref, Span, Value};

use super::eval::{Evaluator, Repetition, Scope};
use super::instance::{Children, Copies, Item};
use super::module::data_address;
use super::operators::why;
use super::syntax::Step;
use super::text;

impl Evaluator<'_, '_> {
    /// The value of `name` followed by steps.
    pub(super) fn reference(&mut self, scope: Scope<'_>, name: &str, steps: &[Step], at: Span) -> Data {
        if let Some(value) = scope.names.and_then(|names| names.get(name)) {
            return self.walk(scope, value, steps, at);
        }
        let (first, rest) = match steps {
            [Step::Attribute(first), rest @ ..] => (first.as_str(), rest),
            _ => return self.bare(name, at),
        };
        match name {
            "var" | "local" => {
                let item = if name == "var" { Item::Variable } else { Item::Local };
                let cached = self.item(scope.instance, item, first, at);
                self.walk(scope, &cached.value, rest, at)
            }
            "module" => self.module_value(scope, first, rest, at),
            "each" | "count" => self.repetition_value(scope, first, rest, at),
            "path" => match self.path(scope.instance, first) {
                Some(path) => Data::Text(path),
                None => self.fail(at, format!("`path.{first}` is no known name")),
            },
            "terraform" => self.unknown(at, format!("`terraform.{first}` is chosen when it is deployed")),
            "self" => self.unknown(at, "`self` is known after apply"),
            "data" | "ephemeral" => match rest {
                [Step::Attribute(label), rest @ ..] => {
                    let local = match name {
                        "data" => data_address(first, label),
                        _ => format!("{name}.{first}.{label}"),
                    };
                    self.resource_value(scope, &local, rest, at)
                }
                _ => self.fail(at, format!("`{name}.{first}` needs a name")),
            },
            _ => self.resource_value(scope, &format!("{name}.{first}"), rest, at),
        }
    }

    /// A name that stands alone. `True` and `False` are told, and read as they are meant.
    fn bare(&mut self, name: &str, at: Span) -> Data {
        let flag = match name {
            "True" => true,
            "False" => false,
            _ => return self.fail(at, format!("`{name}` is no known name")),
        };
        let message = format!("Terraform knows no `{name}`, only `{flag}`");
        let help = format!("it was read as `{flag}`; write it in small letters");
        self.reader.problem_at(ProblemKind::Suspicious, at, message, help);
        Data::Bool(flag)
    }

    fn repetition_value(&mut self, scope: Scope<'_>, name: &str, rest: &[Step], at: Span) -> Data {
        match (scope.repetition, name) {
            (Repetition::Index(index), "index") => Data::Int(i64::try_from(*index).unwrap_or(i64::MAX)),
            (Repetition::Each { key, .. }, "key") => Data::Text(key.clone()),
            (Repetition::Each { value, .. }, "value") => self.walk(scope, value, rest, at),
            (Repetition::Unclear, _) => self.unknown(at, "how often the block is repeated is not known"),
            _ => self.fail(at, "the block is not repeated"),
        }
    }

    /// A resource or data source: a reference, or a list or map of them.
    fn resource_value(&mut self, scope: Scope<'_>, local: &str, rest: &[Step], at: Span) -> Data {
        let module = self.module(scope.instance);
        let address = format!("{}{local}", self.prefix(scope.instance));
        let reference = |target: String| Value::new(at, Data::Ref(Ref { target, attribute: None }));
        let copies = module.block(local).map(|block| self.copies(scope.instance, local, block));
        let value = match copies.as_deref() {
            None | Some(Copies::One | Copies::Unclear) => reference(address),
            Some(Copies::Count(count)) => {
                let items = (0..*count).map(|index| reference(format!("{address}[{index}]")));
                Value::new(at, Data::List(items.collect()))
            }
            Some(Copies::Each(pairs)) => {
                let entry = |(key, _): &(String, Value)| Entry {
                    key: Key { text: key.clone(), at },
                    value: reference(format!("{address}[\"{key}\"]")),
                };
                Value::new(at, Data::Map(pairs.iter().map(entry).collect()))
            }
        };
        self.walk(scope, &value, rest, at)
    }

    fn module_value(&mut self, scope: Scope<'_>, name: &str, rest: &[Step], at: Span) -> Data {
        match self.children(scope.instance, name).as_ref() {
            Children::Unread => {
                let target = format!("{}module.{name}", self.prefix(scope.instance));
                self.walk(scope, &Value::new(at, Data::Ref(Ref { target, attribute: None })), rest, at)
            }
            Children::One(only) => {
                // With an unknown `count`, an index chooses the one that was read.
                let rest = match rest {
                    [Step::Index(_) | Step::Splat, rest @ ..] => rest,
                    _ => rest,
                };
                self.outputs(scope, *only, rest, at)
            }
            Children::List(items) => match rest {
                [Step::Index(index), rest @ ..] => {
                    let index =
                        self.eval(scope, index).as_int().and_then(|index| usize::try_from(index).ok());
                    match index.and_then(|index| items.get(index)) {
                        Some(instance) => self.outputs(scope, *instance, rest, at),
                        None => self.fail(at, format!("`module.{name}` has no such instance")),
                    }
                }
                [Step::Splat, rest @ ..] => {
                    let each = items.iter().map(|item| Value::new(at, self.outputs(scope, *item, rest, at)));
                    Data::List(each.collect())
                }
                _ => {
                    let each = items.iter().map(|item| Value::new(at, self.outputs(scope, *item, &[], at)));
                    Data::List(each.collect())
                }
            },
            Children::Map(items) => {
                let (wanted, rest) = match rest {
                    [Step::Index(index), rest @ ..] => (text::literal(&self.eval(scope, index)), rest),
                    _ => (None, rest),
                };
                if let Some((_, instance)) = items.iter().find(|(key, _)| Some(key) == wanted.as_ref()) {
                    return self.outputs(scope, *instance, rest, at);
                }
                if wanted.is_some() {
                    return self.fail(at, format!("`module.{name}` has no such instance"));
                }
                let mut entries = Vec::new();
                for (key, instance) in items {
                    let value = Value::new(at, self.outputs(scope, *instance, &[], at));
                    entries.push(Entry { key: Key { text: key.clone(), at }, value });
                }
                self.walk(scope, &Value::new(at, Data::Map(entries)), rest, at)
            }
        }
    }

    /// An output of a module instance, or all of them as a map.
    fn outputs(&mut self, scope: Scope<'_>, instance: usize, rest: &[Step], at: Span) -> Data {
        if let [Step::Attribute(name), rest @ ..] = rest {
            let cached = self.item(instance, Item::Output, name, at);
            return self.walk(scope, &cached.value, rest, at);
        }
        let module = self.module(instance);
        let mut entries = Vec::new();
        for name in module.outputs.keys() {
            let cached = self.item(instance, Item::Output, name, at);
            let value = Value::new(at, self.copy(&cached.value, at));
            entries.push(Entry { key: Key { text: name.clone(), at }, value });
        }
        self.walk(scope, &Value::new(at, Data::Map(entries)), rest, at)
    }

    /// Follows steps into a value. Only what they lead to is copied.
    pub(super) fn walk(&mut self, scope: Scope<'_>, base: &Value, steps: &[Step], at: Span) -> Data {
        let mut value = base;
        let mut steps = steps;
        while let [step, rest @ ..] = steps {
            let found = match step {
                Step::Attribute(name) => member(value, name),
                Step::Index(index) => {
                    let index = self.eval(scope, index);
                    element(value, &index)
                }
                Step::Splat => return self.splat(scope, value, rest, at),
            };
            match found {
                Found::Inside(inner) => value = inner,
                Found::Made(data) => return self.walk(scope, &Value::new(at, data), rest, at),
                Found::Open(reason) => return self.unknown(at, reason),
                Found::Missing(reason) => return self.fail(at, reason),
            }
            steps = rest;
        }
        self.copy(value, at)
    }

    fn splat(&mut self, scope: Scope<'_>, value: &Value, rest: &[Step], at: Span) -> Data {
        match &value.data {
            Data::Unknown(_) | Data::Joined(_) => self.unknown(at, why(value)),
            // A list of unknown length inside a resource: the reference stands for all of it.
            Data::Ref(Ref { target, attribute: Some(attribute) }) => {
                let attribute = Some(format!("{attribute}[*]"));
                let whole = Value::new(at, Data::Ref(Ref { target: target.clone(), attribute }));
                self.walk(scope, &whole, rest, at)
            }
            _ => {
                let mut items = Vec::new();
                for item in value.one_or_many() {
                    items.push(Value::new(at, self.walk(scope, item, rest, at)));
                }
                Data::List(items)
            }
        }
    }
}

enum Found<'v> {
    Inside(&'v Value),
    Made(Data),
    Open(String),
    Missing(String),
}

fn deeper(reference: &Ref, step: &str) -> Data {
    let attribute = match &reference.attribute {
        Some(attribute) if step.starts_with('[') => format!("{attribute}{step}"),
        Some(attribute) => format!("{attribute}.{step}"),
        None => step.to_owned(),
    };
    Data::Ref(Ref { target: reference.target.clone(), attribute: Some(attribute) })
}

fn member<'v>(value: &'v Value, name: &str) -> Found<'v> {
    match &value.data {
        Data::Map(entries) => match value.get(name) {
            Some(found) => Found::Inside(found),
            None if entries.iter().any(|entry| entry.key.text.contains("${")) => {
                Found::Open(format!("which key is `{name}` is not known"))
            }
            None => Found::Missing(format!("there is no `{name}` in it")),
        },
        Data::Ref(reference) => Found::Made(deeper(reference, name)),
        // Blocks are lists; one of one is meant.
        Data::List(items) if items.len() == 1 => match items.first() {
            Some(only) => member(only, name),
            None => Found::Missing(format!("there is no `{name}` in it")),
        },
        Data::Unknown(_) | Data::Joined(_) => Found::Open(why(value)),
        _ => Found::Missing(format!("there is no `{name}` in it")),
    }
}

fn element<'v>(value: &'v Value, index: &Value) -> Found<'v> {
    match &value.data {
        // One resource that stands for copies of unknown number.
        Data::Ref(Ref { attribute: None, .. }) => return Found::Inside(value),
        Data::Ref(reference) => {
            return match text::literal(index) {
                Some(key) => Found::Made(deeper(reference, &format!("[{key}]"))),
                None => Found::Made(deeper(reference, "[*]")),
            };
        }
        Data::Unknown(_) | Data::Joined(_) => return Found::Open(why(value)),
        _ => {}
    }
    if !index.is_literal() {
        return Found::Open(why(index));
    }
    match &value.data {
        Data::List(items) => {
            let place = index.as_int().and_then(|index| usize::try_from(index).ok());
            match place.and_then(|place| items.get(place)) {
                Some(item) => Found::Inside(item),
                None => Found::Missing(format!("there is no element `{}`", index.display())),
            }
        }
        _ => member(value, &index.display()),
    }
}

impl Evaluator<'_, '_> {
    /// `path.module` and its like, as Terraform run in the root folder would have them.
    fn path(&self, instance: usize, name: &str) -> Option<String> {
        match name {
            "root" | "cwd" => Some(".".to_owned()),
            "module" => {
                let root = self.instances.first().map_or("", |root| root.module.folder.as_str());
                let folder = self.instances.get(instance).map_or("", |found| found.module.folder.as_str());
                Some(relative(root, folder))
            }
            _ => None,
        }
    }

    /// The file that an expression names, from the scanned folder on.
    pub(super) fn file_path(&self, path: &str) -> Option<String> {
        let root = self.instances.first().map_or("", |root| root.module.folder.as_str());
        super::instance::join_path(root, path)
    }
}

/// The way from one folder to another.
fn relative(from: &str, to: &str) -> String {
    let parts = |path: &str| -> Vec<String> {
        path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let (from, to) = (parts(from), parts(to));
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let mut way: Vec<String> = from.iter().skip(shared).map(|_| "..".to_owned()).collect();
    way.extend(to.into_iter().skip(shared));
    match way.first().map(String::as_str) {
        None => ".".to_owned(),
        Some("..") => way.join("/"),
        Some(_) => format!("./{}", way.join("/")),
    }
}
