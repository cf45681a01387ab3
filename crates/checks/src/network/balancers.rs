//! What several checks on load balancers ask.
use crate::prelude::*;

/// Every request is sent on to HTTPS.
pub(super) fn redirects_to_https(listener: &Node) -> Tri {
    let Some(action) = listener.list("actions").first() else { return Tri::False };
    if action.is_unknown() {
        return Tri::Unknown;
    }
    let kind = action.get("type").and_then(Value::as_str);
    match action.get("redirect_protocol").filter(|_| kind == Some("redirect")) {
        None => Tri::False,
        Some(protocol) => match protocol.as_str() {
            Some(text) => (text == "HTTPS").into(),
            None => Tri::Unknown,
        },
    }
}

/// A predefined policy with ciphers or protocols that are no longer safe.
pub(super) fn is_weak_policy(name: &str) -> bool {
    const WEAK: &[&str] = &[
        "ELBSecurityPolicy-2014-01",
        "ELBSecurityPolicy-2014-10",
        "ELBSecurityPolicy-2015-02",
        "ELBSecurityPolicy-2015-03",
        "ELBSecurityPolicy-2015-05",
        "ELBSecurityPolicy-2016-08",
        "ELBSecurityPolicy-Default",
        "ELBSecurityPolicy-TLS-1-0-2015-04",
        "ELBSecurityPolicy-TLS-1-1-2017-01",
    ];
    WEAK.contains(&name)
}
