//! A file transfer server with an old security policy.
use crate::prelude::*;

check! {
    /// # Old file transfer policy
    ///
    /// The server offers ciphers of an old policy.
    ///
    /// ## Why it matters
    ///
    /// Policies carry their date. Those of years ago offer ciphers and key exchanges that are no
    /// longer safe; without a name the server uses that of 2018.
    ///
    /// ## What to do
    ///
    /// Name a policy of the last two years.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::Transfer::Server, Properties: { EndpointType: VPC } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::Transfer::Server, Properties: { EndpointType: VPC, SecurityPolicyName: TransferSecurityPolicy-2025-03 } }
    /// ```
    /// ```hcl fires
    /// resource "aws_transfer_server" "x" {
    ///   security_policy_name = "TransferSecurityPolicy-2018-11"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_transfer_server" "x" {
    ///   security_policy_name = "TransferSecurityPolicy-2025-03"
    /// }
    /// ```
    OLD_FILE_TRANSFER_POLICY = "old-file-transfer-policy" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-327", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_380"],
        run: old_file_transfer_policy,
    }
}

fn old_file_transfer_policy(app: &App, findings: &mut Findings) {
    const MONTHS_MAX: i64 = 24;
    for server in app.all(Kind::FileTransfer) {
        let today = i64::from(findings.today.year) * 12 + i64::from(findings.today.month);
        let old = server.get("tls").map_or(Tri::True, |policy| match policy.as_str() {
            Some(name) => month_of(name).is_none_or(|month| today - month >= MONTHS_MAX).into(),
            None => Tri::Unknown,
        });
        findings.when(old, || {
            OLD_FILE_TRANSFER_POLICY
                .on(server, "tls", format!("`{}` uses an old policy", server.name))
                .fix(Fix::risky("use a current policy", server.set("tls", "TransferSecurityPolicy-2025-03")))
        });
    }
}

/// The date in `TransferSecurityPolicy-FIPS-2024-01`, in months.
fn month_of(policy: &str) -> Option<i64> {
    let parts: Vec<&str> = policy.split('-').collect();
    parts.windows(2).find_map(|pair| match pair {
        [year, month] if year.len() == 4 => {
            let (year, month) = (year.parse::<i64>().ok()?, month.parse::<i64>().ok()?);
            (1..=12).contains(&month).then_some(year * 12 + month)
        }
        _ => None,
    })
}
