//! The scope of one template, and the walk that resolves a value in it.
use std::collections::{BTreeMap, BTreeSet};

use model::{Data, Entry, ProblemKind, Ref, Span, Tri, Value};

use super::nested::Child;
use crate::reader::Reader;
use crate::resource::Resource;

/// Transforms that are run here, or change nothing that matters.
const TRANSFORMS: &[&str] = &[
    "AWS::Serverless-",
    "AWS::LanguageExtensions",
    "AWS::Include",
    "AWS::CodeDeployBlueGreen",
    "AWS::SecretsManager-",
];

/// Entries up to which a map is searched without an index.
const SMALL_MAP: usize = 32;

/// One template while it is read: its names, and what was resolved so far.
pub(super) struct Scope<'a, 's> {
    pub reader: &'a mut Reader<'s>,
    /// The template's file, to find others beside it.
    pub path: &'a str,
    pub template: &'a Value,
    pub is_sam: bool,
    pub region: Option<String>,
    /// Put before every resource's name: `Stack.` inside a nested stack.
    pub prefix: String,
    /// Each with its weight, which every use is charged.
    pub parameters: BTreeMap<String, (Value, usize)>,
    /// Parameters that have no value but their default.
    pub defaulted: BTreeSet<String>,
    /// Whether defaults count. A deployment may override them, so that they never make a resource vanish.
    pub trusts_defaults: bool,
    /// What each condition came to, with defaults and without; `None` while it is evaluated.
    pub conditions: BTreeMap<(bool, String), Option<Tri>>,
    /// The resources as written, after `Fn::ForEach` and `Globals`.
    pub written: BTreeMap<String, Value>,
    /// Nested stacks that were read; `None` while one is read.
    pub children: BTreeMap<String, Option<Child>>,
    /// The files that are being read, outermost first, to see one that includes itself.
    pub open: Vec<String>,
    pub spent: Spent,
    /// Large maps of the template by their address, so that a look-up does not cost their length.
    indices: BTreeMap<usize, BTreeMap<&'a str, &'a Value>>,
    /// References to names that do not exist, told once each.
    told: BTreeSet<String>,
    depth: usize,
}

/// What one application's reading has cost, nested stacks included.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Spent {
    /// Bytes of text made by resolution.
    pub bytes: usize,
    /// Resources and values copied by loops.
    pub copies: usize,
    pub stacks: usize,
    /// Everything that is still to be resolved is unknown.
    is_over: bool,
}

impl<'a, 's> Scope<'a, 's> {
    pub(super) fn new(reader: &'a mut Reader<'s>, path: &'a str, template: &'a Value) -> Self {
        let uses = |value: &Value, name: &str| {
            let transforms = value.get("Transform").map_or(&[][..], Value::one_or_many);
            transforms.iter().any(|transform| transform.as_str() == Some(name))
        };
        Self {
            is_sam: uses(template, "AWS::Serverless-2016-10-31") || has_sam_types(template),
            reader,
            path,
            template,
            region: None,
            prefix: String::new(),
            parameters: BTreeMap::new(),
            defaulted: BTreeSet::new(),
            trusts_defaults: true,
            conditions: BTreeMap::new(),
            written: BTreeMap::new(),
            children: BTreeMap::new(),
            open: vec![path.to_owned()],
            spent: Spent::default(),
            indices: BTreeMap::new(),
            told: BTreeSet::new(),
            depth: 0,
        }
    }

    /// Reads the template with these parameter values.
    pub(super) fn read(&mut self, given: &BTreeMap<String, Value>) -> Vec<Resource> {
        self.check_sections();
        self.read_parameters(given);
        let resources = self.read_resources();
        super::sam::expand(self, resources)
    }

    /// Sections that are no maps, and macros that only the deployer can run, are told.
    fn check_sections(&mut self) {
        let template = self.template;
        for name in ["Parameters", "Mappings", "Conditions", "Globals", "Resources", "Outputs"] {
            let section = template.get(name).filter(|section| !section.is_null());
            if let Some(section) = section.filter(|section| !matches!(section.data, Data::Map(_))) {
                let message = format!("`{name}` is not a map");
                self.tell(ProblemKind::Unreadable, section.at, message, "write entries with names below it");
            }
        }
        for transform in template.get("Transform").map_or(&[][..], Value::one_or_many) {
            let name = transform.get("Name").unwrap_or(transform).display();
            if !TRANSFORMS.iter().any(|known| name.starts_with(known)) {
                let message = format!("the macro `{name}` may change the template when it is deployed");
                self.tell(
                    ProblemKind::Unresolved,
                    transform.at,
                    message,
                    "scan what it makes of the template",
                );
            }
        }
    }

