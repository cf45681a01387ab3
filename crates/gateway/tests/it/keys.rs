//! Access keys that requests to function URLs are signed with: of files that change, and of roles whose keys end.
use crate::streams::upstream;
use crate::support::{PLAIN, Stage, echo};
use crate::who::Folder;
use gateway::Config;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use tokio::io::AsyncWriteExt as _;

fn settings(sign: &str) -> String {
    let own = format!("kind = \"function-url\"\nsign = {{ region = \"eu-west-1\", {sign} }}");
    PLAIN.replace("kind = \"http\"", &own)
}

fn credentials(name: &str) -> String {
    format!("[default]\naws_access_key_id = {name}\naws_secret_access_key = a secret\n")
}

/// The access key that an upstream saw.
fn shown(answer: &str) -> &str {
    let rest = answer
        .split_once("authorization: AWS4-HMAC-SHA256 Credential=")
        .unwrap_or_else(|| panic!("{answer}"))
        .1;
    rest.split_once('/').unwrap().0
}

#[tokio::test]
async fn a_file_is_read_again_when_its_key_is_another() {
    let folder = Folder::new("keys-of-a-file");
    let file = folder.put("credentials", credentials("FIRST"));
    let sign = settings(&format!("credentials = \"{file}\""));
    let app = echo().await;
    let stage = Stage::before(app, &sign);
    let (status, answer) = stage.get("/a").await;
    assert_eq!((status, shown(&answer)), (200, "FIRST"), "{answer}");
    assert!(answer.contains("/eu-west-1/lambda/aws4_request"), "{answer}");
    folder.put("credentials", credentials("SECOND"));
    let text = format!("workers = 1\n{}", sign.replace("{app}", &format!("http://{app}")));
    stage.gateway.reload(Config::from_toml(&text, Path::new("")).unwrap()).unwrap();
    assert_eq!(shown(&stage.get("/a").await.1), "SECOND");
    folder.put("credentials", "[other]\n");
    stage.gateway.reload(Config::from_toml(&text, Path::new("")).unwrap()).unwrap();
    assert_eq!(shown(&stage.get("/a").await.1), "SECOND", "a file that is half written takes no key away");
}

/// A metadata service (IMDSv2) whose keys end after so many seconds.
async fn instance(life: u64) -> (std::net::SocketAddr, Arc<AtomicU32>) {
    let given = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&given);
    let address = upstream(move |mut stream, head| {
        let count = Arc::clone(&count);
        async move {
            let roles = "GET /latest/meta-data/iam/security-credentials/";
            let has_token = head.contains("x-aws-ec2-metadata-token: a token");
            let (status, body) = match &head {
                head if head.starts_with("PUT /latest/api/token ") => (200, "a token".to_owned()),
                _ if !has_token => (401, String::new()),
                head if head.starts_with(&format!("{roles} ")) => (200, "the-role".to_owned()),
                head if head.starts_with(&format!("{roles}the-role ")) => {
                    let number = count.fetch_add(1, Relaxed) + 1;
                    let end = date(crate::introspection::now() + life);
                    (200, format!(r#"{{"Code":"Success","AccessKeyId":"KEY{number}","SecretAccessKey":"s","Token":"session","Expiration":"{end}"}}"#))
                }
                _ => (404, String::new()),
            };
            let answer = format!("HTTP/1.1 {status} OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
            drop(stream.write_all(answer.as_bytes()).await);
        }
    })
    .await;
    (address, given)
}

/// `2026-11-23T20:00:00Z`.
fn date(seconds: u64) -> String {
    let date = model::Date::from_unix_seconds(seconds);
    let of_day = seconds % 86_400;
    format!("{date}T{:02}:{:02}:{:02}Z", of_day / 3600, of_day / 60 % 60, of_day % 60)
}

#[tokio::test]
async fn an_instances_key_is_asked_for_once_and_again_before_it_ends() {
    for (life, wanted) in [(3600, "KEY1"), (10, "")] {
        let (service, given) = instance(life).await;
        let stage =
            Stage::new(&settings(&format!("from = \"instance\", endpoint = \"http://{service}\""))).await;
        for _ in 0..5 {
            let (status, answer) = stage.get("/a").await;
            if wanted.is_empty() {
                // It ends before it could be used: nothing is sent with it.
                assert!(status == 503 && answer.contains("retry-after"), "{answer}");
            } else {
                assert_eq!((status, shown(&answer)), (200, wanted), "{answer}");
                assert!(answer.contains("x-amz-security-token: session"), "{answer}");
            }
        }
        assert_eq!(given.load(Relaxed), 1, "one question for all of them");
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_sent() {
    let broken = upstream(|mut stream, _| async move {
        drop(stream.write_all(b"HTTP/1.1 500 Sorry\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await);
    })
    .await;
    let stage = Stage::new(&settings(&format!("from = \"container\", endpoint = \"http://{broken}\""))).await;
    let (status, answer) = stage.get("/a").await;
    assert!(status == 503 && !answer.contains("saw"), "{answer}");
}

#[test]
fn places_that_must_not_hand_out_keys_are_refused() {
    for (sign, place) in [
        ("from = \"instance\", endpoint = \"http://keys.example\"", "neither https"),
        ("from = \"file\"", "`credentials`"),
        ("from = \"environment\", credentials = \"x\"", "`credentials`"),
        ("credentials = \"/nowhere/at/all\"", "/nowhere/at/all"),
        ("from = \"environment\", endpoint = \"https://keys.example\"", "`endpoint`"),
    ] {
        let text = settings(sign).replace("{app}", "http://127.0.0.1:1");
        let config = Config::from_toml(&text, Path::new("")).unwrap();
        let error = gateway::check(config).unwrap_err().to_string();
        assert!(error.contains(place), "{place}: {error}");
    }
}
