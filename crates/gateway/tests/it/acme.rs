//! Certificates by ACME, with Pebble (the test authority of Let's Encrypt) where its program is at hand.
use crate::support::{Stage, get, status};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Programs that end with the test, and their folder.
struct Authority {
    folder: PathBuf,
    programs: Vec<Child>,
    address: String,
}

impl Drop for Authority {
    fn drop(&mut self) {
        for program in &mut self.programs {
            drop(program.kill());
            drop(program.wait());
        }
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

fn program() -> Option<PathBuf> {
    let found = std::env::var_os("BUCKLER_PEBBLE").map(PathBuf::from);
    if found.is_none() {
        println!("skipped: BUCKLER_PEBBLE does not name the program `pebble`");
    }
    found
}

#[expect(clippy::disallowed_methods, reason = "a test writes the authority's settings")]
fn write(path: PathBuf, text: String) -> std::io::Result<()> {
    std::fs::write(path, text)
}

#[expect(clippy::disallowed_methods, reason = "a test reads what was written")]
fn read(path: PathBuf) -> std::io::Result<String> {
    std::fs::read_to_string(path)
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Authority {
    /// Pebble and a name server that says 127.0.0.1 for every name. It asks for challenges at the port `http`.
    fn start(pebble: &Path, http: u16) -> Self {
        let folder = std::env::temp_dir().join(format!("buckler-pebble-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut of = CertificateParams::new(Vec::new()).unwrap();
        of.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root_key = KeyPair::generate().unwrap();
        write(folder.join("root.pem"), of.self_signed(&root_key).unwrap().pem()).unwrap();
        let root = Issuer::new(of, root_key);
        let key = KeyPair::generate().unwrap();
        let own =
            CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &root).unwrap();
        write(folder.join("own.pem"), own.pem()).unwrap();
        write(folder.join("key.pem"), key.serialize_pem()).unwrap();
        let (listen, names) = (free_port(), free_port());
        let settings = serde_json::json!({"pebble": {
            "listenAddress": format!("127.0.0.1:{listen}"), "managementListenAddress": format!("127.0.0.1:{}", free_port()),
            "certificate": folder.join("own.pem"), "privateKey": folder.join("key.pem"),
            "httpPort": http, "tlsPort": free_port(), "ocspResponderURL": "", "externalAccountBindingRequired": false,
        }});
        write(folder.join("pebble.json"), settings.to_string()).unwrap();
        let quiet =
            |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let server = quiet(
            Command::new(pebble.with_file_name("pebble-challtestsrv"))
                .args([
                    "-defaultIPv4",
                    "127.0.0.1",
                    "-defaultIPv6",
                    "",
                    "-http01",
                    "",
                    "-https01",
                    "",
                    "-tlsalpn01",
                    "",
                ])
                .args([
                    "-dns01",
                    &format!("127.0.0.1:{names}"),
                    "-management",
                    &format!("127.0.0.1:{}", free_port()),
                ]),
        );
        let authority = quiet(
            Command::new(pebble)
                .args(["-dnsserver", &format!("127.0.0.1:{names}"), "-config"])
                .arg(folder.join("pebble.json"))
                .env("PEBBLE_VA_NOSLEEP", "1"),
        );
        Self { folder, programs: vec![server, authority], address: format!("https://localhost:{listen}/dir") }
    }
}

#[tokio::test]
async fn a_certificate_is_had() {
    let Some(pebble) = program() else { return };
    let http = free_port();
    let authority = Authority::start(&pebble, http);
    let port = authority.address.split(':').nth(2).unwrap().split('/').next().unwrap().to_owned();
    // Only to come up: a refused first order would be tried again after minutes.
    for _ in 0..400 {
        if tokio::net::TcpStream::connect(format!("127.0.0.1:{port}")).await.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    let folder = authority.folder.join("kept");
    let stage = Stage::new(&format!(
        r#"
[[listen]]
address = "127.0.0.1:{http}"
[[listen]]
address = "127.0.0.1:0"
[listen.tls]
certificate = [{{ chain = "{0}/main.pem", key = "{0}/main.pem" }}]
[upstream.app]
kind = "http"
addresses = ["{{app}}"]
[[route]]
name = "all"
upstream = "app"
mode = "off"
[log]
events = "{0}.events"
[acme]
accept-terms = true
folder = "{0}"
directory = "{1}"
authorities = "{2}/root.pem"
certificate = {{ main = ["a.example", "b.example"] }}
"#,
        folder.display(),
        authority.address,
        authority.folder.display()
    ))
    .await;
    let own = read(folder.join("main.pem")).unwrap();
    let mut had = own.clone();
    for _ in 0..1200 {
        had = read(folder.join("main.pem")).unwrap();
        if had != own {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    let mut told = String::new();
    for _ in 0..400 {
        told = read(authority.folder.join("kept.events")).unwrap_or_default();
        if told.contains("by ACME") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert!(had != own, "no certificate came; {told}");
    assert!(told.contains(r#""status_id":1"#), "had, and taken by the listeners: {told}");
    assert!(had.matches("BEGIN CERTIFICATE").count() >= 2 && had.contains("PRIVATE KEY"));
    let account = std::fs::read_dir(&folder).unwrap().filter_map(Result::ok);
    assert!(account.map(|one| one.file_name()).any(|name| name.to_string_lossy().starts_with("account.")));
    // Answers are given only while an order is under way; other tokens are the upstream's.
    let answer = stage.raw(get("/.well-known/acme-challenge/abc"), crate::support::NEVER).await;
    assert!(status(&answer) == 200 && answer.contains("saw GET"), "{answer}");
    tokio::task::spawn_blocking(move || stage.gateway.stop()).await.unwrap();
}
