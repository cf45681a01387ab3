//! A JavaScript deserializer is used that runs functions found in its input.
use crate::code::shared::calls;
use crate::prelude::*;

check! {
    /// # Code-running deserializer
    ///
    /// A JavaScript deserializer is used that runs functions found in its input.
    ///
    /// ## Why it matters
    ///
    /// `node-serialize` and its kin store functions as text and evaluate them when reading. There is no
    /// safe way to read input of others with them.
    ///
    /// ## What to do
    ///
    /// Use `JSON.parse` and `JSON.stringify`.
    ///
    /// ```javascript fires
    /// const serialize = require("node-serialize");
    /// const fs = require("fs");
    ///
    /// exports.handler = async () => serialize.unserialize(fs.readFileSync("/opt/state", "utf8"));
    /// ```
    /// ```javascript quiet
    /// const fs = require("fs");
    ///
    /// exports.handler = async () => JSON.parse(fs.readFileSync("/opt/state", "utf8"));
    /// ```
    NODE_SERIALIZE = "node-serialize" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-502", "OWASP-SLS:S8", "CSA:SAS-1"],
        also_known_as: &[],
        run: node_serialize,
    }
}

const PACKAGES: &[&str] = &["node-serialize", "serialize-to-js", "funcster", "cryo"];

fn node_serialize(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        if seen.under(PACKAGES, &["unserialize", "deserialize", "deepDeserialize", "parse"]) {
            let message = format!("`{}` runs functions that its input holds", seen.call.api);
            findings.push(
                seen.finding(&NODE_SERIALIZE, message)
                    .fix(Fix::risky("read plain values only", seen.called_otherwise("JSON.parse"))),
            );
        }
    }
}
