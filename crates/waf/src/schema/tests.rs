//! Requests and responses against documents.
pub(super) mod corpus;

use super::{Api, Request, Strictness};
use crate::Fields;
use expect_test::{Expect, expect};
use serde_json::{Value, json};

fn document() -> Value {
    json!({
        "openapi": "3.0.3",
        "servers": [{"url": "https://x.example/{v}", "variables": {"v": {"default": "v1"}}}],
        "security": [{"key": []}],
        "paths": {
            "/pets/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1}}],
                "get": {
                    "security": [{"oauth": ["read", "write"]}, {}],
                    "parameters": [
                        {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"type": "string"}, "maxItems": 2}},
                        {"name": "ids", "in": "query", "style": "pipeDelimited", "explode": false, "schema": {"type": "array", "items": {"type": "integer"}}},
                        {"name": "f", "in": "query", "style": "deepObject", "schema": {"type": "object", "additionalProperties": false, "properties": {"a": {"type": "boolean"}}}},
                        {"name": "X-Id", "in": "header", "required": true, "schema": {"type": "string", "pattern": "^[a-z]+$"}}
                    ],
                    "responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}}, "4XX": {}}
                }
            },
            "/pets/mine": {"get": {"responses": {"default": {}}}},
            "/pets": {"post": {
                "requestBody": {"required": true, "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/Pet"}},
                    "application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}}
                }},
                "responses": {"201": {}}
            }}
        },
        "components": {"schemas": {"Pet": {
            "type": "object",
            "required": ["id", "name", "secret"],
            "additionalProperties": false,
            "properties": {
                "id": {"type": "integer", "readOnly": true},
                "name": {"type": "string", "nullable": true, "maxLength": 5},
                "secret": {"type": "string", "writeOnly": true},
                "age": {"type": "integer", "minimum": 0, "exclusiveMinimum": true},
                "friend": {"$ref": "#/components/schemas/Pet"}
            }
        }}}
    })
}

fn check(method: &str, target: &str, content_type: &str, body: &str, expected: Expect) {
    let api = Api::read(&document()).unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut headers = Fields::default();
    headers.push(b"x-id", b"abc");
    let cookies = Fields::default();
    let request = Request {
        method,
        path,
        query,
        headers: &headers,
        cookies: &cookies,
        content_type,
        body: body.as_bytes(),
    };
    let told = api.check_request(&request, Strictness { unknown_query: true });
    expected.assert_eq(
        &told
            .iter()
            .map(|violation| format!("{}: {}\n", violation.place, violation.message))
            .collect::<String>(),
    );
}

