//! Mutates credentials and what they come in, and reads them.
//!
//!     cargo run --profile fuzz -p access --example fuzz -- TARGET [SECONDS] [SEED]
//!
//! A changed credential that still opens is a find too. See `mutate` for the rest.
use std::collections::BTreeSet;
use std::error::Error;

use access::block::{self, BlockList, Change, Entry, Facts, List, Target as Blocking};
use access::jwks::{Key, KeySet};
use access::jwt::{Algorithm, Issuer, Keys, Proofs, SigningKey, Verifier};
use access::oauth::{client, introspection};
use access::session::{self, Sealer, Session, Sessions};
use access::signature::{Request, message, sigv4, webhook};
use access::{Answer, Secret, SecretFrom, certificate, dpop, key};
use mutate::{Arguments, Dice, Mutator, Seed};

const NOW: u64 = 1_767_225_600;
const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

const PIECES: &[&str] = &[
    ".",
    "=",
    "e30",
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    ";",
    "(",
    ")",
    "\\u0000",
    "\n",
    " ",
    "%2F",
    "%",
    "&",
    "?",
    "/",
    "..",
    "é",
    "\0",
    "none",
    "alg",
    "HS256",
    "crit",
    "jwk",
    "cnf",
    "9999999999999999999",
    "-1",
    "1e400",
    "null",
    "true",
    "AAAA",
    "X-Amz-Signature=",
    "v1,",
    "t=1",
    "sha256=",
    "@method",
    "spiffe://",
    "*",
];

/// What a run says: refused, taken as it was made, or taken although it was changed.
enum Outcome {
    Refused,
    Taken,
    Forged,
}

type Target = Box<dyn Fn(&str) -> Outcome>;

fn taken(is_taken: bool) -> Outcome {
    if is_taken { Outcome::Taken } else { Outcome::Refused }
}

fn signer() -> Result<SigningKey, Box<dyn Error>> {
    Ok(SigningKey::new(Algorithm::HS256, None, &Secret::new(SECRET))?)
}

