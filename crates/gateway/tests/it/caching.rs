//! Answers that are kept, and those that must not be (RFC 9111).
use crate::app::{App, answer, app};
use crate::support::{NEVER, PLAIN, Stage, http2, status};
use crate::who::Folder;

fn settings() -> String {
    PLAIN.replace("mode = \"off\"", "mode = \"off\"\ncache = { on = true }")
}

/// Each answer tells how many there were before it; its fields stand in the path.
async fn counting() -> App {
    let count = std::sync::atomic::AtomicU32::new(0);
    app(move |request| {
        let number = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let language =
            request.headers().get("accept-language").and_then(|value| value.to_str().ok()).unwrap_or("-");
        let body = format!("number {number} in {language}");
        match request.uri().path() {
            "/kept" => answer(200, &[("cache-control", "max-age=60"), ("etag", "\"one\"")], body),
            "/by-language" => {
                answer(200, &[("cache-control", "max-age=60"), ("vary", "accept-language")], body)
            }
            "/by-anything" => answer(200, &[("cache-control", "max-age=60"), ("vary", "*")], body),
            "/private" => answer(200, &[("cache-control", "private, max-age=60")], body),
            "/no-store" => answer(200, &[("cache-control", "no-store, max-age=60")], body),
            "/cookie" => answer(200, &[("cache-control", "public, max-age=60"), ("set-cookie", "a=1")], body),
            "/public" => answer(200, &[("cache-control", "public, max-age=60")], body),
            "/failed" => answer(500, &[("cache-control", "max-age=60")], body),
            "/large" => answer(200, &[("cache-control", "max-age=60")], "x".repeat(2 << 20)),
            _ => answer(200, &[], body),
        }
    })
    .await
}

async fn ask(stage: &Stage, method: &str, path: &str, fields: &str) -> String {
    let text = format!("{method} {path} HTTP/1.1\r\nHost: a\r\n{fields}Connection: close\r\n\r\n");
    stage.raw(text, NEVER).await
}

/// How often the application is asked when somebody asks three times.
async fn asked(stage: &Stage, app: &App, path: &str, fields: &str) -> usize {
    for _ in 0..3 {
        assert_ne!(status(&ask(stage, "GET", path, fields).await), 0, "{path}");
    }
    app.taken().len()
}

#[tokio::test]
async fn an_answer_is_kept_as_long_as_it_says() {
    let app = counting().await;
    let stage = Stage::before(app.address, &settings());
    let first = ask(&stage, "GET", "/kept", "").await;
    assert!(first.contains("cache-status: buckler; fwd=uri-miss; stored"), "{first}");
    let second = ask(&stage, "GET", "/kept", "").await;
    assert!(second.contains("cache-status: buckler; hit") && second.ends_with("number 0 in -"), "{second}");
    assert!(second.contains("age: "), "{second}");
    let same = ask(&stage, "GET", "/kept", "If-None-Match: W/\"one\"\r\n").await;
    assert!(status(&same) == 304 && !same.contains("number"), "{same}");
    let other = ask(&stage, "GET", "/kept", "If-None-Match: \"two\"\r\n").await;
    assert!(status(&other) == 200 && other.ends_with("number 0 in -"), "{other}");
    assert_eq!(app.taken().len(), 1);
    let again = ask(&stage, "GET", "/kept", "Cache-Control: no-cache\r\n").await;
    assert!(again.contains("number 1"), "a client may ask for a fresh one: {again}");
    let mut client = http2(stage.address).await;
    let request = http::Request::get("http://a/kept").body(Default::default()).unwrap();
    let answer = client.send_request(request).await.unwrap();
    assert_eq!(answer.headers()["cache-status"], "buckler; hit", "over HTTP/2 it is the same answer");
}

