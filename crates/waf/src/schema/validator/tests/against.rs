//! Every pair of a schema and a value below, and of the suite's, as the library judges it.
use super::super::{Draft, Validator};
use super::{compiled, is_valid};
use serde_json::{Value, json};

/// What the library says; none when it cannot read the schema.
fn oracle(schema: &Value) -> Option<jsonschema::Validator> {
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
    options.should_validate_formats(true).build(schema).ok()
}

const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "-1",
    "1",
    "7",
    "1.0",
    "1.5",
    "-0.0",
    "1e300",
    "0.07",
    "12345678901234567890",
    "123456789012345678901234567890",
    "\"\"",
    "\"a\"",
    "\"é\"",
    "\"\\ud83d\\ude00x\"",
    "\"abc\"",
    "\"2020-01-01\"",
    "[]",
    "[1]",
    "[1,1]",
    "[1,1.0]",
    "[\"a\",2]",
    "[2,\"a\",null]",
    "[null,null,null]",
    "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1.0}]",
    "{}",
    "{\"a\":1}",
    "{\"a\":\"x\"}",
    "{\"a\":1,\"b\":2}",
    "{\"b\":null}",
    "{\"a\":\"x\",\"a\":1}",
    "{\"a\":1,\"a\":\"x\"}",
    "{\"c\":[{\"a\":1},{\"a\":\"x\"}]}",
    "{\"c\":[{\"a\":1}]}",
    "{\"a\":{\"a\":{\"a\":1}}}",
    "{\"a\":{\"a\":{\"a\":{\"b\":1}}}}",
];

fn schemas() -> Vec<Value> {
    let mut all = vec![
        json!(true),
        json!(false),
        json!({}),
        json!({"title": "t", "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}),
        json!({"enum": ["a", "abc", 1, null, {"b": 2.0, "a": 1}, [1, 1]]}),
        json!({"const": {"a": 1}}),
        json!({"const": "a", "enum": ["abc"]}),
        json!({"minLength": 1, "maxLength": 2}),
        json!({"minItems": 1, "maxItems": 2, "items": {"type": "integer"}}),
        json!({"minimum": 0.5, "maximum": 7}),
        json!({"exclusiveMinimum": 0, "exclusiveMaximum": 7}),
        json!({"maximum": 12345678901234567890_u64}),
        json!({"multipleOf": 0.01}),
        json!({"multipleOf": 7}),
        json!({"uniqueItems": true}),
        json!({"uniqueItems": false, "type": "array"}),
        json!({"contains": {"type": "null"}}),
        json!({"contains": {"type": "integer"}, "minContains": 0, "maxContains": 1}),
        json!({"contains": {"type": "integer"}, "minContains": 2}),
        json!({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}}),
        json!({"prefixItems": [{"type": "integer"}], "unevaluatedItems": false}),
        json!({"contains": {"type": "integer"}, "unevaluatedItems": {"type": "string"}}),
        json!({"anyOf": [{"prefixItems": [true]}, {"prefixItems": [true, {"const": 1}]}], "unevaluatedItems": false}),
        json!({"required": ["a"], "properties": {"a": {"type": "integer"}}, "additionalProperties": false}),
        json!({"properties": {"a": false}}),
        json!({"additionalProperties": {"type": "string"}}),
        json!({"properties": {"c": {"items": {"properties": {"a": {"type": "integer"}}}}}}),
        json!({"minProperties": 1, "maxProperties": 1, "type": "object"}),
        json!({"patternProperties": {"^a": {"type": "string"}}, "additionalProperties": {"type": "null"}}),
        json!({"propertyNames": {"maxLength": 0}}),
        json!({"propertyNames": {"enum": ["a", "c"]}}),
        json!({"pattern": "^a+$"}),
        json!({"pattern": "^(?!a)"}),
        json!({"format": "date"}),
        json!({"allOf": [{"type": "string"}, {"minLength": 2}]}),
        json!({"anyOf": [{"type": "string", "minLength": 2}, {"type": "integer"}]}),
        json!({"oneOf": [{"type": "integer"}, {"minimum": 2}]}),
        json!({"not": {"type": "string"}}),
        json!({"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"type": "null"}}),
        json!({"unevaluatedProperties": false, "properties": {"a": true}}),
        json!({"oneOf": [{"required": ["a"], "properties": {"a": {"type": "integer"}}}, {"properties": {"b": {"type": "null"}}}],
            "unevaluatedProperties": {"type": "array"}}),
        json!({"if": {"properties": {"a": {"const": 1}}, "required": ["a"]}, "then": {"properties": {"b": true}}, "unevaluatedProperties": false}),
        json!({"dependentRequired": {"a": ["b"]}}),
        json!({"dependentSchemas": {"a": {"required": ["b"]}}}),
        json!({"$defs": {"n": {"type": "integer"}}, "$ref": "#/$defs/n"}),
        json!({"$defs": {"n": {"$anchor": "n", "type": "integer"}}, "items": {"$ref": "#n"}}),
        json!({"properties": {"a": {"$ref": "#"}}, "additionalProperties": false}),
        json!({"$id": "https://example.com/x", "properties": {"a": {"$ref": "x"}}, "type": ["object", "integer"]}),
        json!({"$dynamicAnchor": "n", "properties": {"a": {"$dynamicRef": "#n"}}, "unevaluatedProperties": false}),
        json!({"anyOf": [{"$ref": "#/$defs/a"}, {"type": "null"}], "$defs": {"a": {"allOf": [{"$ref": "#"}, {"type": "object"}]}}}),
    ];
    for name in ["null", "boolean", "number", "integer", "string", "array", "object"] {
        all.push(json!({"type": name}));
        all.push(json!({"type": [name]}));
        all.push(json!({"items": {"type": name}, "additionalProperties": {"type": name}}));
    }
    all
}

#[test]
fn values_are_judged_as_the_library_judges_them() {
    for schema in schemas() {
        let own = compiled(&schema, Draft::D2020, &[]).expect("a schema");
        let theirs = oracle(&schema).expect("a schema");
        for value in VALUES {
            let right = theirs.is_valid(&serde_json::from_str(value).expect("JSON"));
            assert_eq!(is_valid(&own, value), right, "{schema} {value}");
        }
    }
}

#[test]
fn differences_are_told_as_the_library_tells_them() {
    let parse = |value: &str, validator: &Validator| {
        let limits = crate::event::EventLimits::default();
        let parsed = crate::event::parse(value.as_bytes(), &limits).expect("JSON");
        let told = validator.violations(parsed.tree()).into_iter();
        let mut told: Vec<String> = told.map(|one| format!("{}: {}", one.place, one.message)).collect();
        told.sort();
        told
    };
    // What is told otherwise: names that are not allowed, of which the library tells the value.
    let otherwise = |schema: &Value| {
        ["propertyNames", "unevaluated", "Contains", "$ref", "$dynamicRef"]
            .iter()
            .any(|word| schema.to_string().contains(word))
    };
    for schema in schemas().iter().filter(|schema| !otherwise(schema)) {
        let own = compiled(schema, Draft::D2020, &[]).expect("a schema");
        let theirs = oracle(schema).expect("a schema");
        for value in VALUES {
            let json: Value = serde_json::from_str(value).expect("JSON");
            let errors = theirs.iter_errors(&json);
            let mut right: Vec<String> =
                errors.map(|error| format!("{}: {}", error.instance_path(), error.masked())).collect();
            right.sort();
            assert_eq!(parse(value, &own), right, "{schema} {value}");
        }
    }
}
