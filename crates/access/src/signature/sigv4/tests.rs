//! Tests of SigV4: AWS's published examples and suite, botocore, and requests changed on the way.
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::sign::{presign_styled, sign_styled};
use super::*;
use crate::replay::{Memory, ReplayError};
use crate::secret::Secret;
use crate::signature::Request;

const NOW: u64 = 1_440_938_160; // 20150830T123600Z
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn credentials(id: &str, secret: &str, token: Option<&str>) -> Credentials {
    Credentials {
        access_key_id: id.to_owned(),
        secret_access_key: Secret::new(secret),
        session_token: token.map(Secret::new),
    }
}

fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn keys(id: &str) -> Option<Key> {
    (id == "AKIDEXAMPLE").then(|| Key {
        secret: Secret::new(SECRET),
        subject: "reporter".to_owned(),
        scopes: ["read".to_owned()].into(),
        roles: BTreeSet::new(),
    })
}
fn request<'a>(headers: &'a [(String, String)], query: Option<&'a str>, body: &'a [u8]) -> Request<'a> {
    Request {
        method: "POST",
        origin: "https://api.example",
        path: "/orders/1",
        query,
        headers,
        body: Some(body),
    }
}

fn value<'a>(headers: &'a [(String, String)], name: &str) -> &'a str {
    headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
}

#[test]
fn the_example_of_the_documentation() {
    let headers = headers(&[
        ("Host", "iam.amazonaws.com"),
        ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
    ]);
    let request = Request {
        method: "GET",
        path: "/",
        query: Some("Action=ListUsers&Version=2010-05-08"),
        ..request(&headers, None, b"")
    };
    let scope = Scope { region: "us-east-1", service: "iam" };
    let added = sign(&request, Payload::Signed, &credentials("AKIDEXAMPLE", SECRET, None), scope, NOW);
    assert_eq!(
        value(&added, "authorization"),
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, \
         Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    );
}

#[test]
fn a_signed_address_of_the_documentation() {
    let headers = headers(&[("Host", "examplebucket.s3.amazonaws.com")]);
    let request = Request { method: "GET", path: "/test.txt", ..request(&headers, None, b"") };
    let scope = Scope { region: "us-east-1", service: "s3" };
    let owner = credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None);
    let query = presign(&request, &owner, scope, 1_369_353_600, 86_400);
    let signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    assert!(query.ends_with(signature), "{query}");
}

fn signed(body: &[u8], payload: Payload) -> Vec<(String, String)> {
    let mut headers = headers(&[("Host", "api.example"), ("Content-Type", "application/json")]);
    let scope = Scope { region: "eu-west-1", service: "execute-api" };
    let owner = credentials("AKIDEXAMPLE", SECRET, Some("token/+="));
    let added = sign(&request(&headers, Some("a=1&b=%2F"), body), payload, &owner, scope, NOW);
    headers.extend(added);
    headers
}

fn config() -> Config {
    Config::new("eu-west-1", "execute-api")
}

fn outcome(request: &Request<'_>, config: &Config, now: u64) -> Result<Verified, SigV4Error> {
    verify(request, config, &keys, now).map(|fresh| fresh.admit_here(&Memory::new(1), now).unwrap())
}

#[test]
fn a_signed_request_names_its_key() {
    let headers = signed(b"{}", Payload::SignedAndTold);
    let verified = outcome(&request(&headers, Some("b=%2f&a=1"), b"{}"), &config(), NOW).unwrap();
    assert_eq!(verified.identity.subject, "reporter");
    assert_eq!(verified.identity.method, crate::Method::Signature);
    assert_eq!(verified.payload, VerifiedPayload::Checked);
}

#[test]
fn a_body_may_come_later() {
    let headers = signed(b"{}", Payload::SignedAndTold);
    let early = Request { body: None, ..request(&headers, Some("a=1&b=%2F"), b"") };
    let verified = outcome(&early, &config(), NOW).unwrap();
    assert_eq!(verified.check_body(b"{}"), Ok(()));
    assert_eq!(verified.check_body(b"[]"), Err(SigV4Error::Body));
    let headers = signed(b"{}", Payload::Signed);
    let early = Request { body: None, ..request(&headers, Some("a=1&b=%2F"), b"") };
    assert_eq!(outcome(&early, &config(), NOW).unwrap_err(), SigV4Error::BodyMissing);
}

#[test]
fn a_second_use_is_a_replay() {
    let headers = signed(b"{}", Payload::Signed);
    let cache = Memory::new(10);
    let request = request(&headers, Some("a=1&b=%2F"), b"{}");
    let first = verify(&request, &config(), &keys, NOW).unwrap();
    first.admit_here(&cache, NOW).unwrap();
    let second = verify(&request, &config(), &keys, NOW + 300).unwrap();
    assert_eq!(second.admit_here(&cache, NOW + 300).unwrap_err(), ReplayError::Seen);
}