fn claims() -> serde_json::Map<String, serde_json::Value> {
    let text = format!(r#"{{"iss":"https://i.example","aud":"a","sub":"s","exp":{},"scope":"x"}}"#, NOW + 60);
    serde_json::from_str(&text).unwrap_or_default()
}

fn jwt() -> Result<(Vec<String>, Target), Box<dyn Error>> {
    let token = signer()?.token("JWT", claims())?;
    let config = Issuer {
        keys: Keys::Shared(SecretFrom::Env("K".to_owned())),
        ..Issuer::new("https://i.example", "a")
    };
    let verifier = Verifier::new(config)?;
    let keys = KeySet::of(vec![Key::shared(&Secret::new(SECRET), Algorithm::HS256)?]);
    let seed = token.clone();
    let run = move |text: &str| {
        // also what is behind the signature: the payload of a mutated text, well signed
        let parsed = serde_json::from_str(text).ok().zip(signer().ok());
        let own = parsed.and_then(|(claims, signer)| signer.token("JWT", claims).ok());
        if let Some(own) = own {
            drop(verifier.verify(&own, &keys, NOW).map(|verified| verified.identity(Proofs::default())));
        }
        match verifier.verify(text, &keys, NOW) {
            Ok(_) if text != token => Outcome::Forged,
            outcome => taken(outcome.is_ok()),
        }
    };
    Ok((vec![seed, serde_json::Value::Object(claims()).to_string()], Box::new(run)))
}

fn sets(is_discovery: bool) -> (Vec<String>, Target) {
    let set = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"1","use":"sig"},{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","key_ops":["verify"]}]}"#;
    let document = r#"{"issuer":"https://i.example","jwks_uri":"https://i.example/keys","token_endpoint":"https://i.example/t"}"#;
    if is_discovery {
        let run = |text: &str| {
            taken(access::jwks::fetch::Metadata::read(text.as_bytes(), "https://i.example").is_ok())
        };
        (vec![document.to_owned()], Box::new(run))
    } else {
        (vec![set.to_owned()], Box::new(|text: &str| taken(KeySet::read(text.as_bytes()).is_ok())))
    }
}

fn proofs() -> (Vec<String>, Target) {
    let proof = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
    let run = move |text: &str| {
        let Ok(url) = url::Url::parse("https://server.example.com/token") else { return Outcome::Refused };
        let target = dpop::Target { method: "POST", url: &url, token: None, nonce: None };
        match dpop::verify(text, target, &dpop::Config::default(), 1_562_262_616) {
            Ok(_) if text != proof => Outcome::Forged,
            outcome => taken(outcome.is_ok()),
        }
    };
    (vec![proof.to_owned()], Box::new(run))
}

/// Bytes as letters, so that a certificate can be mutated as a text.
fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

fn certificates() -> Result<(Vec<String>, Target), Box<dyn Error>> {
    let key = rcgen::KeyPair::generate()?;
    let made = rcgen::CertificateParams::new(vec!["a.example".to_owned()])?.self_signed(&key)?;
    let pem = access::encode::percent(&made.pem());
    let forwarded = certificate::Forwarded { header: "c".to_owned(), trusted: vec!["10.0.0.0/8".parse()?] };
    let run = move |text: &str| {
        let bytes: Vec<u8> = text.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect();
        let peer = std::net::IpAddr::from([10, 0, 0, 1]);
        let header = forwarded.read(peer, [("c", text)].into_iter()).ok().flatten();
        let from_header = header.is_some_and(|der| certificate::Certificate::read(&der).is_ok());
        taken(certificate::Certificate::read(&bytes).is_ok() || from_header)
    };
    Ok((vec![latin(made.der()), pem], Box::new(run)))
}

fn api_keys() -> Result<(Vec<String>, Target), Box<dyn Error>> {
    let mut store = key::Store::read("", None)?;
    let wanted = "[[key]]\nid = 'a'\nhash = 'sha256:AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE'\nowner = 'o'\ncreated = 1\n";
    let record = key::Store::read(wanted, None)?.records().values().next().cloned().ok_or("no record")?;
    let created = store.create(record)?;
    let text = created.text.text().ok_or("no text")?.to_owned();
    let seeds = vec![text.clone(), store.write()?];
    let run = move |input: &str| {
        let file = key::Store::read(input, None).is_ok();
        match store.verify(input, key::World::Live, NOW) {
            Ok(_) if input != text => Outcome::Forged,
            outcome => taken(outcome.is_ok() || file),
        }
    };
    Ok((seeds, Box::new(run)))
}

/// Headers as lines, so that a request can be mutated as a text: method, path, query, then headers.
fn with_request<T>(text: &str, body: &[u8], run: impl FnOnce(&Request<'_>) -> T) -> T {
    let mut lines = text.lines();
    let mut next = || lines.next().unwrap_or_default();
    let (method, path, query) = (next(), next(), next());
    let headers: Vec<(String, String)> = text
        .lines()
        .skip(3)
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let query = (!query.is_empty()).then_some(query);
    run(&Request { method, origin: "https://api.example", path, query, headers: &headers, body: Some(body) })
}

fn lines(start: &str, headers: &[(String, String)]) -> String {
    let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    format!("{start}{}", lines.join("\n"))
}

fn sigv4_requests() -> (Vec<String>, Target) {
    let owner = sigv4::Credentials {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: Secret::new(SECRET),
        session_token: None,
    };
    let scope = sigv4::Scope { region: "r", service: "execute-api" };
    let host = vec![("host".to_owned(), "api.example".to_owned())];
    let request = Request {
        method: "GET",
        origin: "https://api.example",
        path: "/a/b",
        query: Some("x=1&y=2"),
        headers: &host,
        body: Some(b""),
    };
    let added = sigv4::sign(&request, sigv4::Payload::Signed, &owner, scope, NOW);
    let query = sigv4::presign(&request, &owner, scope, NOW, 60);
    let seeds = vec![
        lines("GET\n/a/b\nx=1&y=2\n", &[host.clone(), added].concat()),
        lines(&format!("GET\n/a/b\n{query}\n"), &host),
    ];
    let run = |text: &str| {
        let config = sigv4::Config { presigned: true, ..sigv4::Config::new("r", "execute-api") };
        let keys = |id: &str| {
            (id == "AKIDEXAMPLE").then(|| sigv4::Key {
                secret: Secret::new(SECRET),
                subject: "s".to_owned(),
                scopes: BTreeSet::new(),
                roles: BTreeSet::new(),
            })
        };
        // a changed text may well mean the same request, so a taken one is no find
        taken(with_request(text, b"", |request| sigv4::verify(request, &config, &keys, NOW).is_ok()))
    };
    (seeds, Box::new(run))
}

fn webhooks() -> (Vec<String>, Target) {
    let seeds = vec![
        "POST\n/h\nbodySHA256=00\nstripe-signature:t=1767225600,v1=00,v1=11,v0=2\nx-hub-signature-256:sha256=00\nx-slack-signature:v0=00\nx-slack-request-timestamp:1767225600\nx-shopify-hmac-sha256:AAAA\nx-twilio-signature:AAAA\ncontent-type:application/x-www-form-urlencoded\nwebhook-id:a\nwebhook-timestamp:1767225600\nwebhook-signature:v1,AAAA v1,BBBB".to_owned(),
    ];
    let run = |text: &str| {
        let mut outcome = Outcome::Refused;
        use webhook::Scheme as S;
        for scheme in [S::Stripe, S::Github, S::Slack, S::Shopify, S::Twilio, S::StandardWebhooks] {
            let config = webhook::Config {
                name: "h".to_owned(),
                scheme,
                window_seconds: 300,
                replay_seconds: 300,
                scopes: BTreeSet::new(),
                roles: BTreeSet::new(),
            };
            let secrets = [Secret::new(SECRET)];
            let is_taken = with_request(text, text.as_bytes(), |request| {
                webhook::verify(request, &config, &secrets, NOW).is_ok()
            });
            if is_taken {
                outcome = Outcome::Forged;
            }
        }
        outcome
    };
    (seeds, Box::new(run))
}

fn messages() -> (Vec<String>, Target) {
    let seeds = vec![
        "POST\n/foo\nparam=Value&Pet=dog\nsignature-input:s=(\"@method\" \"@query-param\";name=\"Pet\" \"content-digest\" \"date\");created=1767225600;keyid=\"k\";nonce=\"n\"\nsignature:s=:AAAA:\ncontent-digest:sha-256=:AAAA:, sha-512=:AAAA:\ndate:x".to_owned(),
    ];
    let run = |text: &str| {
        let config = message::Config { components: BTreeSet::new(), ..message::Config::default() };
        let keys = |id: &str| {
            let key = Key::shared(&Secret::new(SECRET), Algorithm::HS256).ok()?;
            let subject = id.to_owned();
            Some(message::MessageKey {
                key,
                algorithm: Algorithm::HS256,
                subject,
                scopes: BTreeSet::new(),
                roles: BTreeSet::new(),
            })
        };
        let is_taken = with_request(text, b"body", |request| {
            let digest = request.headers.iter().find(|(name, _)| name == "content-digest");
            drop(digest.map(|(_, value)| message::check_digest(value, b"body")));
            message::verify(request, &config, &keys, NOW).is_ok()
        });
        if is_taken { Outcome::Forged } else { Outcome::Refused }
    };
    (seeds, Box::new(run))
}

/// Addresses and prefixes that contain each other, so that entries meet.
const PREFIXES: &[&str] = &[
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.2.3",
    "10.1.2.0/24",
    "0.0.0.0/0",
    "255.255.255.255",
    "::/0",
    "2001:db8::/32",
    "2001:db8::1/128",
    "::ffff:10.1.2.3",
    "::ffff:0:0/96",
    "::ffff:10.0.0.0/104",
    "::",
];
const ADDRESSES: &[&str] = &[
    "10.1.2.3",
    "10.1.2.4",
    "10.9.9.9",
    "11.0.0.0",
    "255.255.255.255",
    "::ffff:10.1.2.3",
    "2001:db8::1",
    "2001:db9::1",
    "::",
];

/// A file of blocks of the choices that a text makes.
fn made_blocks(dice: &mut Dice, is_toml: bool) -> String {
    let mut text = String::new();
    for side in if is_toml { &["block", "allow"][..] } else { &[""] } {
        let mut entries = Vec::new();
        for _ in 0..dice.below(8) {
            let prefix = PREFIXES.get(dice.below(PREFIXES.len())).copied().unwrap_or_default();
            if !is_toml {
                entries.push(format!(
                    "{prefix}{}",
                    ["", " # x", "; y", "\tz", ","].get(dice.below(5)).copied().unwrap_or_default()
                ));
                continue;
            }
            let target = match dice.below(6) {
                0 => "identity = 'https://i s'".to_owned(),
                1 => "credential = 'c'".to_owned(),
                2 => "fingerprint = 'f'".to_owned(),
                _ => format!("prefix = '{prefix}'"),
            };
            let expires = ["", ", expires = 50", ", expires = 1000", ", expires = '1970-01-01T00:01:40Z'"];
            entries
                .push(format!("{{ {target}{} }}", expires.get(dice.below(4)).copied().unwrap_or_default()));
        }
        if is_toml {
            text.push_str(&format!("{side} = [{}]\n", entries.join(", ")));
        } else {
            text.push_str(&entries.join("\n"));
        }
    }
    text
}

/// The slow and obvious search: whether a live entry blocks an address and none allows it.
fn is_blocked(lists: &block::Lists, address: std::net::IpAddr, now: u64) -> bool {
    let address = address.to_canonical();
    let fits = |entry: &&Entry| {
        let is_live = entry.expires.is_none_or(|expires| expires > now);
        // Of two entries with the same target the later one holds.
        entry.prefix.is_some_and(|prefix| block_prefix(prefix).contains(&address)) && is_live
    };
    let last = |entries: &[Entry]| {
        let latest: std::collections::BTreeMap<_, &Entry> =
            entries.iter().filter_map(|entry| Some((block_prefix(entry.prefix?), entry))).collect();
        latest.values().any(fits)
    };
    last(&lists.block) && !last(&lists.allow)
}

/// A prefix of mapped addresses (RFC 4291, 2.5.5.2) as one of version 4, without the bits behind its length.
fn block_prefix(prefix: ipnet::IpNet) -> ipnet::IpNet {
    let prefix = prefix.trunc();
    if let ipnet::IpNet::V6(six) = prefix
        && six.prefix_len() >= 96
        && let Some(four) = six.addr().to_ipv4_mapped()
        && let Ok(net) = ipnet::Ipv4Net::new(four, six.prefix_len() - 96)
    {
        return ipnet::IpNet::V4(net);
    }
    prefix
}

fn blocks() -> (Vec<String>, Target) {
    let seeds = vec![
        "# list\n10.0.0.0/8 wide\n2001:db8::/32; six\n10.1.2.3\n".to_owned(),
        "block = [{ prefix = '10.0.0.0/8', reason = 'x', expires = 50 }, { identity = 'i s' }]\nallow = [{ prefix = '10.1.0.0/16' }]\n".to_owned(),
    ];
    let run = |text: &str| {
        let seed = text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
        let mut dice = Dice::new(seed | 1);
        let mut outcome = Outcome::Refused;
        for (name, made) in [
            ("a", text.to_owned()),
            ("a.toml", text.to_owned()),
            ("b", made_blocks(&mut dice, false)),
            ("b.toml", made_blocks(&mut dice, true)),
        ] {
            let Ok(lists) = block::read(name, &made) else { continue };
            let Ok(list) = BlockList::new(&block::Config::default(), [lists.clone()]) else { continue };
            if name.starts_with('a') {
                outcome = Outcome::Taken;
            }
            same_as_slow(&lists, &list, &made);
            // Entry by entry as changes: the same.
            let Ok(empty) = BlockList::new(&block::Config::default(), []) else { continue };
            let sides = [(List::Block, &lists.block), (List::Allow, &lists.allow)];
            let adds = sides.iter().flat_map(|(side, entries)| {
                entries.iter().map(|entry| Change::Add { list: *side, entry: entry.clone() })
            });
            let mut grown = Ok(empty);
            for change in adds {
                grown = grown.and_then(|list| list.changed([change], 0));
            }
            if let Ok(grown) = grown {
                same_as_slow(&lists, &grown, &made);
                for side in [List::Block, List::Allow] {
                    assert_eq!(grown.entries(side, 0), list.entries(side, 0), "{made}");
                }
            }
        }
        outcome
    };
    (seeds, Box::new(run))
}

fn same_as_slow(lists: &block::Lists, list: &BlockList, text: &str) {
    for address in ADDRESSES.iter().filter_map(|address| address.parse().ok()) {
        for now in [0, 50, 100, 1000, u64::MAX - 1] {
            let found = list.find(&Facts { address: Some(address), ..Facts::default() }, now);
            assert_eq!(found.is_some(), is_blocked(lists, address, now), "{address} at {now}: {text}");
            let fits = found.is_none_or(|found| matches!(found.target, Blocking::Prefix(prefix) if prefix.contains(&address.to_canonical())));
            assert!(fits, "an entry that does not fit is told: {text}");
        }
    }
}

fn sessions() -> Result<(Vec<String>, Target), Box<dyn Error>> {
    let sessions = Sessions::new(session::Config::default(), &[Secret::new(SECRET)])?;
    let sealer = Sealer::new(&[Secret::new(SECRET)])?;
    let session = serde_json::json!({
        "id": "i", "subject": "s", "issuer": "https://i.example", "created": NOW, "seen": NOW, "roles": ["r"], "groups": [],
        "scopes": [], "acr": null, "amr": ["pwd"], "auth_time": NOW, "sid": "x", "refresh": null, "refresh_at": NOW + 60,
    });
    let name = sessions.cookie_name();
    let value = sealer.seal(&name, &session)?;
    let other = sealer.seal("another purpose", &session)?;
    let seeds = vec![
        format!("{name}={value}"),
        format!("a=b; {name}={value}; c=d"),
        format!("{name}={other}"),
        session.to_string(),
    ];
    let run = move |text: &str| {
        // also what is behind the seal: a mutated session, well sealed
        let own = serde_json::from_str::<serde_json::Value>(text)
            .ok()
            .and_then(|own| sealer.seal(&name, &own).ok());
        if let Some(own) = own {
            for now in [0, NOW, u64::MAX] {
                let cookie = format!("{name}={own}");
                drop(
                    sessions
                        .open([cookie.as_str()].into_iter(), now)
                        .map(|(session, _)| session.identity(sessions.ends(&session))),
                );
            }
            if let Ok(session) = serde_json::from_str::<Session>(text) {
                assert!(
                    sessions.check_csrf(&session, Some(&sessions.csrf(&session))).is_ok(),
                    "its own token"
                );
                assert!(sessions.check_csrf(&session, Some(text)).is_err(), "another token");
            }
        }
        match sessions.open(text.lines(), NOW) {
            Ok(_) => {
                let sent = session::cookie(text.lines(), &name).ok().flatten();
                if sent == Some(value.as_str()) { Outcome::Taken } else { Outcome::Forged }
            }
            Err(_) => Outcome::Refused,
        }
    };
    Ok((seeds, Box::new(run)))
}

/// Answers of an authorization server: to a question about a token, and with a token.
fn answers(is_introspection: bool) -> Result<(Vec<String>, Target), Box<dyn Error>> {
    let about = format!(
        r#"{{"active":true,"iss":"https://i.example","aud":["a"],"sub":"s","scope":"x y","exp":{},"cnf":{{"jkt":"0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}},"acr":"1","amr":["pwd"],"roles":["r"]}}"#,
        NOW + 60
    );
    let token =
        r#"{"access_token":"abc","token_type":"Bearer","expires_in":3600,"refresh_token":"def","scope":"x"}"#;
    if !is_introspection {
        let run = |text: &str| {
            let answer = |status| Answer { status, headers: Vec::new(), body: text.as_bytes().to_vec() };
            drop(client::tokens(&answer(400)));
            taken(client::tokens(&answer(200)).is_ok())
        };
        return Ok((vec![token.to_owned(), r#"{"error":"invalid_grant"}"#.to_owned()], Box::new(run)));
    }
    let config: introspection::Config = serde_json::from_value(serde_json::json!({
        "url": "https://i.example/introspect", "issuer": "https://i.example", "audiences": ["a"], "role-claims": ["roles"], "entries-max": 8,
    }))?;
    let client = client::Client {
        id: "us".to_owned(),
        proof: client::Proof::None,
        token_endpoint: config.url.clone(),
        issuer: config.issuer.clone(),
    };
    let bound = about.clone();
    let run = move |text: &str| {
        let mut known = introspection::Introspection::new(config.clone(), client.clone());
        let answer = Answer { status: 200, headers: Vec::new(), body: text.as_bytes().to_vec() };
        let said = known.answered("a-token", Ok(&answer), Proofs::default(), NOW);
        // What is kept says what was said, and a token that is bound to a key opens nothing without the key.
        match (known.look_up("a-token", Proofs::default(), NOW), &said) {
            (introspection::Known::Yes(_), Err(_)) | (introspection::Known::No(_), Ok(_)) => Outcome::Forged,
            _ if said.as_ref().is_ok_and(|one| one.issuer != "https://i.example") => Outcome::Forged,
            _ if said.is_ok() && text == bound => Outcome::Forged,
            _ => taken(said.is_ok()),
        }
    };
    let plain = format!(r#"{{"active":true,"aud":"a","username":"s","exp":"{}"}}"#, NOW + 60);
    Ok((vec![about, plain, r#"{"active":false}"#.to_owned()], Box::new(run)))
}

const TARGETS: &[&str] = &[
    "jwt",
    "jwks",
    "discovery",
    "dpop",
    "certificate",
    "key",
    "sigv4",
    "webhook",
    "message",
    "block",
    "session",
    "introspection",
    "tokens",
];

fn target(name: &str) -> Result<(Vec<String>, Target), Box<dyn Error>> {
    Ok(match name {
        "jwt" => jwt()?,
        "jwks" => sets(false),
        "discovery" => sets(true),
        "dpop" => proofs(),
        "certificate" => certificates()?,
        "key" => api_keys()?,
        "sigv4" => sigv4_requests(),
        "webhook" => webhooks(),
        "message" => messages(),
        "block" => blocks(),
        "session" => sessions()?,
        "introspection" => answers(true)?,
        "tokens" => answers(false)?,
        other => return Err(format!("`{other}` is no target").into()),
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::of_process(TARGETS)?;
    let (seeds, run) = target(&arguments.target)?;
    let seeds: Vec<Seed> = seeds.iter().map(Seed::from).collect();
    let mut mutator = Mutator::of_text(PIECES, arguments.seed);
    mutate::run("access", &arguments, &seeds, &mut mutator, |seed| match run(seed.text()) {
        Outcome::Forged => Err("a changed credential is taken".into()),
        Outcome::Taken => Ok(1),
        Outcome::Refused => Ok(0),
    })
}
