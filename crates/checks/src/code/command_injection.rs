//! Data that others choose becomes part of an operating system command.
use model::{Call, Flow, Patch, SinkKind};

use crate::code::shared::flows_fixed;
use crate::prelude::*;

check! {
    /// # Command injection
    ///
    /// Data that others choose becomes part of an operating system command.
    ///
    /// ## Why it matters
    ///
    /// Whoever sends the data runs commands of their own inside the function, with its role: they read its
    /// environment variables and its credentials, and everything that the role may reach.
    ///
    /// ## What to do
    ///
    /// Call a library instead of a program. Where a program is needed, start it without a shell and give
    /// the data as an argument of its own (`subprocess.run(["convert", name])`, `execFile("convert",
    /// [name])`). `shlex.quote` is the last resort.
    ///
    /// ```python fires
    /// import os
    ///
    /// def handler(event, context):
    ///     folder = event["queryStringParameters"]["folder"]
    ///     os.system("ls -l /tmp/" + folder)
    /// ```
    /// ```python quiet
    /// import subprocess
    ///
    /// def handler(event, context):
    ///     folder = event["queryStringParameters"]["folder"]
    ///     subprocess.run(["ls", "-l", "--", folder])
    /// ```
    /// ```javascript fires
    /// const { exec } = require("child_process");
    ///
    /// exports.handler = async (event) => {
    ///   const { url } = JSON.parse(event.body);
    ///   exec(`curl --silent ${url}`);
    /// };
    /// ```
    /// ```javascript quiet
    /// const { execFile } = require("child_process");
    ///
    /// exports.handler = async (event) => {
    ///   const { name } = JSON.parse(event.body);
    ///   execFile("./convert", ["--name", name]);
    /// };
    /// ```
    COMMAND_INJECTION = "command-injection" {
        since: "0.1.0",
        severity: Critical,
        confidence: Likely,
        controls: &["CWE-78", "OWASP-SLS:S1", "CSA:SAS-1"],
        also_known_as: &[],
        run: command_injection,
    }
}

fn command_injection(app: &App, findings: &mut Findings) {
    let does = "becomes part of a command";
    let repairs = |flow: &Flow| {
        let code = app.code.iter().find(|code| code.flows.iter().any(|other| std::ptr::eq(other, flow)))?;
        repair(flow, code.calls.get(flow.sink.call?)?)
    };
    flows_fixed(app, findings, &COMMAND_INJECTION, does, |flow| {
        (flow.sink.kind == SinkKind::Command).then(|| repairs(flow))
    });
}

/// The same program without a shell, when the call can be written so by changing it alone.
fn repair(flow: &Flow, call: &Call) -> Option<Fix> {
    let list = Patch::Replace { at: flow.sink.argument, text: flow.sink.bound.clone()? };
    let rest = match call.api.as_str() {
        "child_process.exec" => Patch::Replace { at: call.name?, text: "execFile".to_owned() },
        "child_process.execSync" => Patch::Replace { at: call.name?, text: "execFileSync".to_owned() },
        api if api.starts_with("subprocess.") => {
            let shell = call.named("shell").filter(|shell| shell.value == Data::Bool(true))?;
            // `shell=True` as it stands, not a part of `**options`.
            let is_written = shell.at.len() <= "shell = True".len();
            is_written.then(|| Patch::Replace { at: shell.at, text: "shell=False".to_owned() })?
        }
        _ => return None,
    };
    Some(Fix::risky("start the program without a shell", list).and(rest))
}
