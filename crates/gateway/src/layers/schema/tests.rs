//! What routes ask of requests.
use super::*;
use expect_test::{Expect, expect};
use serde_json::json;

fn told(violations: &[Violation]) -> String {
    violations.iter().map(|one| format!("{}: {}\n", one.place, one.message)).collect()
}

fn gauge(text: &str) -> graphql::Gauge {
    graphql::Gauge::new(&toml::from_str(text).unwrap(), false)
}

fn asks(gauge: &graphql::Gauge, query: &str, body: &str, expected: Expect) {
    let sent = graphql::Sent { query, content_type: "application/json", body: body.as_bytes() };
    expected.assert_eq(&told(&gauge.check(&sent)));
}

fn document(text: &str) -> String {
    json!({ "query": text }).to_string()
}

#[test]
fn graphql_within_bounds_passes() {
    let gauge = gauge("depth-max = 3\ncost-max = 100");
    asks(&gauge, "", &document("query A { me { name friends(first: 5) { name } } }"), expect![[""]]);
    asks(&gauge, "query=%7Bme%7Bname%7D%7D", "", expect![[""]]);
}

#[test]
fn graphql_past_bounds_is_told() {
    let gauge = gauge(
        "depth-max = 3\nfields-max = 6\naliases-max = 1\nbatch-max = 2\ncost-max = 20\ncosts = { \"Query.orders\" = 10 }",
    );
    asks(
        &gauge,
        "",
        &document("{ a { b { c { d } } } }"),
        expect![[r#"
            graphql: depth: more than 3; ask for less
        "#]],
    );
    asks(
        &gauge,
        "",
        &document("{ a: me { x } b: me { x } c: me { x } d: me { x } }"),
        expect![[r#"
            graphql: fields: more than 6; ask for less
            graphql: aliases: more than 1; ask for less
        "#]],
    );
    asks(
        &gauge,
        "",
        &document("{ __schema { types } }"),
        expect![[r#"
            graphql: the schema may not be asked for
        "#]],
    );
    asks(
        &gauge,
        "",
        &document("{ list(first: 9) { orders } }"),
        expect![[r#"
            graphql: cost: more than 20; ask for less
        "#]],
    );
    asks(
        &gauge,
        "",
        "[{\"query\":\"{a}\"},{\"query\":\"{a}\"},{\"query\":\"{a}\"}]",
        expect![[r#"
            graphql: the batch has more than 2 documents; send fewer, or raise the limit
        "#]],
    );
    asks(
        &gauge,
        "",
        "{\"q\":1}",
        expect![[r#"
            graphql: the body is no GraphQL request: `query` is missing or no text
        "#]],
    );
    asks(
        &gauge,
        "",
        &document("{ ...S } fragment S on Q { ...S }"),
        expect![[r#"
            graphql: a fragment spreads itself
        "#]],
    );
}

#[test]
fn graphql_in_two_places_is_refused() {
    let gauge = gauge("depth-max = 3");
    for query in ["query=%7Ba%7D", "variables=%7B%7D"] {
        asks(
            &gauge,
            query,
            &document("{ a }"),
            expect![[r#"
                graphql: one part of the request stands in the query and another one in the body
            "#]],
        );
    }
    asks(
        &gauge,
        "query=%7Ba%7D&query=%7Bb%7D",
        "",
        expect![[r#"
            graphql: a parameter stands twice in the query
        "#]],
    );
}

#[test]
fn a_cost_is_summed_over_a_batch() {
    let gauge = gauge("costs = { \"orders\" = 5, \"Admin.orders\" = 7 }");
    let body = "[{\"query\":\"{orders}\"},{\"query\":\"{me{name}}\"}]";
    let sent = graphql::Sent { query: "", content_type: "application/json", body: body.as_bytes() };
    assert_eq!(gauge.cost(&sent), Some(9));
    let sent = graphql::Sent { body: b"{", ..sent };
    assert_eq!(gauge.cost(&sent), None);
}

const API: &str = r#"
openapi: "3.1.0"
paths:
  /pets:
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema: { type: object, required: [name], additionalProperties: false, properties: { name: { type: string, maxLength: 5 } } }
      responses: { "201": {} }
    get: { responses: { "200": {} } }
"#;

fn api_plan() -> Plan {
    let api = Api::read(&documents::parse(API).unwrap()).unwrap();
    Plan {
        api: Some((Arc::new(api), Strictness { unknown_query: true })),
        json: None,
        graphql: None,
        responses: Responses::Off,
    }
}

fn sends(plan: &Plan, method: &str, target: &str, fields: &[(&'static str, &str)], body: &str) -> String {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(*name, HeaderValue::from_str(value).unwrap());
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let seen = Seen { method, path, query, headers: &headers, body: body.as_bytes(), is_upgrade: false };
    let violations = plan.check(&seen);
    if violations.is_empty() {
        return "fits\n".to_owned();
    }
    format!("{}\n{}", status_of(&violations).as_u16(), told(&violations))
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

#[test]
fn a_document_in_yaml_says_what_may_be_sent() {
    let plan = api_plan();
    expect![[r#"
        fits
    "#]]
    .assert_eq(&sends(&plan, "POST", "/pets", JSON, "{\"name\":\"rex\"}"));
    expect![[r#"
        400
        body/name: value is longer than 5 characters
    "#]]
    .assert_eq(&sends(&plan, "POST", "/pets", JSON, "{\"name\":\"secret-value\"}"));
    expect![[r#"
        404
        path: the document does not name this path
    "#]]
    .assert_eq(&sends(&plan, "GET", "/admin", &[], ""));
    expect![[r#"
        405
        method: the document does not name this method for the path
    "#]]
    .assert_eq(&sends(&plan, "DELETE", "/pets", &[], ""));
    expect![[r#"
        400
        query.debug: the document does not name this parameter
    "#]]
    .assert_eq(&sends(&plan, "GET", "/pets?debug=1", &[], ""));
    assert_eq!(plan.allowed("/pets").unwrap(), "GET, HEAD, POST");
}

#[test]
fn what_two_readers_see_differently_is_refused() {
    let plan = api_plan();
    expect![[r#"
        400
        body: key `name` stands twice in one object
    "#]]
    .assert_eq(&sends(&plan, "POST", "/pets", JSON, "{\"name\":\"<script>\",\"name\":\"rex\"}"));
    let twice = &[("content-type", "application/json"), ("content-type", "text/plain")];
    expect![[r#"
        400
        content-type: stands there more than once
    "#]]
    .assert_eq(&sends(&plan, "POST", "/pets", twice, "{}"));
}

#[test]
fn questions_of_browsers_pass_for_methods_that_are_named() {
    let plan = api_plan();
    let asks = |method| {
        let fields = [("origin", "https://a.example"), ("access-control-request-method", method)];
        sends(&plan, "OPTIONS", "/pets", &fields, "")
    };
    assert_eq!(asks("POST"), "fits\n");
    assert!(asks("DELETE").starts_with("405"));
}

#[test]
fn a_body_is_compared_with_a_schema() {
    let schema = json!({
        "$defs": { "id": { "type": "integer", "minimum": 1 } },
        "type": "object", "required": ["id"], "properties": { "id": { "$ref": "#/$defs/id" } }
    });
    let plan = Plan {
        api: None,
        json: Some(waf::schema::Validator::read(&schema).unwrap()),
        graphql: None,
        responses: Responses::Off,
    };
    assert_eq!(sends(&plan, "POST", "/x", JSON, "{\"id\":7}"), "fits\n");
    assert_eq!(sends(&plan, "GET", "/x", &[], ""), "fits\n");
    expect![[r#"
        400
        body/id: value is less than the minimum of 1
    "#]]
    .assert_eq(&sends(&plan, "POST", "/x", JSON, "{\"id\":0}"));
    expect![[r#"
        400
        content-type: `application/json` is expected
    "#]]
    .assert_eq(&sends(&plan, "POST", "/x", &[("content-type", "text/plain")], "{\"id\":7}"));
    expect![[r#"
        400
        body: a body is required
    "#]]
    .assert_eq(&sends(&plan, "PUT", "/x", JSON, ""));
}

#[test]
fn documents_are_read_as_json_and_as_yaml() {
    assert_eq!(documents::parse("{\"a\": [1]}").unwrap(), json!({ "a": [1] }));
    assert_eq!(documents::parse("a:\n  - 1\n  - \"x\"\n").unwrap(), json!({ "a": [1, "x"] }));
    assert!(documents::parse("{\"a\": [1}").unwrap_err().contains("no JSON"));
    assert!(documents::parse("a: [1").is_err());
}

#[test]
fn settings_that_name_nothing_are_told() {
    let wrong = |route: &str| {
        let text = format!(
            "[upstream.app]\nkind = \"http\"\naddresses = [\"http://127.0.0.1:1\"]\n[[route]]\nname = \"r\"\nupstream = \"app\"\n{route}"
        );
        let config = Config::from_toml(&text, std::path::Path::new("")).unwrap();
        Schema::build(&config, None).unwrap_err().to_string()
    };
    expect!["`route.r.schema.api`: no document is called `x`; add `[schema.api.x]`"]
        .assert_eq(&wrong("schema = { api = \"x\" }"));
    expect!["`route.r.schema.responses`: needs a document; add `api`"]
        .assert_eq(&wrong("schema = { responses = \"note\" }"));
}
