//! Documents of `OpenAPI` that a grammar makes (and those of a folder, mutated), read, and messages checked against them.
use super::Target;
use super::choices::Choices;
use serde_json::{Map, Value, json};
use waf::Fields;
use waf::schema::{Api, Request, Strictness, VIOLATIONS_MAX};

pub(crate) const SCHEMA: Target = Target {
    name: "schema",
    seeds: &[
        b"0123456789abcdefghijklmnopqrstuvwxyz",
        b"\x01\x80\x22\x91\x44\x05\x66\x17\x88\x99\xaa\xbb\xcc\xdd\xee\xff",
        br##"{"openapi":"3.0.3","servers":[{"url":"/v1"}],"paths":{"/p/{id}.{f}":{"get":{"parameters":[{"name":"id","in":"path","schema":{"type":"integer"}},{"name":"q","in":"query","style":"deepObject","schema":{"$ref":"#/components/schemas/A"}}],"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/A"}}}}}}}},"components":{"schemas":{"A":{"type":"object","nullable":true,"properties":{"a":{"$ref":"#/components/schemas/A","readOnly":true},"b":{"type":"string","pattern":"^(a+)+$","exclusiveMinimum":true,"minimum":1}}}}}}"##,
    ],
    pieces: &[b"\0", b"\x01", b"\x03", b"\x09", b"\x11", b"\x1d", b"\x47", b"\xc5", b"\xff", b"\"$ref\":\"#/components/schemas/A\",", b"{}", b"[]", b"null,", b"1e400,", b"\"~1%7E\""],
    endings: &[".json"],
    run: schema,
};

/// Stands in every value that is sent, and never in what is told of it.
const SENT: &str = "q7Zk";
const DEPTH_MAX: usize = 5;

const NAMES: &[&str] =
    &["a", "b", "id", "x-id", "properties", "default", "example", "enum", "$ref", "~/%", "", "é", "type"];
const TYPES: &[&str] = &["string", "integer", "number", "boolean", "array", "object", "null", "nonsense"];
const REFERENCES: &[&str] = &[
    "#/components/schemas/A",
    "#/components/schemas/B",
    "#/components/schemas/C",
    "#/components/schemas/~1%25",
    "#/components/schemas/A/properties/a",
    "#/components/schemas/none",
    "#/components/parameters/P",
    "#/paths/~1a/get/responses/200",
    "#",
    "#/",
    "other.json#/A",
    "https://example.com/schema",
    "#anchor",
];
const PATTERNS: &[&str] = &[
    "^a+$",
    "(a+)+$",
    "(?=a)",
    "\\p{L}",
    "[",
    "\\1",
    "(?<n>a)\\k<n>",
    "a{1,100000}",
    "^q7",
    "^.{0,262144}$",
    "{a}{2}",
    "^[a-c]{3,5000}$",
    "\\cA",
    "\\u{61}",
    "(?:",
];

fn schema(bytes: &[u8]) {
    let mut choices = Choices::new(bytes);
    let document = match serde_json::from_slice::<Value>(bytes) {
        Ok(document @ Value::Object(_)) => document,
        _ => document(&mut choices),
    };
    let api = match Api::read(&document) {
        Ok(api) => api,
        Err(problems) => {
            assert!(!problems.is_empty(), "a refusal says why");
            return;
        }
    };
    for _ in 0..6 {
        ask(&api, &mut choices);
    }
}

fn ask(api: &Api, choices: &mut Choices<'_>) {
    let base = choices.one(&["", "/v1", "/"]);
    let path =
        format!("{base}/{}", choices.one(&["a", "a/1", "p/7", "p/q7Zk.x", "p/%2e%2E.b", "", "a/", "b/c"]));
    let query: Vec<String> = (0..choices.below(4))
        .map(|_| {
            format!(
                "{}{}={SENT}{}",
                choices.one(NAMES),
                choices.one(&["", "[a]", "[", "%5Bb%5D"]),
                choices.one(&["", "1", ",2", "|3", "%20", "&a", ";a=1"])
            )
        })
        .collect();
    let (mut headers, mut cookies) = (Fields::default(), Fields::default());
    headers.push(choices.one(NAMES).as_bytes(), format!("{SENT}{}", choices.one(&["", ",", "1"])).as_bytes());
    cookies.push(choices.one(NAMES).as_bytes(), SENT.as_bytes());
    let content_type = choices.one(&[
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=B",
        "text/plain",
        "a/b",
        "application/problem+json",
    ]);
    let body = match content_type {
        "application/x-www-form-urlencoded" => format!("a={SENT}&b={SENT}&a=1&id=2"),
        "text/plain" => SENT.to_owned(),
        kind if kind.starts_with("multipart") => {
            format!("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{SENT}\r\n--B--\r\n")
        }
        _ => value(choices, 0).to_string(),
    };
    let method = choices.one(&["GET", "POST", "HEAD", "put", "X"]);
    let request = Request {
        method,
        path: &path,
        query: &query.join("&"),
        headers: &headers,
        cookies: &cookies,
        content_type,
        body: body.as_bytes(),
    };
    let told = api.check_request(&request, Strictness { unknown_query: choices.rarely(2) });
    let answered = api.check_response(
        method,
        &path,
        choices.one(&[200, 404, 500, 99, 0]),
        (content_type, body.as_bytes()),
    );
    for violations in [told, answered] {
        assert!(violations.len() <= VIOLATIONS_MAX, "bounded");
        for violation in violations {
            assert!(!violation.message.contains(SENT), "a value is told: {violation:?}");
        }
    }
    let demands = api.security(method, &path);
    assert!(demands.is_none() || api.route(&path).is_some(), "a route that demands is known");
}

