//! Tokens without a signature are made or accepted.
use crate::code::shared::{Seen, calls, option, text};
use crate::prelude::*;

check! {
    /// # JWT with algorithm none
    ///
    /// Tokens without a signature are made or accepted.
    ///
    /// ## Why it matters
    ///
    /// A token with `alg: none` has no signature. Whoever may send one is whoever they say.
    ///
    /// ## What to do
    ///
    /// Name the algorithms that you use, and only those: `algorithms=["RS256"]`.
    ///
    /// ```python fires
    /// import os
    /// import jwt
    ///
    /// def handler(event, context):
    ///     return jwt.decode(event["headers"]["authorization"], os.environ["KEY"], algorithms=["HS256", "none"])
    /// ```
    /// ```python quiet
    /// import os
    /// import jwt
    ///
    /// def handler(event, context):
    ///     return jwt.decode(event["headers"]["authorization"], os.environ["KEY"], algorithms=["HS256"])
    /// ```
    /// ```javascript fires
    /// const jwt = require("jsonwebtoken");
    ///
    /// exports.handler = async (event) => jwt.sign({ sub: event.body }, "", { algorithm: "none" });
    /// ```
    /// ```javascript quiet
    /// const jwt = require("jsonwebtoken");
    ///
    /// exports.handler = async (event) => jwt.sign({ sub: event.body }, process.env.KEY, { algorithm: "RS256" });
    /// ```
    JWT_ALGORITHM_NONE = "jwt-algorithm-none" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-347", "CWE-327", "OWASP-SLS:S2", "CSA:SAS-2"],
        also_known_as: &[],
        run: jwt_algorithm_none,
    }
}

const LIBRARIES: &[&str] = &["jwt", "jose", "jsonwebtoken", "jwt-simple", "njwt", "express-jwt", "authlib"];

fn jwt_algorithm_none(app: &App, findings: &mut Findings) {
    for seen in calls(app).filter(|seen| seen.of(LIBRARIES)) {
        let named = ["algorithms", "algorithm", "alg"].iter().filter_map(|key| option(seen.call, key));
        if named.into_iter().any(has_none) {
            findings.push(
                seen.finding(
                    &JWT_ALGORITHM_NONE,
                    format!("`{}` takes tokens without a signature", seen.call.api),
                )
                .fix_if(name_one(&seen)),
            );
        }
    }
}

fn has_none(data: &Data) -> bool {
    let is_none = |data: &Data| text(data).is_some_and(|name| name.eq_ignore_ascii_case("none"));
    match data {
        Data::List(items) => items.iter().any(|item| is_none(&item.data)),
        other => is_none(other),
    }
}

/// The other algorithms of a list, or the usual one.
fn name_one(seen: &Seen<'_>) -> Option<Fix> {
    let Data::List(items) = &seen.call.named("algorithms")?.value else { return None };
    let names = items.iter().filter_map(|item| text(&item.data));
    let kept: Vec<String> =
        names.filter(|name| !name.eq_ignore_ascii_case("none")).map(|name| format!("\"{name}\"")).collect();
    let list = if kept.is_empty() { "[\"HS256\"]".to_owned() } else { format!("[{}]", kept.join(", ")) };
    seen.rewrite("take signed tokens only", usize::MAX, "algorithms", &list)
}
