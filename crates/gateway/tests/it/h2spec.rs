//! The conformance suite of HTTP/2 (RFC 9113) and HPACK (RFC 7541) of others: `BUCKLER_H2SPEC` names its program.

use crate::support::{PLAIN, Stage};
use crate::who::Folder;
use std::process::Command;

/// Without TLS a wrong preface looks like an HTTP/1 request and is closed as one, without GOAWAY as RFC 9113, section 3.4,
/// allows; the suite takes the end of the connection for an error of its own.
const PLAIN_FAILURES: &[&str] = &["2: Sends invalid connection preface"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_conformance_suite_passes() {
    #[expect(clippy::disallowed_methods, reason = "a test finds its corpus")]
    let Ok(program) = std::env::var("BUCKLER_H2SPEC") else {
        println!("skipped: BUCKLER_H2SPEC does not name the program h2spec");
        return;
    };
    let folder = Folder::new("h2spec");
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate =
        rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let (chain, key) = (folder.put("s.pem", certificate.pem()), folder.put("s.key", key.serialize_pem()));
    let with_tls = PLAIN.replace(
        "address = \"127.0.0.1:0\"",
        &format!("address = \"127.0.0.1:0\"\n[listen.tls]\ncertificate = [{{ chain = \"{chain}\", key = \"{key}\" }}]"),
    );
    for (settings, arguments, expected) in
        [(with_tls.as_str(), &["-t", "-k"][..], &[][..]), (PLAIN, &[], PLAIN_FAILURES)]
    {
        let stage = Stage::new(settings).await;
        let port = stage.address.port().to_string();
        let mut command = Command::new(&program);
        command.args(["-h", "127.0.0.1", "-p", &port, "-o", "5"]).args(arguments);
        let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let failures = text.split_once("Failures:").map_or("", |(_, failures)| failures);
        let failed: Vec<&str> = failures.lines().filter_map(|line| line.trim().strip_prefix("× ")).collect();
        assert!(failed.iter().all(|one| expected.contains(one)), "{arguments:?}\n{failures}");
        let counted = format!("{} failed", failed.len());
        assert!(text.contains("146 tests, ") && text.trim_end().ends_with(&counted), "{text}");
    }
}