#[test]
fn a_changed_request_is_refused() {
    let good = signed(b"{}", Payload::SignedAndTold);
    let base = request(&good, Some("a=1&b=%2F"), b"{}");
    let refused = |request: Request<'_>| outcome(&request, &config(), NOW).unwrap_err();
    assert_eq!(refused(Request { method: "GET", ..base }), SigV4Error::Signature);
    assert_eq!(refused(Request { path: "/orders/2", ..base }), SigV4Error::Signature);
    assert_eq!(refused(Request { query: Some("a=2&b=%2F"), ..base }), SigV4Error::Signature);
    assert_eq!(refused(Request { query: None, ..base }), SigV4Error::Signature);
    assert_eq!(refused(Request { body: Some(b"[]"), ..base }), SigV4Error::Body);
    for (at, (name, _)) in good.iter().enumerate().filter(|(_, (name, _))| name != "authorization") {
        let mut other = good.clone();
        other[at].1.push('1');
        let error = refused(Request { headers: &other, ..base });
        assert!(!matches!(error, SigV4Error::Absent | SigV4Error::Both), "{name}: {error}");
    }
}

#[test]
fn what_must_be_signed_is_asked_for() {
    let mut added = signed(b"{}", Payload::SignedAndTold);
    added.push(("X-Amz-Target".to_owned(), "Delete".to_owned()));
    let base = request(&added, Some("a=1&b=%2F"), b"{}");
    assert_eq!(outcome(&base, &config(), NOW).unwrap_err(), SigV4Error::NotSigned("x-amz-target".to_owned()));
    added.pop();
    let strict = Config { signed_headers: vec!["Digest".to_owned()], ..config() };
    let base = request(&added, Some("a=1&b=%2F"), b"{}");
    assert_eq!(outcome(&base, &strict, NOW).unwrap_err(), SigV4Error::NotSigned("digest".to_owned()));
    added.push(("Host".to_owned(), "other.example".to_owned()));
    let base = request(&added, Some("a=1&b=%2F"), b"{}");
    assert_eq!(
        outcome(&base, &config(), NOW).unwrap_err(),
        SigV4Error::Twice(crate::signature::Twice("host"))
    );
}

#[test]
fn time_scope_and_key_are_checked() {
    let good = signed(b"{}", Payload::Signed);
    let base = request(&good, Some("a=1&b=%2F"), b"{}");
    for now in [NOW - 301, NOW + 301] {
        assert_eq!(outcome(&base, &config(), now).unwrap_err(), SigV4Error::Skew { at: NOW, now });
    }
    assert!(outcome(&base, &config(), NOW + 300).is_ok());
    for other in [Config::new("eu-west-2", "execute-api"), Config::new("eu-west-1", "s3")] {
        assert!(matches!(outcome(&base, &other, NOW).unwrap_err(), SigV4Error::Scope { .. }));
    }
    let nobody = |_: &str| None;
    let error = verify(&base, &config(), &nobody, NOW).unwrap_err();
    assert_eq!(error, SigV4Error::UnknownKey("AKIDEXAMPLE".to_owned()));
    assert_eq!(error.client_message(), SigV4Error::Signature.client_message());
}

#[test]
fn bodies_that_are_not_signed_need_leave() {
    let good = signed(b"{}", Payload::Unsigned);
    let base = request(&good, Some("a=1&b=%2F"), b"anything");
    assert_eq!(outcome(&base, &config(), NOW).unwrap_err(), SigV4Error::UnsignedPayload);
    let lax = Config { unsigned_payload: true, ..config() };
    assert_eq!(outcome(&base, &lax, NOW).unwrap().payload, VerifiedPayload::Unsigned);
    let mut streaming = good.clone();
    for (name, value) in &mut streaming {
        if name == "x-amz-content-sha256" {
            *value = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD".to_owned();
        }
    }
    let base = request(&streaming, Some("a=1&b=%2F"), b"{}");
    assert!(matches!(outcome(&base, &lax, NOW).unwrap_err(), SigV4Error::Streaming(_)));
}

