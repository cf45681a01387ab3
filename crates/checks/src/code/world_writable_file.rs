//! A file is made writable for everyone.
use crate::code::shared::calls;
use crate::prelude::*;

check! {
    /// # World-writable file
    ///
    /// A file is made writable for everyone.
    ///
    /// ## Why it matters
    ///
    /// On a shared file system every client may change it: code that is loaded from it, settings, data of
    /// others.
    ///
    /// ## What to do
    ///
    /// Give the owner write access and nobody else: `0o640`, `0o750` for programs.
    ///
    /// ```python fires
    /// import os
    ///
    /// def handler(event, context):
    ///     os.chmod("/mnt/shared/rules", 0o777)
    /// ```
    /// ```python quiet
    /// import os
    ///
    /// def handler(event, context):
    ///     os.chmod("/mnt/shared/rules", 0o640)
    /// ```
    /// ```javascript fires
    /// const fs = require("fs");
    ///
    /// exports.handler = async () => fs.chmodSync("/mnt/shared/rules", 0o777);
    /// ```
    /// ```javascript quiet
    /// const fs = require("fs");
    ///
    /// exports.handler = async () => fs.chmodSync("/mnt/shared/rules", "640");
    /// ```
    WORLD_WRITABLE_FILE = "world-writable-file" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S6", "CSA:SAS-12"],
        also_known_as: &["B103"],
        run: world_writable_file,
    }
}

/// Write access for those who are neither the owner nor in the group.
const OTHERS_WRITE: i64 = 0o002;

fn world_writable_file(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let position = if seen.under(&["pathlib"], &["chmod"]) { 0 } else { 1 };
        let is_change = seen.is(&["os.chmod", "os.fchmod"])
            || seen.under(&["fs", "fs/promises", "fs-extra"], &["chmod", "chmodSync", "fchmod", "lchmod"])
            || seen.under(&["pathlib"], &["chmod"]);
        let mode =
            seen.argument(position, "mode").filter(|_| is_change).and_then(|argument| mode(&argument.value));
        if let Some(mode) = mode.filter(|mode| mode & OTHERS_WRITE != 0) {
            let text = format!("0o{:o}", mode & !0o022);
            findings.push(
                seen.finding(&WORLD_WRITABLE_FILE, format!("`{}` lets everyone write", seen.call.api))
                    .fix_if(seen.rewrite("let only its owner write", position, "mode", &text)),
            );
        }
    }
}

fn mode(data: &Data) -> Option<i64> {
    match data {
        Data::Int(number) => Some(*number),
        Data::Text(text) => i64::from_str_radix(text.trim_start_matches("0o"), 8).ok(),
        _ => None,
    }
}
