//! TLS and credentials against a real node: the right ones work, the wrong ones never get an answer.
use crate::folder::Folder;
use crate::nodes::{free_ports, server, wait_for};
use crate::suite::key;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use store::cluster::{Credentials, Options, Tls};
use store::{Cluster, Put, State, StateError};

/// One node, killed when dropped.
struct Node {
    child: Child,
    port: u16,
    folder: Folder,
}

impl Node {
    /// A node with these lines in its configuration.
    fn start(server: &Path, name: &str, lines: &str) -> Self {
        let folder = Folder::new(name);
        std::fs::create_dir_all(folder.path()).unwrap();
        let port = free_ports(1)[0];
        let store = folder.path().join("store");
        let text = format!(
            "listen: 127.0.0.1:{port}\njetstream {{ store_dir: \"{}\" }}\n{lines}\n",
            store.display()
        );
        let file = folder.path().join("node.conf");
        std::fs::write(&file, text).unwrap();
        let mut command = Command::new(server);
        command.arg("-c").arg(file).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let node = Self { child: command.spawn().unwrap(), port, folder };
        wait_for(port);
        node
    }

    fn options(&self, credentials: Credentials) -> Options {
        Options {
            replicas: 1,
            call_time_max: Duration::from_secs(2),
            credentials,
            ..Options::new(vec![format!("localhost:{}", self.port)], "state")
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

async fn check(options: Options, lets_in: bool) {
    let said = format!("{options:?}");
    let state = Cluster::connect(options).await.unwrap();
    let done = state.put(&key("k"), b"v", Put::ANY).await;
    if lets_in {
        done.unwrap();
        assert_eq!(state.get(&key("k")).await.unwrap().unwrap().value, b"v");
    } else {
        assert!(matches!(done, Err(StateError::Unavailable { .. })), "{said}: {done:?}");
    }
}

#[tokio::test]
async fn only_the_right_credentials_open_a_bucket() {
    let Some(server) = server() else { return };
    let pair = nkeys::KeyPair::new_user();
    let other = nkeys::KeyPair::new_user();
    let users = format!(
        "authorization {{ users: [ {{ user: u, password: right }}, {{ nkey: {} }} ] }}",
        pair.public_key()
    );
    let node = Node::start(&server, "nats-users", &users);
    let password = |password: &str| Credentials::UserPassword { user: "u".into(), password: password.into() };
    check(node.options(password("right")), true).await;
    check(node.options(Credentials::Nkey(pair.seed().unwrap())), true).await;
    check(node.options(password("wrong")), false).await;
    check(node.options(Credentials::Nkey(other.seed().unwrap())), false).await;
    check(node.options(Credentials::None), false).await;

    let node = Node::start(&server, "nats-token", "authorization { token: right }");
    check(node.options(Credentials::Token("right".into())), true).await;
    check(node.options(Credentials::Token("wrong".into())), false).await;
}

/// An authority and a certificate of it, as files: authority, certificate, key.
fn certificates(folder: &Path, name: &str) -> [PathBuf; 3] {
    std::fs::create_dir_all(folder).unwrap();
    let mut authority = rcgen::CertificateParams::default();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority_key = rcgen::KeyPair::generate().unwrap();
    let root = authority.self_signed(&authority_key).unwrap();
    let issuer = rcgen::Issuer::new(authority, authority_key);
    let key = rcgen::KeyPair::generate().unwrap();
    let leaf = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &issuer).unwrap();
    let texts = [root.pem(), leaf.pem(), key.serialize_pem()];
    let paths = ["root", "leaf", "key"].map(|part| folder.join(format!("{name}-{part}.pem")));
    for (path, text) in paths.iter().zip(texts) {
        std::fs::write(path, text).unwrap();
    }
    paths
}

#[tokio::test]
async fn only_a_trusted_node_is_talked_to_and_only_a_trusted_client_is_let_in() {
    let Some(server) = server() else { return };
    let folder = Folder::new("nats-certificates");
    let [root, leaf, key] = certificates(folder.path(), "ours");
    let [other, other_leaf, other_key] = certificates(folder.path(), "other");
    let lines = format!(
        "tls {{ cert_file: \"{}\", key_file: \"{}\", ca_file: \"{}\", verify: true }}",
        leaf.display(),
        key.display(),
        root.display()
    );
    let node = Node::start(&server, "nats-tls", &lines);
    let tls = |roots: &PathBuf, client: Option<(&PathBuf, &PathBuf)>| Options {
        tls: Tls {
            required: true,
            roots: Some(roots.clone()),
            client: client.map(|(certificate, key)| (certificate.clone(), key.clone())),
        },
        ..node.options(Credentials::None)
    };
    check(tls(&root, Some((&leaf, &key))), true).await;
    check(tls(&other, Some((&leaf, &key))), false).await;
    check(tls(&root, Some((&other_leaf, &other_key))), false).await;
    check(tls(&root, None), false).await;

    // A node without TLS is not talked to when it is required.
    let plain = Node::start(&server, "nats-plain", "");
    let required = Tls { required: true, ..Tls::default() };
    check(Options { tls: required, ..plain.options(Credentials::None) }, false).await;
    assert!(plain.folder.path().exists());
}
