//! An SSH connection trusts whatever key the other side shows.
use crate::code::shared::{calls, name_of};
use crate::prelude::*;

check! {
    /// # Unknown host key
    ///
    /// An SSH connection trusts whatever key the other side shows.
    ///
    /// ## Why it matters
    ///
    /// Anyone on the way can be the server, and gets the password and the commands.
    ///
    /// ## What to do
    ///
    /// Load the known key (`load_host_keys`, `hostVerifier`) and refuse others (`RejectPolicy`).
    ///
    /// ```python fires
    /// import paramiko
    ///
    /// def handler(event, context):
    ///     client = paramiko.SSHClient()
    ///     client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
    ///     client.connect("files.example")
    /// ```
    /// ```python quiet
    /// import paramiko
    ///
    /// def handler(event, context):
    ///     client = paramiko.SSHClient()
    ///     client.load_host_keys("/opt/known_hosts")
    ///     client.set_missing_host_key_policy(paramiko.RejectPolicy())
    ///     client.connect("files.example")
    /// ```
    UNKNOWN_HOST_KEY = "unknown-host-key" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-295", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["B507"],
        run: unknown_host_key,
    }
}

fn unknown_host_key(app: &App, findings: &mut Findings) {
    for seen in calls(app).filter(|seen| seen.under(&["paramiko"], &["set_missing_host_key_policy"])) {
        let policy =
            seen.call.positional(0).and_then(|argument| name_of(&argument.value)).unwrap_or_default();
        let policy = policy.trim_end_matches("()");
        if policy.ends_with("AutoAddPolicy") || policy.ends_with("WarningPolicy") {
            findings.push(
                seen.finding(&UNKNOWN_HOST_KEY, "whatever key the server shows is trusted").fix_if(
                    ["AutoAddPolicy()", "WarningPolicy()", "AutoAddPolicy", "WarningPolicy"]
                        .into_iter()
                        .find_map(|old| {
                            seen.named_otherwise(
                                seen.call.positional(0)?,
                                old,
                                if old.ends_with(')') { "RejectPolicy()" } else { "RejectPolicy" },
                            )
                        })
                        .map(|patch| Fix::risky("refuse unknown servers", patch)),
                ),
            );
        }
    }
}
