//! MD5 or SHA-1 is used.
use crate::code::shared::{Seen, calls};
use crate::prelude::*;

check! {
    /// # Weak hash
    ///
    /// MD5 or SHA-1 is used.
    ///
    /// ## Why it matters
    ///
    /// Two inputs with the same MD5 or SHA-1 can be made for little money. A signature, a cache key or a
    /// check that rests on it can be deceived.
    ///
    /// ## What to do
    ///
    /// Use SHA-256. Where the hash protects nothing, say so: `hashlib.md5(data, usedforsecurity=False)`.
    ///
    /// ```python fires
    /// import hashlib
    ///
    /// def handler(event, context):
    ///     return hashlib.md5(event["body"].encode()).hexdigest()
    /// ```
    /// ```python quiet
    /// import hashlib
    ///
    /// def handler(event, context):
    ///     return hashlib.sha256(event["body"].encode()).hexdigest()
    /// ```
    /// ```javascript fires
    /// const crypto = require("crypto");
    ///
    /// exports.handler = async (event) => crypto.createHash("sha1").update(event.body).digest("hex");
    /// ```
    /// ```javascript quiet
    /// const crypto = require("crypto");
    ///
    /// exports.handler = async (event) => crypto.createHash("sha256").update(event.body).digest("hex");
    /// ```
    WEAK_HASH = "weak-hash" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        fix: Risky,
        controls: &["CWE-327", "CWE-328", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["B324"],
        run: weak_hash,
    }
}

const WEAK: &[&str] = &["md4", "md5", "sha1", "sha", "ripemd160", "rsa-sha1", "rsa-md5"];

fn weak_hash(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let by_name =
            seen.is(&["hashlib.md5", "hashlib.sha1", "md5", "sha1", "crypto-js.MD5", "crypto-js.SHA1"])
                || seen.is(&[
                    "cryptography.hazmat.primitives.hashes.MD5",
                    "cryptography.hazmat.primitives.hashes.SHA1",
                ])
                || seen.under(&["Crypto.Hash", "Cryptodome.Hash"], &["new"])
                    && ["MD5", "SHA1", "MD4"].iter().any(|hash| seen.call.api.contains(&format!(".{hash}.")));
        let takes_name =
            seen.is(&["hashlib.new", "crypto.createHash", "crypto.createHmac", "crypto.createSign"]);
        let algorithm = seen.text(0, "name").map(str::to_ascii_lowercase);
        let by_argument = takes_name && algorithm.as_deref().is_some_and(|name| WEAK.contains(&name));
        let is_harmless = seen.switched("usedforsecurity", false);
        if (by_name || by_argument) && !is_harmless {
            let name =
                algorithm.filter(|_| takes_name).map_or_else(String::new, |name| format!(" of `{name}`"));
            findings.push(
                seen.finding(&WEAK_HASH, format!("`{}`{name} is a broken hash", seen.call.api))
                    .fix_if(stronger(&seen, takes_name)),
            );
        }
    }
}

/// SHA-256 by the same way. Keys of stored hashes change with it.
fn stronger(seen: &Seen<'_>, takes_name: bool) -> Option<Fix> {
    let title = "use SHA-256";
    if takes_name {
        return seen.rewrite(title, 0, "name", "\"sha256\"");
    }
    let name = match seen.call.api.as_str() {
        "hashlib.md5" | "hashlib.sha1" => "sha256",
        api if api.starts_with("crypto-js.") || api.starts_with("cryptography.") => "SHA256",
        _ => return None,
    };
    seen.renamed(name).map(|patch| Fix::risky(title, patch))
}
