//! Data is encrypted with a cipher that is broken or too small.
use crate::code::shared::calls;
use crate::prelude::*;

check! {
    /// # Weak cipher
    ///
    /// Data is encrypted with a cipher that is broken or too small.
    ///
    /// ## Why it matters
    ///
    /// DES, 3DES, RC2, RC4 and Blowfish can be broken with what a cloud account costs.
    /// `crypto.createCipher` makes its key without a salt and its IV from the key.
    ///
    /// ## What to do
    ///
    /// Use AES-256-GCM with a new random IV for each message, or let KMS or the AWS Encryption SDK do it.
    ///
    /// ```python fires
    /// from Crypto.Cipher import DES
    ///
    /// def handler(event, context):
    ///     return DES.new(b"12345678", DES.MODE_CBC).encrypt(event["body"])
    /// ```
    /// ```python quiet
    /// import os
    /// from Crypto.Cipher import AES
    ///
    /// def handler(event, context):
    ///     return AES.new(os.urandom(32), AES.MODE_GCM).encrypt(event["body"])
    /// ```
    /// ```javascript fires
    /// const crypto = require("crypto");
    ///
    /// exports.handler = async (event) => {
    ///   const cipher = crypto.createCipheriv("des-ede3-cbc", process.env.KEY, crypto.randomBytes(8));
    ///   return cipher.update(event.body, "utf8", "hex");
    /// };
    /// ```
    /// ```javascript quiet
    /// const crypto = require("crypto");
    ///
    /// exports.handler = async (event) => {
    ///   const cipher = crypto.createCipheriv("aes-256-gcm", process.env.KEY, crypto.randomBytes(12));
    ///   return cipher.update(event.body, "utf8", "hex");
    /// };
    /// ```
    WEAK_CIPHER = "weak-cipher" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-327", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["B304"],
        run: weak_cipher,
    }
}

const PYTHON: &[&str] = &["Crypto.Cipher", "Cryptodome.Cipher"];
const BROKEN: &[&str] = &["DES", "DES3", "ARC2", "ARC4", "Blowfish", "CAST"];
const ALGORITHMS: &[&str] = &["ARC4", "Blowfish", "IDEA", "SEED", "CAST5", "TripleDES"];
const NAMES: &[&str] = &["des", "rc2", "rc4", "bf", "cast", "idea", "seed"];

fn weak_cipher(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let is_module =
            seen.under(PYTHON, &["new"]) && seen.call.api.split('.').any(|part| BROKEN.contains(&part));
        let is_algorithm = seen.under(&["cryptography.hazmat"], ALGORITHMS)
            || seen.is(&["crypto-js.DES.encrypt", "crypto-js.TripleDES.encrypt", "crypto-js.RC4.encrypt"]);
        let is_keyed_by_name = seen.is(&["crypto.createCipher", "crypto.createDecipher"]);
        let name = seen.text(0, "algorithm").map(str::to_ascii_lowercase);
        let is_named = seen.is(&["crypto.createCipheriv"])
            && name.is_some_and(|name| name.split('-').next().is_some_and(is_weak));
        if is_module || is_algorithm || is_keyed_by_name || is_named {
            findings
                .push(seen.finding(&WEAK_CIPHER, format!("`{}` encrypts with a weak cipher", seen.call.api)));
        }
    }
}

fn is_weak(cipher: &str) -> bool {
    NAMES.contains(&cipher) || cipher.starts_with("des")
}
