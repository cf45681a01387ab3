//! Data is encrypted block by block, each alike.
use crate::code::shared::{calls, name_of, option};
use crate::prelude::*;

check! {
    /// # ECB mode
    ///
    /// Data is encrypted block by block, each alike.
    ///
    /// ## Why it matters
    ///
    /// In ECB mode equal blocks become equal blocks. Whoever sees the result sees patterns, and can swap
    /// and repeat blocks.
    ///
    /// ## What to do
    ///
    /// Use GCM with a new random nonce for each message.
    ///
    /// ```python fires
    /// import os
    /// from Crypto.Cipher import AES
    ///
    /// def handler(event, context):
    ///     return AES.new(os.environ["KEY"], AES.MODE_ECB).encrypt(event["body"])
    /// ```
    /// ```python quiet
    /// import os
    /// from Crypto.Cipher import AES
    ///
    /// def handler(event, context):
    ///     return AES.new(os.environ["KEY"], AES.MODE_GCM).encrypt(event["body"])
    /// ```
    /// ```javascript fires
    /// const crypto = require("crypto");
    ///
    /// exports.handler = async (event) => {
    ///   return crypto.createCipheriv("aes-256-ecb", process.env.KEY, null).update(event.body);
    /// };
    /// ```
    /// ```javascript quiet
    /// const crypto = require("crypto");
    ///
    /// exports.handler = async (event) => {
    ///   return crypto.createCipheriv("aes-256-gcm", process.env.KEY, crypto.randomBytes(12)).update(event.body);
    /// };
    /// ```
    ECB_MODE = "ecb-mode" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-327", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &[],
        run: ecb_mode,
    }
}

fn ecb_mode(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let mode = seen.argument(1, "mode").and_then(|argument| name_of(&argument.value));
        let is_mode = seen.under(&["Crypto.Cipher", "Cryptodome.Cipher"], &["new"])
            && mode.is_some_and(|name| name.ends_with(".MODE_ECB"));
        let is_named = seen.is(&["crypto.createCipheriv", "crypto.createDecipheriv"])
            && seen.text(0, "algorithm").is_some_and(|name| name.to_ascii_lowercase().ends_with("-ecb"));
        let is_class = seen.is(&["cryptography.hazmat.primitives.ciphers.modes.ECB"]);
        let is_option = seen.of(&["crypto-js"])
            && option(seen.call, "mode").and_then(name_of).is_some_and(|name| name.ends_with(".ECB"));
        if is_mode || is_named || is_class || is_option {
            findings.push(seen.finding(&ECB_MODE, format!("`{}` encrypts each block alike", seen.call.api)));
        }
    }
}
