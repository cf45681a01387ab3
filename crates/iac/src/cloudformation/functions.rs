//! The intrinsic functions.
//!
//! Source: AWS CloudFormation Template Reference Guide, "Intrinsic functions" and "AWS::LanguageExtensions
//! transform".
use model::{Data, Entry, ProblemKind, Ref, Span, Tri, Value};

use super::conditions::alike;
use super::resolve::Scope;

impl Scope<'_, '_> {
    /// Calls an intrinsic function. `None` for `AWS::NoValue`.
    pub(super) fn call(&mut self, function: &str, argument: &Value, at: Span) -> Option<Value> {
        let value = match function {
            "Ref" => return self.name(argument.as_str().unwrap_or_default(), at),
            "Fn::If" => return self.choose(argument, at),
            "Fn::Select" => return self.select(argument, at),
            "Fn::Sub" => self.sub(argument, at),
            "Fn::GetAtt" => self.attribute(argument, at),
            "Fn::Join" => self.join(argument, at),
            "Fn::FindInMap" => return self.find_in_map(argument, at),
            "Fn::Split" => self.split(argument, at),
            // Kept as it was written: what people read and what detectors look into.
            "Fn::Base64" => return self.resolve(argument),
            "Fn::Cidr" => self.cidr(argument, at),
            "Fn::GetAZs" => self.zones(argument, at),
            "Fn::ImportValue" => self.import(argument, at),
            "Fn::ToJsonString" => self.json_text(argument, at),
            "Fn::Length" => self.length(argument, at),
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" => {
                let expression = Value::new(at, Data::Map(vec![entry(function, argument)]));
                match self.evaluate(&expression) {
                    Tri::Unknown => {
                        Value::unknown(at, "the condition is not known", format!("${{{function}}}"))
                    }
                    known => Value::new(at, Data::Bool(known.is_true())),
                }
            }
            _ => {
                let message = format!("`{function}` is no function that CloudFormation knows");
                self.tell(ProblemKind::Unresolved, at, message, "correct its name; its value is unknown");
                Value::unknown(at, format!("`{function}` is not known"), format!("${{{function}}}"))
            }
        };
        Some(value)
    }

    /// `Fn::If`: the branch that its condition chooses, or what both have in common.
    fn choose(&mut self, argument: &Value, at: Span) -> Option<Value> {
        let [condition, then, otherwise] = argument.items() else {
            return Some(self.malformed("Fn::If", "a condition and two values", at));
        };
        let holds = match condition.as_str() {
            Some(name) => self.condition(name, condition.at),
            None => self.evaluate(condition),
        };
        match holds {
            Tri::True => self.resolve(then),
            Tri::False => self.resolve(otherwise),
            Tri::Unknown => {
                let reason = format!("condition `{}` is not known", condition.display());
                match (self.resolve(then), self.resolve(otherwise)) {
                    (None, None) => None,
                    (Some(then), Some(otherwise)) => Some(in_common(then, &otherwise, at, &reason)),
                    _ => Some(Value::unknown(at, reason, "${Fn::If}")),
                }
            }
        }
    }

    fn select(&mut self, argument: &Value, at: Span) -> Option<Value> {
        let [index, list] = argument.items() else {
            return Some(self.malformed("Fn::Select", "an index and a list", at));
        };
        let index = self.resolve(index)?;
        let list = self.resolve(list)?;
        let (Some(index), Data::List(items)) = (index.as_int(), &list.data) else {
            return Some(part_of(&list, at, "the list is not known"));
        };
        match usize::try_from(index).ok().and_then(|index| items.get(index)) {
            Some(item) => Some(Value::new(at, item.data.clone())),
            None => Some(self.malformed("Fn::Select", "an index within its list", at)),
        }
    }

    fn attribute(&mut self, argument: &Value, at: Span) -> Value {
        let (name, attribute) = match &argument.data {
            Data::Text(text) => match text.split_once('.') {
                Some((name, attribute)) => (Some(name.to_owned()), Some(attribute.to_owned())),
                None => (None, None),
            },
            Data::List(items) => {
                let mut parts = items.iter().map(|item| self.resolve(item));
                let name = parts.next().flatten().and_then(|name| name.as_str().map(str::to_owned));
                let rest: Vec<String> = parts.flatten().map(|part| part.display()).collect();
                (name, Some(rest.join(".")).filter(|attribute| !attribute.is_empty()))
            }
            _ => (None, None),
        };
        match (name, attribute) {
            (Some(name), Some(attribute)) => self.resource_reference(&name, Some(&attribute), at),
            _ => self.malformed("Fn::GetAtt", "a resource and an attribute", at),
        }
    }

    fn join(&mut self, argument: &Value, at: Span) -> Value {
        let [delimiter, list] = argument.items() else {
            return self.malformed("Fn::Join", "a delimiter and a list", at);
        };
        let delimiter = delimiter.display();
        let Some(list) = self.resolve(list) else { return Value::text(at, "") };
        let mut parts = Vec::new();
        for (index, item) in list.one_or_many().iter().enumerate() {
            if index > 0 && !delimiter.is_empty() {
                parts.push(Value::text(at, delimiter.clone()));
            }
            parts.push(item.clone());
        }
        self.concat(at, parts)
    }

    fn find_in_map(&mut self, argument: &Value, at: Span) -> Option<Value> {
        let [map, first, second, options @ ..] = argument.items() else {
            return Some(self.malformed("Fn::FindInMap", "a map and two keys", at));
        };
        let keys: Vec<Value> = [map, first, second].iter().filter_map(|key| self.resolve(key)).collect();
        let template = self.template;
        let mut found = template.get("Mappings");
        for key in &keys {
            if !key.is_literal() {
                let shown = keys.iter().map(Value::display).collect::<Vec<_>>().join(".");
                return Some(Value::unknown(at, format!("{} is not known", key.display()), shown));
            }
            found = found.and_then(|map| self.entry_of(map, &key.display()));
        }
        if let Some(found) = found.filter(|_| keys.len() == 3) {
            let found = self.resolve(found)?;
            return Some(Value::new(at, found.data));
        }
        if let Some(default) = options.first().and_then(|options| options.get("DefaultValue")) {
            return self.resolve(default);
        }
        let shown = keys.iter().map(Value::display).collect::<Vec<_>>().join(".");
        let message = format!("`Mappings` has no `{shown}`");
        self.tell(ProblemKind::Unresolved, at, message, "correct the keys, or give a `DefaultValue`");
        Some(Value::unknown(at, format!("`Mappings` has no `{shown}`"), shown))
    }

    fn split(&mut self, argument: &Value, at: Span) -> Value {
        let [delimiter, text] = argument.items() else {
            return self.malformed("Fn::Split", "a delimiter and text", at);
        };
        let delimiter = delimiter.display();
        let Some(text) = self.resolve(text) else { return Value::new(at, Data::List(Vec::new())) };
        match text.as_str() {
            Some(text) if !delimiter.is_empty() => {
                let items = text.split(delimiter.as_str()).map(|part| Value::text(at, part)).collect();
                Value::new(at, Data::List(items))
            }
            _ => part_of(&text, at, "the text to split is not known"),
        }
    }

    fn zones(&mut self, argument: &Value, at: Span) -> Value {
        let region = self.resolve(argument).map_or_else(String::new, |region| region.display());
        Value::unknown(
            at,
            "availability zones are known only when deployed",
            format!("${{Fn::GetAZs {region}}}"),
        )
    }

    fn import(&mut self, argument: &Value, at: Span) -> Value {
        let name = self.resolve(argument).map_or_else(String::new, |name| name.display());
        let reason = format!("the export `{name}` belongs to another stack");
        Value::unknown(at, reason, format!("${{Fn::ImportValue {name}}}"))
    }

    fn length(&mut self, argument: &Value, at: Span) -> Value {
        match self.resolve(argument).map(|value| value.data) {
            Some(Data::List(items)) => {
                Value::new(at, Data::Int(i64::try_from(items.len()).unwrap_or(i64::MAX)))
            }
            _ => Value::unknown(at, "the list is not known", "${Fn::Length}"),
        }
    }

    /// `Fn::Cidr`: address blocks of an IPv4 block.
    fn cidr(&mut self, argument: &Value, at: Span) -> Value {
        let resolved = self.resolve(argument);
        let parts = resolved.as_ref().map_or(&[][..], Value::items);
        let blocks = match parts {
            [block, count, bits] => block
                .as_str()
                .zip(count.as_int())
                .zip(bits.as_int())
                .and_then(|((block, count), bits)| cidr_blocks(block, count, bits)),
            _ => None,
        };
        match blocks {
            Some(blocks) => {
                let items = blocks.into_iter().map(|block| Value::text(at, block)).collect();
                Value::new(at, Data::List(items))
            }
            None => match resolved {
                Some(value) => part_of(&value, at, "the address block is not known"),
                None => Value::unknown(at, "the address block is not known", "${Fn::Cidr}"),
            },
        }
    }

    fn json_text(&mut self, argument: &Value, at: Span) -> Value {
        let Some(value) = self.resolve(argument) else { return Value::text(at, "null") };
        let mut parts = Vec::new();
        json_parts(&value, &mut parts);
        self.concat(at, parts)
    }
}

