//! The code tells Node.js to accept every certificate.
use crate::code::shared::{calls, text};
use crate::prelude::*;

check! {
    /// # Node.js TLS verification off
    ///
    /// The code tells Node.js to accept every certificate.
    ///
    /// ## Why it matters
    ///
    /// The variable counts for the whole process: every connection from then on, of every library, in every
    /// later invocation, is open to whoever stands in between.
    ///
    /// ## What to do
    ///
    /// Remove the line. For a private authority set `NODE_EXTRA_CA_CERTS` or give `ca` to the one client.
    ///
    /// ```javascript fires
    /// process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    ///
    /// exports.handler = async () => fetch("https://ledger.example/");
    /// ```
    /// ```javascript quiet
    /// process.env.TZ = "UTC";
    ///
    /// exports.handler = async () => fetch("https://ledger.example/");
    /// ```
    NODE_TLS_REJECT_OFF = "node-tls-reject-off" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        controls: &["CWE-295", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &[],
        run: node_tls_reject_off,
    }
}

fn node_tls_reject_off(app: &App, findings: &mut Findings) {
    for seen in calls(app).filter(|seen| seen.is(&["process.env.NODE_TLS_REJECT_UNAUTHORIZED="])) {
        let value = seen.call.positional(0).map(|argument| &argument.value);
        let is_off = matches!(value, Some(Data::Int(0))) || value.and_then(text) == Some("0");
        if is_off {
            findings.push(
                seen.finding(&NODE_TLS_REJECT_OFF, "every certificate is accepted from here on")
                    .fix_if(seen.rewrite("check certificates", 0, "", "\"1\"")),
            );
        }
    }
}
