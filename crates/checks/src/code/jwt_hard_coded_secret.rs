//! Tokens are signed or checked with a secret that stands in the code.
use crate::code::shared::{Seen, calls, text};
use crate::prelude::*;

check! {
    /// # JWT with a secret in the code
    ///
    /// Tokens are signed or checked with a secret that stands in the code.
    ///
    /// ## Why it matters
    ///
    /// Whoever reads the code, its package or its history makes tokens for any user. The secret cannot be
    /// changed without a deployment, so it never is.
    ///
    /// ## What to do
    ///
    /// Keep the secret in Secrets Manager or Parameter Store and read it at start. Better: sign with a key
    /// pair whose private half is in KMS.
    ///
    /// ```python fires
    /// import jwt
    ///
    /// def handler(event, context):
    ///     return jwt.encode({"sub": event["body"]}, "correct-horse", algorithm="HS256")
    /// ```
    /// ```python quiet
    /// import boto3
    /// import jwt
    ///
    /// KEY = boto3.client("ssm").get_parameter(Name="key", WithDecryption=True)["Parameter"]["Value"]
    ///
    /// def handler(event, context):
    ///     return jwt.encode({"sub": event["body"]}, KEY, algorithm="HS256")
    /// ```
    /// ```javascript fires
    /// const jwt = require("jsonwebtoken");
    ///
    /// exports.handler = async (event) => jwt.verify(event.headers.authorization, "correct-horse");
    /// ```
    /// ```javascript quiet
    /// const jwt = require("jsonwebtoken");
    ///
    /// exports.handler = async (event) => jwt.verify(event.headers.authorization, process.env.KEY);
    /// ```
    JWT_HARD_CODED_SECRET = "jwt-hard-coded-secret" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-798", "CWE-321", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: jwt_hard_coded_secret,
    }
}

fn jwt_hard_coded_secret(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let is_signed = seen
            .under(&["jsonwebtoken", "jwt-simple", "njwt"], &["sign", "verify", "encode", "decode"])
            || seen.under(&["jwt", "jose.jwt", "authlib"], &["encode", "decode"]);
        let Some(key) = is_signed.then(|| seen.argument(1, "key")).flatten() else { continue };
        // The public half of a pair is no secret.
        let is_secret = text(&key.value).is_some_and(|key| !key.is_empty() && !key.contains("PUBLIC KEY"));
        if is_secret && !text(&key.value).is_some_and(|key| key.contains("BEGIN CERTIFICATE")) {
            let message = format!("`{}` uses a secret that stands in the code", seen.call.api);
            findings.push(
                seen.finding(&JWT_HARD_CODED_SECRET, message).at(key.at).fix_if(from_environment(&seen)),
            );
        }
    }
}

/// Only where nothing more has to be loaded.
fn from_environment(seen: &Seen<'_>) -> Option<Fix> {
    let text = match seen.is_python() {
        true if seen.imports("os") => "os.environ[\"JWT_SECRET\"]",
        true => return None,
        false => "process.env.JWT_SECRET",
    };
    seen.rewrite("read it from the environment variable `JWT_SECRET`", 1, "key", text)
}
