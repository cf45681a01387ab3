//! What falls under one key, and what does not.
use super::*;
use crate::Authentication;

fn who(subject: &str, method: Method) -> Identity {
    Identity {
        subject: subject.to_owned(),
        issuer: "i".to_owned(),
        method,
        scopes: [].into(),
        roles: [].into(),
        groups: [].into(),
        authentication: Authentication::default(),
        claims: [].into(),
        expires: None,
        credential: format!("c-{subject}"),
    }
}

fn same(by: &[Part], one: (&str, Option<&Identity>), other: (&str, Option<&Identity>)) -> bool {
    let maker = Maker::new(by, Missing::Address, PrefixLengths::default());
    let keys = [one, other].map(|(address, identity)| {
        let facts =
            Facts { address: address.parse().unwrap(), route: "r", identity, cost: None, fingerprint: None };
        (maker.hashed(&facts).unwrap().key(), maker.written(&facts, false).unwrap())
    });
    assert_eq!(keys[0].0 == keys[1].0, keys[0].1 == keys[1].1, "hashed and written keys agree");
    keys[0].0 == keys[1].0
}

#[test]
fn addresses_of_one_host_are_one() {
    let by = [Part::Address];
    assert!(same(&by, ("192.0.2.1", None), ("::ffff:192.0.2.1", None)));
    assert!(!same(&by, ("192.0.2.1", None), ("192.0.2.2", None)));
    assert!(same(&by, ("2001:db8::1", None), ("2001:db8::ffff:1", None)), "a host has the whole /64");
    assert!(!same(&by, ("2001:db8::1", None), ("2001:db8:0:1::1", None)));
    assert!(!same(&by, ("::c000:201", None), ("192.0.2.1", None)));
}

#[test]
fn prefixes_are_as_long_as_configured() {
    let by = [Part::Prefix];
    assert!(same(&by, ("192.0.2.1", None), ("192.0.2.250", None)));
    assert!(!same(&by, ("192.0.2.1", None), ("192.0.3.1", None)));
    assert!(same(&by, ("2001:db8:0:1::", None), ("2001:db8:0:ff::", None)));
    assert!(!same(&by, ("2001:db8:0:1::", None), ("2001:db8:0:100::", None)));
}

#[test]
fn identities_do_not_run_together() {
    let (alice, bob, key) =
        (who("alice", Method::Jwt), who("bob", Method::Jwt), who("alice", Method::ApiKey));
    let address = "192.0.2.1";
    assert!(!same(&[Part::Identity], (address, Some(&alice)), (address, Some(&bob))));
    assert!(same(&[Part::Identity], (address, Some(&alice)), ("192.0.2.9", Some(&alice))));
    assert!(!same(&[Part::ApiKey], (address, Some(&alice)), (address, Some(&key))));
    assert!(same(&[Part::ApiKey], (address, Some(&alice)), (address, None)), "no key: the address");
    let (mut left, mut right) = (who("bc", Method::Jwt), who("c", Method::Jwt));
    left.issuer = "a".to_owned();
    right.issuer = "ab".to_owned();
    assert!(!same(&[Part::Identity], (address, Some(&left)), (address, Some(&right))));
}

#[test]
fn a_limit_by_identity_may_leave_others_alone() {
    let maker = Maker::new(&[Part::Identity], Missing::Skip, PrefixLengths::default());
    let facts = Facts {
        address: IpAddr::from([192, 0, 2, 1]),
        route: "r",
        identity: None,
        cost: None,
        fingerprint: None,
    };
    assert!(maker.hashed(&facts).is_none());
}

#[test]
fn a_network_is_counted_together_when_there_is_no_place() {
    let maker = Maker::new(&[Part::Address, Part::Route], Missing::Address, PrefixLengths::default());
    let of = |address: &str, route| {
        let facts =
            Facts { address: address.parse().unwrap(), route, identity: None, cost: None, fingerprint: None };
        maker.hashed(&facts).unwrap().aggregate()
    };
    assert_eq!(of("192.0.2.1", "a"), of("192.0.2.2", "a"));
    assert_ne!(of("192.0.2.1", "a"), of("192.0.2.1", "b"));
    assert_ne!(of("192.0.2.1", "a"), of("192.0.3.1", "a"));
    assert_eq!(of("2001:db8:1:2::", "a"), of("2001:db8:1:ffff::", "a"));
    assert_ne!(of("2001:db8:1::", "a"), of("2001:db8:2::", "a"));
}
