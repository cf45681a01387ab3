//! Where variables come from: the configuration itself, options, files, and what only a deployment knows.
//!
//! Source: Serverless Framework documentation, "Variables".
use std::borrow::Cow;
use std::rc::Rc;

use model::{Data, ProblemKind, Span, Value};

use super::{Found, Variables};
use model::beside;

impl Variables<'_, '_> {
    pub(super) fn named(&mut self, name: &str, parameter: Option<&str>, address: &str, at: Span) -> Found {
        match (name, parameter) {
            ("self", _) => self.own(address, at),
            ("opt", _) => self.option(address, at),
            ("env", _) => match self.reader.options.environment.get(address) {
                Some(text) => Found::Value(Value::text(at, text)),
                None => Found::Missing(format!("environment variable `{address}` is not given")),
            },
            ("sls", _) if address == "stage" => Found::Value(self.stage(at)),
            ("param", _) => self.param(address, at),
            ("aws", _) if address == "region" => Found::Value(self.region(at)),
            ("file", Some(path)) => self.file(path, address, at),
            ("strToBool", Some(text)) => str_to_bool(text, at),
            _ => {
                let shown = format!("${{{name}:{address}}}");
                Found::Value(Value::unknown(at, format!("`{shown}` is known only when deployed"), shown))
            }
        }
    }

    /// `${self:a.b}`.
    fn own(&mut self, address: &str, at: Span) -> Found {
        let root = Rc::clone(&self.root);
        let found = self.walk(Cow::Borrowed(&root), address);
        match (found, address) {
            // Both are settings that always have a value.
            (Found::Missing(_), "provider.stage") => Found::Value(self.stage(at)),
            (Found::Missing(_), "provider.region") => Found::Value(self.region(at)),
            // `service: name` and `service: { name: … }` say the same.
            (Found::Missing(_), "service.name") => self.walk(Cow::Borrowed(&root), "service"),
            (Found::Value(value), "service") => Found::Value(value.get("name").cloned().unwrap_or(value)),
            (found, _) => found,
        }
    }

    /// Follows an address to what is written there. What stands on the way may be a variable itself;
    /// only as much of it is resolved as the way needs, so that parts of one file may refer to others.
    pub(super) fn walk(&mut self, from: Cow<'_, Value>, address: &str) -> Found {
        let mut here = from;
        for part in address.split('.').filter(|part| !part.is_empty()) {
            if here.as_str().is_some_and(|text| text.contains("${")) {
                here = Cow::Owned(self.shallow(&here));
            }
            if here.is_unknown() {
                return Found::Value(here.into_owned());
            }
            match step(here, part) {
                Some(next) => here = next,
                None => return Found::Missing(format!("there is no `{address}`")),
            }
        }
        Found::Value(here.into_owned())
    }

    fn option(&mut self, name: &str, at: Span) -> Found {
        match self.reader.options.cli_options.get(name) {
            Some(text) => Found::Value(Value::text(at, text)),
            None => Found::Missing(format!("option `--{name}` is not given")),
        }
    }

    /// The stage that is deployed: the option, the provider's setting, or `dev`.
    pub(in crate::serverless) fn stage(&mut self, at: Span) -> Value {
        self.setting("stage", at).unwrap_or_else(|| Value::text(at, "dev"))
    }

    pub(in crate::serverless) fn region(&mut self, at: Span) -> Value {
        let given = self.setting("region", at);
        let known = self.reader.options.region.clone();
        given.unwrap_or_else(|| Value::text(at, known.unwrap_or_else(|| "us-east-1".to_owned())))
    }

    fn setting(&mut self, name: &str, at: Span) -> Option<Value> {
        if let Some(text) = self.reader.options.cli_options.get(name) {
            return Some(Value::text(at, text));
        }
        let id = format!("provider's {name}");
        if self.open.contains(&id) {
            return None;
        }
        self.open.push(id);
        let root = Rc::clone(&self.root);
        let found = match self.walk(Cow::Borrowed(&root), &format!("provider.{name}")) {
            Found::Value(value) => Some(self.resolve(&value)).filter(|value| !value.is_null()),
            Found::Missing(_) => None,
        };
        self.open.pop();
        found
    }

