//! Type constraints of variables: conversions that Terraform applies to what is given.
use model::{Data, Entry, Key, Value};

use super::eval::{Evaluator, MapBuilder, Scope};
use super::syntax::{Expr, ExprKind};
use super::{operators, text};

/// Constraints inside each other that are followed.
const DEPTH_MAX: usize = 32;

/// Whether values of this type are written as plain text on the command line.
pub(super) fn is_primitive(constraint: &Expr) -> bool {
    let name = match &constraint.kind {
        ExprKind::Variable(name) => name.as_str(),
        _ => constraint.as_str().unwrap_or_default(),
    };
    matches!(name, "string" | "number" | "bool")
}

/// The value as a variable of this type holds it.
pub(super) fn convert(evaluator: &mut Evaluator<'_, '_>, value: &Value, constraint: &Expr) -> Value {
    let mut converter = Converter { evaluator, depth: 0 };
    converter.convert(value, constraint)
}

struct Converter<'c, 'r, 'a> {
    evaluator: &'c mut Evaluator<'r, 'a>,
    depth: usize,
}

impl Converter<'_, '_, '_> {
    fn convert(&mut self, value: &Value, constraint: &Expr) -> Value {
        if self.depth >= DEPTH_MAX {
            return value.clone();
        }
        self.depth += 1;
        let data = match &constraint.kind {
            ExprKind::Variable(name) => primitive(value, name),
            ExprKind::Literal(Data::Text(name)) => primitive(value, name),
            ExprKind::Call(call) => match (call.name.as_str(), call.args.first()) {
                ("list" | "set", Some(element)) => self.items(value, element, call.name == "set"),
                ("map", Some(element)) => self.entries(value, element),
                ("object", Some(fields)) => self.object(value, fields),
                ("optional", Some(inner)) => self.convert(value, inner).data,
                _ => value.data.clone(),
            },
            _ => value.data.clone(),
        };
        self.depth -= 1;
        Value::new(value.at, data)
    }

    fn items(&mut self, value: &Value, element: &Expr, is_set: bool) -> Data {
        let Data::List(items) = &value.data else { return value.data.clone() };
        let mut converted: Vec<Value> = items.iter().map(|item| self.convert(item, element)).collect();
        if is_set {
            super::functions::unique(&mut converted);
        }
        Data::List(converted)
    }

    fn entries(&mut self, value: &Value, element: &Expr) -> Data {
        let Data::Map(entries) = &value.data else { return value.data.clone() };
        let convert =
            |entry: &Entry| Entry { key: entry.key.clone(), value: self.convert(&entry.value, element) };
        Data::Map(entries.iter().map(convert).collect())
    }

    /// Only the fields that are declared; those left out are null, or what `optional` says.
    fn object(&mut self, value: &Value, fields: &Expr) -> Data {
        let (Data::Map(_), ExprKind::Object(fields)) = (&value.data, &fields.kind) else {
            return value.data.clone();
        };
        let mut map = MapBuilder::default();
        for (name, constraint) in fields {
            let Some(name) = name.as_str() else { continue };
            let given = value.get(name).filter(|given| !given.is_null());
            let field = match given {
                Some(given) => self.convert(given, constraint),
                None => self.missing(value, constraint),
            };
            map.set(Key { text: name.to_owned(), at: field.at }, field);
        }
        map.finish()
    }

    fn missing(&mut self, value: &Value, constraint: &Expr) -> Value {
        if let ExprKind::Call(call) = &constraint.kind
            && let ("optional", [inner, default]) = (call.name.as_str(), call.args.as_slice())
        {
            let default = self.evaluator.eval(Scope::of(0), default);
            return self.convert(&default, inner);
        }
        Value::new(value.at, Data::Null)
    }
}

fn primitive(value: &Value, name: &str) -> Data {
    match (name, &value.data) {
        ("string", Data::Bool(_) | Data::Int(_) | Data::Float(_)) => {
            text::literal(value).map_or(Data::Null, Data::Text)
        }
        ("number", Data::Text(_)) => operators::number(value).unwrap_or_else(|_| value.data.clone()),
        ("bool", Data::Text(text)) if text == "true" => Data::Bool(true),
        ("bool", Data::Text(text)) if text == "false" => Data::Bool(false),
        _ => value.data.clone(),
    }
}
