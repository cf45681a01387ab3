//! Personal data in a file.
use super::kinds::finding;
use crate::prelude::*;

check! {
    /// # Personal data in a file
    ///
    /// A file holds data about a person that has a check digit: a bank account, a payment card, a
    /// number that a state gives to people.
    ///
    /// ## Why it matters
    ///
    /// Data of real people does not belong into a repository: it is copied with every clone, and the
    /// law asks for a reason to keep it and for a way to delete it.
    ///
    /// ## What to do
    ///
    /// Replace it with made-up data that says that it is made up, as issuers publish for tests.
    ///
    /// ```file fires
    /// # file: customers.csv
    /// name,account
    /// A. Example,DE89 3704 0044 0532 0130 00
    /// ```
    /// ```file quiet
    /// # file: customers.csv
    /// name,account
    /// A. Example,DE00 0000 0000 0000 0000 00
    /// ```
    PERSONAL_DATA_IN_SOURCE = "personal-data-in-source" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-359", "CWE-540", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: personal_data_in_source,
    }
}

fn personal_data_in_source(app: &App, findings: &mut Findings) {
    for secret in app.secrets.iter().filter(|secret| secret.is_personal && secret.commit.is_none()) {
        findings.push(finding(&PERSONAL_DATA_IN_SOURCE, secret));
    }
}
