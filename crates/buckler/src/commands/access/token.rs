//! `buckler access decode-token`: what a token says, and whether it would be accepted.
use access::encode::from_base64url;
use access::jwks::KeySet;
use access::jwt::{Issuer, Verifier};
use serde_json::{Value, json};

use super::{CommandError, text};
use crate::args::DecodeTokenArguments;
use crate::exit::Exit;
use crate::{clock, output};

pub(super) fn run(arguments: &DecodeTokenArguments) -> Result<Exit, CommandError> {
    let token = text(&arguments.token)?;
    let token = token.trim();
    let (header, claims) = (part(token, 0), part(token, 1));
    let verdict = match (&arguments.issuer, &arguments.keys) {
        (Some(issuer), Some(keys)) => Some(verify(token, &text(issuer)?, &text(keys)?)?),
        _ => None,
    };
    let told = if arguments.json {
        let verdict = match &verdict {
            None => Value::Null,
            Some(Ok(who)) => json!({ "accepted": true, "subject": who }),
            Some(Err(why)) => json!({ "accepted": false, "reason": why }),
        };
        format!("{:#}\n", json!({ "header": header, "claims": claims, "verdict": verdict }))
    } else {
        let shown = |value: &Option<Value>| {
            value.as_ref().map_or("not readable".to_owned(), |one| format!("{one:#}"))
        };
        let verdict = match &verdict {
            None => "not verified: name `--issuer` and `--keys`".to_owned(),
            Some(Ok(who)) => format!("accepted: {who}"),
            Some(Err(why)) => format!("refused: {why}"),
        };
        format!("header {}\nclaims {}\n{verdict}\n", shown(&header), shown(&claims))
    };
    output::put(&arguments.writing, &told)?;
    Ok(match verdict {
        Some(Err(_)) => Exit::Findings,
        Some(Ok(_)) => Exit::Clean,
        None => Exit::Incomplete,
    })
}

/// A part of a token, unverified. The third, the signature, is never read here: whoever has it has the token.
fn part(token: &str, index: usize) -> Option<Value> {
    let bytes = from_base64url(token.split('.').nth(index)?)?;
    serde_json::from_slice(&bytes).ok()
}

/// Who it is, or why it is refused.
fn verify(token: &str, issuer: &str, keys: &str) -> Result<Result<String, String>, CommandError> {
    let wrong = |why: String| CommandError::Access { why };
    let issuer: Issuer =
        toml::from_str(issuer).map_err(|error| wrong(format!("the issuer: {}", error.message())))?;
    let verifier = Verifier::new(issuer).map_err(|error| wrong(format!("the issuer: {error}")))?;
    let keys = KeySet::read(keys.as_bytes()).map_err(|error| wrong(error.to_string()))?;
    for skipped in &keys.skipped {
        output::tell(&format!("left out: {skipped}"));
    }
    let verified = verifier.verify(token, &keys, clock::seconds());
    let bound = |verified: access::jwt::Verified| verified.identity(access::jwt::Proofs::default());
    let identity = verified.and_then(bound).map_err(|error| error.to_string());
    Ok(identity.map(|who| format!("`{}` of `{}`", who.subject, who.issuer)))
}
