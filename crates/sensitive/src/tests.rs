//! What the engine finds in small texts, and what holds for every text.
use expect_test::{Expect, expect};

use crate::{HashKey, Masker, Place, Scanner, Wanted, mask, scan};

mod properties;

fn check(path: &str, text: &str, expect: Expect) {
    let found = scan(text.as_bytes(), Place::of(path), Wanted::All, &HashKey::new(b"test"));
    let lines: Vec<String> = found
        .iter()
        .map(|found| {
            let example = if found.is_example { " (example)" } else { "" };
            format!("{} {}{example}", found.detector, found.preview)
        })
        .collect();
    expect.assert_eq(&lines.join("\n"));
}

/// Parts that scanners of this repository would take for keys when they stood together.
fn joined(parts: &[&str]) -> String {
    parts.concat()
}

#[test]
fn passwords_are_found_where_values_stand() {
    check("a.yaml", "password: hunter2!and-more\n", expect!["password …(16)"]);
    check("a.env", "DB_PASSWORD=hunter2andmore", expect!["password …(14)"]);
    check("a.py", "connect(user='app', password='hunter2andmore')", expect!["password …(14)"]);
    check("A.java", "config.setPassword(\"hunter2andmore\");", expect!["password …(14)"]);
    check("a.ts", "const password: string = 'hunter2andmore'", expect!["password …(14)"]);
    check("a.json", r#"{"name": "DB_PASSWORD", "value": "hunter2andmore"}"#, expect!["password …(14)"]);
    check("a.xml", "<password>hunter2andmore</password>", expect!["password …(14)"]);
    check("a.sql", "CREATE USER a IDENTIFIED BY 'hunter2andmore'", expect!["password …(14)"]);
    check("a.sh", "mysql --password hunter2andmore", expect!["password …(14)"]);
    check("netrc", "machine a login b password hunter2andmore", expect!["password …(14)"]);
    check("a.go", "cfg := \"user=a password=hunter2andmore host=b\"", expect!["password …(14)"]);
}

#[test]
fn expressions_and_placeholders_are_no_passwords() {
    for (path, text) in [
        ("a.py", "password = os.environ['DB_PASSWORD']"),
        ("a.py", "password = get_password(user)"),
        ("a.js", "password: req.body.password,"),
        ("a.yaml", "password: ${DB_PASSWORD}"),
        ("a.yaml", "password: '{{resolve:ssm:pw}}'"),
        ("a.yaml", "password: <your password>"),
        ("a.tf", "password = var.password"),
        ("a.html", "<input type=\"password\" name=\"password\">"),
        ("a.md", "The password is stored as a hash."),
        ("i18n/de.json", "\"password\": \"Passwort\""),
        ("a.py", "password = 'password'"),
        ("a.ts", "interface A { password: string; token: Token }"),
        ("a.json", "\"ARN\": \"arn:aws:secretsmanager:us-west-2:123456789012:secret:TestSecret-a1b2c3\""),
        ("a.json", "\"PasswordLastUsed\": \"2016-09-24T16:18:07Z\""),
        ("a.sh", "curl -u BROKER_USER:BROKER_PASSWORD https://broker"),
        ("a.env", "SECRET_ARN=arn:aws:secretsmanager:eu-west-1:1:secret:x"),
        ("package-lock.json", "\"integrity\": \"sha512-Kq7vz9Rt2LwJq8Zr5Tn0Vw7Yb2Xc9Md4Lf6Ghs1==\""),
    ] {
        let found = scan(text.as_bytes(), Place::of(path), Wanted::All, &HashKey::new(b""));
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn keys_of_providers_are_known_by_prefix_and_proof() {
    check("a.txt", "AKIAIOSFODNN7EXAMPLE", expect!["aws-access-key-id AKIA…(20) (example)"]);
    check("a.txt", &joined(&["gl", "pat-Kq7vz9Rt2LwJq8Zr5Tn0"]), expect!["gitlab-token glpat-…(26)"]);
    check(
        "a.txt",
        &joined(&["AI", "za", "SyKq7vz9Rt2LwJq8Zr5Tn0Vw7Yb2Xc9Md4L"]),
        expect!["google-api-key AIza…(39)"],
    );
    check(
        "a.txt",
        &joined(&["sk_", "live_", "Kq7vz9Rt2LwJq8Zr5Tn0Vw7Y"]),
        expect!["stripe-key sk_live_…(32)"],
    );
    check("a.txt", "glpat-xxxxxxxxxxxxxxxxxxxx", expect![""]);
    check("a.txt", "the sk_live_ prefix", expect![""]);
}

#[test]
fn structures_are_known() {
    let key = joined(&[
        "-----BEGIN RSA ",
        "PRIVATE KEY-----\\n",
        &"Kq7vz9Rt2LwJq8Zr5Tn0".repeat(5),
        "\\n-----END RSA PRIVATE KEY-----",
    ]);
    check("a.txt", &key, expect!["private-key …(164)"]);
    check("a.txt", "postgres://app:hunter2andmore@db.internal/app", expect!["url-password …(14)"]);
    check("a.txt", "https://example.com/a@b:c", expect![""]);
    check("a.txt", "authorization: Basic YXBwOmh1bnRlcjJhbmRtb3Jl", expect!["basic-auth …(24)"]);
    check(
        "a.txt",
        "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----",
        expect![""],
    );
}

#[test]
fn personal_data_fulfils_its_check_digit() {
    check("a.txt", "write to anna.smith@example.org.", expect!["email …(22)"]);
    check("a.txt", "DE89 3704 0044 0532 0130 00", expect!["iban DE…(27)"]);
    check("a.txt", "DE88 3704 0044 0532 0130 00", expect![""]);
    check("a.txt", "card 4111 1111 1111 1111", expect!["card …(19)"]);
    check("a.txt", "SSN 536-90-4399", expect!["us-ssn …(11)"]);
    check("a.txt", "SSN 000-12-3456", expect![""]);
    check("a.txt", "call +49 30 901820", expect!["phone …(13)"]);
    check("a.txt", "12345678Z", expect!["es-dni …(9)"]);
    check("a.txt", "RSSMRA85T10A562S", expect!["it-fiscal-code …(16)"]);
    check("a.txt", "QQ123456C and AB123456C", expect!["uk-nino …(9)"]);
    check("a.txt", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", expect!["crypto-address …(34)"]);
    check(
        "a.txt",
        "from 8.8.8.8 to 10.0.0.1",
        expect![[r"
        ip-address …(7)
        private-ip-address …(8)"]],
    );
    check("a.txt", "version 1.2.3.4", expect![""]);
    check("a.txt", "listening on 127.0.0.1:8080, [::1]:8080 and 0.0.0.0", expect![""]);
    check(
        "a.txt",
        "169.254.169.254 fe80::1:2:3 192.0.2.7 2001:db8::1:2 224.0.0.1 ::ffff:127.0.0.1",
        expect![""],
    );
    check(
        "a.txt",
        "::ffff:8.8.8.8 2a00:1450:4001:81b::200e fd00:1:2::3",
        expect![[r"
        ip-address …(14)
        ip-address …(24)
        private-ip-address …(11)"]],
    );
}

#[test]
fn nothing_that_is_told_holds_the_value() {
    let text = "password = \"hunter2andmore\"";
    let found = scan(text.as_bytes(), Place::of("a.py"), Wanted::All, &HashKey::new(b"k"));
    assert_eq!(found.len(), 1);
    assert!(!format!("{found:?}").contains("hunter2"));
    let masked = mask(text.as_bytes(), Place::of("a.py"), Wanted::All);
    assert_eq!(masked, b"password = \"[password]\"");
}

#[test]
fn the_same_value_has_the_same_hash_under_one_key_only() {
    let hash = |text: &str, key: &[u8]| {
        scan(text.as_bytes(), Place::default(), Wanted::Secrets, &HashKey::new(key)).remove(0).hash
    };
    let (first, second) = ("a password=hunter2andmore", "{\"pwd\": \"hunter2andmore\"}");
    assert_eq!(hash(first, b"k"), hash(second, b"k"));
    assert_ne!(hash(first, b"k"), hash(first, b"l"));
}
