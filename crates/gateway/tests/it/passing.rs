//! What passes the gateway, and how.
use crate::support::{NEVER, PLAIN, Stage, get};

#[tokio::test]
async fn the_upstream_sees_who_asked_and_no_claims() {
    let stage = Stage::new(PLAIN).await;
    let text = "GET /a?b=c HTTP/1.1\r\nHost: example.com\r\nX-Forwarded-For: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Rewrite-URL: /admin\r\nConnection: close, X-Mine\r\nX-Mine: 1\r\nTE: trailers\r\nX-Other: 2\r\n\r\n";
    let answer = stage.raw(text, NEVER).await;
    assert!(answer.contains("saw GET /a?b=c HTTP/1.1"), "{answer}");
    assert!(
        !answer.contains("6.6.6.6") && !answer.contains("/admin") && !answer.contains("x-mine"),
        "{answer}"
    );
    for line in [
        "x-forwarded-for: 127.0.0.1",
        "x-forwarded-proto: http",
        "x-forwarded-host: example.com",
        "x-other: 2",
        "te: trailers",
        "via: 1.1 buckler",
    ] {
        assert!(answer.contains(line), "{line} in {answer}");
    }
}

#[tokio::test]
async fn odd_paths_are_refused_unless_the_route_takes_them() {
    let stage = Stage::new(PLAIN).await;
    for path in
        ["/a/../b", "/a/%2e%2e/b", "//a", "/./a", "/a;b", "/a%2fb", "/a%5cb", "/%252e", "/%ff", "/a%0d%0aX:y"]
    {
        assert_eq!(stage.get(path).await.0, 400, "{path}");
    }
    let settings = PLAIN.replace(
        "mode = \"off\"",
        "mode = \"off\"\npath-oddities = [\"dot-segment\", \"empty-segment\", \"encoded-slash\"]",
    );
    let stage = Stage::new(&settings).await;
    let (_, answer) = stage.get("/a/%2e%2e//b/%7euser?x=/../").await;
    assert!(answer.contains("saw GET /b/~user?x=/../ "), "{answer}");
    let (_, answer) = stage.get("/a%2fb").await;
    assert!(answer.contains("saw GET /a%2Fb "), "{answer}");
    assert_eq!(stage.get("/a/../../b").await.0, 400);
    assert_eq!(stage.get("/a%00").await.0, 400);
}

#[tokio::test]
async fn connections_to_the_upstream_are_used_again() {
    let stage = Stage::new(PLAIN).await;
    let one = "POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc";
    let answer = stage.raw(format!("{one}{one}{}", get("/two")), NEVER).await;
    assert_eq!(answer.matches("saw POST /one").count(), 2, "{answer}");
    assert!(answer.contains("saw GET /two"), "{answer}");
}

#[tokio::test]
async fn no_route_is_not_found_and_no_upstream_is_told() {
    let settings = PLAIN.replace("mode = \"off\"", "mode = \"off\"\npath = \"/only\"");
    let stage = Stage::new(&settings).await;
    assert_eq!(stage.get("/only").await.0, 200);
    assert_eq!(stage.get("/other").await.0, 404);
    let nobody = "127.0.0.1:1".parse().unwrap();
    let stage = Stage::before(nobody, PLAIN);
    assert_eq!(stage.get("/").await.0, 502);
}

#[tokio::test]
async fn a_header_field_alone_hides_no_body() {
    let settings = PLAIN.replace("mode = \"off\"", "mode = \"block\"\nschema = { graphql = {} }");
    let stage = Stage::new(&format!("{settings}\n[waf]\non = false\n")).await;
    for field in ["Upgrade: h2c", "Upgrade: anything", "Content-Type: application/grpc"] {
        let text = format!(
            "POST / HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n{field}\r\nContent-Length: 4\r\n\r\nevil"
        );
        let answer = stage.raw(text, NEVER).await;
        assert_eq!(crate::support::status(&answer), 400, "{field}: {answer}");
    }
}
