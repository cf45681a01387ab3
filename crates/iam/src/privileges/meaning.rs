//! What a value of the code says about a resource: its ARN, its name, or nothing.
use model::{App, Data, Node, Span, Unknown, Value};

use crate::arn::{self, Names, Reference};

/// What is known of a resource.
#[derive(Debug, Clone)]
pub(super) enum Meaning<'a> {
    Node(&'a Node),
    /// An ARN, whole or with `*` for what is not known.
    Arn(Value),
    /// A name, whole or with `*` for what is not known.
    Name(Value),
    /// Nothing; why.
    Unknown(String),
}

/// Where values are looked up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place<'a> {
    pub app: &'a App,
    pub names: &'a Names,
    /// The function whose code it is.
    pub function: &'a Node,
}

impl<'a> Place<'a> {
    /// What a value says about a resource of a service.
    pub(super) fn meaning(self, service: &str, data: &Data) -> Meaning<'a> {
        match data {
            Data::Ref(_) => self.of_reference(service, data),
            Data::Text(text) => self.of_text(service, text),
            Data::Joined(_) => self.of_joined(service, data),
            Data::Unknown(unknown) => {
                super::event::meaning(self, service, unknown).unwrap_or_else(|| of_unknown(unknown))
            }
            Data::Int(number) => Meaning::Name(Value::text(Span::NONE, number.to_string())),
            _ => Meaning::Unknown("it is no text".to_owned()),
        }
    }

    fn of_reference(self, service: &str, data: &Data) -> Meaning<'a> {
        let value = Value::new(Span::NONE, data.clone());
        let Data::Ref(reference) = data else { return Meaning::Name(value) };
        let Some(node) = arn::node_of(self.app, reference) else {
            // An output of a module that was not read.
            let name = reference.attribute.as_deref().unwrap_or_default().to_ascii_lowercase();
            return match name.as_str() {
                name if name.ends_with("arn") => Meaning::Arn(value),
                name if name.contains("url") => {
                    Meaning::Unknown(format!("`{}` is an address", value.display()))
                }
                _ => Meaning::Name(value),
            };
        };
        let Some(form) = arn::form(node) else {
            let attribute = reference.attribute.as_deref().unwrap_or_default();
            let is_arn = attribute.to_ascii_lowercase().ends_with("arn");
            return if is_arn { Meaning::Arn(value) } else { Meaning::Name(value) };
        };
        if same(form.service, service) {
            return Meaning::Node(node);
        }
        let is_arn = form.attribute == reference.attribute.as_deref() && form.attribute.is_some()
            || reference.attribute.is_none() && form.reference == Reference::Arn;
        if is_arn { Meaning::Arn(value) } else { Meaning::Name(value) }
    }

    fn of_text(self, service: &str, text: &str) -> Meaning<'a> {
        let text = text.trim();
        if text.is_empty() {
            return Meaning::Unknown("it is empty".to_owned());
        }
        let value = || Value::text(Span::NONE, text);
        if text.starts_with("arn:") {
            let long = arn::expand(self.app, &value());
            let node = self.names.find(self.app, &long);
            return match node.and_then(|node| arn::long(self.app, node)) {
                Some(known) if known.display() == long.display() => {
                    node.map_or_else(|| Meaning::Arn(value()), Meaning::Node)
                }
                _ => Meaning::Arn(value()),
            };
        }
        let name = match text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) {
            Some(address) => match address.rsplit('/').next().filter(|_| service == "sqs") {
                Some(name) => name,
                None => return Meaning::Unknown(format!("`{text}` is an address")),
            },
            None => text,
        };
        match self.names.named(self.app, service, name) {
            Some(node) => Meaning::Node(node),
            None => Meaning::Name(Value::text(Span::NONE, name)),
        }
    }

    fn of_joined(self, service: &str, data: &Data) -> Meaning<'a> {
        let value = starred(&Value::new(Span::NONE, data.clone()));
        let long = arn::expand(self.app, &value);
        let shown = long.display();
        if shown.starts_with("arn:") {
            let node = self.names.find(self.app, &long);
            let is_whole =
                node.and_then(|node| arn::long(self.app, node)).is_some_and(|long| long.display() == shown);
            return match node {
                Some(node) if is_whole => Meaning::Node(node),
                _ => Meaning::Arn(value),
            };
        }
        if service == "sqs"
            && let Some((_, name)) = shown.rsplit_once('/').filter(|_| shown.starts_with("https://"))
        {
            let last = arn::joined(arn::parts(&value).last().cloned().map(|part| match part.as_str() {
                Some(text) => Value::text(part.at, text.rsplit('/').next().unwrap_or(text)),
                None => part,
            }));
            let node = self.names.named(self.app, service, name);
            return node.map_or(Meaning::Name(last), Meaning::Node);
        }
        if let Some(node) = self.names.named(self.app, service, &shown) {
            return Meaning::Node(node);
        }
        match value.as_str() {
            Some("*") => Meaning::Unknown("it is known only at run time".to_owned()),
            _ => Meaning::Name(value),
        }
    }
}

/// Services whose resources are one another's.
fn same(one: &str, other: &str) -> bool {
    let family = |service: &str| match service {
        "rds-data" | "rds-db" => "rds".to_owned(),
        "es" | "opensearch" => "es".to_owned(),
        service => service.to_owned(),
    };
    family(one) == family(other)
}

fn of_unknown<'a>(unknown: &Unknown) -> Meaning<'a> {
    let value = Value::new(Span::NONE, Data::Unknown(unknown.clone()));
    if arn::is_run_time(unknown) {
        return Meaning::Unknown(unknown.reason.clone());
    }
    let name = unknown.text.trim_end_matches('}').to_ascii_lowercase();
    match name.as_str() {
        name if name.ends_with("arn") => Meaning::Arn(value),
        name if name.ends_with("url") => Meaning::Unknown(format!("`{}` is an address", unknown.text)),
        _ => Meaning::Name(value),
    }
}

/// The value with `*` for each part that only a run knows, neighbouring ones as one.
pub(super) fn starred(value: &Value) -> Value {
    let mut parts = Vec::new();
    for part in arn::parts(value) {
        if let Data::Unknown(unknown) = &part.data
            && let Some(place) = super::event::place_of(unknown)
        {
            parts.push(place);
            continue;
        }
        let is_open = match &part.data {
            Data::Unknown(unknown) => arn::is_run_time(unknown),
            Data::Ref(_) | Data::Text(_) => false,
            _ => part.as_int().is_none(),
        };
        let ends_open = || parts.last().and_then(Value::as_str).is_some_and(|text: &str| text.ends_with('*'));
        if is_open && !ends_open() {
            parts.push(Value::text(part.at, "*"));
        } else if !is_open {
            parts.push(part.clone());
        }
    }
    arn::joined(parts)
}
