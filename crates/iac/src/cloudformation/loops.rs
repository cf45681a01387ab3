//! `Fn::ForEach` and `AWS::Include`: maps whose entries are made or stand elsewhere.
//!
//! Source: AWS CloudFormation Template Reference Guide, "Fn::ForEach" and "AWS::Include transform".
use model::{Data, Entry, Key, ProblemKind, Value};

use super::resolve::{Scope, weight};
use model::beside;

impl Scope<'_, '_> {
    /// The entries of a map with every loop unrolled; `None` when there is none.
    pub(super) fn unroll(&mut self, entries: &[Entry]) -> Option<Vec<Entry>> {
        let is_loop = |entry: &Entry| entry.key.text.starts_with("Fn::ForEach");
        if !entries.iter().any(is_loop) {
            return None;
        }
        let mut unrolled = Vec::with_capacity(entries.len());
        for entry in entries {
            if is_loop(entry) {
                let copies = self.deeper(entry.key.at, |scope| scope.copies(entry));
                unrolled.extend(copies.unwrap_or_default());
            } else {
                unrolled.push(entry.clone());
            }
        }
        Some(unrolled)
    }

    fn copies(&mut self, entry: &Entry) -> Vec<Entry> {
        let [identifier, collection, fragment] = entry.value.items() else {
            self.malformed("Fn::ForEach", "an identifier, a collection and a fragment", entry.key.at);
            return Vec::new();
        };
        let collection = self.resolve(collection);
        let Some(Data::List(items)) = collection.map(|collection| collection.data) else {
            let message = format!("the collection of `{}` is not known", entry.key.text);
            self.tell(ProblemKind::Unresolved, entry.key.at, message, "give the parameter a value");
            return Vec::new();
        };
        let size = weight(fragment);
        let mut made = Vec::new();
        for item in &items {
            self.spent.copies = self.spent.copies.saturating_add(1);
            if !self.may_copy(size, entry) {
                break;
            }
            let mut variable = Variable::new(&identifier.display(), &item.display());
            let copy = variable.put_into(fragment);
            if !self.charge(variable.put, entry.key.at) {
                break;
            }
            match self.unroll(copy.entries()) {
                Some(inner) => made.extend(inner),
                None => made.extend(copy.entries().iter().cloned()),
            }
        }
        made
    }

    fn may_copy(&mut self, size: usize, entry: &Entry) -> bool {
        let copies_max = self.reader.limits().copies_max;
        if self.spent.copies > copies_max {
            let message = format!("loops make more than {copies_max} copies");
            self.tell(ProblemKind::Limit, entry.key.at, message, "the rest was not read; shorten the loop");
            return false;
        }
        self.charge(size, entry.key.at)
    }

    /// The entries of a local file that `Fn::Transform` with `AWS::Include` puts here. `None`, and told,
    /// when it cannot be read.
    pub(super) fn include(&mut self, transform: &Value) -> Option<Vec<Entry>> {
        let name = transform.get("Name").map(Value::display).unwrap_or_default();
        let location = transform.path("Parameters.Location").and_then(|location| self.resolve(location));
        let path = location.as_ref().and_then(Value::as_str).and_then(|location| beside(self.path, location));
        let at = transform.at;
        let Some(path) = path.filter(|_| name == "AWS::Include") else {
            let (message, help) = if name == "AWS::Include" {
                let shown = location.map(|location| location.display()).unwrap_or_default();
                (
                    format!("`AWS::Include` of `{shown}` is not a local file"),
                    "keep a copy beside the template",
                )
            } else {
                (format!("the macro `{name}` runs only when deployed"), "scan what it makes of the template")
            };
            self.tell(ProblemKind::Unresolved, at, message, help);
            return None;
        };
        if self.open.contains(&path) {
            let message = format!("`{path}` includes itself");
            self.tell(ProblemKind::Suspicious, at, message, "break the cycle; it was not read again");
            return None;
        }
        let document = self.reader.document(&path)?;
        self.open.push(path);
        let entries = self.deeper(at, |scope| scope.resolve_entries(document.entries()));
        self.open.pop();
        entries
    }
}

/// The loop's identifier, and what it is in one copy.
struct Variable {
    name: String,
    item: String,
    /// `${Name}`, and `&{Name}` which leaves out what is not a letter or digit.
    spellings: [(String, String); 2],
    /// Bytes that were put in so far. Past the limit the rest stays as it is written.
    put: usize,
}

/// Bytes that one copy of a loop may put into its fragment at most.
const PUT_BYTES_MAX: usize = 1 << 20;

impl Variable {
    fn new(name: &str, item: &str) -> Self {
        let plain: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
        let spellings = [(format!("${{{name}}}"), item.to_owned()), (format!("&{{{name}}}"), plain)];
        Self { name: name.to_owned(), item: item.to_owned(), spellings, put: 0 }
    }

    fn in_text(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for (spelling, item) in &self.spellings {
            let bytes = text.matches(spelling.as_str()).count().saturating_mul(item.len() + 1);
            if bytes > 0 && self.put.saturating_add(bytes) <= PUT_BYTES_MAX {
                self.put += bytes;
                text = text.replace(spelling.as_str(), item);
            }
        }
        text
    }

    fn put_into(&mut self, value: &Value) -> Value {
        let data = match &value.data {
            Data::Text(text) => Data::Text(self.in_text(text)),
            Data::List(items) => Data::List(items.iter().map(|item| self.put_into(item)).collect()),
            Data::Map(entries) => match entries.as_slice() {
                [entry] if entry.key.text == "Ref" && entry.value.as_str() == Some(&self.name) => {
                    Data::Text(self.item.clone())
                }
                _ => Data::Map(entries.iter().map(|entry| self.put_into_entry(entry)).collect()),
            },
            other => other.clone(),
        };
        Value::new(value.at, data)
    }

    fn put_into_entry(&mut self, entry: &Entry) -> Entry {
        let key = Key { text: self.in_text(&entry.key.text), at: entry.key.at };
        Entry { key, value: self.put_into(&entry.value) }
    }
}
