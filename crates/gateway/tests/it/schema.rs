//! Requests and answers against documents.
use crate::support::{NEVER, PLAIN, Stage, status};
use crate::who::Folder;

const API: &str = r#"
openapi: "3.0.3"
paths:
  /status/{code}:
    get:
      parameters: [{ name: code, in: path, required: true, schema: { type: integer } }]
      responses: { "200": {} }
  /pets/{id}:
    get:
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      responses: { "200": { content: { text/plain: {} } } }
    put:
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
      requestBody: { content: { application/json: { schema: { type: object, additionalProperties: false, properties: { name: { type: string } } } } } }
      responses: { "200": { content: { application/json: { schema: { type: object } } } } }
"#;

fn put(target: &str, body: &str) -> String {
    format!(
        "PUT {target} HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn settings(file: &str, mode: &str, responses: &str) -> String {
    let route = format!("mode = \"{mode}\"\nschema = {{ api = \"pets\" }}");
    format!(
        "{}\n[schema.api.pets]\nfile = '{file}'\nresponses = \"{responses}\"\n[waf]\non = false\n",
        PLAIN.replace("mode = \"off\"", &route)
    )
}

#[tokio::test]
async fn a_document_decides_what_passes() {
    let folder = Folder::new("schema-blocks");
    let file = folder.put("pets.yaml", API);
    let stage = Stage::new(&settings(&file, "block", "off")).await;
    assert_eq!(stage.get("/pets/7").await.0, 200);
    assert!(stage.raw(put("/pets/7", "{\"name\":\"rex\"}"), NEVER).await.contains("{\"name\":\"rex\"}"));
    let answer = stage.raw(put("/pets/7", "{\"isAdmin\":\"secret-value\"}"), NEVER).await;
    assert_eq!(status(&answer), 400, "{answer}");
    assert!(answer.contains("application/problem+json") && answer.contains("\"place\":\"body\""), "{answer}");
    assert!(!answer.contains("secret-value"), "{answer}");
    assert_eq!(stage.get("/pets/x").await.0, 400);
    assert_eq!(stage.get("/pets/7?debug=1").await.0, 400);
    assert_eq!(stage.get("/admin").await.0, 404);
    let answer = stage.raw("DELETE /pets/7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", NEVER).await;
    assert_eq!(status(&answer), 405);
    assert!(answer.to_ascii_lowercase().contains("allow: get, head, put"), "{answer}");
}

#[tokio::test]
async fn detection_changes_nothing() {
    let folder = Folder::new("schema-detects");
    let file = folder.put("pets.yaml", API);
    let stage = Stage::new(&settings(&file, "detect", "refuse")).await;
    assert_eq!(stage.get("/admin").await.0, 200);
    assert!(stage.raw(put("/pets/7", "{\"other\":1}"), NEVER).await.contains("{\"other\":1}"));
}

#[tokio::test]
async fn answers_that_the_document_does_not_allow_are_replaced() {
    let folder = Folder::new("schema-answers");
    let file = folder.put("pets.yaml", API);
    let stage = Stage::new(&settings(&file, "block", "refuse")).await;
    // The upstream answers with text: that is right for GET, and wrong for PUT.
    assert_eq!(stage.get("/pets/7").await.0, 200);
    let answer = stage.raw(put("/pets/7", "{}"), NEVER).await;
    assert_eq!(status(&answer), 502, "{answer}");
    assert!(!answer.contains("saw PUT"), "{answer}");
    // A status that no document needs to name, and one that it does not.
    assert_eq!(stage.get("/status/304").await.0, 304);
    assert_eq!(stage.get("/status/418").await.0, 502);
    let preflight = "OPTIONS /pets/7 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOrigin: https://b.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n";
    assert_eq!(status(&stage.raw(preflight, NEVER).await), 200);
    assert_eq!(status(&stage.raw(preflight.replace("PUT", "DELETE"), NEVER).await), 405);
    let noting = Stage::new(&settings(&file, "block", "note")).await;
    assert_eq!(status(&noting.raw(put("/pets/7", "{}"), NEVER).await), 200);
}

#[tokio::test]
async fn graphql_has_bounds() {
    let route = "mode = \"block\"\nschema = { graphql = { depth-max = 2 } }";
    let settings = format!("{}\n[waf]\non = false\n", PLAIN.replace("mode = \"off\"", route));
    let stage = Stage::new(&settings).await;
    let send = |document: &str| {
        let body = serde_json::json!({ "query": document }).to_string();
        put("/graphql", &body).replacen("PUT", "POST", 1)
    };
    assert_eq!(status(&stage.raw(send("{ me { name } }"), NEVER).await), 200);
    let answer = stage.raw(send("{ me { friends { name } } }"), NEVER).await;
    assert_eq!(status(&answer), 400, "{answer}");
    assert_eq!(status(&stage.raw(send("{ __schema }"), NEVER).await), 400);
}

#[tokio::test]
async fn what_a_query_weighs_counts_against_limits() {
    let route = "mode = \"block\"\nschema = { graphql = { costs = { \"Query.orders\" = 5 } } }";
    let limit =
        "[[rate.limits]]\nname = \"weights\"\nrate = \"8/1h\"\nby = [\"identity\"]\ncount = \"cost\"\n";
    let settings = format!("{limit}{}\n[waf]\non = false\n", PLAIN.replace("mode = \"off\"", route));
    let stage = Stage::new(&settings).await;
    let ask = async |document: &str| {
        let body = serde_json::json!({ "query": document }).to_string();
        status(&stage.raw(put("/graphql", &body).replacen("PUT", "POST", 1), NEVER).await)
    };
    assert_eq!(ask("{ orders }").await, 200);
    assert_eq!(ask("{ orders }").await, 429, "ten are more than eight");
    assert_eq!(ask("{ me }").await, 200, "three are left");
}
