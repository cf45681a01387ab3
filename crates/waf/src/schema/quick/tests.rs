//! What is surely valid is valid: the library decides about every pair of a schema and a value.
use super::Quick;
use crate::event::{EventLimits, parse};
use serde_json::{Value, json};

fn is_sure(quick: &Quick, value: &str) -> bool {
    let limits = EventLimits::default();
    parse(value.as_bytes(), &limits).is_ok_and(|parsed| quick.is_surely_valid(parsed.tree()))
}

fn is_valid(schema: &Value, value: &str) -> bool {
    let options =
        jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
    let validator = options.build(schema).expect("a schema");
    validator.is_valid(&serde_json::from_str(value).expect("JSON"))
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
    "1e400",
    "123456789012345678901234567890",
    "9223372036854775808",
    "\"\"",
    "\"a\"",
    "\"é\"",
    "\"\\ud83d\\ude00x\"",
    "\"abc\"",
    "\"2020-01-01\"",
    "[]",
    "[1]",
    "[1,1]",
    "[\"a\",2]",
    "[null,null,null]",
    "{}",
    "{\"a\":1}",
    "{\"a\":\"x\"}",
    "{\"a\":1,\"b\":2}",
    "{\"a\":\"x\",\"a\":1}",
    "{\"a\":1,\"a\":\"x\"}",
    "{\"c\":[{\"a\":1},{\"a\":\"x\"}]}",
    "{\"c\":[{\"a\":1}]}",
    "{\"a\":{\"a\":{\"a\":1}}}",
];

fn schemas() -> Vec<Value> {
    let mut all = vec![
        json!(true),
        json!({}),
        json!({"title": "t", "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}),
        json!({"enum": ["a", "abc", 1, null]}),
        json!({"const": "a"}),
        json!({"const": {"a": 1}}),
        json!({"const": "a", "enum": ["abc"]}),
        json!({"minLength": 1, "maxLength": 2}),
        json!({"maxLength": 1}),
        json!({"minItems": 1, "maxItems": 2, "items": {"type": "integer"}}),
        json!({"minimum": 0, "maximum": 7}),
        json!({"exclusiveMinimum": 0, "exclusiveMaximum": 7}),
        json!({"minimum": 0.5}),
        json!({"multipleOf": 7}),
        json!({"uniqueItems": true}),
        json!({"uniqueItems": false, "type": "array"}),
        json!({"contains": {"type": "null"}}),
        json!({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}}),
        json!({"required": ["a"]}),
        json!({"properties": {"a": {"type": "integer"}}}),
        json!({"properties": {"a": {"type": "integer"}}, "additionalProperties": false}),
        json!({"properties": {"a": false}}),
        json!({"additionalProperties": {"type": "string"}}),
        json!({"properties": {"c": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "integer"}}}}}}),
        json!({"maxProperties": 1, "type": "object"}),
        json!({"minProperties": 2}),
        json!({"patternProperties": {"^a": {"type": "string"}}}),
        json!({"propertyNames": {"maxLength": 0}}),
        json!({"pattern": "^a+$"}),
        json!({"format": "date"}),
        json!({"allOf": [{"type": "string"}, {"minLength": 2}]}),
        json!({"anyOf": [{"type": "string", "minLength": 2}, {"type": "integer"}]}),
        json!({"oneOf": [{"type": "integer"}, {"minimum": 2}]}),
        json!({"not": {"type": "string"}}),
        json!({"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"type": "null"}}),
        json!({"unevaluatedProperties": false, "properties": {"a": true}}),
        json!({"dependentRequired": {"a": ["b"]}}),
        json!({"$defs": {"n": {"type": "integer"}}, "$ref": "#/$defs/n"}),
        json!({"properties": {"a": {"$ref": "#"}}}),
        json!({"$id": "https://example.com/x", "type": "integer"}),
    ];
    for name in ["null", "boolean", "number", "integer", "string", "array", "object"] {
        all.push(json!({"type": name}));
        all.push(json!({"type": [name]}));
        all.push(json!({"items": {"type": name}, "additionalProperties": {"type": name}}));
    }
    all
}

#[test]
fn what_is_surely_valid_is_valid() {
    let (mut sure, mut valid) = (0, 0);
    for schema in schemas() {
        let quick = Quick::read(&schema);
        for value in VALUES.iter().filter(|value| serde_json::from_str::<Value>(value).is_ok()) {
            let known = quick.as_ref().is_some_and(|quick| is_sure(quick, value));
            let right = is_valid(&schema, value);
            assert!(right || !known, "{schema} {value}");
            (sure, valid) = (sure + usize::from(known), valid + usize::from(right));
        }
    }
    // Of everyday schemas most is decided here.
    assert!(sure * 10 > valid * 5, "{sure} of {valid}");
}

#[test]
fn what_the_suite_calls_wrong_is_never_sure() {
    let Some(folder) = crate::seclang::corpus::folder("BUCKLER_JSON_SCHEMA_TESTS") else { return };
    let (mut sure, mut valid) = (0, 0);
    let mut folders = vec![folder.join("tests/draft2020-12")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("a file").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            #[expect(clippy::disallowed_methods, reason = "a test reads its corpus")]
            let bytes = std::fs::read(&path).expect("a file");
            let groups: Vec<Value> = serde_json::from_slice(&bytes).expect("a list of groups");
            for group in groups {
                let quick = Quick::read(&group["schema"]);
                for test in group["tests"].as_array().into_iter().flatten() {
                    let known = quick.as_ref().is_some_and(|quick| is_sure(quick, &test["data"].to_string()));
                    let right = test["valid"] == true;
                    assert!(right || !known, "{}: {test}", path.display());
                    (sure, valid) = (sure + usize::from(known), valid + usize::from(right));
                }
            }
        }
    }
    println!("{sure} of {valid} valid values need no library");
}