#[tokio::test]
async fn what_is_for_one_is_not_given_to_another() {
    let app = counting().await;
    let stage = Stage::before(app.address, &settings());
    for path in ["/by-anything", "/private", "/no-store", "/cookie", "/failed", "/large", "/silent"] {
        assert_eq!(asked(&stage, &app, path, "").await, 3, "{path}");
    }
    // RFC 9111, section 3.5: what is asked for with credentials is kept only where the answer says so.
    assert_eq!(asked(&stage, &app, "/kept", "Authorization: Basic YTpi\r\n").await, 3);
    assert_eq!(asked(&stage, &app, "/public", "Authorization: Basic YTpi\r\n").await, 1);
    let in_language = |language: &'static str| {
        let stage = &stage;
        async move { ask(stage, "GET", "/by-language", &format!("Accept-Language: {language}\r\n")).await }
    };
    assert!(in_language("de").await.ends_with(" in de"));
    assert!(in_language("fr").await.ends_with(" in fr"));
    assert!(in_language("fr").await.contains("cache-status: buckler; hit"));
    app.taken();
    // Another host, another query, another route: another answer.
    for path in ["/kept?a=1", "/kept?a=2", "/kept?a=1&b"] {
        assert_eq!(asked(&stage, &app, path, "").await, 1, "{path}");
    }
    let other =
        stage.raw("GET /kept?a=1 HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n", NEVER).await;
    assert!(status(&other) == 200 && app.taken().len() == 1, "{other}");
    assert_eq!(asked(&stage, &app, "/kept?part", "Range: bytes=0-1\r\n").await, 3, "parts are not kept");
}

#[tokio::test]
async fn a_change_at_an_address_ends_what_was_kept_of_it() {
    let app = counting().await;
    let stage = Stage::before(app.address, &settings());
    for method in ["POST", "PUT", "DELETE", "PATCH"] {
        assert!(asked(&stage, &app, "/kept", "").await <= 1, "{method}");
        ask(&stage, method, "/kept", "Content-Length: 0\r\n").await;
        app.taken();
        assert_eq!(asked(&stage, &app, "/kept", "").await, 1, "{method}");
    }
    ask(&stage, "HEAD", "/kept", "").await;
    app.taken();
    assert_eq!(asked(&stage, &app, "/kept", "").await, 0, "HEAD changes nothing");
}

#[tokio::test]
async fn people_that_are_known_share_only_what_is_public() {
    let folder = Folder::new("cache-keys");
    let mut keys = access::key::Store::read("", None).unwrap();
    let record = |owner: &str| {
        let text = format!(
            "id = \"\"\nowner = \"{owner}\"\nhash = \"\"\nworld = \"live\"\ncreated = {}\n",
            crate::introspection::now()
        );
        toml::from_str::<access::key::Record>(&text).unwrap()
    };
    let own = keys.create(record("alice")).unwrap().text.text().unwrap().to_owned();
    let other = keys.create(record("bob")).unwrap().text.text().unwrap().to_owned();
    let file = folder.put("keys.toml", keys.write().unwrap());
    let settings = settings().replace("cache =", "authentication = [\"keys\"]\ncache =");
    let app = counting().await;
    let stage =
        Stage::before(app.address, &format!("[authentication.api-key.keys]\nfile = \"{file}\"\n{settings}"));
    let key = |text: &str| format!("X-Api-Key: {text}\r\n");
    assert_eq!(asked(&stage, &app, "/kept", &key(&own)).await, 3, "not said to be public");
    assert_eq!(asked(&stage, &app, "/public", &key(&own)).await, 1);
    assert_eq!(asked(&stage, &app, "/public", &key(&other)).await, 0);
    // What is kept opens nothing to somebody without a key.
    assert_eq!(status(&ask(&stage, "GET", "/public", "").await), 401);
}

#[tokio::test]
async fn rules_judge_every_request_also_for_what_is_kept() {
    let folder = Folder::new("cache-rules");
    let rules = folder.put(
        "rules.conf",
        "SecRule ARGS|REQUEST_HEADERS:X-Own \"@contains attack\" \"id:1,phase:1,deny,status:403\"\n",
    );
    let settings =
        format!("[waf]\nrules = [\"{rules}\"]\n{}", settings().replace("mode = \"off\"", "mode = \"block\""));
    let app = counting().await;
    let stage = Stage::before(app.address, &settings);
    assert_eq!(asked(&stage, &app, "/kept", "").await, 1);
    assert_eq!(status(&ask(&stage, "GET", "/kept", "X-Own: attack\r\n").await), 403);
    assert_eq!(status(&ask(&stage, "GET", "/kept", "").await), 200);
}
