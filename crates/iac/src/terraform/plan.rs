//! `terraform show -json`: a plan or a state, with values that Terraform itself resolved.
//!
//! `planned_values` says what will be, `resource_changes` what is known only after apply, and
//! `configuration` which references stand there.
mod references;

use std::collections::{BTreeMap, BTreeSet};

use model::{Data, Entry, Key, Value};

use super::policy_document;
use crate::reader::Reader;
use crate::resource::Resource;
use references::{Configuration, Module};

/// Modules inside each other.
const DEPTH_MAX: usize = 32;

/// Reads a plan or a state. `None` when the file is neither.
pub(crate) fn read(reader: &mut Reader<'_>, path: &str) -> Option<Vec<Resource>> {
    let document = reader.document(path)?;
    let changes = document.get("resource_changes");
    let root = document.path("planned_values.root_module").or_else(|| document.path("values.root_module"));
    if root.is_none() && changes.is_none() {
        return None;
    }
    let mut planned = Vec::new();
    match root {
        Some(root) => gather(root, DEPTH_MAX, &mut planned),
        None => planned.extend(changes.map_or(&[][..], Value::items).iter().filter_map(Planned::of_change)),
    }
    let unknown: BTreeMap<&str, &Value> = changes
        .map_or(&[][..], Value::items)
        .iter()
        .filter_map(|change| Some((text(change, "address")?, change.path("change.after_unknown")?)))
        .collect();
    let addresses: BTreeSet<String> = planned.iter().map(|planned| node_name(planned.address)).collect();
    let configuration = Configuration::new(document.path("configuration.root_module"), addresses);
    Some(planned.iter().map(|planned| planned.resource(&unknown, &configuration)).collect())
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key).and_then(Value::as_str)
}

/// The name that the graph gives an address: policy documents are called without `data.`.
fn node_name(address: &str) -> String {
    address.replace("data.aws_iam_policy_document.", "aws_iam_policy_document.")
}

/// One resource of the plan.
struct Planned<'v> {
    address: &'v str,
    kind: &'v str,
    is_data: bool,
    /// Missing when everything is known only after apply.
    values: Option<&'v Value>,
    sensitive: Option<&'v Value>,
    whole: &'v Value,
}

fn gather<'v>(module: &'v Value, depth: usize, into: &mut Vec<Planned<'v>>) {
    into.extend(module.get("resources").map_or(&[][..], Value::items).iter().filter_map(Planned::of_values));
    if let Some(depth) = depth.checked_sub(1) {
        for child in module.get("child_modules").map_or(&[][..], Value::items) {
            gather(child, depth, into);
        }
    }
}

impl<'v> Planned<'v> {
    fn of_values(whole: &'v Value) -> Option<Self> {
        Self::new(whole, whole.get("values"), whole.get("sensitive_values"))
    }

    fn of_change(whole: &'v Value) -> Option<Self> {
        let after = whole.path("change.after").filter(|after| !after.is_null())?;
        Self::new(whole, Some(after), whole.path("change.after_sensitive"))
    }

    fn new(whole: &'v Value, values: Option<&'v Value>, sensitive: Option<&'v Value>) -> Option<Self> {
        let (address, kind) = (text(whole, "address")?, text(whole, "type")?);
        Some(Self { address, kind, is_data: text(whole, "mode") == Some("data"), values, sensitive, whole })
    }

    fn resource(&self, unknown: &BTreeMap<&str, &Value>, configuration: &Configuration<'_>) -> Resource {
        let (module, expressions) = configuration.of(self.address);
        let reading = Reading { configuration, module, address: self.address };
        let sides = Sides {
            unknown: unknown.get(self.address).copied(),
            sensitive: self.sensitive,
            expression: expressions,
        };
        let mut entries = reading.map(self.values.unwrap_or(&Value::new(self.whole.at, Data::Null)), sides);
        let is_document = self.is_data && self.kind == "aws_iam_policy_document";
        let has_json = entries.iter().any(|entry| entry.key.text == "json" && !entry.value.is_open());
        if is_document && !has_json {
            entries.retain(|entry| entry.key.text != "json");
            policy_document::compose(&mut entries, self.whole.at);
        }
        let kind = if self.is_data { format!("data.{}", self.kind) } else { self.kind.to_owned() };
        let properties = Value::new(self.whole.at, Data::Map(entries));
        let mut resource = Resource::new(node_name(self.address), kind, properties);
        resource.name_at = self.whole.get("address").map_or(self.whole.at, |address| address.at);
        resource
    }
}

