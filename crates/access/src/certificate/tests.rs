//! Tests of client certificates.
#![expect(clippy::string_slice, reason = "these texts are ASCII")]
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, SanType};

use rcgen::string::Ia5String;

use super::*;
use crate::testing::NOW;

fn made(change: impl FnOnce(&mut CertificateParams)) -> Vec<u8> {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "orders");
    params.distinguished_name.push(DnType::OrganizationName, "Example");
    params.not_before = rcgen::date_time_ymd(2025, 1, 1);
    params.not_after = rcgen::date_time_ymd(2027, 1, 1);
    change(&mut params);
    let key = KeyPair::generate().unwrap();
    params.self_signed(&key).unwrap().der().to_vec()
}

fn ia5(text: &str) -> Ia5String {
    Ia5String::try_from(text).unwrap()
}

fn with_names(names: Vec<SanType>) -> Vec<u8> {
    made(|params| params.subject_alt_names = names)
}

fn rule(changes: &str) -> Rule {
    toml::from_str(changes).unwrap()
}

fn who(der: &[u8], rule: &Rule) -> Result<String, CertificateError> {
    identity(&Certificate::read(der)?, std::slice::from_ref(rule), NOW).map(|identity| identity.subject)
}

#[test]
fn a_rule_names_the_holder() {
    let der = with_names(vec![
        SanType::URI(ia5("spiffe://example.org/ns/shop/sa/orders")),
        SanType::DnsName(ia5("Orders.svc.example")),
        SanType::Rfc822Name(ia5("orders@example.org")),
    ]);
    for (text, subject) in [
        ("uri = 'spiffe://example.org/ns/shop/*'", "spiffe://example.org/ns/shop/sa/orders"),
        ("uri = 'spiffe://example.org/ns/shop/sa/orders'", "spiffe://example.org/ns/shop/sa/orders"),
        ("dns = '*.svc.example'", "orders.svc.example"),
        ("dns = 'orders.SVC.example'", "orders.svc.example"),
        ("email = 'orders@example.org'", "orders@example.org"),
        ("subject = 'CN=orders, O=Example'", "CN=orders, O=Example"),
    ] {
        assert_eq!(who(&der, &rule(text)).as_deref(), Ok(subject), "{text}");
    }
    for text in [
        "uri = 'spiffe://example.org/ns/pay/*'",
        "uri = 'spiffe://example.org/ns/shop/sa/order'",
        "dns = '*.example'",
        "dns = 'svc.example'",
        "email = 'Orders@example.org'",
        "dns = '*.svc.example'\nemail = 'other@example.org'",
        "thumbprint = 'x'",
        "issuer = 'CN=other'",
        "roles = ['admin']",
    ] {
        assert!(matches!(who(&der, &rule(text)), Err(CertificateError::NoRule(_))), "{text}");
    }
}

#[test]
fn an_identity_carries_what_the_rule_gives() {
    let der = with_names(vec![SanType::DnsName(ia5("a.example"))]);
    let certificate = Certificate::read(&der).unwrap();
    let rules = [
        rule("dns = 'b.example'\nroles = ['no']"),
        rule("dns = 'a.example'\nroles = ['writer']\nscopes = ['s']"),
    ];
    let identity = identity(&certificate, &rules, NOW).unwrap();
    assert_eq!(identity.roles, ["writer".to_owned()].into());
    assert_eq!(identity.credential, encode::base64url(&encode::sha256(&der)));
    assert!(identity.authentication.bound);
    assert_eq!(identity.expires, Some(1_798_761_600));
}

