//! Files on their way through.
use crate::support::{NEVER, PLAIN, Stage, status};

/// A PNG with a text chunk; checksums are not looked at.
fn png(text: &str) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let chunks: [(&[u8], &[u8]); 3] =
        [(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]), (b"tEXt", text.as_bytes()), (b"IEND", b"")];
    for (name, data) in chunks.iter().filter(|(name, data)| *name != b"tEXt" || !data.is_empty()) {
        out.extend_from_slice(&u32::try_from(data.len()).unwrap().to_be_bytes());
        out.extend_from_slice(name);
        out.extend_from_slice(data);
        out.extend_from_slice(b"sums");
    }
    out
}

fn form(name: &str, file: &[u8]) -> Vec<u8> {
    let head = format!(
        "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"{name}\"\r\nContent-Type: image/png\r\n\r\n"
    );
    [head.as_bytes(), file, b"\r\n--b--\r\n"].concat()
}

fn post(media: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /upload HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\nContent-Type: {media}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn settings(mode: &str) -> String {
    let route =
        format!("mode = \"{mode}\"\nupload = {{ on = true, types = [\"image/png\"], file-bytes-max = 500 }}");
    format!("{}\n[waf]\non = false\n", PLAIN.replace("mode = \"off\"", &route))
}

const FORM: &str = "multipart/form-data; boundary=b";

#[tokio::test]
async fn pictures_pass_without_their_metadata() {
    let stage = Stage::new(&settings("block")).await;
    let dirty = form("a.png", &png("Comment\0taken at home"));
    let clean = form("a.png", &png(""));
    let answer = stage.raw(post(FORM, &dirty), NEVER).await;
    assert_eq!(status(&answer), 200, "{answer}");
    assert!(answer.contains(&format!("content-length: {}", clean.len())), "{answer}");
    assert!(!answer.contains("taken at home"), "{answer}");
    assert!(answer.ends_with(&*String::from_utf8_lossy(&clean)), "{answer}");
    let answer = stage.raw(post("image/png", &png("Comment\0taken at home")), NEVER).await;
    assert!(answer.contains("saw POST") && !answer.contains("taken at home"), "{answer}");
}

#[tokio::test]
async fn other_files_are_refused_by_what_is_wrong() {
    let stage = Stage::new(&settings("block")).await;
    let refused = async |media: &str, body: &[u8]| status(&stage.raw(post(media, body), NEVER).await);
    assert_eq!(refused(FORM, &form("a.png", b"<?php system(1);")).await, 415);
    assert_eq!(refused(FORM, &form("a.png", &[b'x'; 600])).await, 413);
    let polyglot = [&png("")[..], b"<script>alert(1)</script>"].concat();
    assert_eq!(refused(FORM, &form("a.png", &polyglot)).await, 422);
    assert_eq!(refused(FORM, b"--b\r\nbroken").await, 400);
    assert_eq!(refused("image/png", b"MZ\x90\0").await, 415);
    assert_eq!(refused("application/json", b"{}").await, 200);
    let answer = stage.raw(post(FORM, &form("a.png", b"MZ\x90\0")), NEVER).await;
    assert!(answer.contains("application/problem+json") && answer.contains("files/0"), "{answer}");
}

#[tokio::test]
async fn detection_changes_nothing() {
    let stage = Stage::new(&settings("detect")).await;
    let answer = stage.raw(post(FORM, &form("a.png", &png("Comment\0taken at home"))), NEVER).await;
    assert!(answer.contains("saw POST") && answer.contains("taken at home"), "{answer}");
    assert_eq!(status(&stage.raw(post(FORM, &form("a.exe", b"MZ")), NEVER).await), 200);
}