    /// `params` of the stage, else of `default`; version 4 also writes them as `stages.NAME.params`.
    fn param(&mut self, name: &str, at: Span) -> Found {
        if let Some(text) = self.reader.options.parameters.get(name) {
            return Found::Value(Value::text(at, text));
        }
        let root = Rc::clone(&self.root);
        let stage = self.stage(at).display();
        for address in [
            format!("params.{stage}.{name}"),
            format!("stages.{stage}.params.{name}"),
            format!("params.default.{name}"),
            format!("stages.default.params.{name}"),
        ] {
            match self.walk(Cow::Borrowed(&root), &address) {
                Found::Value(value) if !value.is_null() => return Found::Value(value),
                _ => {}
            }
        }
        Found::Missing(format!("parameter `{name}` is not set for stage `{stage}`"))
    }

    /// `${file(path):address}`.
    fn file(&mut self, path: &str, address: &str, at: Span) -> Found {
        let shown = if address.is_empty() { path.to_owned() } else { format!("{path}:{address}") };
        let Some(full) = beside(self.path, path) else {
            let message = format!("`{path}` is outside of the scanned folder");
            self.tell(ProblemKind::Unresolved, at, message, "scan a folder that holds it");
            return Found::Value(Value::unknown(at, "the file is outside of the scanned folder", shown));
        };
        let ending = full.rsplit_once('.').map_or("", |(_, ending)| ending);
        if matches!(ending, "js" | "cjs" | "mjs" | "ts") {
            let message = format!("`{path}` is a program; what it returns is not known");
            let help = "write its result with `serverless print`, and scan that";
            self.tell(ProblemKind::Unresolved, at, message, help);
            return Found::Value(Value::unknown(
                at,
                format!("`{path}` is a program"),
                format!("${{file({shown})}}"),
            ));
        }
        if !self.reader.sniff(&full, |_| true) {
            return Found::Missing(format!("there is no file `{full}`"));
        }
        self.reader.take_in(self.path, &full);
        if matches!(ending, "yml" | "yaml" | "json" | "tfstate") {
            let Some(document) = self.document(&full) else {
                return Found::Value(Value::unknown(at, format!("`{full}` could not be read"), shown));
            };
            return self.walk(Cow::Borrowed(&document), address);
        }
        match self.reader.file(&full) {
            Some(file) => {
                let text = self.reader.text(file);
                Found::Value(Value::text(at, text.trim()))
            }
            None => Found::Value(Value::unknown(at, format!("`{full}` could not be read"), shown)),
        }
    }

    fn document(&mut self, path: &str) -> Option<Rc<Value>> {
        if let Some(known) = self.documents.get(path) {
            return known.clone();
        }
        let document = self.reader.document(path).map(Rc::new);
        self.documents.insert(path.to_owned(), document.clone());
        document
    }
}

fn step<'v>(here: Cow<'v, Value>, part: &str) -> Option<Cow<'v, Value>> {
    match here {
        Cow::Borrowed(value) => child(value, part).map(Cow::Borrowed),
        Cow::Owned(value) => child(&value, part).cloned().map(Cow::Owned),
    }
}

fn child<'v>(value: &'v Value, part: &str) -> Option<&'v Value> {
    value.get(part).or_else(|| value.items().get(part.parse::<usize>().ok()?))
}

fn str_to_bool(text: &str, at: Span) -> Found {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" => Found::Value(Value::new(at, Data::Bool(true))),
        "false" | "0" | "" | "null" => Found::Value(Value::new(at, Data::Bool(false))),
        _ => Found::Missing(format!("`{text}` is neither true nor false")),
    }
}
