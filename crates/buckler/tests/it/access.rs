//! `buckler access explain` on a gateway's own configuration: what it says is what the gateway does.
use crate::run::Folder;

const GATEWAY: &str = "
[upstream.orders]
kind = \"http\"
addresses = [\"http://127.0.0.1:9\"]

[[route]]
name = \"one\"
path = \"/orders/{id}\"
upstream = \"orders\"
authorization = { scopes = [\"read\", \"write\"] }

[[route]]
name = \"list\"
path = \"/orders\"
methods = [\"GET\"]
upstream = \"orders\"
";

#[test]
fn a_gateways_routes_are_explained() {
    let folder = Folder::new(&[
        ("gateway.toml", GATEWAY),
        ("with.toml", &format!("[authorization.routes.list]\npublic = true\n{GATEWAY}")),
        ("reader.json", r#"{"iss":"i","sub":"ann","scope":"read"}"#),
        ("writer.json", r#"{"iss":"i","sub":"bob","scope":"read write"}"#),
    ]);
    let explain = |rules: &str, who: &str, path: &str| {
        let ran = folder.buckler(&["access", "explain", "--rules", rules, "--identity", who, "--path", path]);
        (ran.code, ran.out.replace('\n', " ") + &ran.err)
    };
    let (code, told) = explain("gateway.toml", "writer.json", "/orders/7");
    assert!(code == 0 && told.contains("allowed (route: one)"), "{code} {told}");
    let (code, told) = explain("gateway.toml", "reader.json", "/orders/7");
    assert!(code == 1 && told.contains("insufficient_scope") && told.contains("403"), "{code} {told}");
    let (code, told) = explain("gateway.toml", "writer.json", "/nowhere");
    assert!(code == 1 && told.contains("none fits"), "{code} {told}");
    let (code, told) = explain("with.toml", "reader.json", "/orders");
    assert!(code == 0 && told.contains("allowed (route: list)"), "{code} {told}");
    folder.write("broken.toml", "[[route]]\nname = 1\n");
    let (code, told) = explain("broken.toml", "reader.json", "/orders");
    assert!(code == 2 && told.contains("broken.toml"), "{code} {told}");
}

const API: &str = "openapi: 3.1.0
info: { title: orders, version: '1' }
servers: [ { url: 'https://api.example.org/v1/' } ]
security: [ { login: [read] } ]
components: { securitySchemes: { login: { type: oauth2, flows: {} }, key: { type: apiKey, in: header, name: x-key } } }
paths:
  /orders/{id}:
    get: { responses: { '200': { description: ok } } }
    delete: { security: [ { login: [write] }, { key: [] } ], responses: { '204': { description: gone } } }
  /orders/mine:
    get: { responses: { '200': { description: ok } } }
  /health:
    get: { security: [], responses: { '200': { description: ok } } }
";

#[test]
fn an_openapi_document_becomes_routes_with_what_they_ask_for() {
    let folder = Folder::new(&[
        ("openapi.yaml", API),
        ("reader.json", r#"{"iss":"i","sub":"ann","scope":"read"}"#),
        ("none.yaml", "openapi: 3.1.0\ninfo: {}\n"),
    ]);
    let written = folder.buckler(&["gateway", "init", "--openapi", "openapi.yaml", "-o", "gateway.toml"]);
    assert_eq!(written.code, 0, "{written:?}");
    let checked = folder.buckler(&["gateway", "check", "--config", "gateway.toml"]);
    assert_eq!(checked.code, 0, "{checked:?} {}", folder.read("gateway.toml"));
    for (method, path, code, part) in [
        ("GET", "/v1/orders/7", 0, "route: GET /orders/{id}"),
        ("GET", "/v1/orders/mine", 0, "route: GET /orders/mine"),
        ("GET", "/v1/health", 0, "route: GET /health"),
        ("DELETE", "/v1/orders/7", 1, "route: DELETE /orders/{id}"),
        ("PUT", "/v1/orders/7", 1, "none fits"),
        ("GET", "/orders/7", 1, "none fits"),
    ] {
        let ran = folder.buckler(&[
            "access",
            "explain",
            "--rules",
            "gateway.toml",
            "--identity",
            "reader.json",
            "--method",
            method,
            "--path",
            path,
        ]);
        assert!(ran.code == code && ran.out.contains(part), "{method} {path} {ran:?}");
    }
    // Written elsewhere, it still finds its document.
    folder.write("out/keep", "");
    let far = folder.buckler(&["gateway", "init", "--openapi", "openapi.yaml", "-o", "out/gateway.toml"]);
    assert_eq!(far.code, 0, "{far:?}");
    let named = folder.path().join("openapi.yaml").display().to_string();
    assert!(folder.read("out/gateway.toml").contains(&named), "{}", folder.read("out/gateway.toml"));
    let nothing = folder.buckler(&["gateway", "init", "--openapi", "none.yaml"]);
    assert!(nothing.code == 2 && nothing.err.contains("no operation"), "{nothing:?}");
}
