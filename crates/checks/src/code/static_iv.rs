//! Every message is encrypted with the same initialisation vector.
use crate::code::shared::{calls, name_of, text};
use crate::prelude::*;

check! {
    /// # Static initialisation vector
    ///
    /// Every message is encrypted with the same initialisation vector.
    ///
    /// ## Why it matters
    ///
    /// With one key and one vector, equal beginnings give equal results in CBC mode; in GCM and CTR mode
    /// two messages give away each other, and the key for forging with them.
    ///
    /// ## What to do
    ///
    /// Take a new random vector for each message (`os.urandom(12)`, `crypto.randomBytes(12)`) and send it
    /// along.
    ///
    /// ```python fires
    /// import os
    /// from Crypto.Cipher import AES
    ///
    /// def handler(event, context):
    ///     return AES.new(os.environ["KEY"], AES.MODE_CBC, b"0000000000000000").encrypt(event["body"])
    /// ```
    /// ```python quiet
    /// import os
    /// from Crypto.Cipher import AES
    ///
    /// def handler(event, context):
    ///     return AES.new(os.environ["KEY"], AES.MODE_CBC, os.urandom(16)).encrypt(event["body"])
    /// ```
    /// ```javascript fires
    /// const crypto = require("crypto");
    ///
    /// exports.handler = async (event) => {
    ///   const cipher = crypto.createCipheriv("aes-256-cbc", process.env.KEY, Buffer.alloc(16, 0));
    ///   return cipher.update(event.body);
    /// };
    /// ```
    /// ```javascript quiet
    /// const crypto = require("crypto");
    ///
    /// exports.handler = async (event) => {
    ///   const cipher = crypto.createCipheriv("aes-256-cbc", process.env.KEY, crypto.randomBytes(16));
    ///   return cipher.update(event.body);
    /// };
    /// ```
    STATIC_IV = "static-iv" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-329", "CWE-1204", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &[],
        run: static_iv,
    }
}

fn static_iv(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let vector = if seen.is(&["crypto.createCipheriv"]) {
            seen.call.positional(2)
        } else if seen.under(&["Crypto.Cipher", "Cryptodome.Cipher"], &["new"]) {
            seen.call.named("nonce").or_else(|| seen.argument(2, "iv"))
        } else if seen
            .under(&["cryptography.hazmat.primitives.ciphers.modes"], &["CBC", "CTR", "GCM", "CFB", "OFB"])
        {
            seen.call.positional(0)
        } else {
            None
        };
        if vector.is_some_and(|argument| is_constant(&argument.value)) {
            let message = format!("`{}` gets the same initialisation vector every time", seen.call.api);
            findings.push(seen.finding(&STATIC_IV, message));
        }
    }
}

fn is_constant(data: &Data) -> bool {
    text(data).is_some() || name_of(data).is_some_and(|name| name.starts_with("Buffer.alloc("))
}
