//! A broad permission whose approval has ended.
use crate::prelude::*;

check! {
    /// # Lapsed approval
    ///
    /// The approval of a broad permission has ended, and the permission may still be there.
    ///
    /// ## Why it matters
    ///
    /// Somebody agreed to more than the code needs, for a time. After that time nobody stands for it any more.
    ///
    /// ## What to do
    ///
    /// Narrow the permission to what `buckler privileges` derives and remove the entry of the review file, or let
    /// somebody approve it again with a new `until`.
    ///
    /// ```files fires
    /// # file: buckler-permissions.toml
    /// [[approval]]
    /// function = "Import"
    /// action = "dynamodb:*"
    /// approved-by = "jane@example.com"
    /// reason = "moves the old orders"
    /// until = "2026-01-31"
    /// ```
    /// ```files quiet
    /// # file: buckler-permissions.toml
    /// [[approval]]
    /// function = "Import"
    /// action = "dynamodb:*"
    /// approved-by = "jane@example.com"
    /// reason = "moves the old orders"
    /// until = "2027-06-30"
    /// ```
    LAPSED_APPROVAL = "lapsed-approval" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-250", "CWE-672", "OWASP-SLS:S5", "CSA:SAS-5"],
        also_known_as: &[],
        run: lapsed_approval,
    }
}

fn lapsed_approval(app: &App, findings: &mut Findings) {
    let today = findings.today;
    for approval in app.approvals.iter().filter(|approval| !approval.is_valid(today)) {
        let message = format!(
            "`{}` of `{}` was approved by {} until {}",
            approval.action, approval.function, approval.by, approval.until
        );
        findings.push(LAPSED_APPROVAL.in_file(approval.function.clone(), approval.at, message));
    }
}