/// A value, with [`SENT`] in its texts.
pub(super) fn value(choices: &mut Choices<'_>, depth: usize) -> Value {
    match choices.below(if depth > 3 { 5 } else { 8 }) {
        0 => Value::Null,
        1 => json!(choices.below(2) == 0),
        2 => json!(choices.below(300)),
        3 => json!(-1.5),
        4 => json!(format!("{SENT}{}", choices.one(&["", "a", "@example.com", "2020-01-01", "\u{0}"]))),
        5 => Value::Array((0..choices.below(4)).map(|_| value(choices, depth + 1)).collect()),
        _ => Value::Object(
            (0..choices.below(4))
                .map(|_| (choices.one(NAMES).to_owned(), value(choices, depth + 1)))
                .collect(),
        ),
    }
}

fn document(choices: &mut Choices<'_>) -> Value {
    let mut paths = Map::new();
    for _ in 0..=choices.below(3) {
        let template = choices.one(&[
            "/a",
            "/a/{id}",
            "/p/{id}",
            "/p/{id}.{f}",
            "/{x}",
            "/",
            "a",
            "/p/{id",
            "/p/{}{}",
            "/b/{a}{b}c",
        ]);
        let mut item = Map::new();
        for _ in 0..=choices.below(2) {
            item.insert(choices.one(&["get", "post", "put", "x-y"]).to_owned(), operation(choices));
        }
        if choices.rarely(3) {
            item.insert("parameters".to_owned(), parameters(choices));
        }
        if choices.rarely(12) {
            item.insert("$ref".to_owned(), json!(choices.one(REFERENCES)));
        }
        paths.insert(template.to_owned(), Value::Object(item));
    }
    let mut schemas = Map::new();
    for name in ["A", "B", "C", "/%"] {
        schemas.insert(name.to_owned(), one_schema(choices, 0));
    }
    let parameter = parameter(choices);
    json!({
        "openapi": choices.one(&["3.0.3", "3.1.0", "3.1.1", "3.0.0"]),
        "servers": [{"url": choices.one(&["/v1", "https://x.example/{v}", "", "//", "{v}"]), "variables": {"v": {"default": choices.one(&["v1", "{v}", ""])}}}],
        "paths": paths,
        "components": {"schemas": schemas, "parameters": {"P": parameter}},
        "security": [{"k": ["s"]}],
    })
}

fn operation(choices: &mut Choices<'_>) -> Value {
    let mut out = Map::new();
    if choices.below(3) > 0 {
        out.insert("parameters".to_owned(), parameters(choices));
    }
    if choices.below(3) > 0 {
        let body = if choices.rarely(8) {
            json!({"$ref": choices.one(REFERENCES)})
        } else {
            json!({"required": choices.rarely(2), "content": content(choices)})
        };
        out.insert("requestBody".to_owned(), body);
    }
    let status = choices.one(&["200", "2XX", "default", "4xx", "9"]);
    let response = if choices.rarely(8) {
        json!({"$ref": choices.one(REFERENCES)})
    } else {
        json!({"content": content(choices)})
    };
    out.insert("responses".to_owned(), json!({status: response}));
    Value::Object(out)
}

fn content(choices: &mut Choices<'_>) -> Value {
    let mut out = Map::new();
    for _ in 0..=choices.below(3) {
        let kind = choices.one(&[
            "application/json",
            "application/*",
            "*/*",
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "a/b; c=d",
        ]);
        out.insert(kind.to_owned(), json!({"schema": one_schema(choices, 0)}));
    }
    Value::Object(out)
}