fn entry(key: &str, value: &Value) -> Entry {
    Entry { key: model::Key { text: key.to_owned(), at: value.at }, value: value.clone() }
}

/// What two branches agree on: maps key by key, anything else only when it is the same.
fn in_common(then: Value, otherwise: &Value, at: Span, reason: &str) -> Value {
    if alike(&then, otherwise) {
        return then;
    }
    let unknown = |at: Span| Value::unknown(at, reason, "${Fn::If}");
    let (Data::Map(left), Data::Map(right)) = (&then.data, &otherwise.data) else { return unknown(at) };
    let mut entries: Vec<Entry> = Vec::with_capacity(left.len());
    for entry in left {
        let value = match otherwise.get(&entry.key.text) {
            Some(other) => in_common(entry.value.clone(), other, entry.value.at, reason),
            None => unknown(entry.value.at),
        };
        entries.push(Entry { key: entry.key.clone(), value });
    }
    for entry in right.iter().filter(|entry| then.get(&entry.key.text).is_none()) {
        entries.push(Entry { key: entry.key.clone(), value: unknown(entry.value.at) });
    }
    Value::new(at, Data::Map(entries))
}

/// A part of a value that is not known. The resource that it comes from stays known.
fn part_of(value: &Value, at: Span, reason: &str) -> Value {
    match value.first_reference() {
        Some(Ref { target, attribute }) => {
            let reference = Data::Ref(Ref { target: target.clone(), attribute: attribute.clone() });
            let unknown = Value::unknown(at, reason, "");
            Value::new(at, Data::Joined(vec![Value::new(at, reference), unknown]))
        }
        None => match &value.data {
            Data::Unknown(unknown) => Value::unknown(at, unknown.reason.clone(), unknown.text.clone()),
            _ => Value::unknown(at, reason, value.display()),
        },
    }
}

