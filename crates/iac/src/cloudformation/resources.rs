//! The `Resources` section: which are made, and their resolved properties.
use std::collections::BTreeMap;

use model::{Data, Entry, ProblemKind, Value};

use super::resolve::Scope;
use crate::resource::Resource;
use crate::skips;

impl Scope<'_, '_> {
    pub(super) fn read_resources(&mut self) -> Vec<Resource> {
        let template = self.template;
        let Some(section) = template.get("Resources") else { return Vec::new() };
        let entries = self.written_resources(section);
        // With a name written twice, the last one counts.
        let mut last: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, entry) in entries.iter().enumerate() {
            self.written.insert(entry.key.text.clone(), entry.value.clone());
            last.insert(&entry.key.text, index);
        }
        let counts = |index: usize, entry: &Entry| last.get(entry.key.text.as_str()) == Some(&index);
        let counted = entries.iter().enumerate().filter(|(index, entry)| counts(*index, entry));
        let mut resources: Vec<Resource> =
            counted.filter_map(|(_, entry)| self.read_resource(entry)).collect();
        let names: Vec<String> = self.written.keys().cloned().collect();
        for name in names {
            resources.extend(self.child_resources(&name));
        }
        resources
    }

    /// The entries of `Resources`, with loops unrolled, files included and `Globals` merged.
    fn written_resources(&mut self, section: &Value) -> Vec<Entry> {
        let mut entries = self.unroll(section.entries()).unwrap_or_else(|| section.entries().to_vec());
        if entries.iter().any(|entry| entry.key.text == "Fn::Transform") {
            let (transforms, own): (Vec<_>, Vec<_>) =
                entries.into_iter().partition(|entry| entry.key.text == "Fn::Transform");
            entries = own;
            for transform in transforms {
                entries.extend(self.include(&transform.value).unwrap_or_default());
            }
        }
        if self.is_sam
            && let Some(globals) = self.template.get("Globals")
        {
            super::sam::globals::merge(self, globals, &mut entries);
        }
        entries
    }

    fn read_resource(&mut self, entry: &Entry) -> Option<Resource> {
        let (name, body) = (&entry.key.text, &entry.value);
        let Some(provider_type) = body.get("Type").and_then(Value::as_str) else {
            let message = format!("resource `{name}` has no `Type`");
            self.tell(ProblemKind::Unreadable, entry.key.at, message, "give it a `Type`; it was not read");
            return None;
        };
        if let Some(condition) = body.get("Condition").and_then(Value::as_str)
            && self.is_never(condition, body.at)
        {
            let message = format!("`{name}` is not made: condition `{condition}` is false");
            let help = "give other parameter values to scan it";
            self.tell(ProblemKind::Unresolved, entry.key.at, message, help);
            self.children.insert(name.clone(), Some(super::nested::Child::default()));
            return None;
        }
        let properties = body.get("Properties").and_then(|properties| self.resolve(properties));
        let properties = properties.unwrap_or_else(|| Value::new(body.at, Data::Map(Vec::new())));
        let mut resource = Resource::new(format!("{}{name}", self.prefix), provider_type, properties);
        resource.name_at = entry.key.at;
        resource.span = entry.key.at.to(body.at);
        resource.settings = self.settings(body);
        let problems = skips::from_metadata(&resource.settings, &mut resource.skips);
        for (at, message) in problems {
            self.tell(ProblemKind::Suspicious, at, message, skips::HELP);
        }
        Some(resource)
    }

    fn settings(&mut self, body: &Value) -> Value {
        let beside = |entry: &&Entry| entry.key.text != "Type" && entry.key.text != "Properties";
        let entries: Vec<Entry> = body.entries().iter().filter(beside).cloned().collect();
        Value::new(body.at, Data::Map(self.resolve_entries(&entries)))
    }
}
