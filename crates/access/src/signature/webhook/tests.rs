//! Tests of webhooks: the examples that the services publish, and requests that are not theirs.
#![expect(clippy::string_slice, reason = "these texts are ASCII")]
use super::*;
use crate::replay::Memory;

fn config(text: &str) -> Config {
    toml::from_str(&format!("name = 'hook'\n{text}")).unwrap()
}

fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn request<'a>(headers: &'a [(String, String)], body: &'a str) -> Request<'a> {
    Request {
        method: "POST",
        origin: "https://api.example",
        path: "/hook",
        query: None,
        headers,
        body: Some(body.as_bytes()),
    }
}

fn outcome(request: &Request<'_>, config: &Config, secret: &str, now: u64) -> Result<String, WebhookError> {
    verify(request, config, &[Secret::new(secret)], now)
        .map(|fresh| fresh.admit_here(&Memory::new(1), now).unwrap().subject)
}

fn mac(secret: &[u8], message: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes()).as_ref().to_vec()
}

#[test]
fn the_example_of_github() {
    let config = config("scheme = 'github'");
    let told = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let signed = headers(&[("X-Hub-Signature-256", told)]);
    let secret = "It's a Secret to Everybody";
    assert_eq!(outcome(&request(&signed, "Hello, World!"), &config, secret, 0).as_deref(), Ok("hook"));
    assert_eq!(outcome(&request(&signed, "Hello, World"), &config, secret, 0), Err(WebhookError::Signature));
    assert_eq!(
        outcome(&request(&signed, "Hello, World!"), &config, "another secret", 0),
        Err(WebhookError::Signature)
    );
    assert_eq!(
        outcome(&request(&[], "x"), &config, secret, 0),
        Err(WebhookError::Missing("x-hub-signature-256".to_owned()))
    );
    for bad in [&told[7..], "sha1=00", "sha256=", "sha256=zz", &format!("{told}00"), &told[..70]] {
        let signed = headers(&[("X-Hub-Signature-256", bad)]);
        let error = outcome(&request(&signed, "Hello, World!"), &config, secret, 0).unwrap_err();
        assert!(matches!(error, WebhookError::Malformed(_) | WebhookError::Signature), "{bad}");
    }
    let twice = headers(&[("X-Hub-Signature-256", told), ("x-hub-signature-256", told)]);
    assert!(matches!(
        outcome(&request(&twice, "Hello, World!"), &config, secret, 0),
        Err(WebhookError::Twice(_))
    ));
    let late = Request { body: None, ..request(&signed, "") };
    assert_eq!(outcome(&late, &config, secret, 0), Err(WebhookError::BodyMissing));
}

