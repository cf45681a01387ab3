//! A command is run through a shell.
use crate::code::shared::{calls, text};
use crate::prelude::*;

check! {
    /// # Shell call
    ///
    /// A command is run through a shell.
    ///
    /// ## Why it matters
    ///
    /// A shell gives meaning to `;`, `|`, `$` and spaces in every value of the command. One value that
    /// somebody else can choose is enough, now or after the next change.
    ///
    /// ## What to do
    ///
    /// Start the program without a shell, with a list of arguments: `subprocess.run([…])`, `execFile`.
    ///
    /// ```python fires
    /// import subprocess
    ///
    /// def handler(event, context):
    ///     subprocess.run("ls /tmp | wc -l", shell=True)
    /// ```
    /// ```python quiet
    /// import subprocess
    ///
    /// def handler(event, context):
    ///     subprocess.run(["ls", "/tmp"])
    /// ```
    /// ```javascript fires
    /// const { execSync } = require("child_process");
    ///
    /// exports.handler = async () => execSync("du -s /tmp").toString();
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
        let command = seen.call.positional(0);
        let is_constant = command.is_some_and(|argument| text(&argument.value).is_some());
        let finding =
            seen.finding(&SHELL_CALL, format!("`{}` runs a command through a shell", seen.call.api));
        findings.push(if is_constant { finding.severity(Severity::Info) } else { finding });
    }
}