/// What stands beside a value, at the same place of three other trees.
#[derive(Clone, Copy, Default)]
struct Sides<'v> {
    /// `true` where the value is known only after apply.
    unknown: Option<&'v Value>,
    /// `true` where the value is a secret.
    sensitive: Option<&'v Value>,
    /// The configuration: `{ references }` or `{ constant_value }`, or blocks of them.
    expression: Option<&'v Value>,
}

impl<'v> Sides<'v> {
    fn member(self, key: &str) -> Self {
        let step = |side: Option<&'v Value>| {
            side.and_then(|side| if is_true(side) { Some(side) } else { side.get(key) })
        };
        let expression =
            self.expression.and_then(|side| if is_leaf(side) { Some(side) } else { side.get(key) });
        Self { unknown: step(self.unknown), sensitive: step(self.sensitive), expression }
    }

    fn element(self, index: usize) -> Self {
        let step = |side: Option<&'v Value>| {
            side.and_then(|side| if is_true(side) { Some(side) } else { side.items().get(index) })
        };
        let expression = self.expression.and_then(|side| match &side.data {
            // A dynamic block is written once and stands for all.
            Data::List(items) => items.get(index).or_else(|| items.last()),
            _ => Some(side),
        });
        Self { unknown: step(self.unknown), sensitive: step(self.sensitive), expression }
    }
}

fn is_true(value: &Value) -> bool {
    value.data == Data::Bool(true)
}

fn is_leaf(expression: &Value) -> bool {
    expression.get("references").is_some() || expression.get("constant_value").is_some()
}

/// The reading of one resource.
struct Reading<'c, 'v> {
    configuration: &'c Configuration<'v>,
    module: Option<Module<'v>>,
    address: &'c str,
}

impl Reading<'_, '_> {
    /// The entries of a map: those with a value, and those that are configured but not known yet.
    /// What nobody wrote and the provider will compute is left out.
    fn map(&self, values: &Value, sides: Sides<'_>) -> Vec<Entry> {
        let mut entries = Vec::new();
        for entry in values.entries() {
            let sides = sides.member(&entry.key.text);
            if let Some(value) = self.value(&entry.key.text, &entry.value, sides) {
                entries.push(Entry { key: entry.key.clone(), value });
            }
        }
        let unknown = sides.unknown.map_or(&[][..], Value::entries);
        for entry in unknown.iter().filter(|entry| is_true(&entry.value)) {
            let name = &entry.key.text;
            if !entries.iter().any(|known| known.key.text == *name)
                && let Some(expression) = sides.member(name).expression
            {
                let value = self.open(name, expression, values);
                entries.push(Entry { key: Key { text: name.clone(), at: values.at }, value });
            }
        }
        entries
    }

    fn value(&self, name: &str, value: &Value, sides: Sides<'_>) -> Option<Value> {
        if sides.unknown.is_some_and(is_true) {
            return sides.expression.map(|expression| self.open(name, expression, value));
        }
        let is_constant = sides.expression.is_some_and(|side| side.get("constant_value").is_some());
        if sides.sensitive.is_some_and(is_true) && !is_constant && !value.is_null() {
            return Some(Value::unknown(value.at, "the plan marks it as sensitive", format!("${{{name}}}")));
        }
        let data = match &value.data {
            Data::Null => return None,
            Data::List(items) if items.is_empty() && sides.expression.is_none() => return None,
            Data::List(items) => {
                let each = items.iter().enumerate();
                let each = each.filter_map(|(index, item)| self.element(name, item, sides.element(index)));
                Data::List(each.collect())
            }
            Data::Map(_) => Data::Map(self.map(value, sides)),
            data => data.clone(),
        };
        Some(Value::new(value.at, data))
    }

    fn element(&self, name: &str, item: &Value, sides: Sides<'_>) -> Option<Value> {
        if item.is_null() && !sides.unknown.is_some_and(is_true) {
            return None;
        }
        self.value(name, item, sides)
    }

    /// A value that is known only after apply: the references that it is made of, when there are any.
    fn open(&self, name: &str, expression: &Value, near: &Value) -> Value {
        let shown = format!("${{{}.{name}}}", self.address);
        let unknown = Value::unknown(near.at, "known after apply", shown);
        let Some(module) = &self.module else { return unknown };
        let found = self.configuration.resolve(module, self.address, expression);
        let is_policy = name.contains("policy");
        match found.as_slice() {
            // A policy that holds a reference is not what it refers to, unless that is a document.
            [only] if !is_policy || only.target.contains("aws_iam_policy_document.") => {
                Value::new(near.at, Data::Ref(only.clone()))
            }
            [] => unknown,
            many => {
                let parts = many.iter().map(|found| Value::new(near.at, Data::Ref(found.clone())));
                Value::new(near.at, Data::Joined(parts.chain(std::iter::once(unknown)).collect()))
            }
        }
    }
}
