//! A token is decoded without checking its signature.
use crate::code::shared::{calls, option};
use crate::prelude::*;

check! {
    /// # JWT without verification
    ///
    /// A token is decoded without checking its signature.
    ///
    /// ## Why it matters
    ///
    /// Decoding only reads the text. Anyone can write a token with the claims that they like.
    ///
    /// ## What to do
    ///
    /// Verify it: `jwt.decode(token, key, algorithms=["RS256"])`, `jsonwebtoken.verify`, `aws-jwt-verify`;
    /// or let an authorizer of the API do it.
    ///
    /// ```python fires
    /// import jwt
    ///
    /// def handler(event, context):
    ///     return jwt.decode(event["headers"]["authorization"], options={"verify_signature": False})
    /// ```
    /// ```python quiet
    /// import os
    /// import jwt
    ///
    /// def handler(event, context):
    ///     return jwt.decode(event["headers"]["authorization"], os.environ["KEY"], algorithms=["RS256"])
    /// ```
    /// ```javascript fires
    /// const jwt = require("jsonwebtoken");
    ///
    /// exports.handler = async (event) => jwt.decode(event.headers.authorization);
    /// ```
    /// ```javascript quiet
    /// const jwt = require("jsonwebtoken");
    ///
    /// exports.handler = async (event) => {
    ///   const { header } = jwt.decode(event.headers.authorization, { complete: true });
    ///   return jwt.verify(event.headers.authorization, process.env[header.kid]);
    /// };
    /// ```
    JWT_WITHOUT_VERIFICATION = "jwt-without-verification" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-347", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &[],
        run: jwt_without_verification,
    }
}

const DECODERS: &[&str] = &[
    "jsonwebtoken.decode",
    "jwt-decode",
    "jwt-decode.jwtDecode",
    "jwt-decode.jwt_decode",
    "jose.decodeJwt",
    "jose.jwt.get_unverified_claims",
];
const VERIFIERS: &[&str] = &["verify", "jwtVerify", "compactVerify", "verifySync"];

fn jwt_without_verification(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let is_switched_off = seen.under(&["jwt", "jose.jwt"], &["decode", "decode_complete"])
            && ["verify_signature", "verify"]
                .iter()
                .any(|key| option(seen.call, key) == Some(&Data::Bool(false)));
        // Reading the header to find the key is what verifying begins with.
        let verifies = || {
            seen.code.calls.iter().any(|call| {
                let last = call.api.rsplit('.').next().unwrap_or_default();
                VERIFIERS.contains(&last)
            })
        };
        let is_simple = seen.is(&["jwt-simple.decode"])
            && seen.call.positional(2).is_some_and(|argument| argument.value == Data::Bool(true));
        if is_switched_off || is_simple || seen.is(DECODERS) && !verifies() {
            let message = format!("`{}` believes a token without checking its signature", seen.call.api);
            findings.push(seen.finding(&JWT_WITHOUT_VERIFICATION, message));
        }
    }
}
