//! Schemas and values: small cases, the suite of others, and the library that is the oracle.
mod against;
mod suite;

use super::{Draft, Resources, Validator};
use crate::event::{EventLimits, parse};
use expect_test::expect;
use serde_json::{Value, json};

/// A schema of a draft, with other documents that it may refer to.
fn compiled(schema: &Value, draft: Draft, others: &[(String, Value)]) -> Result<Validator, String> {
    let mut resources = Resources::default();
    let told = |problem: &super::Problem| format!("{}: {}", problem.place, problem.message);
    resources.add(super::NAMELESS, schema, draft).map_err(|problem| told(&problem))?;
    for (uri, other) in others {
        resources.add(uri, other, draft).map_err(|problem| told(&problem))?;
    }
    let mut compiler = super::Compiler::new(&resources);
    let root = compiler.schema(0, "");
    let graph =
        compiler.finish().map_err(|problems| problems.iter().map(told).collect::<Vec<_>>().join("; "))?;
    Ok(Validator { graph: std::sync::Arc::new(graph), root })
}

fn is_valid(validator: &Validator, value: &str) -> bool {
    let limits = EventLimits::default();
    let parsed = parse(value.as_bytes(), &limits).expect("JSON");
    let is_valid = validator.is_valid(parsed.tree());
    assert_eq!(validator.violations(parsed.tree()).is_empty(), is_valid, "{value}");
    is_valid
}

fn read(schema: &Value) -> Validator {
    Validator::read(schema).unwrap_or_else(|problems| panic!("{schema}: {problems:?}"))
}

fn told(schema: &Value, value: &str) -> String {
    let limits = EventLimits::default();
    let parsed = parse(value.as_bytes(), &limits).expect("JSON");
    let told = read(schema).violations(parsed.tree()).into_iter();
    told.map(|one| format!("{}: {}\n", one.place, one.message)).collect()
}

#[test]
fn what_takes_too_long_or_nests_too_deep_is_not_valid() {
    // Each level doubles the work.
    let twice = json!({"anyOf": [{"properties": {"a": {"$ref": "#"}}, "required": ["b"]},
        {"properties": {"a": {"$ref": "#"}}, "required": ["c"]}, {"maxProperties": 0}]});
    let deep = |levels: usize| format!("{}{{}}{}", "{\"a\":".repeat(levels), "}".repeat(levels));
    assert!(is_valid(&read(&twice), &deep(0)) && !is_valid(&read(&twice), &deep(3)));
    expect![[r#"
        : value takes too many steps to compare with its schema
    "#]]
    .assert_eq(&told(&twice, &deep(60)));
    // What is denied must not fit because nobody found out.
    assert!(!is_valid(&read(&json!({ "not": twice })), &deep(60)));
    let through = json!({"$defs": {"a": {"allOf": [{"allOf": [{"allOf": [{"properties": {"a": {"$ref": "#/$defs/a"}}}]}]}]}}, "$ref": "#/$defs/a"});
    assert!(is_valid(&read(&through), &deep(95)));
    let pattern = json!({"items": {"not": {"pattern": "^(?=x)(x+x+)+y"}}});
    assert!(!is_valid(&read(&pattern), &format!("[\"{}\"]", "x".repeat(3000))));
}

#[test]
fn great_values_cost_what_they_must() {
    let list = |item: &str, count: usize| format!("[{}]", vec![item; count].join(","));
    let schema =
        json!({"items": {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}});
    assert!(is_valid(&read(&schema), &list("{\"a\":1}", 60_000)));
    let unique = json!({"uniqueItems": true});
    let numbers: Vec<String> = (0..40_000).map(|number| format!("{{\"a\":{number},\"b\":[]}}")).collect();
    assert!(is_valid(&read(&unique), &format!("[{}]", numbers.join(","))));
    assert!(!is_valid(&read(&unique), &format!("[{},{{\"b\":[],\"a\":7.0}}]", numbers.join(","))));
}

#[test]
fn circles_that_do_not_enter_the_value_end() {
    for schema in [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"anyOf": [{"$ref": "#"}]}}, "type": "integer"}),
        json!({"$dynamicAnchor": "n", "$dynamicRef": "#n", "type": "integer"}),
    ] {
        assert!(is_valid(&read(&schema), "1"), "{schema}");
    }
    let pets = json!({"oneOf": [{"$ref": "#/$defs/cat"}, {"$ref": "#/$defs/dog"}], "$defs": {
        "cat": {"allOf": [{"$ref": "#"}], "required": ["meow"]}, "dog": {"allOf": [{"$ref": "#"}], "required": ["bark"]}}});
    assert!(is_valid(&read(&pets), "{\"bark\":1}") && !is_valid(&read(&pets), "{}"));
}

