//! An archive is unpacked without checking the names in it.
use crate::code::shared::calls;
use crate::prelude::*;

check! {
    /// # Archive unpacked unchecked
    ///
    /// An archive is unpacked without checking the names in it.
    ///
    /// ## Why it matters
    ///
    /// A name with `..`, an absolute name or a link writes outside of the folder. Versions of Python before
    /// 3.14 follow them unless they are told not to.
    ///
    /// ## What to do
    ///
    /// Give `filter="data"`.
    ///
    /// ```python fires
    /// import tarfile
    ///
    /// def handler(event, context):
    ///     tarfile.open("/tmp/models.tar").extractall("/tmp/models")
    /// ```
    /// ```python quiet
    /// import tarfile
    ///
    /// def handler(event, context):
    ///     tarfile.open("/tmp/models.tar").extractall("/tmp/models", filter="data")
    /// ```
    UNCHECKED_ARCHIVE = "unchecked-archive" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        fix: Risky,
        controls: &["CWE-22", "CSA:SAS-1"],
        also_known_as: &["B202"],
        run: unchecked_archive,
    }
}

fn unchecked_archive(app: &App, findings: &mut Findings) {
    for seen in calls(app).filter(|seen| seen.under(&["tarfile"], &["extractall"])) {
        if !seen.may_have("filter") && !seen.may_have("members") {
            let last = seen.call.arguments.last();
            let mut finding = seen.finding(&UNCHECKED_ARCHIVE, "names in the archive may leave the folder");
            if let Some(last) = last {
                let at = model::Span { start: last.at.end, end: last.at.end, ..last.at };
                let patch = model::Patch::Replace { at, text: ", filter=\"data\"".to_owned() };
                finding = finding.fix(Fix::risky("refuse names that leave the folder", patch));
            }
            findings.push(finding);
        }
    }
}
