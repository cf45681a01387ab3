//! A connection does not check the certificate of the other side.
use crate::code::shared::{Seen, calls, name_of, option, text};
use crate::prelude::*;

check! {
    /// # TLS verification off
    ///
    /// A connection does not check the certificate of the other side.
    ///
    /// ## Why it matters
    ///
    /// Anyone on the way can be the other side: read what is sent, credentials too, and answer as they
    /// like.
    ///
    /// ## What to do
    ///
    /// Leave verification on. For a private authority give its certificate (`verify="/opt/ca.pem"`, `ca:
    /// [...]`).
    ///
    /// ```python fires
    /// import requests
    ///
    /// def handler(event, context):
    ///     return requests.get("https://ledger.example/", verify=False, timeout=3).text
    /// ```
    /// ```python quiet
    /// import requests
    ///
    /// def handler(event, context):
    ///     return requests.get("https://ledger.example/", verify="/opt/ca.pem", timeout=3).text
    /// ```
    /// ```javascript fires
    /// const https = require("https");
    ///
    /// const agent = new https.Agent({ rejectUnauthorized: false });
    ///
    /// exports.handler = async () => https.get("https://ledger.example/", { agent });
    /// ```
    /// ```javascript quiet
    /// const https = require("https");
    ///
    /// const agent = new https.Agent({ keepAlive: true });
    ///
    /// exports.handler = async () => https.get("https://ledger.example/", { agent });
    /// ```
    UNCHECKED_CERTIFICATE = "unchecked-certificate" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-295", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["B501"],
        run: unchecked_certificate,
    }
}

const CLIENTS: &[&str] =
    &["requests", "httpx", "boto3", "urllib3", "elasticsearch", "opensearchpy", "niquests"];
const SWITCHES: &[&str] = &["rejectUnauthorized", "strictSSL", "verify_certs", "checkServerIdentity"];

fn unchecked_certificate(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let switched = SWITCHES.iter().any(|key| option(seen.call, key) == Some(&Data::Bool(false)));
        let is_client_off = seen.of(CLIENTS) && seen.switched("verify", false)
            || seen.of(&["aiohttp"]) && (seen.switched("ssl", false) || seen.switched("verify_ssl", false));
        let is_context = seen.is(&["ssl._create_unverified_context", "ssl._create_stdlib_context"])
            || ["cert_reqs", "ssl_cert_reqs"].iter().any(|key| is_cert_none(&seen, key));
        if !(switched || is_client_off || is_context) {
            continue;
        }
        let message = format!("`{}` does not check who answers", seen.call.api);
        let mut finding = seen.finding(&UNCHECKED_CERTIFICATE, message);
        if let Some(argument) = seen.keyword("verify").filter(|_| is_client_off) {
            let patch = model::Patch::Replace { at: argument.at, text: "verify=True".to_owned() };
            finding = finding.at(argument.at).fix(Fix::risky("check the certificate", patch));
        }
        findings.push(finding);
    }
}

fn is_cert_none(seen: &Seen<'_>, key: &str) -> bool {
    let value = seen.call.named(key).map(|argument| &argument.value);
    value.is_some_and(|data| {
        name_of(data).is_some_and(|name| name == "ssl.CERT_NONE") || text(data) == Some("CERT_NONE")
    })
}
