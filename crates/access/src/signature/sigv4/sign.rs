//! Signing requests, as a client of AWS does.
use super::canonical::{self, Parts};
use super::{ALGORITHM, PathStyle, Scope, TERMINATOR, UNSIGNED, signature};
use crate::encode;
use crate::moment;
use crate::secret::Secret;
use crate::signature::Request;

/// An access key.
#[derive(Clone, Debug)]
pub struct Credentials {
    pub access_key_id: String,
    pub secret_access_key: Secret,
    /// Of temporary credentials.
    pub session_token: Option<Secret>,
}

/// What is said of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// Its SHA-256 is signed; [`Request::body`] must be there (`None` counts as empty).
    Signed,
    /// The same, and told in `x-amz-content-sha256`.
    SignedAndTold,
    /// Only TLS protects it.
    Unsigned,
}

/// Headers that proxies change or add on the way; they are never signed.
const NEVER_SIGNED: &[&str] = &[
    "authorization",
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

/// Signs a request at a moment (seconds since 1970-01-01). Gives the headers to set: `x-amz-date`, `authorization`, and
/// where they apply `x-amz-security-token` and `x-amz-content-sha256`. `host` must be among the request's headers;
/// headers of these names that are already there must be taken off first, and are not signed.
#[must_use]
pub fn sign(
    request: &Request<'_>,
    payload: Payload,
    credentials: &Credentials,
    scope: Scope<'_>,
    now: u64,
) -> Vec<(String, String)> {
    sign_styled(request, payload, credentials, (scope, style(scope)), now)
}

pub(super) fn sign_styled(
    request: &Request<'_>,
    payload: Payload,
    credentials: &Credentials,
    (scope, style): (Scope<'_>, PathStyle),
    now: u64,
) -> Vec<(String, String)> {
    let stamp = moment::basic(now);
    let hash = payload_hash(request, payload);
    let mut added = vec![("x-amz-date".to_owned(), stamp.clone())];
    if let Some(token) = credentials.session_token.as_ref().and_then(Secret::text) {
        added.push(("x-amz-security-token".to_owned(), token.to_owned()));
    }
    if payload != Payload::Signed {
        added.push(("x-amz-content-sha256".to_owned(), hash.clone()));
    }
    let mut headers: Vec<(String, String)> = request
        .headers
        .iter()
        .filter(|(name, _)| !NEVER_SIGNED.contains(&name.to_ascii_lowercase().as_str()))
        .filter(|(name, _)| !added.iter().any(|(own, _)| own.eq_ignore_ascii_case(name)))
        .cloned()
        .collect();
    headers.extend(added.iter().cloned());
    let mut signed: Vec<String> = headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    signed.sort();
    signed.dedup();
    let parts = Parts { style, signed: &signed, payload: &hash, left_out: &[] };
    let text = canonical::request(&Request { headers: &headers, ..*request }, parts);
    let bytes = signature(credentials.secret_access_key.expose(), scope, now, &text);
    let authorization = format!(
        "{ALGORITHM} Credential={}/{}, SignedHeaders={}, Signature={}",
        credentials.access_key_id,
        scope.text(&stamp),
        signed.join(";"),
        encode::hex(&bytes)
    );
    added.push(("authorization".to_owned(), authorization));
    added
}

/// Signs an address: gives the query to send, valid for so many seconds. The request's headers are
/// signed and must be sent (`host` alone for a link); the body is signed but for S3 (`UNSIGNED-PAYLOAD`).
#[must_use]
pub fn presign(
    request: &Request<'_>,
    credentials: &Credentials,
    scope: Scope<'_>,
    now: u64,
    seconds: u32,
) -> String {
    presign_styled(request, credentials, (scope, style(scope)), now, seconds)
}

pub(super) fn presign_styled(
    request: &Request<'_>,
    credentials: &Credentials,
    (scope, style): (Scope<'_>, PathStyle),
    now: u64,
    seconds: u32,
) -> String {
    let stamp = moment::basic(now);
    let credential = encode::percent(&format!("{}/{}", credentials.access_key_id, scope.text(&stamp)));
    let mut query =
        request.query.filter(|query| !query.is_empty()).map(|q| format!("{q}&")).unwrap_or_default();
    let mut names: Vec<String> = request.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.retain(|name| !NEVER_SIGNED.contains(&name.as_str()));
    names.sort();
    names.dedup();
    let signed = names.join("%3B");
    query.push_str(&format!(
        "X-Amz-Algorithm={ALGORITHM}&X-Amz-Credential={credential}&X-Amz-Date={stamp}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders={signed}"
    ));
    if let Some(token) = credentials.session_token.as_ref().and_then(Secret::text) {
        query.push_str(&format!("&X-Amz-Security-Token={}", encode::percent(token)));
    }
    let payload =
        if scope.service == "s3" { UNSIGNED.to_owned() } else { payload_hash(request, Payload::Signed) };
    let parts = Parts { style, signed: &names, payload: &payload, left_out: &[] };
    let text = canonical::request(&Request { query: Some(&query), ..*request }, parts);
    let bytes = signature(credentials.secret_access_key.expose(), scope, now, &text);
    format!("{query}&X-Amz-Signature={}", encode::hex(&bytes))
}

fn payload_hash(request: &Request<'_>, payload: Payload) -> String {
    match payload {
        Payload::Unsigned => UNSIGNED.to_owned(),
        _ => encode::hex(&encode::sha256(request.body.unwrap_or_default())),
    }
}

/// S3 signs paths in its own way.
pub(super) fn style(scope: Scope<'_>) -> PathStyle {
    if scope.service == "s3" { PathStyle::S3 } else { PathStyle::Standard }
}

/// The day, region and service of a credential: `AKID/20150830/us-east-1/service/aws4_request`.
pub(super) fn credential(text: &str) -> Option<(&str, &str, Scope<'_>)> {
    // an access key's id may hold slashes nowhere, but read from the end to be sure of the four last parts
    let mut parts = text.rsplitn(5, '/');
    let (terminator, service, region, day) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let id = parts.next().filter(|id| !id.is_empty())?;
    (terminator == TERMINATOR).then_some((id, day, Scope { region, service }))
}