/// The first `count` blocks with `bits` host bits inside an IPv4 block.
fn cidr_blocks(block: &str, count: i64, bits: i64) -> Option<Vec<String>> {
    let (address, prefix) = block.split_once('/')?;
    let address: std::net::Ipv4Addr = address.parse().ok()?;
    let (prefix, bits) = (prefix.parse::<u32>().ok()?, u32::try_from(bits).ok()?);
    let count = u32::try_from(count).ok().filter(|count| (1..=256).contains(count))?;
    if prefix > 32 || bits > 32 - prefix {
        return None;
    }
    let first = u64::from(u32::from(address)) >> (32 - prefix) << (32 - prefix);
    let fits = u64::from(count) << bits <= 1 << (32 - prefix);
    let blocks = (0..u64::from(count)).map(|index| {
        let start = u32::try_from(first + (index << bits)).unwrap_or(u32::MAX);
        format!("{}/{}", std::net::Ipv4Addr::from(start), 32 - bits)
    });
    fits.then(|| blocks.collect())
}

/// A value as JSON text; what is not known stays a part of its own.
fn json_parts(value: &Value, parts: &mut Vec<Value>) {
    let push = |text: String, parts: &mut Vec<Value>| parts.push(Value::text(value.at, text));
    match &value.data {
        Data::Null => push("null".to_owned(), parts),
        Data::Bool(_) | Data::Int(_) | Data::Float(_) => push(value.display(), parts),
        Data::Text(text) => push(quoted(text), parts),
        Data::List(items) => {
            push("[".to_owned(), parts);
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    push(",".to_owned(), parts);
                }
                json_parts(item, parts);
            }
            push("]".to_owned(), parts);
        }
        Data::Map(entries) => {
            push("{".to_owned(), parts);
            for (index, entry) in entries.iter().enumerate() {
                let comma = if index > 0 { "," } else { "" };
                push(format!("{comma}{}:", quoted(&entry.key.text)), parts);
                json_parts(&entry.value, parts);
            }
            push("}".to_owned(), parts);
        }
        Data::Joined(inner) => {
            push("\"".to_owned(), parts);
            for part in inner {
                match part.as_str() {
                    Some(text) => push(escaped(text), parts),
                    None => parts.push(part.clone()),
                }
            }
            push("\"".to_owned(), parts);
        }
        Data::Ref(_) | Data::Unknown(_) => {
            push("\"".to_owned(), parts);
            parts.push(value.clone());
            push("\"".to_owned(), parts);
        }
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '"' | '\\' => escaped.extend(['\\', char]),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            control if control.is_control() => escaped.push_str(&format!("\\u{:04x}", control as u32)),
            plain => escaped.push(plain),
        }
    }
    escaped
}