#[test]
fn malformed_signatures_are_refused() {
    let good = signed(b"{}", Payload::Signed);
    let at = good.iter().position(|(name, _)| name == "authorization").unwrap();
    let text = good[at].1.clone();
    let cut = |from: &str, to: &str| text.replace(from, to);
    for bad in [
        cut("Credential=AKIDEXAMPLE/", "Credential=/"),
        cut("Credential=AKIDEXAMPLE", "Credential=../../etc"),
        cut("aws4_request", "aws5_request"),
        cut("content-type;host", "host;content-type"),
        cut("content-type;host", "content-type;content-type;host"),
        cut("SignedHeaders=", "SignedHeaders=;"),
        cut("Signature=", "Signature=0"),
        cut("Signature=", "Signature=a, Signature="),
        format!("{text}, Extra=1"),
        format!("{text},"),
        "AWS4-HMAC-SHA256".to_owned(),
        "AWS4-HMAC-SHA512 Credential=a".to_owned(),
        format!("AWS4-HMAC-SHA256 {}", "a".repeat(9000)),
    ] {
        let mut headers = good.clone();
        headers[at].1.clone_from(&bad);
        let error = outcome(&request(&headers, Some("a=1&b=%2F"), b"{}"), &config(), NOW).unwrap_err();
        assert!(matches!(error, SigV4Error::Malformed(_) | SigV4Error::Scope { .. }), "{bad}: {error}");
    }
}

#[test]
fn a_signed_address_ends() {
    let config = Config { presigned: true, ..config() };
    let headers = headers(&[("Host", "api.example")]);
    let scope = Scope { region: "eu-west-1", service: "execute-api" };
    let owner = credentials("AKIDEXAMPLE", SECRET, None);
    let base = Request { method: "GET", ..request(&headers, Some("id=1"), b"") };
    let query = presign(&base, &owner, scope, NOW, 60);
    let asked = Request { query: Some(&query), ..base };
    assert!(outcome(&asked, &config, NOW + 60).is_ok());
    assert_eq!(
        outcome(&asked, &config, NOW + 61).unwrap_err(),
        SigV4Error::Expired { ended: NOW + 60, now: NOW + 61 }
    );
    assert_eq!(outcome(&asked, &super::tests::config(), NOW).unwrap_err(), SigV4Error::Presigned);
    for bad in [
        query.replace("Expires=60", "Expires=600"),
        query.replace("id=1", "id=2"),
        query.replace("Expires=60", "Expires=-1"),
        query.replace("Expires=60", "Expires=604801"),
        format!("{query}&X-Amz-Date=20150830T123600Z"),
        format!("{query}&x-amz-signature=00"),
        format!("{query}&%58-Amz-Signature=00"),
        format!("{query}&more=1"),
    ] {
        let asked = Request { query: Some(&bad), ..base };
        let error = outcome(&asked, &config, NOW).unwrap_err();
        assert!(matches!(error, SigV4Error::Signature | SigV4Error::Malformed(_)), "{bad}: {error}");
    }
    let both = [headers.clone(), signed(b"", Payload::Signed)].concat();
    let asked = Request { headers: &both, query: Some(&query), ..base };
    assert_eq!(outcome(&asked, &config, NOW).unwrap_err(), SigV4Error::Both);
}

