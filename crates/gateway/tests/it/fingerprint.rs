//! What kind of program a TLS client is (JA4): a real client of OpenSSL's, which computes its own, and where it counts.
use crate::introspection::tool;
use crate::support::{NEVER, PLAIN, Stage, status};
use crate::who::Folder;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A gateway with TLS, and the authorities that trust it.
async fn secure(folder: &Folder, settings: &str) -> (Stage, String) {
    let made = rcgen::generate_simple_self_signed(vec!["gateway.example".to_owned()]).unwrap();
    let chain = folder.put("chain.pem", made.cert.pem());
    let key = folder.put("key.pem", made.signing_key.serialize_pem());
    let listen = format!(
        "address = \"127.0.0.1:0\"\n[listen.tls]\ncertificate = [{{ chain = \"{chain}\", key = \"{key}\" }}]"
    );
    let plain = PLAIN.replace("address = \"127.0.0.1:0\"", &listen);
    (Stage::new(&format!("{settings}\n{plain}")).await, chain)
}

/// What the client computes of itself, and the answer.
async fn openssl(
    python: &Path,
    stage: &Stage,
    authorities: &str,
    name: &str,
    protocols: &str,
) -> (String, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/openssl_client.py");
    let mut client = Command::new(python);
    client.arg(script).arg(stage.address.port().to_string()).args([authorities, name, protocols]);
    let ran = tokio::task::spawn_blocking(move || client.output()).await.unwrap().unwrap();
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    let (own, answer) = text.split_once('\n').unwrap_or_else(|| panic!("{ran:?}"));
    (own.to_owned(), answer.to_owned())
}

fn python() -> Option<PathBuf> {
    tool("python/bin/python")
}

const HEADER: &str = "[client-address]\nfingerprint-header = \"x-client-ja4\"";

#[tokio::test]
async fn a_client_is_told_by_its_first_message() {
    let Some(python) = python() else { return };
    let folder = Folder::new("ja4");
    let log = folder.0.join("access.jsonl");
    let settings = format!("{HEADER}\n[log]\naccess = {log:?}");
    let (stage, authorities) = secure(&folder, &settings).await;
    let mut all = Vec::new();
    for (name, protocols, middle) in
        [("gateway.example", "http/1.1", "d"), ("gateway.example", "", "d"), ("", "http/1.1", "i")]
    {
        let (own, answer) = openssl(&python, &stage, &authorities, name, protocols).await;
        assert_eq!(status(&answer), 200, "{answer}");
        assert!(answer.contains(&format!("x-client-ja4: {own}\n")), "{own}: {answer}");
        assert!(!answer.contains("mine"), "what a client says of itself goes no further: {answer}");
        assert!(own.starts_with(&format!("t13{middle}")) && own.len() == 36, "{own}");
        all.push(own);
    }
    stage.gateway.stop();
    #[expect(clippy::disallowed_methods, reason = "a test reads what the gateway wrote")]
    let log = std::fs::read_to_string(log).unwrap();
    for own in &all {
        assert!(log.contains(&format!("\"ja4\":\"{own}\"")), "{own}: {log}");
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 3, "{all:?}");
}

#[tokio::test]
async fn fingerprints_are_blocked_and_limited() {
    let Some(python) = python() else { return };
    let folder = Folder::new("ja4-block");
    let limit =
        "[[rate.limits]]\nname = \"tool\"\nrate = \"2/1h\"\nby = [\"fingerprint\"]\nmissing = \"skip\"";
    let (stage, authorities) = secure(&folder, limit).await;
    let ask = async |stage: &Stage, authorities: &str, protocols: &str| {
        let (own, answer) = openssl(&python, stage, authorities, "gateway.example", protocols).await;
        (own, status(&answer))
    };
    let (own, first) = ask(&stage, &authorities, "http/1.1").await;
    let others =
        [ask(&stage, &authorities, "http/1.1").await.1, ask(&stage, &authorities, "http/1.1").await.1];
    assert_eq!((first, others), (200, [200, 429]));
    assert_eq!(ask(&stage, &authorities, "").await.1, 200, "another program has a budget of its own");
    let block = format!("[block]\nblock = [{{ fingerprint = \"{own}\", reason = \"a tool\" }}]");
    let folder = Folder::new("ja4-blocked");
    let (stage, authorities) = secure(&folder, &block).await;
    assert_eq!(ask(&stage, &authorities, "http/1.1").await.1, 403);
    assert_eq!(ask(&stage, &authorities, "").await.1, 200);
}

#[tokio::test]
async fn only_a_trusted_proxy_tells_it() {
    let from = "[client-address]\nfingerprint-from = \"cloudfront-viewer-ja4-fingerprint\"\nfingerprint-header = \"x-client-ja4\"";
    let block =
        "[block]\nblock = [{ fingerprint = \"t13d1516h2_8daaf6152771_e5627efa2ab1\", reason = \"a tool\" }]";
    let text = |ja4: &str| {
        format!(
            "GET /a HTTP/1.1\r\nHost: a\r\nCloudFront-Viewer-JA4-Fingerprint: {ja4}\r\nConnection: close\r\n\r\n"
        )
    };
    let bad = text("t13d1516h2_8daaf6152771_e5627efa2ab1");
    let nobody = Stage::new(&format!("{from}\n{block}\n{PLAIN}")).await;
    let answer = nobody.raw(&bad, NEVER).await;
    assert!(status(&answer) == 200 && !answer.contains("ja4"), "a claim of the client's: {answer}");
    let trusted = from.replace("[client-address]", "[client-address]\ntrusted = [\"127.0.0.0/8\"]");
    let stage = Stage::new(&format!("{trusted}\n{block}\n{PLAIN}")).await;
    assert_eq!(status(&stage.raw(&bad, NEVER).await), 403);
    let answer = stage.raw(text("t13d1717h2_5b57614c22b0_3d5424432f57"), NEVER).await;
    assert!(answer.contains("x-client-ja4: t13d1717h2_5b57614c22b0_3d5424432f57\n"), "{answer}");
    let answer = stage.raw(text("\u{e9}"), NEVER).await;
    assert!(status(&answer) == 200 && !answer.contains("x-client-ja4"), "{answer}");
}
