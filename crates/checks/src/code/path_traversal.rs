//! Data that others choose is part of the path of a file.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # Path traversal
    ///
    /// Data that others choose is part of the path of a file.
    ///
    /// ## Why it matters
    ///
    /// With `../` or an absolute path the sender reads or writes other files than meant: the code of the
    /// function, `/proc/self/environ` with its credentials, what other invocations left in `/tmp`.
    ///
    /// ## What to do
    ///
    /// Keep only the last part of the name (`os.path.basename`, `path.basename`), or resolve the whole path
    /// and check that it still begins with the folder.
    ///
    /// ```python fires
    /// def handler(event, context):
    ///     with open("/tmp/reports/" + event["pathParameters"]["name"]) as file:
    ///         return {"body": file.read()}
    /// ```
    /// ```python quiet
    /// import os
    ///
    /// def handler(event, context):
    ///     name = os.path.basename(event["pathParameters"]["name"])
    ///     with open("/tmp/reports/" + name) as file:
    ///         return {"body": file.read()}
    /// ```
    /// ```javascript fires
    /// const fs = require("fs");
    /// const path = require("path");
    ///
    /// exports.handler = async (event) => {
    ///   const file = path.join("/tmp/reports", event.pathParameters.name);
    ///   return { body: fs.readFileSync(file, "utf8") };
    /// };
    /// ```
    /// ```javascript quiet
    /// const fs = require("fs");
    /// const path = require("path");
    ///
    /// exports.handler = async (event) => {
    ///   const file = "/tmp/reports/" + path.basename(event.pathParameters.name);
    ///   return { body: fs.readFileSync(file, "utf8") };
    /// };
    /// ```
    PATH_TRAVERSAL = "path-traversal" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-22", "OWASP-SLS:S5", "CSA:SAS-1"],
        also_known_as: &[],
        run: path_traversal,
    }
}

fn path_traversal(app: &App, findings: &mut Findings) {
    flows(app, findings, &PATH_TRAVERSAL, SinkKind::Path, "chooses a file");
}
