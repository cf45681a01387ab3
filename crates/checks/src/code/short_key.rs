//! A key pair is made that is too short.
use crate::code::shared::calls;
use crate::prelude::*;

check! {
    /// # Short key
    ///
    /// A key pair is made that is too short.
    ///
    /// ## Why it matters
    ///
    /// RSA and DSA keys below 2048 bits can be broken by those who want to; what was signed or encrypted
    /// with them then can too.
    ///
    /// ## What to do
    ///
    /// Use 3072 bits, or an elliptic curve.
    ///
    /// ```python fires
    /// from cryptography.hazmat.primitives.asymmetric import rsa
    ///
    /// def handler(event, context):
    ///     return rsa.generate_private_key(public_exponent=65537, key_size=1024)
    /// ```
    /// ```python quiet
    /// from cryptography.hazmat.primitives.asymmetric import rsa
    ///
    /// def handler(event, context):
    ///     return rsa.generate_private_key(public_exponent=65537, key_size=3072)
    /// ```
    /// ```javascript fires
    /// const crypto = require("crypto");
    ///
    /// exports.handler = async () => crypto.generateKeyPairSync("rsa", { modulusLength: 1024 });
    /// ```
    /// ```javascript quiet
    /// const crypto = require("crypto");
    ///
    /// exports.handler = async () => crypto.generateKeyPairSync("rsa", { modulusLength: 3072 });
    /// ```
    SHORT_KEY = "short-key" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["B505"],
        run: short_key,
    }
}

const BITS_MIN: i64 = 2048;

fn short_key(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let (position, name) = if seen.under(&["cryptography.hazmat"], &["generate_private_key"]) {
            (1, "key_size")
        } else if seen.under(&["Crypto.PublicKey", "Cryptodome.PublicKey"], &["generate"]) {
            (0, "bits")
        } else if seen.is(&["crypto.generateKeyPair", "crypto.generateKeyPairSync"]) {
            (usize::MAX, "modulusLength")
        } else {
            continue;
        };
        let Some(Data::Int(bits)) = seen.argument(position, name).map(|argument| &argument.value) else {
            continue;
        };
        // Elliptic curves need a tenth of it, and name a curve instead.
        if (512..BITS_MIN).contains(bits) {
            findings.push(
                seen.finding(&SHORT_KEY, format!("`{}` makes a key of {bits} bits", seen.call.api))
                    .fix_if(seen.rewrite("make a longer key", position, name, "3072")),
            );
        }
    }
}
