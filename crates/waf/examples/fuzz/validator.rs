//! JSON Schemas that a grammar makes (and those of a folder, mutated), read, and values judged by them as the library judges them.
use super::Target;
use super::choices::Choices;
use super::schema::value;
use serde_json::{Map, Value, json};
use waf::event::{EventLimits, parse};
use waf::schema::{VIOLATIONS_MAX, Validator};

pub(crate) const VALIDATOR: Target = Target {
    name: "validator",
    seeds: &[
        b"0123456789abcdefghijklmnopqrstuvwxyz",
        b"\x01\x80\x22\x91\x44\x05\x66\x17\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
        br##"{"$defs":{"A":{"type":"object","properties":{"a":{"$ref":"#/$defs/A"}},"unevaluatedProperties":false}},"allOf":[{"$ref":"#/$defs/A"}],"anyOf":[{"required":["a"]},{"maxProperties":1}],"oneOf":[{"type":"integer"},{"multipleOf":0.01}]}"##,
        br##"{"$id":"http://a/","$dynamicAnchor":"n","properties":{"id":{"$dynamicRef":"#n"}},"items":{"$ref":"#"},"contains":{"type":"null"},"pattern":"^(?!a)\\p{L}","format":"date-time","dependentSchemas":{"a":{"minProperties":2}}}"##,
    ],
    pieces: &[b"\0", b"\x01", b"\x03", b"\x09", b"\x11", b"\x1d", b"\x47", b"\xc5", b"\xff", b"\"$ref\":\"#/$defs/A\",", b"{}", b"[]", b"null,", b"1e300,", b"\"$anchor\":\"n\","],
    endings: &[".json"],
    run: validator,
};

const DEPTH_MAX: usize = 4;
const NAMES: &[&str] = &["a", "b", "id", "enum", "$ref", "~/%", "", "\u{e9}", "type"];
const REFERENCES: &[&str] = &["#", "#/$defs/A", "#/$defs/B", "#/$defs/A/properties/a", "#n", "#/$defs/none"];
/// Those that both read alike.
const PATTERNS: &[&str] = &[
    "^a+$",
    "(a+)+$",
    "^(?=a)",
    "\\p{L}",
    "[",
    "^q7",
    "a|b",
    "^.{0,40}$",
    "^[a-c]{3,50}$",
    "\\d\\s\\W",
    "(?!b)a$",
    "^\\u0061",
];
const FORMATS: &[&str] =
    &["date-time", "date", "time", "duration", "uuid", "ipv6", "ipv4", "json-pointer", "nonsense"];
const TEXTS: &[&str] = &[
    "a",
    "aaa",
    "abc",
    "q7",
    "2020-02-29",
    "2020-01-01T00:00:60Z",
    "PT1H",
    "::1",
    "/a~0",
    "\u{e9}\u{1f600}",
    "b a",
    "1.2.3.4",
];
const NUMBERS: &[&str] =
    &["0", "1", "2", "-1", "0.5", "0.1", "1.0", "3e2", "1e300", "9007199254740993", "18446744073709551615"];

fn validator(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let schema = match serde_json::from_slice::<Value>(bytes) {
        Ok(schema @ Value::Object(_)) => schema,
        _ => whole(&mut choices),
    };
    let own = match Validator::read(&schema) {
        Ok(own) => own,
        Err(problems) => {
            assert!(
                problems.iter().all(|one| !one.message.is_empty()) && !problems.is_empty(),
                "a refusal says why"
            );
            return;
        }
    };
    let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
    // The library looks around in an own way, and knows metaschemas.
    let is_alike = is_comparable(&schema);
    let theirs = options.should_validate_formats(true).offline().build(&schema).ok().filter(|_| is_alike);
    let limits = EventLimits::default();
    for _ in 0..6 {
        let text = some_value(&mut choices, 0).to_string();
        let Ok(parsed) = parse(text.as_bytes(), &limits) else { continue };
        let is_valid = own.is_valid(parsed.tree());
        let told = own.violations(parsed.tree());
        assert_eq!(told.is_empty(), is_valid, "{schema} {text}");
        assert!(told.len() <= VIOLATIONS_MAX, "bounded");
        let right = theirs.as_ref().zip(serde_json::from_str::<Value>(&text).ok());
        if let Some((theirs, value)) = right {
            assert_eq!(is_valid, theirs.is_valid(&value), "{schema} {text}");
        }
    }
}