    /// An entry of a map of the template, by an index of its own when the map is large.
    pub(super) fn entry_of(&mut self, map: &'a Value, key: &str) -> Option<&'a Value> {
        if map.entries().len() <= SMALL_MAP {
            return map.get(key);
        }
        let index = self.indices.entry(std::ptr::from_ref(map).addr()).or_insert_with(|| {
            map.entries().iter().map(|entry| (entry.key.text.as_str(), &entry.value)).collect()
        });
        index.get(key).copied()
    }

    pub(super) fn tell(&mut self, kind: ProblemKind, at: Span, message: impl Into<String>, help: &str) {
        self.reader.problem_at(kind, at, message, help);
    }

    /// The value with everything resolved that can be. `None` for `AWS::NoValue`.
    pub(super) fn resolve(&mut self, value: &Value) -> Option<Value> {
        let resolved = self.deeper(value.at, |scope| scope.resolve_here(value));
        resolved.unwrap_or_else(|| Some(too_deep(value.at)))
    }

    /// Runs one level deeper; `None`, and told, when that is too deep.
    pub(super) fn deeper<T>(&mut self, at: Span, run: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let depth_max = self.reader.limits().depth_max;
        if self.depth >= depth_max {
            let message = format!("nested deeper than {depth_max} levels");
            self.tell(ProblemKind::Limit, at, message, "what is deeper was not read; flatten it");
            return None;
        }
        self.depth += 1;
        let result = run(self);
        self.depth -= 1;
        Some(result)
    }

    fn resolve_here(&mut self, value: &Value) -> Option<Value> {
        if self.spent.is_over {
            return Some(too_much(value.at));
        }
        match &value.data {
            Data::Text(text) if !self.charge(text.len(), value.at) => Some(too_much(value.at)),
            Data::List(items) => {
                let items = items.iter().filter_map(|item| self.resolve(item)).collect();
                Some(Value::new(value.at, Data::List(items)))
            }
            Data::Map(entries) => match entries.as_slice() {
                [entry] if is_function(entry) => self.call(&entry.key.text, &entry.value, value.at),
                [entry] if entry.key.text == "Fn::Transform" => Some(match self.include(&entry.value) {
                    Some(entries) => Value::new(value.at, Data::Map(entries)),
                    None => Value::unknown(value.at, "a macro makes it when deployed", "${Fn::Transform}"),
                }),
                _ => {
                    let entries = self.resolve_entries(entries);
                    Some(Value::new(value.at, Data::Map(entries)))
                }
            },
            _ => Some(value.clone()),
        }
    }

    /// The entries of a map: loops unrolled, local files included, `AWS::NoValue` left out.
    pub(super) fn resolve_entries(&mut self, entries: &[Entry]) -> Vec<Entry> {
        let unrolled = self.unroll(entries);
        let mut resolved = Vec::with_capacity(entries.len());
        for entry in unrolled.as_deref().unwrap_or(entries) {
            if entry.key.text == "Fn::Transform" {
                resolved.extend(self.include(&entry.value).unwrap_or_default());
            } else if let Some(value) = self.resolve(&entry.value) {
                resolved.push(Entry { key: entry.key.clone(), value });
            }
        }
        resolved
    }

    /// Counts text that resolution makes. False when it is too much.
    pub(super) fn charge(&mut self, bytes: usize, at: Span) -> bool {
        let bytes_max = usize::try_from(self.reader.limits().file_bytes_max).unwrap_or(usize::MAX);
        self.spent.bytes = self.spent.bytes.saturating_add(bytes);
        let fits = self.spent.bytes <= bytes_max;
        if !fits && !self.spent.is_over {
            self.spent.is_over = true;
            let message = format!("the template makes more than {bytes_max} bytes of text");
            self.tell(ProblemKind::Limit, at, message, "the rest is unknown; shorten what is repeated");
        }
        fits
    }

    /// What a name stands for: a pseudo parameter, a parameter or a resource. `None` for `AWS::NoValue`.
    pub(super) fn name(&mut self, name: &str, at: Span) -> Option<Value> {
        if let Some(pseudo) = name.strip_prefix("AWS::") {
            return self.pseudo(pseudo, at);
        }
        if !self.trusts_defaults && self.defaulted.contains(name) {
            return Some(Value::unknown(
                at,
                format!("parameter `{name}` has only a default"),
                format!("${{{name}}}"),
            ));
        }
        if let Some((value, weight)) = self.parameters.get(name) {
            let (data, weight) = (value.data.clone(), *weight);
            return Some(if self.charge(weight, at) { Value::new(at, data) } else { too_much(at) });
        }
        // SAM resources may be asked for what is made of them: `MyFunction.Alias`.
        match name.split_once('.') {
            Some((resource, part)) => Some(self.resource_reference(resource, Some(part), at)),
            None => Some(self.resource_reference(name, None, at)),
        }
    }

    /// A reference to a resource of this template or to its attribute.
    pub(super) fn resource_reference(&mut self, name: &str, attribute: Option<&str>, at: Span) -> Value {
        if let Some(output) = attribute.and_then(|attribute| attribute.strip_prefix("Outputs."))
            && let Some(mut value) = self.child_output(name, output, at)
        {
            value.at = at;
            return if self.charge(weight(&value), at) { value } else { too_much(at) };
        }
        if !self.written.contains_key(name) && !self.is_made_by_sam(name) {
            let parameter = self.parameters.get(name).map(|(value, _)| value.clone());
            let unknown = parameter.filter(Value::is_unknown);
            return unknown.unwrap_or_else(|| self.missing(name, at));
        }
        let target = format!("{}{name}", self.prefix);
        let attribute = attribute.map(str::to_owned);
        Value::new(at, Data::Ref(Ref { target, attribute }))
    }

    /// SAM gives what it makes a name that begins with the name of what it was made from.
    fn is_made_by_sam(&self, name: &str) -> bool {
        let mut beginnings = name.char_indices().take(LOGICAL_ID_CHARS_MAX).map(|(end, _)| name.get(..end));
        self.is_sam
            && (name.starts_with("Serverless")
                || name == "CodeDeployServiceRole"
                || beginnings.any(|begin| begin.is_some_and(|begin| self.written.contains_key(begin))))
    }

    fn missing(&mut self, name: &str, at: Span) -> Value {
        if self.told.insert(name.to_owned()) {
            let message = format!("`{name}` is neither a parameter nor a resource of this template");
            self.tell(ProblemKind::Unresolved, at, message, "correct the name, or add what it names");
        }
        Value::unknown(at, format!("`{name}` does not exist"), format!("${{{name}}}"))
    }

    fn pseudo(&mut self, name: &str, at: Span) -> Option<Value> {
        match name {
            "NoValue" => None,
            "Partition" => Some(Value::text(at, "aws")),
            "URLSuffix" => Some(Value::text(at, "amazonaws.com")),
            "Region" if self.region.is_some() => self.region.clone().map(|region| Value::text(at, region)),
            _ => {
                let reason = format!("`AWS::{name}` is known only when deployed");
                Some(Value::unknown(at, reason, format!("${{AWS::{name}}}")))
            }
        }
    }
}

/// One entry that calls a function in place of the map. `Fn::Transform` and `Fn::ForEach` belong to a map.
pub(super) fn is_function(entry: &Entry) -> bool {
    let key = entry.key.text.as_str();
    (key == "Ref" && entry.value.as_str().is_some())
        || (key.starts_with("Fn::") && key != "Fn::Transform" && !key.starts_with("Fn::ForEach"))
}

/// CloudFormation allows no longer logical ids.
const LOGICAL_ID_CHARS_MAX: usize = 255;

/// What a value costs to copy, about in bytes.
pub(super) fn weight(value: &Value) -> usize {
    VALUE_BYTES
        + match &value.data {
            Data::Text(text) => text.len(),
            Data::List(items) | Data::Joined(items) => items.iter().map(weight).sum(),
            Data::Map(entries) => {
                entries.iter().map(|entry| entry.key.text.len() + weight(&entry.value)).sum()
            }
            Data::Unknown(unknown) => unknown.reason.len() + unknown.text.len(),
            Data::Null | Data::Bool(_) | Data::Int(_) | Data::Float(_) | Data::Ref(_) => 0,
        }
}

const VALUE_BYTES: usize = 100;

pub(super) fn too_much(at: Span) -> Value {
    Value::unknown(at, "the template makes too much text", "")
}

/// Some resource is SAM's, so that the transform was only forgotten.
fn has_sam_types(template: &Value) -> bool {
    let resources = template.get("Resources").map_or(&[][..], Value::entries);
    resources.iter().any(|entry| {
        let kind = entry.value.get("Type").and_then(Value::as_str);
        kind.is_some_and(|kind| kind.starts_with("AWS::Serverless::"))
    })
}

fn too_deep(at: Span) -> Value {
    Value::unknown(at, "nested too deeply", "")
}
