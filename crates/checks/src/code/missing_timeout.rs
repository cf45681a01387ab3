//! A request waits for its answer as long as the other side likes.
use crate::code::shared::{Seen, calls};
use crate::prelude::*;

check! {
    /// # Request without a timeout
    ///
    /// A request waits for its answer as long as the other side likes.
    ///
    /// ## Why it matters
    ///
    /// The function is paid for until its own timeout, and its concurrency is used up while another service
    /// is slow.
    ///
    /// ## What to do
    ///
    /// Give a timeout below that of the function: `requests.get(url, timeout=5)`.
    ///
    /// ```python fires
    /// import requests
    ///
    /// def handler(event, context):
    ///     return requests.get("https://prices.example/").text
    /// ```
    /// ```python quiet
    /// import requests
    ///
    /// def handler(event, context):
    ///     return requests.get("https://prices.example/", timeout=5).text
    /// ```
    MISSING_TIMEOUT = "missing-timeout" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-400", "CSA:SAS-8"],
        also_known_as: &["B113"],
        run: missing_timeout,
    }
}

const METHODS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options", "request"];

fn missing_timeout(app: &App, findings: &mut Findings) {
    for seen in calls(app).filter(Seen::is_python) {
        let is_request = seen.under(&["requests"], METHODS);
        if !is_request || seen.may_have("timeout") {
            continue;
        }
        let mut finding = seen
            .finding(&MISSING_TIMEOUT, format!("`{}` waits as long as the other side likes", seen.call.api));
        if let Some(last) = seen.call.arguments.last() {
            let at = model::Span { start: last.at.end, end: last.at.end, ..last.at };
            let patch = model::Patch::Replace { at, text: ", timeout=10".to_owned() };
            finding = finding.fix(Fix::risky("wait ten seconds at most", patch));
        }
        findings.push(finding);
    }
}