/// A request of AWS's suite: a line, headers (which may fold), a blank line, a body.
fn suite_request(text: &str) -> (String, String, Option<String>, Vec<(String, String)>, String) {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let line = lines.next().unwrap();
    let (method, rest) = line.split_once(' ').unwrap();
    let target = rest.strip_suffix(" HTTP/1.1").unwrap();
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines {
        if line.starts_with(' ') {
            let last = headers.last_mut().unwrap();
            last.1.push('\n');
            last.1.push_str(line);
        } else {
            let (name, value) = line.split_once(':').unwrap();
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    (method.to_owned(), path.to_owned(), query.map(str::to_owned), headers, body.to_owned())
}

#[expect(clippy::disallowed_methods, reason = "a test finds its corpus")]
fn corpus(name: &str) -> Option<String> {
    let found = std::env::var(name).ok();
    if found.is_none() {
        println!("skipped: {name} is not set");
    }
    found
}

#[expect(clippy::disallowed_methods, reason = "a test reads its corpus")]
fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap().replace("\r\n", "\n")
}

/// AWS's suite (aws-c-auth, `tests/aws-signing-test-suite/v4`): signed, signed as an address, and verified.
#[test]
fn the_suite_of_aws() {
    let Some(folder) = corpus("BUCKLER_SIGV4_TESTS") else { return };
    let mut ran = 0;
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for folder in entries {
        let context: Value = serde_json::from_str(&read(&folder, "context.json")).unwrap();
        suite_case(&folder, &context);
        ran += 1;
    }
    println!("{ran} cases of the suite");
    assert!(ran > 30);
}

fn suite_case(folder: &Path, context: &Value) {
    let text = |path: &str| context.pointer(path).and_then(Value::as_str);
    let is = |path: &str| context.pointer(path) == Some(&Value::Bool(true));
    let owner = credentials(
        text("/credentials/access_key_id").unwrap(),
        text("/credentials/secret_access_key").unwrap(),
        text("/credentials/token").filter(|_| !is("/omit_session_token")),
    );
    let scope = Scope { region: text("/region").unwrap(), service: text("/service").unwrap() };
    let style = if is("/normalize") { PathStyle::Standard } else { PathStyle::Unnormalised };
    let payload = if is("/sign_body") { Payload::SignedAndTold } else { Payload::Signed };
    let (method, path, query, headers, body) = suite_request(&read(folder, "request.txt"));
    let request = Request {
        method: &method,
        origin: "https://example.amazonaws.com",
        path: &path,
        query: query.as_deref(),
        headers: &headers,
        body: Some(body.as_bytes()),
    };
    // the suite's own body is empty where it is not signed
    let body = if is("/sign_body") { body.as_bytes() } else { b"" };
    let request = Request { body: Some(body), ..request };
    let added = sign_styled(&request, payload, &owner, (scope, style), NOW);
    let wanted = read(folder, "header-signature.txt");
    assert!(value(&added, "authorization").ends_with(wanted.trim()), "{}", folder.display());
    let seconds = 3600;
    let sent = presign_styled(&request, &owner, (scope, style), NOW, seconds);
    let wanted = read(folder, "query-signature.txt");
    // the suite does not tell the body's hash of an address
    if !is("/sign_body") {
        assert!(sent.ends_with(wanted.trim()), "{}: {sent}", folder.display());
    }
    let mut config = Config::new(scope.region, scope.service);
    config.path_style = Some(style);
    let all = [headers.clone(), added].concat();
    let header_form = Request { headers: &all, ..request };
    assert!(outcome(&header_form, &config, NOW).is_ok(), "{}", folder.display());
    config.presigned = true;
    let query_form = Request { query: Some(&sent), ..request };
    assert!(outcome(&query_form, &config, NOW).is_ok(), "{}", folder.display());
}

const BOTOCORE: &str = r#"
import json, sys
from botocore.auth import SigV4Auth, S3SigV4Auth, SigV4QueryAuth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
paths = ["/", "/a/b", "/a//b/../c", "/a%20b/%C3%A9", "/a+b:c@d", "/x/", "/~me/-._", "/%2Fetc", "/a=b;c,d"]
queries = ["", "?a=1&b=2", "?b=2&a=1&a=0", "?k=%20%2B%2F", "?empty=&key", "?%C3%A9=%E2%82%AC", "?a-b=1&a=2"]
for token in (None, "to/ken+=="):
    for name, auth, service in (("header", SigV4Auth, "execute-api"), ("header", S3SigV4Auth, "s3"),
                                ("query", SigV4QueryAuth, "execute-api"), ("query", S3SigV4QueryAuth, "s3")):
        for path in paths:
            # S3's own clients send these encoded
            if service == "s3":
                path = path.replace("+", "%2B").replace(":", "%3A").replace("@", "%40").replace("=", "%3D").replace(";", "%3B").replace(",", "%2C")
            for query in queries:
                method = "GET" if name == "query" else "PUT"
                body = b"" if name == "query" else b"{\"a\": 1}"
                url = "https://api.example" + path + query
                request = AWSRequest(method=method, url=url, data=body, headers={"X-Thing": "  a   b "})
                auth(Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token), service, "eu-west-1").add_auth(request)
                sent = request.prepare()
                print(json.dumps({"service": service, "method": sent.method, "url": sent.url, "body": body.decode(),
                                  "headers": [[k, v if isinstance(v, str) else v.decode()] for k, v in sent.headers.items()]}))
"#;

/// What botocore signs is taken, and what we sign equals what botocore signs.
#[test]
fn botocore_signs_and_we_verify() {
    let Some(python) = corpus("BUCKLER_PYTHON") else { return };
    let output = Command::new(python).args(["-c", BOTOCORE]).output().unwrap();
    if !output.status.success() {
        println!("skipped: botocore is absent: {}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let text = String::from_utf8(output.stdout).unwrap();
    let cases: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for case in &cases {
        botocore_case(case);
    }
    println!("{} requests of botocore", cases.len());
    assert!(cases.len() > 400);
}

fn botocore_case(case: &Value) {
    let text = |name: &str| case[name].as_str().unwrap();
    let rest = text("url").strip_prefix("https://api.example").unwrap();
    let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
    let mut all = headers(&[("host", "api.example")]);
    for pair in case["headers"].as_array().unwrap() {
        all.push((pair[0].as_str().unwrap().to_owned(), pair[1].as_str().unwrap().to_owned()));
    }
    let request =
        Request { method: text("method"), path, query, ..request(&all, None, text("body").as_bytes()) };
    let date = match value(&all, "x-amz-date") {
        "" => query.unwrap().split('&').find_map(|pair| pair.strip_prefix("X-Amz-Date=")).unwrap(),
        date => date,
    };
    let now = moment::from_basic(date).unwrap();
    let mut config = Config::new("eu-west-1", text("service"));
    config.presigned = true;
    config.unsigned_payload = true;
    let verified = outcome(&request, &config, now);
    assert!(verified.is_ok(), "{case:#}: {verified:?}");
}