#[test]
fn routes_are_found() {
    let api = Api::read(&document()).unwrap();
    assert_eq!(api.route("/v1/pets/mine"), Some("/pets/mine"));
    assert_eq!(api.route("/v1/pets/7"), Some("/pets/{id}"));
    assert_eq!((api.route("/pets/7"), api.route("/v1/pets/7/x"), api.route("/v1/pets/")), (None, None, None));
    assert_eq!(api.security("GET", "/v1/pets/7").unwrap().len(), 2);
    assert_eq!(api.security("POST", "/v1/pets"), Some(&[vec![("key".to_owned(), vec![])]][..]));
    check(
        "GET",
        "/v1/nope",
        "",
        "",
        expect![[r#"
        path: the document does not name this path
    "#]],
    );
    check(
        "DELETE",
        "/v1/pets",
        "",
        "",
        expect![[r#"
        method: the document does not name this method for the path
    "#]],
    );
}

#[test]
fn parameters_are_checked() {
    check("GET", "/v1/pets/7?tags=a&tags=b&ids=1|2&f[a]=true", "", "", expect![[""]]);
    check(
        "GET",
        "/v1/pets/0?tags=a&tags=b&tags=c&ids=1|x&f[b]=1&other=1",
        "",
        "",
        expect![[r#"
        query.tags: value has more than 2 items
        query.ids/1: value is not of type "integer"
        query.f: Additional properties are not allowed ('b' was unexpected)
        path.id: value is less than the minimum of 1
        query.other: the document does not name this parameter
    "#]],
    );
}

#[test]
fn bodies_are_checked() {
    check(
        "POST",
        "/v1/pets",
        "application/json",
        r#"{"name":null,"secret":"s","age":1,"friend":{"name":"x","secret":"y"}}"#,
        expect![[""]],
    );
    check(
        "POST",
        "/v1/pets",
        "application/json",
        r#"{"id":1,"name":"toolong","age":0,"x":1}"#,
        expect![[r#"
            body: "secret" is a required property
            body/id: False schema does not allow value
            body/name: value is longer than 5 characters
            body/age: value is less than or equal to the minimum of 0
            body: Additional properties are not allowed ('x' was unexpected)
        "#]],
    );
    check(
        "POST",
        "/v1/pets",
        "application/json",
        "{",
        expect![[r#"
        body: the body is no JSON
    "#]],
    );
    check(
        "POST",
        "/v1/pets",
        "text/plain",
        "x",
        expect![[r#"
        content-type: the document does not name this media type
    "#]],
    );
    check(
        "POST",
        "/v1/pets",
        "",
        "",
        expect![[r#"
        body: a body is required
    "#]],
    );
    check("POST", "/v1/pets", "application/x-www-form-urlencoded", "n=1", expect![[""]]);
    check(
        "POST",
        "/v1/pets",
        "application/x-www-form-urlencoded",
        "n=x",
        expect![[r#"
        body/n: value is not of type "integer"
    "#]],
    );
    check(
        "GET",
        "/v1/pets/mine",
        "text/plain",
        "x",
        expect![[r#"
        body: the document does not name a body
    "#]],
    );
}

#[test]
fn responses_are_checked() {
    let api = Api::read(&document()).unwrap();
    let check = |status, body: &str| {
        api.check_response("GET", "/v1/pets/7", status, ("application/json", body.as_bytes())).len()
    };
    assert_eq!(check(200, r#"{"id":1,"name":"x"}"#), 0);
    assert_eq!(check(200, r#"{"id":1,"name":"x","secret":"leak"}"#), 1);
    assert_eq!((check(404, "{}"), check(500, "{}")), (0, 1));
}

#[test]
fn what_cannot_be_used_is_told_with_its_place() {
    let mut broken = document();
    broken["paths"]["/pets"]["post"]["requestBody"]["content"]["application/json"]["schema"] =
        json!({"$ref": "other.json#/x"});
    let problems = Api::read(&broken).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].place, "/paths/~1pets/post/requestBody/content/application~1json/schema/$ref");
    assert!(Api::read(&json!({"swagger": "2.0"})).is_err());
}

/// What is told of a body that is sent, or of the document.
fn told(version: &str, schemas: Value, schema: Value, body: &Value) -> String {
    let content = json!({"application/json": {"schema": schema}});
    let document = json!({"openapi": version, "components": {"schemas": schemas}, "paths": {"/x": {"post": {
        "requestBody": {"content": content}, "responses": {"default": {"content": content}}}}}});
    match Api::read(&document) {
        Err(problems) => {
            problems.iter().map(|problem| format!("! {}: {}\n", problem.place, problem.message)).collect()
        }
        Ok(api) => {
            let none = Fields::default();
            let body = body.to_string();
            let request = Request {
                method: "POST",
                path: "/x",
                query: "",
                headers: &none,
                cookies: &none,
                content_type: "application/json",
                body: body.as_bytes(),
            };
            let sent = api.check_request(&request, Strictness::default());
            let answered = api.check_response("POST", "/x", 500, ("application/json", body.as_bytes()));
            let line = |way: &str, violation: &super::Violation| {
                format!("{way} {}: {}\n", violation.place, violation.message)
            };
            sent.iter()
                .map(|violation| line(">", violation))
                .chain(answered.iter().map(|violation| line("<", violation)))
                .collect::<String>()
        }
    }
}

#[test]
fn names_that_are_keywords_elsewhere_are_names() {
    let schemas = json!({
        "default": {"type": "string", "nullable": true},
        "example": {"type": "object", "properties": {
            "default": {"type": "integer", "nullable": true},
            "properties": {"type": "object", "properties": {"enum": {"type": "string", "readOnly": true}}},
            "x-a": {"type": "integer", "minimum": 1, "exclusiveMinimum": true}}},
    });
    let schema = json!({"$ref": "#/components/schemas/example"});
    expect![[""]].assert_eq(&told(
        "3.0.3",
        schemas.clone(),
        schema.clone(),
        &json!({"default": null, "x-a": 2}),
    ));
    expect![[r#"
        > body/properties/enum: False schema does not allow value
        > body/x-a: value is less than or equal to the minimum of 1
        < body/x-a: value is less than or equal to the minimum of 1
    "#]]
    .assert_eq(&told("3.0.3", schemas, schema, &json!({"properties": {"enum": "a"}, "x-a": 1})));
}

#[test]
fn the_default_response_is_read_as_the_others() {
    let schema = json!({"type": "object", "required": ["a"], "properties": {
        "a": {"type": "string", "nullable": true}, "b": {"type": "string", "writeOnly": true}}});
    expect![[r#"
        < body/b: False schema does not allow value
    "#]]
    .assert_eq(&told("3.0.3", json!({}), schema, &json!({"a": null, "b": "x"})));
}

#[test]
fn what_would_be_ignored_silently_is_told() {
    let none = json!({});
    expect![[r#"
        ! /paths/~1x/post/requestBody/content/application~1json/schema/properties/a: the reference names the whole document, which is no schema
    "#]].assert_eq(&told("3.1.0", none.clone(), json!({"properties": {"a": {"$ref": "#"}}}), &none));
    let other = json!({"$schema": "https://example.com/own", "type": "object"});
    expect![[r#"
        ! /paths/~1x/post/requestBody/content/application~1json/schema: the dialect is not known; schemas are read as JSON Schema 2020-12
    "#]].assert_eq(&told("3.1.0", none.clone(), other, &none));
    expect![[r#"
        ! /paths/~1x/post/requestBody/content/application~1json/schema/$ref: the schema cannot be used: Anchor 'anchor' does not exist
        ! /paths/~1x/post/responses/default/content/application~1json/schema/$ref: the schema cannot be used: Anchor 'anchor' does not exist
    "#]].assert_eq(&told("3.1.0", none.clone(), json!({"$ref": "#anchor"}), &none));
    expect![[r#"
        ! /paths/~1x/post/requestBody/content/application~1json/schema/$dynamicRef: the schema cannot be used: Anchor 'anchor' does not exist
        ! /paths/~1x/post/responses/default/content/application~1json/schema/$dynamicRef: the schema cannot be used: Anchor 'anchor' does not exist
    "#]].assert_eq(&told("3.1.0", none.clone(), json!({"$dynamicRef": "#anchor"}), &none));
}

#[test]
fn integers_have_the_size_of_their_format() {
    let schema = json!({"type": "array", "items": {"type": "integer", "format": "int32", "maximum": 100}});
    expect![[r#"
        > body/1: value is greater than the maximum of 100
        > body/3: value is less than the minimum of -2147483648
        < body/1: value is greater than the maximum of 100
        < body/3: value is less than the minimum of -2147483648
    "#]]
    .assert_eq(&told("3.0.3", json!({}), schema, &json!([1, 101, -2147483648_i64, -2147483649_i64])));
    let schema = json!({"type": "array", "items": {"type": "integer", "format": "int64"}});
    expect![[r#"
        > body/1: value is greater than the maximum of 9223372036854775807
        < body/1: value is greater than the maximum of 9223372036854775807
    "#]]
    .assert_eq(&told("3.1.0", json!({}), schema, &json!([i64::MAX, 9223372036854775808_u64])));
}

#[test]
fn marks_are_found_behind_references_and_their_neighbours_count_in_31_only() {
    let schemas = json!({"Id": {"type": "string", "readOnly": true}});
    let schema = json!({"properties": {"id": {"$ref": "#/components/schemas/Id"}}});
    expect![[r#"
        > body/id: False schema does not allow value
    "#]]
    .assert_eq(&told("3.0.3", schemas.clone(), schema.clone(), &json!({"id": "a"})));
    let schema = json!({"properties": {"n": {"$ref": "#/components/schemas/Id", "minLength": 2}}});
    let schemas = json!({"Id": {"type": "string"}});
    expect![[""]].assert_eq(&told("3.0.3", schemas.clone(), schema.clone(), &json!({"n": "a"})));
    expect![[r#"
        > body/n: value is shorter than 2 characters
        < body/n: value is shorter than 2 characters
    "#]]
    .assert_eq(&told("3.1.0", schemas, schema, &json!({"n": "a"})));
}

#[test]
fn patterns_of_browsers_are_read() {
    let check = |pattern: &str, good: &[&str], bad: &[&str]| {
        let schema = json!({"type": "string", "pattern": pattern});
        for (text, is_good) in
            good.iter().map(|text| (text, true)).chain(bad.iter().map(|text| (text, false)))
        {
            let told = told("3.1.0", json!({}), schema.clone(), &json!(text));
            assert_eq!(told.is_empty(), is_good, "{pattern} {text}: {told}");
        }
    };
    let long = "é".repeat(2000);
    check("^.{2,262144}$", &["ab", &long], &["a", "", "a\nb"]);
    check("^[a-z]{1,1500}$", &["ab", &"a".repeat(1500)], &["", "A", &"a".repeat(1501)]);
    check("^(?:{[0-9]{4}}|[0-9]{4})$", &["{1234}", "1234"], &["{1234", "12345"]);
    check("^a{,2}{x$", &["a{,2}{x"], &["a", "aa"]);
    check("^\\p{L}{2}[{}]\\u0041{1,}$", &["éa{A", "aa}AA"], &["aaA"]);
    check("^\\{{2}$", &["{{"], &["{"]);
    check("^:{2}(?<n>{)(?={|x)", &["::{{", "::{x"], &[":{", "::x"]);
}
