//! Logs, bookmarks or written objects of jobs with this configuration are not encrypted.
use crate::prelude::*;
use crate::repair::{is_terraform, own_key, risky_with};

check! {
    /// # Security configuration that leaves something unencrypted
    ///
    /// Logs, bookmarks or written objects of jobs with this configuration are not encrypted.
    ///
    /// ## Why it matters
    ///
    /// Each of the three holds parts of the data that a job handles.
    ///
    /// ## What to do
    ///
    /// Encrypt all three.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Glue::SecurityConfiguration
    ///   Properties: { Name: s, EncryptionConfiguration: { CloudWatchEncryption: { CloudWatchEncryptionMode: SSE-KMS } } }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Glue::SecurityConfiguration
    ///   Properties: { Name: s, EncryptionConfiguration: { CloudWatchEncryption: { CloudWatchEncryptionMode: SSE-KMS }, JobBookmarksEncryption: { JobBookmarksEncryptionMode: CSE-KMS }, S3Encryptions: [{ S3EncryptionMode: SSE-KMS }] } }
    /// ```
    UNENCRYPTED_DATA_JOB_OUTPUTS = "unencrypted-data-job-outputs" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_99"],
        run: unencrypted_data_job_outputs,
    }
}

fn unencrypted_data_job_outputs(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::Glue::SecurityConfiguration", "aws_glue_security_configuration"]) {
        let strict = !node.provider_type.starts_with("AWS::");
        let logs = part(node, "logs_encryption", "logs_key", strict.then_some("SSE-KMS"));
        let bookmarks = part(node, "bookmarks_encryption", "bookmarks_key", strict.then_some("CSE-KMS"));
        let store = node.get("store_encryption").map_or(Tri::False, is_on);
        findings.when(!(logs & bookmarks & store), || {
            UNENCRYPTED_DATA_JOB_OUTPUTS
                .at(node, format!("`{}` leaves something unencrypted", node.name))
                .fix(encrypt(app, node))
        });
    }
}

/// With `wanted`, the mode has to be this one and the key named; else any mode but `DISABLED` will do.
fn part(node: &Node, mode: &str, key: &str, wanted: Option<&str>) -> Tri {
    match wanted {
        Some(wanted) => node.is(mode, wanted) & node.has(key).into(),
        None => node.get(mode).map_or(Tri::False, is_on),
    }
}

/// A mode, or a list of settings one of which has a mode.
fn is_on(value: &Value) -> Tri {
    match &value.data {
        Data::Text(mode) => (mode != "DISABLED").into(),
        Data::List(items) => Tri::any(items.iter().map(is_on)),
        Data::Map(_) => value.get("S3EncryptionMode").map_or(Tri::False, is_on),
        _ => Tri::Unknown,
    }
}

fn encrypt(app: &App, node: &Node) -> Fix {
    let key = own_key(app, node);
    let store = if is_terraform(node) {
        "SSE-S3".into()
    } else {
        Data::list([Data::map([("S3EncryptionMode", "SSE-S3".into())])])
    };
    let patches = [
        node.set("logs_encryption", "SSE-KMS"),
        node.set("logs_key", key.attribute("Arn")),
        node.set("bookmarks_encryption", "CSE-KMS"),
        node.set("bookmarks_key", key.attribute("Arn")),
        node.set("store_encryption", store),
    ];
    risky_with("encrypt what it writes", key, patches)
}
