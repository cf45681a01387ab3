//! A cookie is set without `Secure` or `HttpOnly`.
use crate::code::shared::{Seen, calls};
use crate::prelude::*;

check! {
    /// # Cookie without protection
    ///
    /// A cookie is set without `Secure` or `HttpOnly`.
    ///
    /// ## Why it matters
    ///
    /// Without `Secure` it travels over plain HTTP too. Without `HttpOnly` every script of the page reads
    /// it, an injected one as well.
    ///
    /// ## What to do
    ///
    /// Set both, and `SameSite`.
    ///
    /// ```python fires
    /// from flask import Flask, make_response
    ///
    /// app = Flask(__name__)
    ///
    /// @app.route("/")
    /// def home():
    ///     answer = make_response("ok")
    ///     answer.set_cookie("session", "x")
    ///     return answer
    ///
    /// def handler(event, context):
    ///     return home()
    /// ```
    /// ```python quiet
    /// from flask import Flask, make_response
    ///
    /// app = Flask(__name__)
    ///
    /// @app.route("/")
    /// def home():
    ///     answer = make_response("ok")
    ///     answer.set_cookie("session", "x", secure=True, httponly=True, samesite="Lax")
    ///     return answer
    ///
    /// def handler(event, context):
    ///     return home()
    /// ```
    COOKIE_WITHOUT_SECURE = "cookie-without-secure" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-614", "CWE-1004", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &[],
        run: cookie_without_secure,
    }
}

fn cookie_without_secure(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let last = seen.call.api.rsplit('.').next().unwrap_or_default();
        let (secure, http_only) = match last {
            "set_cookie" if seen.is_python() => ("secure", "httponly"),
            "cookie" if seen.call.api == "response.cookie" => ("secure", "httpOnly"),
            _ => continue,
        };
        let lacks = |key: &str| !seen.may_have(key) || seen.switched(key, false);
        // A cookie that is taken away needs no protection.
        let is_removal = seen.call.named("max_age").is_some_and(|age| age.value == Data::Int(0));
        if !is_removal && (lacks(secure) || lacks(http_only)) {
            let missing = if lacks(secure) { "Secure" } else { "HttpOnly" };
            findings.push(
                seen.finding(&COOKIE_WITHOUT_SECURE, format!("the cookie is set without `{missing}`"))
                    .fix_if(protect(&seen, secure, http_only)),
            );
        }
    }
}

/// What is missing, behind the other arguments.
fn protect(seen: &Seen<'_>, secure: &str, http_only: &str) -> Option<Fix> {
    let missing: Vec<&str> = [secure, http_only].into_iter().filter(|key| !seen.may_have(key)).collect();
    let is_off = [secure, http_only].into_iter().any(|key| seen.switched(key, false));
    if missing.is_empty() || is_off {
        return None;
    }
    let text = if seen.is_python() {
        missing.iter().map(|key| format!("{key}=True")).collect::<Vec<_>>().join(", ")
    } else {
        // Options would be the third argument.
        let is_bare = seen.call.arguments.len() == 2;
        is_bare.then(|| format!("{{ {secure}: true, {http_only}: true }}"))?
    };
    Some(Fix::risky("protect the cookie", seen.with_argument(&text)?))
}