/// Of what is judged otherwise on purpose nothing may stand in a schema: other dialects, circles that do not enter the value, factors
/// past 2^53, which the library rounds.
fn is_comparable(schema: &Value) -> bool {
    const OTHERWISE: &[&str] = &[
        "$schema",
        "$id",
        "$recursive",
        "$vocabulary",
        "dependencies",
        "additionalItems",
        "\"#\"",
        "\"$ref\":\"\"",
        "idn-",
        "\"multipleOf\":9007199254740993",
        "\"multipleOf\":18446744073709551615",
        "\"multipleOf\":1e",
    ];
    let text = schema.to_string();
    // A definition that names another may come back to itself without entering the value.
    let may_circle = schema.get("$defs").is_some_and(|defined| defined.to_string().contains("#/$defs/"));
    !may_circle && !OTHERWISE.iter().any(|word| text.contains(word))
}

fn whole(choices: &mut Choices<'_>) -> Value {
    let mut schema = one(choices, 0);
    if let Value::Object(members) = &mut schema {
        let (a, b) = (one(choices, 1), one(choices, 1));
        members.insert("$defs".to_owned(), json!({"A": a, "B": b, "C": {"$anchor": "n", "type": "integer"}}));
    }
    schema
}

fn one(choices: &mut Choices<'_>, depth: usize) -> Value {
    if depth >= DEPTH_MAX || choices.rarely(5) {
        return match choices.below(5) {
            0 => json!(true),
            1 => json!(false),
            2 => json!({"$ref": choices.one(REFERENCES)}),
            _ => {
                json!({"type": choices.one(&["string", "integer", "number", "boolean", "array", "object", "null"])})
            }
        };
    }
    let mut out = Map::new();
    for _ in 0..=choices.below(4) {
        let (key, value) = keyword(choices, depth + 1);
        out.insert(key.to_owned(), value);
    }
    Value::Object(out)
}

fn number(choices: &mut Choices<'_>) -> Value {
    serde_json::from_str(choices.one(NUMBERS)).unwrap_or_default()
}

fn map(choices: &mut Choices<'_>, names: &[&'static str], depth: usize) -> Value {
    Value::Object(
        (0..=choices.below(3)).map(|_| (choices.one(names).to_owned(), one(choices, depth))).collect(),
    )
}

fn keyword(choices: &mut Choices<'_>, depth: usize) -> (&'static str, Value) {
    match choices.below(14) {
        0 => ("type", json!(choices.one(&["string", "integer", "number", "array", "object", "null"]))),
        1 | 2 => (choices.one(&["properties", "dependentSchemas"]), map(choices, NAMES, depth)),
        3 => ("patternProperties", map(choices, PATTERNS, depth)),
        4 => ("required", json!([choices.one(NAMES)])),
        5 | 6 => {
            let name = choices.one(&["allOf", "anyOf", "oneOf", "prefixItems"]);
            (name, (0..=choices.below(3)).map(|_| one(choices, depth)).collect())
        }
        7 | 8 => {
            let names = [
                "not",
                "if",
                "then",
                "else",
                "contains",
                "additionalProperties",
                "propertyNames",
                "items",
                "unevaluatedProperties",
                "unevaluatedItems",
            ];
            (choices.one(&names), one(choices, depth))
        }
        9 => {
            let names = [
                "minLength",
                "maxLength",
                "minItems",
                "maxItems",
                "minProperties",
                "maxProperties",
                "minContains",
                "maxContains",
            ];
            (choices.one(&names), json!(choices.below(4)))
        }
        10 => (
            choices.one(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
            number(choices),
        ),
        11 if choices.rarely(2) => ("pattern", json!(choices.one(PATTERNS))),
        11 => ("format", json!(choices.one(FORMATS))),
        12 if choices.rarely(2) => ("uniqueItems", json!(true)),
        12 => (choices.one(&["const", "enum"]), json!([some_value(choices, 2)])),
        _ => ("dependentRequired", json!({choices.one(NAMES): [choices.one(NAMES)]})),
    }
}

fn some_value(choices: &mut Choices<'_>, depth: usize) -> Value {
    match choices.below(if depth > 3 { 5 } else { 9 }) {
        0 => value(choices, depth),
        1 | 2 => json!(choices.one(TEXTS)),
        3 | 4 => number(choices),
        5 | 6 => (0..choices.below(4)).map(|_| some_value(choices, depth + 1)).collect(),
        _ => Value::Object(
            (0..choices.below(4))
                .map(|_| (choices.one(NAMES).to_owned(), some_value(choices, depth + 1)))
                .collect(),
        ),
    }
}
