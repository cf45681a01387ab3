//! What answers may hold: secrets and personal data, error bodies, headers, markup in JSON.
use crate::app::{answer, app};
use crate::support::{NEVER, PLAIN, Stage, status};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;

const KEY: &str = "AKIAQYLPMN5HHHFPZAM2";
const STACK: &str = "Traceback (most recent call last):\n  File \"/var/task/app.py\", line 3, in handler";

fn page(path: &str) -> crate::app::Response {
    let text = ("content-type", "text/plain");
    match path {
        "/key" => answer(200, &[text], format!("before {KEY} after")),
        "/mail" => answer(200, &[text], "write to alice@example.org, or pay with 4111 1111 1111 1111"),
        "/json" => answer(
            200,
            &[("content-type", "application/json")],
            format!("{{\"key\":\"{KEY}\",\"html\":\"<b>&\"}}"),
        ),
        "/failed" => answer(500, &[text, ("etag", "\"x\"")], STACK),
        "/missing" => answer(404, &[text], STACK),
        "/headers" => answer(
            200,
            &[text, ("server", "Werkzeug/2.0"), ("x-powered-by", "Express"), ("set-cookie", "a=1")],
            "x",
        ),
        "/page" => {
            answer(200, &[("content-type", "text/html"), ("x-frame-options", "SAMEORIGIN")], "<p>hello</p>")
        }
        "/long" => {
            answer(200, &[text], format!("{} {KEY} {}", "x".repeat(1200 << 10), "y".repeat(100 << 10)))
        }
        _ => answer(200, &[text], "fine"),
    }
}

async fn stage(settings: &str) -> Stage {
    let app = app(|request| page(request.uri().path())).await;
    Stage::before(
        app.address,
        &format!("{settings}\n{}", PLAIN.replace("mode = \"off\"", "mode = \"block\"")),
    )
}

#[tokio::test]
async fn secrets_do_not_leave() {
    let stage = stage("[waf]\non = false").await;
    let (status, shown) = stage.get("/key").await;
    assert!(
        status == 200 && !shown.contains(KEY) && shown.contains("before ") && shown.contains(" after"),
        "{shown}"
    );
    let length = shown
        .split_once("content-length: ")
        .unwrap()
        .1
        .split_once("\r\n")
        .unwrap()
        .0
        .parse::<usize>()
        .unwrap();
    assert_eq!(shown.split_once("\r\n\r\n").unwrap().1.len(), length, "{shown}");
    let (_, json) = stage.get("/json").await;
    assert!(
        !json.contains(KEY)
            && serde_json::from_str::<serde_json::Value>(json.split_once("\r\n\r\n").unwrap().1).is_ok(),
        "{json}"
    );
    let (status, long) = stage.get("/long").await;
    assert!(
        status == 200 && !long.contains(KEY) && long.len() > 1300 << 10,
        "also where the body is too long to be held"
    );
    let (_, mail) = stage.get("/mail").await;
    assert!(mail.contains("alice@example.org"), "personal data is left where nobody asks for more: {mail}");
}

#[tokio::test]
async fn what_is_found_is_masked_or_blocks_as_configured() {
    let masking = stage("[waf]\non = false\n[response]\npersonal = \"mask\"").await;
    let (status, mail) = masking.get("/mail").await;
    assert!(status == 200 && !mail.contains("alice@") && !mail.contains("4111"), "{mail}");
    let blocking = stage("[waf]\non = false\n[response]\nsecrets = \"block\"\npersonal = \"note\"").await;
    let (status, key) = blocking.get("/key").await;
    assert!(status == 502 && !key.contains("before") && !key.contains(KEY), "{key}");
    let (status, mail) = blocking.get("/mail").await;
    assert!(status == 200 && mail.contains("alice@"), "noted only: {mail}");
    let off = stage("[waf]\non = false\n[response]\nsecrets = \"off\"").await;
    assert!(off.get("/key").await.1.contains(KEY));
}

#[tokio::test]
async fn an_error_tells_its_number_and_nothing_else() {
    let server = stage("[waf]\non = false").await;
    let (status, failed) = server.get("/failed").await;
    assert!(status == 500 && !failed.contains("Traceback") && !failed.contains("etag"), "{failed}");
    assert!(failed.contains("application/problem+json") && failed.contains("urn:request:"), "{failed}");
    assert!(
        server.get("/missing").await.1.contains("Traceback"),
        "what a client did wrong is told by default"
    );
    let all = stage("[waf]\non = false\n[response]\nreplace-errors = \"all\"").await;
    let (status, missing) = all.get("/missing").await;
    assert!(status == 404 && !missing.contains("Traceback"), "{missing}");
    let none = stage("[waf]\non = false\n[response]\nreplace-errors = \"none\"").await;
    assert!(none.get("/failed").await.1.contains("Traceback"));
}

#[tokio::test]
async fn headers_say_what_they_should() {
    let stage = stage("[waf]\non = false\n[response]\ncookies = [\"secure\", \"http-only\", \"same-site\"]\nescape-json = true\nset-headers = { x-own = \"1\" }").await;
    let (_, shown) = stage.get("/headers").await;
    assert!(!shown.contains("Werkzeug") && !shown.contains("Express"), "{shown}");
    assert!(
        shown.contains("set-cookie: a=1; Secure; HttpOnly; SameSite=Lax") && shown.contains("x-own: 1"),
        "{shown}"
    );
    assert!(shown.contains("x-content-type-options: nosniff"), "{shown}");
    let (_, page) = stage.get("/page").await;
    assert!(
        page.contains("x-frame-options: SAMEORIGIN") && page.contains("text/html; charset=utf-8"),
        "{page}"
    );
    let (_, json) = stage.get("/json").await;
    let body = json.split_once("\r\n\r\n").unwrap().1;
    assert!(!body.contains('<') && !body.contains('&'), "{body}");
    let value: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(value["html"], "<b>&", "it is the same text");
    let refused = stage.raw("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", NEVER).await;
    assert!(status(&refused) == 400 && !refused.contains("set-cookie"), "{refused}");
}

#[tokio::test]
async fn a_secret_in_a_compressed_answer_is_found() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            drop(crate::support::read_until(&mut stream, "\r\n\r\n").await);
            let mut packed = GzEncoder::new(Vec::new(), Compression::default());
            packed.write_all(format!("before {KEY} after").as_bytes()).unwrap();
            let packed = packed.finish().unwrap();
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                packed.len()
            );
            drop(
                tokio::io::AsyncWriteExt::write_all(&mut stream, &[head.as_bytes(), &packed].concat()).await,
            );
        }
    });
    let stage = Stage::before(
        address,
        &format!("[waf]\non = false\n{}", PLAIN.replace("mode = \"off\"", "mode = \"block\"")),
    );
    let (status, shown) = stage.get("/").await;
    assert!(status == 200 && shown.contains("before ") && !shown.contains(KEY), "{shown}");
    assert!(!shown.contains("content-encoding"), "it goes out as it was looked at: {shown}");
}
