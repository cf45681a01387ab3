//! What can be known without a cluster.
use super::{Credentials, Options, OptionsError, Tls};

fn check(server: &str) -> Result<usize, OptionsError> {
    Options::new(vec![server.to_owned()], "state").addresses().map(|addresses| addresses.len())
}

#[test]
fn secrets_stand_in_no_debug_and_in_no_address() {
    let secret = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";
    for credentials in [
        Credentials::Token(secret.to_owned()),
        Credentials::UserPassword { user: "u".to_owned(), password: secret.to_owned() },
        Credentials::Nkey(secret.to_owned()),
        Credentials::File(secret.to_owned()),
    ] {
        let options = Options { credentials, ..Options::new(vec!["a:1".to_owned()], "b") };
        assert!(!format!("{options:?}").contains("SUAC"));
    }
    for address in ["nats://u:secret@host:1", "nats://secret@host", "u:secret@host:1"] {
        let why = check(address).unwrap_err();
        assert!(matches!(why, OptionsError::CredentialsInAddress { number: 1 }), "{why}");
        assert!(!why.to_string().contains("secret"));
    }
}

#[test]
fn what_can_be_no_cluster_is_told_at_once() {
    assert_eq!(check("tls://nats.example:4222").unwrap(), 1);
    assert!(matches!(check("http://x"), Err(OptionsError::Address { number: 1 })));
    let none = Options::new(Vec::new(), "b");
    assert!(matches!(none.addresses(), Err(OptionsError::NoServer)));
    let dotted = Options::new(vec!["a:1".to_owned()], "a.b");
    assert!(matches!(dotted.addresses(), Err(OptionsError::Bucket { .. })));
    let two = Options { replicas: 2, tls: Tls::default(), ..Options::new(vec!["a:1".to_owned()], "b") };
    assert!(matches!(two.addresses(), Err(OptionsError::Replicas(2))));
}
