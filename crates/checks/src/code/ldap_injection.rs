//! Data that others choose becomes part of the filter of a directory query.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # LDAP injection
    ///
    /// Data that others choose becomes part of the filter of a directory query.
    ///
    /// ## Why it matters
    ///
    /// With `*` and parentheses the sender changes whom the filter finds: every user, or an administrator
    /// where the filter decides who may sign in.
    ///
    /// ## What to do
    ///
    /// Escape values in filters (`ldap.filter.escape_filter_chars`,
    /// `ldap3.utils.conv.escape_filter_chars`).
    ///
    /// ```python fires
    /// import ldap
    ///
    /// def handler(event, context):
    ///     user = event["queryStringParameters"]["user"]
    ///     server = ldap.initialize("ldaps://directory.example")
    ///     return server.search_s("dc=example", ldap.SCOPE_SUBTREE, "(uid=" + user + ")")
    /// ```
    /// ```python quiet
    /// import ldap
    /// from ldap.filter import escape_filter_chars
    ///
    /// def handler(event, context):
    ///     user = escape_filter_chars(event["queryStringParameters"]["user"])
    ///     server = ldap.initialize("ldaps://directory.example")
    ///     return server.search_s("dc=example", ldap.SCOPE_SUBTREE, "(uid=" + user + ")")
    /// ```
    LDAP_INJECTION = "ldap-injection" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-90", "OWASP-SLS:S1", "CSA:SAS-1"],
        also_known_as: &[],
        run: ldap_injection,
    }
}

fn ldap_injection(app: &App, findings: &mut Findings) {
    flows(app, findings, &LDAP_INJECTION, SinkKind::Ldap, "becomes part of a directory query");
}
