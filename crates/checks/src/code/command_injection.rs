//! Data that others choose becomes part of an operating system command.
use model::SinkKind;

use crate::code::shared::flows;
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
    flows(app, findings, &COMMAND_INJECTION, SinkKind::Command, "becomes part of a command");
}
