//! Schemas: what a value can still be after it was validated.
//!
//! JSON Schema (ajv, jsonschema), zod and its like, pydantic models and data classes. A number, a
//! choice or a strict pattern is harmless; "a text" is as harmful as before.
use std::rc::Rc;
use std::sync::Arc;

use model::Span;

use super::Interpreter;
use crate::heap::{Object, ObjectKind};
use crate::ir::Name;
use crate::taint::Kinds;
use crate::value::{Extern, ObjectId, Passed, Shape, Value, root_of};

/// Schemas in schemas past this are not looked at.
const DEPTH_MAX: usize = 6;

/// Libraries whose schemas are built by calls.
const BUILDERS: &[&str] = &["zod", "yup", "joi", "@hapi/joi", "superstruct", "valibot", "myzod", "runtypes"];

/// Calls of a builder after which a value is no free text any more.
const STRICT: &[&str] = &[
    "number",
    "int",
    "integer",
    "bigint",
    "boolean",
    "enum",
    "nativeEnum",
    "enums",
    "literal",
    "valid",
    "equal",
    "uuid",
    "guid",
    "cuid",
    "cuid2",
    "ulid",
    "nanoid",
    "date",
    "datetime",
    "ip",
    "ipv4",
    "ipv6",
    "iso",
    "isoDate",
    "alphanum",
    "hex",
    "oneOf",
    "null",
    "undefined",
    "picklist",
];

/// Python types that are no free text.
const STRICT_TYPES: &[&str] = &[
    "int",
    "float",
    "bool",
    "complex",
    "Decimal",
    "UUID",
    "UUID1",
    "UUID3",
    "UUID4",
    "UUID5",
    "date",
    "datetime",
    "time",
    "timedelta",
    "Literal",
    "PositiveInt",
    "NegativeInt",
    "NonNegativeInt",
    "PositiveFloat",
    "StrictInt",
    "StrictBool",
    "StrictFloat",
    "IPv4Address",
    "IPv6Address",
    "IPvAnyAddress",
    "conint",
    "confloat",
];