fn parameters(choices: &mut Choices<'_>) -> Value {
    Value::Array(
        (0..choices.below(4))
            .map(|_| {
                if choices.rarely(8) { json!({"$ref": choices.one(REFERENCES)}) } else { parameter(choices) }
            })
            .collect(),
    )
}

fn parameter(choices: &mut Choices<'_>) -> Value {
    let mut out = Map::new();
    out.insert("name".to_owned(), json!(choices.one(NAMES)));
    out.insert("in".to_owned(), json!(choices.one(&["query", "query", "path", "header", "cookie", "body"])));
    if choices.rarely(2) {
        out.insert(
            "style".to_owned(),
            json!(choices.one(&[
                "form",
                "simple",
                "label",
                "matrix",
                "spaceDelimited",
                "pipeDelimited",
                "deepObject"
            ])),
        );
        out.insert("explode".to_owned(), json!(choices.rarely(2)));
    }
    out.insert("required".to_owned(), json!(choices.rarely(2)));
    if choices.rarely(5) {
        out.insert("content".to_owned(), json!({"application/json": {"schema": one_schema(choices, 1)}}));
    } else {
        out.insert("schema".to_owned(), one_schema(choices, 1));
    }
    Value::Object(out)
}

fn one_schema(choices: &mut Choices<'_>, depth: usize) -> Value {
    if depth >= DEPTH_MAX || choices.rarely(6) {
        return match choices.below(3) {
            0 => json!(true),
            1 => json!({}),
            _ => json!({"$ref": choices.one(REFERENCES)}),
        };
    }
    let mut out = Map::new();
    for _ in 0..=choices.below(4) {
        let (key, value) = keyword(choices, depth + 1);
        out.insert(key.to_owned(), value);
    }
    Value::Object(out)
}

const OF_SCHEMA: &[&str] = &[
    "not",
    "if",
    "then",
    "else",
    "contains",
    "additionalProperties",
    "propertyNames",
    "unevaluatedProperties",
    "additionalItems",
    "items",
];
const OF_NUMBER: &[&str] = &[
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "multipleOf",
    "minItems",
    "maxProperties",
    "exclusiveMinimum",
];
const FORMATS: &[&str] =
    &["email", "date-time", "uuid", "int32", "int64", "ipv6", "regex", "uri", "nonsense", "byte", "hostname"];
const MARKS: &[&str] =
    &["nullable", "readOnly", "writeOnly", "uniqueItems", "exclusiveMaximum", "deprecated"];
const OTHERS: &[&str] = &[
    "$id",
    "$anchor",
    "$dynamicRef",
    "$schema",
    "$defs",
    "patternProperties",
    "dependentRequired",
    "discriminator",
];

fn keyword(choices: &mut Choices<'_>, depth: usize) -> (&'static str, Value) {
    let many = |choices: &mut Choices<'_>| {
        Value::Array((0..=choices.below(2)).map(|_| one_schema(choices, depth)).collect())
    };
    match choices.below(15) {
        0..3 if choices.rarely(4) => ("type", json!([choices.one(TYPES), "null"])),
        0..3 => ("type", json!(choices.one(TYPES))),
        3 | 4 => {
            let count = 1 + choices.below(2);
            let one = |_| (choices.one(NAMES).to_owned(), one_schema(choices, depth));
            ("properties", Value::Object((0..count).map(one).collect()))
        }
        5 => ("items", one_schema(choices, depth)),
        6 => ("required", json!([choices.one(NAMES)])),
        7 => (choices.one(&["allOf", "anyOf", "oneOf", "prefixItems"]), many(choices)),
        8 => (choices.one(OF_SCHEMA), one_schema(choices, depth)),
        9 => (choices.one(OF_NUMBER), choices_number(choices)),
        10 => ("pattern", json!(choices.one(PATTERNS))),
        11 => ("format", json!(choices.one(FORMATS))),
        12 => (choices.one(&["enum", "const", "default", "example", "examples"]), value(choices, 2)),
        13 => (choices.one(MARKS), json!(choices.rarely(2))),
        _ => (choices.one(OTHERS), choice_of_any(choices, depth)),
    }
}

fn choices_number(choices: &mut Choices<'_>) -> Value {
    match choices.below(6) {
        0 => json!(0),
        1 => json!(1),
        2 => json!(-1),
        3 => json!(1e300),
        4 => json!(0.1),
        _ => json!(true),
    }
}

fn choice_of_any(choices: &mut Choices<'_>, depth: usize) -> Value {
    match choices.below(4) {
        0 => json!(choices.one(REFERENCES)),
        1 => json!({choices.one(PATTERNS): one_schema(choices, depth)}),
        2 => json!({choices.one(NAMES): [choices.one(NAMES)]}),
        _ => value(choices, 2),
    }
}