#[test]
fn of_a_name_twice_the_last_counts() {
    let schema = json!({"properties": {"a": {"type": "integer"}}, "maxProperties": 1, "uniqueItems": true});
    assert!(
        is_valid(&read(&schema), "{\"a\":\"x\",\"a\":1}")
            && !is_valid(&read(&schema), "{\"a\":1,\"a\":\"x\"}")
    );
    assert!(!is_valid(&read(&json!({ "not": schema })), "{\"a\":\"x\",\"a\":1}"));
    assert!(!is_valid(&read(&schema), "[{\"a\":1},{\"a\":2,\"a\":1}]"));
}

#[test]
fn a_schema_is_of_the_draft_that_it_names() {
    let draft = |name: &str, mut schema: Value| {
        schema["$schema"] = json!(name);
        read(&schema)
    };
    let old = draft(
        "http://json-schema.org/draft-04/schema#",
        json!({"minimum": 1, "exclusiveMinimum": true, "type": "integer"}),
    );
    assert!(is_valid(&old, "2") && !is_valid(&old, "1") && !is_valid(&old, "2.0"));
    let list = json!({"items": [{"type": "string"}], "additionalItems": false});
    let seven = draft("http://json-schema.org/draft-07/schema#", list);
    assert!(is_valid(&seven, "[\"a\"]") && !is_valid(&seven, "[\"a\",1]") && !is_valid(&seven, "[1]"));
    let alone = json!({"$ref": "#/definitions/a", "maxLength": 1, "definitions": {"a": {"contentEncoding": "base64"}}});
    let seven = draft("http://json-schema.org/draft-07/schema#", alone);
    assert!(is_valid(&seven, "\"YWI=\"") && !is_valid(&seven, "\"YW\""));
}

#[test]
fn what_cannot_be_enforced_is_told_with_its_place() {
    let told = |schema: Value| {
        let problems = Validator::read(&schema).expect_err("refused");
        problems.iter().map(|one| format!("{}: {}\n", one.place, one.message)).collect::<String>()
    };
    expect![[r#"
        /minLength: the schema cannot be used: a whole number of at least 0 is needed
        /properties/a~1b/type: the schema cannot be used: `text` is no type
        /properties/c/pattern: the schema cannot be used: `(?<=a+)b` is no pattern that can be used: a look-behind whose length is not fixed
        /allOf/1: the schema cannot be used: a schema is an object, `true` or `false`
        /multipleOf: the schema cannot be used: `multipleOf` needs a number above 0
        /required: the schema cannot be used: a text is needed
    "#]]
    .assert_eq(&told(json!({"minLength": -1, "properties": {"a/b": {"type": "text"}, "c": {"pattern": "(?<=a+)b"}},
        "allOf": [{}, 1], "multipleOf": 0, "required": [1]})));
    expect![[r#"
        /items/$ref: the schema cannot be used: the reference `https://example.com/x` leads out of the document; nothing is fetched
        /contains/$ref: the schema cannot be used: Pointer '/$defs/x' does not exist
    "#]]
    .assert_eq(&told(json!({"items": {"$ref": "https://example.com/x"}, "contains": {"$ref": "#/$defs/x"}})));
    let mut deep = json!({});
    for _ in 0..300 {
        deep = json!({ "not": deep });
    }
    assert!(told(deep).contains("nests more than 200 levels"));
}

#[test]
fn what_differs_is_told_without_what_was_sent() {
    let schema = json!({"properties": {"a": {"enum": [1, 2]}, "b": {"items": {"type": ["string", "null"], "maxLength": 1}}},
        "propertyNames": {"maxLength": 3}, "unevaluatedProperties": false, "dependentRequired": {"a": ["c"]}});
    expect![[r#"
        /a: value is not one of 1 or 2
        /b/0: value is longer than 1 character
        /b/1: value is not of types "string", "null"
        : Names as this are not allowed ('secret~' was unexpected)
        : "c" is a required property
    "#]]
    .assert_eq(&told(&schema, "{\"a\":3,\"b\":[\"xyz\",7],\"secret~\":1}"));
    expect![[r#"
        : Unevaluated properties are not allowed ('x', 'y' were unexpected)
    "#]]
    .assert_eq(&told(&schema, "{\"x\":1,\"y\":1}"));
    let many: Vec<String> = (0..50).map(|_| "1".to_owned()).collect();
    assert_eq!(
        told(&json!({"items": {"type": "null"}}), &format!("[{}]", many.join(","))).lines().count(),
        20
    );
}