impl Interpreter<'_> {
    /// A call that validates with a schema of a builder; `None` when it is none.
    pub(super) fn schema_call(&mut self, known: &Extern, arguments: &[Passed]) -> Option<Value> {
        let root = root_of(&known.path);
        let last = known.last().to_owned();
        let is_parse = matches!(
            last.as_str(),
            "parse"
                | "parseAsync"
                | "safeParse"
                | "safeParseAsync"
                | "validate"
                | "validateSync"
                | "validateAsync"
                | "attempt"
                | "assert"
                | "create"
                | "check"
                | "cast"
        );
        if !is_parse {
            return None;
        }
        let (schema, data) = if BUILDERS.contains(&root) && known.path.contains("()") {
            let schema = Value::of(Shape::Extern(Rc::clone(known.before.as_ref()?)));
            (schema, arguments.first()?.value.clone())
        } else {
            // Powertools: `parse(event, envelope, schema)`; `Joi.attempt(data, schema)`.
            let is_schema = |passed: &&Passed| {
                passed.value.as_extern().is_some_and(|known| BUILDERS.contains(&known.root()))
            };
            let schema = arguments.iter().find(is_schema)?.value.clone();
            let mut data = arguments.first()?.value.clone();
            if root.contains("powertools") && arguments.len() > 2 {
                data = self.member(&data, &"body".into(), Span::NONE);
            }
            (schema, data)
        };
        let value = self.as_validated(&schema, &data, 0);
        if !matches!(last.as_str(), "safeParse" | "safeParseAsync" | "validate") {
            return Some(value);
        }
        let mut answer = Object::new(ObjectKind::Fields);
        for name in ["data", "value", "output"] {
            answer.set(&name.into(), value.clone(), true);
        }
        if last == "validate" {
            // yup's gives the value itself, joi's an object that holds it.
            answer.add_rest(&value);
        }
        Some(self.make(answer))
    }

    /// `@middy/validator` checks the event before the handler sees it.
    pub(super) fn middy_schema(&mut self, known: &Extern, arguments: &[Passed]) {
        if known.root() != "@middy/validator" {
            return;
        }
        let Some(schema) =
            self.option(arguments, "eventSchema").or_else(|| self.option(arguments, "inputSchema"))
        else {
            return;
        };
        let mut facts = self.schema_facts(&schema, "event", 0);
        facts.extend(self.compiled_schema_facts(&schema, "event"));
        self.validated.extend(facts);
    }

    /// A value as a schema lets it be.
    fn as_validated(&mut self, schema: &Value, data: &Value, depth: usize) -> Value {
        let Some(known) = schema.as_extern().filter(|_| depth < DEPTH_MAX) else { return data.clone() };
        let known = Rc::clone(known);
        if let Some(fields) = self.fields_of(&known) {
            let mut object = Object::new(ObjectKind::Fields);
            for (name, field) in fields {
                let part = self.member(data, &name, Span::NONE);
                let part = self.as_validated(&field, &part, depth + 1);
                object.set(&name, part, true);
            }
            return self.make(object);
        }
        if is_strict(&known.path) { data.clone().cleaned(Kinds::INJECTION) } else { data.clone() }
    }

    /// The fields of `z.object({ … })`, whatever stands after it.
    fn fields_of(&self, known: &Rc<Extern>) -> Option<Vec<(Name, Value)>> {
        let mut at = Some(Rc::clone(known));
        while let Some(known) = at {
            if matches!(known.last(), "object" | "type" | "strictObject" | "keys" | "shape")
                && known.path.ends_with("()")
            {
                let fields = known.arguments.first()?.value.as_object().and_then(|id| self.heap.get(id))?;
                return Some(
                    fields.fields.iter().map(|(name, value)| (Arc::clone(name), value.clone())).collect(),
                );
            }
            at = known.before.clone();
        }
        None
    }

    /// Places of a validated value that a JSON schema leaves no free text.
    pub(super) fn schema_facts(&self, schema: &Value, place: &str, depth: usize) -> Vec<(String, Kinds)> {
        let Some(object) = schema.as_object().and_then(|id| self.heap.get(id)) else { return vec![] };
        if depth >= DEPTH_MAX {
            return vec![];
        }
        let text = |name: &str| object.fields.get(name).and_then(Value::as_text);
        let kind = text("type").map(|kind| &**kind);
        let is_strict = matches!(kind, Some("number" | "integer" | "boolean" | "null"))
            || object.fields.contains_key("enum")
            || object.fields.contains_key("const")
            || text("pattern").is_some_and(|pattern| super::places::is_strict_text(pattern))
            || text("format").is_some_and(|format| {
                matches!(&**format, "uuid" | "ipv4" | "ipv6" | "date" | "date-time" | "time")
            });
        if is_strict {
            return vec![(place.to_owned(), Kinds::INJECTION)];
        }
        let properties = object.fields.get("properties").and_then(Value::as_object);
        let Some(properties) = properties.and_then(|id| self.heap.get(id)) else { return vec![] };
        let fields = properties.fields.iter();
        fields
            .flat_map(|(name, field)| self.schema_facts(field, &format!("{place}.{name}"), depth + 1))
            .collect()
    }

    /// The same for a validator that was compiled before: `new Ajv().compile(schema)`.
    pub(super) fn compiled_schema_facts(&self, validator: &Value, place: &str) -> Vec<(String, Kinds)> {
        let Some(known) = validator.as_extern() else { return vec![] };
        known.arguments.iter().flat_map(|passed| self.schema_facts(&passed.value, place, 0)).collect()
    }

    /// A method that a base of others gives a class to make an instance of data; `None` when it is none.
    pub(super) fn typed_call(&mut self, class: ObjectId, name: &str, arguments: &[Passed]) -> Option<Value> {
        let is_maker = matches!(
            name,
            "model_validate"
                | "model_validate_json"
                | "parse_obj"
                | "parse_raw"
                | "from_dict"
                | "from_json"
                | "validate"
                | "model_validate_strings"
                | "model_construct"
        );
        let data = arguments.first().filter(|_| is_maker)?.value.clone();
        Some(self.typed(class, &data))
    }

    /// An instance whose fields are as strict as their annotations.
    pub(super) fn typed(&mut self, class: ObjectId, data: &Value) -> Value {
        let types = match self.heap.get(class).map(|object| &object.kind) {
            Some(ObjectKind::Class { types, .. }) => types.clone(),
            _ => vec![],
        };
        let mut instance = Object::new(ObjectKind::Instance(class));
        for (name, annotation) in types {
            let part = self.member(data, &name, Span::NONE);
            let part = self.as_type(part, &annotation);
            instance.set(&name, part, true);
        }
        self.make(instance)
    }

    fn as_type(&mut self, value: Value, annotation: &Name) -> Value {
        let last = annotation.rsplit('.').next().unwrap_or(annotation);
        if STRICT_TYPES.contains(&last) {
            return value.cleaned(Kinds::INJECTION);
        }
        // A choice of our own, or a model in a model.
        let class = self.read(&last.into()).and_then(|class| class.as_object());
        let Some(ObjectKind::Class { bases, .. }) =
            class.and_then(|class| self.heap.get(class)).map(|object| &object.kind)
        else {
            return value;
        };
        let is_choice = bases.iter().any(|base| {
            base.as_extern().is_some_and(|base| matches!(base.last(), "Enum" | "IntEnum" | "StrEnum"))
        });
        match class {
            _ if is_choice => value.cleaned(Kinds::INJECTION),
            Some(class) => self.typed(class, &value),
            None => value,
        }
    }
}

/// Whether the calls of a builder end in something that is no free text.
fn is_strict(path: &str) -> bool {
    path.split('.').any(|part| STRICT.contains(&part.trim_end_matches("()")))
}
