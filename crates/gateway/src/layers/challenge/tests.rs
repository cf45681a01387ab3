//! What is signed cannot be moved to another client, purpose or time, and proofs cost what they say.
use super::*;

fn key() -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, &[7; 32])
}

#[test]
fn a_pass_is_for_one_network_one_purpose_and_a_time() {
    let here = network("192.0.2.7".parse().unwrap());
    let pass = proof::sign(&key(), "pass", &here, 1000).unwrap();
    let verify =
        |purpose: &str, network: &str, text: &str, now| proof::verify(&key(), purpose, network, text, now);
    assert!(verify("pass", &here, &pass, 999));
    assert!(!verify("pass", &here, &pass, 1000), "its time is over");
    assert!(!verify("challenge", &here, &pass, 999));
    assert!(!verify("pass", &network("192.0.2.8".parse().unwrap()), &pass, 999));
    assert!(!verify("pass", &here, &pass.replacen("1000", "9000", 1), 1001));
    for text in ["", ".", "1000..", "x.y.z", "18446744073709551616.a.b"] {
        assert!(!verify("pass", &here, text, 0), "{text}");
    }
    let other = hmac::Key::new(hmac::HMAC_SHA256, &[8; 32]);
    assert!(!proof::verify(&other, "pass", &here, &pass, 999));
}

#[test]
fn one_client_of_ipv6_has_a_network() {
    let of = |text: &str| network(text.parse().unwrap());
    assert_eq!(of("2001:db8::1"), of("2001:db8::ffff"));
    assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
    assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
}

#[test]
fn a_proof_is_found_by_work_and_no_other_fits() {
    let challenge = proof::sign(&key(), "challenge", "x", 1000).unwrap();
    let nonce = (0..1_000_000)
        .map(|nonce| nonce.to_string())
        .find(|nonce| proof::is_solved(&challenge, nonce, 10))
        .unwrap();
    assert!(
        !proof::is_solved(&challenge, &format!("{nonce}0"), 10) || !proof::is_solved(&challenge, "x", 10)
    );
    let lucky = (0..4096).filter(|nonce: &u32| proof::is_solved(&challenge, &nonce.to_string(), 6)).count();
    assert!((16..160).contains(&lucky), "one of 64 is expected, {lucky} of 4096 fit");
}

#[test]
fn nobody_is_sent_to_another_host() {
    assert!(is_local("/a?b=c"));
    for to in ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x", ""] {
        assert!(!is_local(to), "{to}");
    }
}
