//! A password is hashed with a fast hash.
use crate::code::shared::calls;
use crate::prelude::*;

check! {
    /// # Weak hash for a password
    ///
    /// A password is hashed with a fast hash.
    ///
    /// ## Why it matters
    ///
    /// Fast hashes are made to be fast: a graphics card tries billions of passwords a second. Whoever reads
    /// the table has most of the passwords soon after.
    ///
    /// ## What to do
    ///
    /// Use a password hash with a salt of its own: Argon2, scrypt, bcrypt, or PBKDF2 with several hundred
    /// thousand rounds. Or leave passwords to Cognito.
    ///
    /// ```python fires
    /// import hashlib
    /// import json
    ///
    /// def handler(event, context):
    ///     body = json.loads(event["body"])
    ///     return hashlib.sha256(body["password"].encode()).hexdigest()
    /// ```
    /// ```python quiet
    /// import hashlib
    /// import json
    /// import os
    ///
    /// def handler(event, context):
    ///     body = json.loads(event["body"])
    ///     return hashlib.scrypt(body["password"].encode(), salt=os.urandom(16), n=2**15, r=8, p=1).hex()
    /// ```
    /// ```javascript fires
    /// const crypto = require("crypto");
    ///
    /// exports.handler = async (event) => {
    ///   const { password } = JSON.parse(event.body);
    ///   return crypto.createHash("sha256").update(password).digest("hex");
    /// };
    /// ```
    /// ```javascript quiet
    /// const crypto = require("crypto");
    ///
    /// exports.handler = async (event) => {
    ///   const { document } = JSON.parse(event.body);
    ///   return crypto.createHash("sha256").update(document).digest("hex");
    /// };
    /// ```
    WEAK_HASH_FOR_PASSWORD = "weak-hash-for-password" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-916", "CWE-759", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &[],
        run: weak_hash_for_password,
    }
}

const HASHES: &[&str] = &["md5", "sha1", "sha224", "sha256", "sha384", "sha512", "new", "update"];
const WORDS: &[&str] = &["password", "passwd", "passphrase", "pwd"];

fn weak_hash_for_password(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let is_hash = seen.under(&["hashlib"], HASHES)
            || seen.call.api == "crypto.createHash().update"
            || seen.under(&["md5", "sha1", "crypto-js"], &["md5", "sha1", "MD5", "SHA1", "SHA256", "SHA512"]);
        let is_password = seen.call.arguments.iter().any(|argument| is_of_password(&argument.value));
        if is_hash && is_password {
            let message = format!("`{}` hashes a password faster than it may", seen.call.api);
            findings.push(seen.finding(&WEAK_HASH_FOR_PASSWORD, message));
        }
    }
}

/// Whether the place that a value comes from is called like a password.
fn is_of_password(data: &Data) -> bool {
    let Data::Unknown(unknown) = data else { return false };
    let source = unknown.reason.to_lowercase();
    let is_called = WORDS.iter().any(|word| source.contains(word));
    is_called && !source.contains("hash")
}