#[test]
fn certificates_that_do_not_serve() {
    let any = rule("subject = 'CN=orders, O=Example'");
    let server = made(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth]);
    assert_eq!(who(&server, &any).unwrap_err(), CertificateError::Usage);
    let client = made(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    assert!(who(&client, &any).is_ok());
    let authority = made(|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained));
    assert_eq!(who(&authority, &any).unwrap_err(), CertificateError::Authority);
    let old = made(|params| params.not_after = rcgen::date_time_ymd(2025, 6, 1));
    assert_eq!(who(&old, &any).unwrap_err(), CertificateError::Time);
    let early = made(|params| params.not_before = rcgen::date_time_ymd(2026, 6, 1));
    assert_eq!(who(&early, &any).unwrap_err(), CertificateError::Time);
    let zero = with_names(vec![SanType::DnsName(ia5("admin.example\0.attacker.example"))]);
    assert_eq!(who(&zero, &any).unwrap_err(), CertificateError::Name("name"));
    assert_eq!(who(&[client.clone(), vec![0]].concat(), &any).unwrap_err(), CertificateError::Syntax);
    for end in 0..client.len() {
        assert!(Certificate::read(&client[..end]).is_err());
    }
    assert_eq!(Certificate::read(&vec![0; 65 * 1024]).unwrap_err(), CertificateError::TooLarge(65 * 1024));
}

#[test]
fn only_true_spiffe_ids_count() {
    for good in ["spiffe://example.org", "spiffe://example.org/a/b-c_d.e"] {
        assert!(is_spiffe(good), "{good}");
    }
    for bad in [
        "spiffe://",
        "spiffe://Example.org/a",
        "spiffe://example.org/",
        "spiffe://example.org/a/../b",
        "spiffe://example.org/a?b",
        "spiffe://u@example.org/a",
        "spiffe://example.org:1/a",
        "spiffe://example.org/a%2Fb",
        "https://example.org/a",
    ] {
        assert!(!is_spiffe(bad), "{bad}");
    }
    let two = with_names(vec![
        SanType::URI(ia5("spiffe://a.example/x")),
        SanType::URI(ia5("spiffe://b.example/y")),
    ]);
    assert_eq!(Certificate::read(&two).unwrap().spiffe(), None);
    let dots = with_names(vec![SanType::URI(ia5("spiffe://a.example/team/../admin"))]);
    assert!(who(&dots, &rule("uri = 'spiffe://a.example/team/*'")).is_err());
}

#[test]
fn forwarded_certificates_come_from_trusted_proxies() {
    let der = with_names(vec![SanType::DnsName(ia5("a.example"))]);
    let lines: Vec<String> = encode::base64(&der)
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
    let config: Forwarded =
        toml::from_str("header = 'x-amzn-mtls-clientcert'\ntrusted = ['10.0.0.0/8']").unwrap();
    let trusted: IpAddr = "10.1.2.3".parse().unwrap();
    let read = |peer: IpAddr, values: &[&str]| {
        config.read(peer, values.iter().map(|value| ("X-Amzn-Mtls-Clientcert", *value)))
    };
    let coded = encode::percent_but(&pem, b"+/=");
    let envoy = format!("Hash=ab;Cert=\"{}\";Subject=\"CN=a\"", encode::percent(&pem));
    let field = format!(":{}:", encode::base64(&der));
    for value in [coded.as_str(), &encode::percent(&pem), &envoy, &field] {
        assert_eq!(read(trusted, &[value]), Ok(Some(der.clone())), "{value}");
    }
    assert_eq!(read("::ffff:10.1.2.3".parse().unwrap(), &[&coded]), Ok(Some(der.clone())));
    let stranger: IpAddr = "192.0.2.1".parse().unwrap();
    assert_eq!(read(stranger, &[&coded]), Err(CertificateError::NotTrusted(stranger)));
    assert_eq!(read(stranger, &[]), Ok(None));
    for bad in [vec![coded.as_str(), coded.as_str()], vec![""], vec!["::"], vec!["x"], vec![&envoy[..60]]] {
        let answer = read(trusted, &bad);
        assert!(matches!(answer, Err(CertificateError::Header) | Ok(Some(_))), "{bad:?}");
        assert!(!answer.is_ok_and(|der| der.is_some_and(|der| Certificate::read(&der).is_ok())), "{bad:?}");
    }
    let two = format!("{envoy},{envoy}");
    assert_eq!(read(trusted, &[&two]), Err(CertificateError::Header));
}
