//! An archive that others send is unpacked without looking at the names in it.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # Archive traversal
    ///
    /// An archive that others send is unpacked without looking at the names in it.
    ///
    /// ## Why it matters
    ///
    /// A name such as `../../tmp/x` or a link leaves the folder. The sender writes files that other code
    /// reads, and a small archive can become very large.
    ///
    /// ## What to do
    ///
    /// Unpack with `tarfile.extractall(path, filter="data")`, or check each name and size first.
    ///
    /// ```python fires
    /// import base64
    /// import io
    /// import tarfile
    ///
    /// def handler(event, context):
    ///     archive = tarfile.open(fileobj=io.BytesIO(base64.b64decode(event["body"])))
    ///     archive.extractall("/tmp/upload")
    /// ```
    /// ```python quiet
    /// import base64
    /// import io
    /// import tarfile
    ///
    /// def handler(event, context):
    ///     archive = tarfile.open(fileobj=io.BytesIO(base64.b64decode(event["body"])))
    ///     archive.extractall("/tmp/upload", filter="data")
    /// ```
    ARCHIVE_TRAVERSAL = "archive-traversal" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-22", "CWE-409", "OWASP-SLS:S1", "CSA:SAS-1"],
        also_known_as: &[],
        run: archive_traversal,
    }
}

fn archive_traversal(app: &App, findings: &mut Findings) {
    flows(app, findings, &ARCHIVE_TRAVERSAL, SinkKind::Archive, "is unpacked");
}
