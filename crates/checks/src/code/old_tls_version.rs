//! A connection is allowed to use SSL or an early TLS.
use crate::code::shared::{Seen, calls, name_of, option, text};
use crate::prelude::*;

check! {
    /// # Old TLS version in code
    ///
    /// A connection is allowed to use SSL or an early TLS.
    ///
    /// ## Why it matters
    ///
    /// SSL 3, TLS 1.0 and TLS 1.1 have known breaks, and are refused by current services.
    ///
    /// ## What to do
    ///
    /// Leave the version to the library, or ask for `TLSv1.2` at least.
    ///
    /// ```python fires
    /// import ssl
    ///
    /// CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLSv1)
    ///
    /// def handler(event, context):
    ///     return CONTEXT.get_ciphers()
    /// ```
    /// ```python quiet
    /// import ssl
    ///
    /// CONTEXT = ssl.create_default_context()
    ///
    /// def handler(event, context):
    ///     return CONTEXT.get_ciphers()
    /// ```
    /// ```javascript fires
    /// const https = require("https");
    ///
    /// const agent = new https.Agent({ minVersion: "TLSv1" });
    ///
    /// exports.handler = async () => https.get("https://ledger.example/", { agent });
    /// ```
    /// ```javascript quiet
    /// const https = require("https");
    ///
    /// const agent = new https.Agent({ minVersion: "TLSv1.2" });
    ///
    /// exports.handler = async () => https.get("https://ledger.example/", { agent });
    /// ```
    OLD_TLS_VERSION = "old-tls-version" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-327", "CWE-326", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["B502"],
        run: old_tls_version,
    }
}

const PYTHON: &[&str] = &["PROTOCOL_SSLv2", "PROTOCOL_SSLv3", "PROTOCOL_TLSv1", "PROTOCOL_TLSv1_1"];
const NODE: &[&str] = &["SSLv2_method", "SSLv3_method", "TLSv1_method", "TLSv1_1_method", "TLSv1", "TLSv1.1"];

fn old_tls_version(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let is_python = seen.of(&["ssl", "urllib3", "OpenSSL"])
            && seen
                .call
                .arguments
                .iter()
                .filter_map(|argument| name_of(&argument.value))
                .any(|name| name.rsplit('.').next().is_some_and(|last| PYTHON.contains(&last)));
        let is_node = ["minVersion", "secureProtocol", "maxVersion"]
            .iter()
            .filter_map(|key| option(seen.call, key).and_then(text))
            .any(|version| NODE.contains(&version));
        if is_python || is_node {
            findings.push(
                seen.finding(&OLD_TLS_VERSION, format!("`{}` allows a broken protocol", seen.call.api))
                    .fix_if(ask_for_more(&seen)),
            );
        }
    }
}

fn ask_for_more(seen: &Seen<'_>) -> Option<Fix> {
    let mut patches = seen.call.arguments.iter().filter_map(|argument| {
        let name = name_of(&argument.value)?.rsplit('.').next()?;
        PYTHON.contains(&name).then(|| seen.named_otherwise(argument, name, "PROTOCOL_TLS_CLIENT"))?
    });
    patches.next().map(|patch| Fix::risky("let both sides agree on a current version", patch))
}
