//! A command of variables is run through a shell, in code that nothing calls.
use crate::code::shared::{calls, text};
use crate::prelude::*;

check! {
    /// # Shell call
    ///
    /// A command of variables is run through a shell, in code that nothing calls.
    ///
    /// ## Why it matters
    ///
    /// A shell gives meaning to `;`, `|`, `$` and spaces in every value of the command. Where values come from is
    /// followed in code that runs; of this code nobody knows who will call it with what.
    ///
    /// ## What to do
    ///
    /// Start the program without a shell, with a list of arguments: `subprocess.run([…])`, `execFile`. Or take
    /// out what nothing uses.
    ///
    /// ```python fires
    /// import os
    ///
    /// def pack(folder):
    ///     os.system("tar cf /tmp/all.tar " + folder)
    ///
    /// def handler(event, context):
    ///     return "ok"
    /// ```
    /// ```python quiet
    /// import os
    /// import uuid
    ///
    /// def handler(event, context):
    ///     os.system("date > /tmp/" + str(uuid.uuid4()) + ".txt")
    /// ```
    /// ```javascript fires
    /// const { execSync } = require("child_process");
    ///
    /// function size(folder) {
    ///   return execSync(`du -s ${folder}`).toString();
    /// }
    /// exports.handler = async () => "ok";
    /// ```
    /// ```javascript quiet
    /// const { execFileSync } = require("child_process");
    ///
    /// exports.handler = async () => execFileSync("du", ["-s", "/tmp"]).toString();
    /// ```
    SHELL_CALL = "shell-call" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        controls: &["CWE-78", "OWASP-SLS:S1", "CSA:SAS-1"],
        also_known_as: &["B602", "B605"],
        run: shell_call,
    }
}

const SHELLS: &[&str] = &[
    "os.system",
    "os.popen",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
    "asyncio.create_subprocess_shell",
    "commands.getoutput",
    "child_process.exec",
    "child_process.execSync",
    "shelljs.exec",
];
const WITH_OPTION: &[&str] = &["subprocess", "child_process", "execa", "cross-spawn"];

fn shell_call(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let is_shell = seen.is(SHELLS) || seen.of(WITH_OPTION) && seen.switched("shell", true);
        if !is_shell {
            continue;
        }
        // What is known of a command that runs is said by its flows; one that nothing calls has none.
        let command = seen.call.positional(0);
        let is_constant = command.is_some_and(|argument| text(&argument.value).is_some());
        if seen.call.reached || is_constant {
            continue;
        }
        let message = format!(
            "`{}` runs a command of variables through a shell, in code that nothing calls",
            seen.call.api
        );
        findings.push(seen.finding(&SHELL_CALL, message));
    }
}
