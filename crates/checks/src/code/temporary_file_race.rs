//! A name for a temporary file is chosen before the file is made.
use crate::code::shared::{Seen, calls};
use crate::prelude::*;

check! {
    /// # Race for a temporary file
    ///
    /// A name for a temporary file is chosen before the file is made.
    ///
    /// ## Why it matters
    ///
    /// Between the choice and the making, something else can make the file, or a link, with that name.
    /// Another process of the same environment then reads or replaces what is written.
    ///
    /// ## What to do
    ///
    /// Use `tempfile.NamedTemporaryFile` or `tempfile.mkstemp`: they make the file at once.
    ///
    /// ```python fires
    /// import tempfile
    ///
    /// def handler(event, context):
    ///     with open(tempfile.mktemp(), "w") as file:
    ///         file.write("x")
    /// ```
    /// ```python quiet
    /// import tempfile
    ///
    /// def handler(event, context):
    ///     with tempfile.NamedTemporaryFile("w") as file:
    ///         file.write("x")
    /// ```
    TEMPORARY_FILE_RACE = "temporary-file-race" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-377", "CSA:SAS-12"],
        also_known_as: &["B306"],
        run: temporary_file_race,
    }
}

fn temporary_file_race(app: &App, findings: &mut Findings) {
    for seen in calls(app).filter(|seen| seen.is(&["tempfile.mktemp", "os.tempnam", "os.tmpnam"])) {
        findings.push(
            seen.finding(
                &TEMPORARY_FILE_RACE,
                format!("`{}` gives a name that others can take", seen.call.api),
            )
            .fix_if(make_it(&seen)),
        );
    }
}

/// `mkstemp` makes the file and gives its name beside it.
fn make_it(seen: &Seen<'_>) -> Option<Fix> {
    let made = seen.renamed("mkstemp").filter(|_| seen.call.api == "tempfile.mktemp")?;
    let name = super::shared::insert(seen.call.at, seen.call.at.end, "[1]".to_owned());
    Some(Fix::risky("make the file at once", made).and(name))
}