#[test]
fn the_example_of_slack() {
    let config = config("scheme = 'slack'");
    let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let signed = headers(&[
        ("X-Slack-Signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
        ("X-Slack-Request-Timestamp", "1531420618"),
    ]);
    let secret = "8f742231b10e8888abcd99yyyzzz85a5";
    let request = request(&signed, body);
    assert_eq!(outcome(&request, &config, secret, 1_531_420_918).as_deref(), Ok("hook"));
    for now in [1_531_420_919, 1_531_420_317] {
        assert_eq!(
            outcome(&request, &config, secret, now),
            Err(WebhookError::Time { at: 1_531_420_618, now })
        );
    }
    let moved = headers(&[("X-Slack-Signature", &signed[0].1), ("X-Slack-Request-Timestamp", "1531420619")]);
    let request = Request { headers: &moved, ..request };
    assert_eq!(outcome(&request, &config, secret, 1_531_420_618), Err(WebhookError::Signature));
}

#[test]
fn the_example_of_standard_webhooks() {
    for (scheme, name) in [("standard-webhooks", "webhook"), ("svix", "svix")] {
        let config = config(&format!("scheme = '{scheme}'"));
        let all = |signature: &str| {
            headers(&[
                (&format!("{name}-id"), "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                (&format!("{name}-timestamp"), "1614265330"),
                (&format!("{name}-signature"), signature),
            ])
        };
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = r#"{"test": 2432232314}"#;
        let good = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        for signature in [good, &format!("v1,AAAA {good}"), &format!("v1a,x {good} v2,y")] {
            let signed = all(signature);
            let outcome = outcome(&request(&signed, body), &config, secret, 1_614_265_330);
            assert_eq!(outcome.as_deref(), Ok("hook"), "{signature}");
        }
        for signature in [
            "",
            "v1,",
            "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ] {
            let signed = all(signature);
            assert!(outcome(&request(&signed, body), &config, secret, 1_614_265_330).is_err(), "{signature}");
        }
        let many = format!("{} {good}", "v1,AAAA ".repeat(SIGNATURES_MAX).trim());
        let signed = all(&many);
        assert!(outcome(&request(&signed, body), &config, secret, 1_614_265_330).is_err(), "a bounded count");
    }
}

#[test]
fn the_example_of_twilio() {
    let config = config("scheme = 'twilio'");
    let body =
        "CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212";
    let signed = headers(&[
        ("X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("Content-Type", "application/x-www-form-urlencoded"),
    ]);
    let twilio = Request {
        origin: "https://mycompany.com",
        path: "/myapp.php",
        query: Some("foo=1&bar=2"),
        ..request(&signed, body)
    };
    // its example's token is too short for us
    assert_eq!(outcome(&twilio, &config, "12345", 0), Err(WebhookError::Secret));
    let read = read(&twilio, &Scheme::Twilio).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, b"12345");
    assert_eq!(hmac::sign(&key, &read.message).as_ref(), read.signatures[0]);
    let json = headers(&[("X-Twilio-Signature", "AAAA"), ("Content-Type", "application/json")]);
    let hash = encode::hex(&encode::sha256(b"{}"));
    let query = format!("bodySHA256={hash}");
    let request = Request { headers: &json, query: Some(&query), ..request(&json, "{}") };
    assert!(super::read(&request, &Scheme::Twilio).is_ok());
    let other = Request { body: Some(b"[]"), ..request };
    assert_eq!(super::read(&other, &Scheme::Twilio).err(), Some(WebhookError::Signature));
    let without = Request { query: None, ..request };
    assert!(super::read(&without, &Scheme::Twilio).is_err());
}

#[test]
fn stripe_and_shopify() {
    let stripe = config("scheme = 'stripe'");
    let secret = "whsec_test_secret";
    let tag = encode::hex(&mac(secret.as_bytes(), "1492774577.{\"id\": 1}"));
    let with = |value: &str| {
        let signed = headers(&[("Stripe-Signature", value)]);
        outcome(&request(&signed, "{\"id\": 1}"), &stripe, secret, 1_492_774_577)
    };
    for good in [
        format!("t=1492774577,v1={tag}"),
        format!("t=1492774577,v1=00,v1={tag},v0=ff"),
        format!("v1={tag}, t=1492774577"),
    ] {
        assert_eq!(with(&good).as_deref(), Ok("hook"), "{good}");
    }
    for bad in [
        format!("t=1492774578,v1={tag}"),
        format!("t=1492774577,v0={tag}"),
        format!("t=1,t=1492774577,v1={tag}"),
        format!("v1={tag}"),
        format!("t=+1492774577,v1={tag}"),
        "t".to_owned(),
        String::new(),
    ] {
        assert!(with(&bad).is_err(), "{bad}");
    }
    let shopify = config("scheme = 'shopify'");
    let signed = headers(&[("X-Shopify-Hmac-Sha256", &encode::base64(&mac(b"shared secret", "{}")))]);
    assert_eq!(outcome(&request(&signed, "{}"), &shopify, "shared secret", 0).as_deref(), Ok("hook"));
}

#[test]
fn an_own_scheme() {
    let config = config(
        "[scheme.custom]\nsignature-header = 'X-Sign'\nprefix = 'v1='\nencoding = 'base64url'\nhash = 'sha256'\n\
         timestamp-header = 'X-Time'\nnonce-header = 'X-Nonce'\nseparator = \"\\n\"\n\
         parts = ['method', 'path', 'query', 'timestamp', 'nonce', { header = 'X-User' }, { text = 'end' }, 'body']",
    );
    let message = "POST\n/hook\na=1\n1000\nn1\nalice\nend\nbody";
    let tag = format!("v1={}", encode::base64url(&mac(b"0123456789", message)));
    let good = headers(&[("X-Sign", &tag), ("X-Time", "1000"), ("X-Nonce", "n1"), ("X-User", "alice")]);
    let base = Request { query: Some("a=1"), ..request(&good, "body") };
    assert_eq!(outcome(&base, &config, "0123456789", 1100).as_deref(), Ok("hook"));
    for at in 1..good.len() {
        let mut other = good.clone();
        other[at].1.push('1');
        assert!(outcome(&Request { headers: &other, ..base }, &config, "0123456789", 1100).is_err());
        other.remove(at);
        assert!(matches!(
            outcome(&Request { headers: &other, ..base }, &config, "0123456789", 1100),
            Err(WebhookError::Missing(_))
        ));
    }
    let mut unsigned = config.clone();
    if let Scheme::Custom(custom) = &mut unsigned.scheme {
        custom.parts.retain(|part| *part != Part::Timestamp);
    }
    assert_eq!(
        outcome(&base, &unsigned, "0123456789", 1100),
        Err(WebhookError::Malformed("parts".to_owned()))
    );
}

#[test]
fn a_new_secret_beside_the_old_one_and_replays() {
    let config = config("scheme = 'shopify'");
    let signed = headers(&[("X-Shopify-Hmac-Sha256", &encode::base64(&mac(b"old secret", "{}")))]);
    let secrets = [Secret::new("new secret"), Secret::new("old secret")];
    let cache = Memory::new(10);
    let again = |now| {
        verify(&request(&signed, "{}"), &config, &secrets, now).unwrap().admit_here(&cache, now).is_ok()
    };
    assert!(again(0));
    assert!(!again(86_400));
    assert!(verify(&request(&signed, "{}"), &config, &[], 0).is_err());
}
