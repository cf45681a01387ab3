//! Executions of this pipe are not logged.
use crate::prelude::*;
use crate::repair::{log_group, put_property, risky_with};

check! {
    /// # Pipe that logs nothing
    ///
    /// Executions of this pipe are not logged.
    ///
    /// ## Why it matters
    ///
    /// Events that a filter, an enrichment or a target drops leave no trace.
    ///
    /// ## What to do
    ///
    /// Send logs of level `ERROR` to the log service.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Pipes::Pipe
    ///   Properties: { Source: s, Target: t, RoleArn: r }
    /// ```
    /// ```hcl fires
    /// resource "aws_pipes_pipe" "store" {
    ///   source = "s"
    ///   target = "t"
    ///   role_arn = "r"
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Pipes::Pipe
    ///   Properties: { Source: s, Target: t, RoleArn: r, LogConfiguration: { Level: ERROR } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_pipes_pipe" "store" {
    ///   source = "s"
    ///   target = "t"
    ///   log_configuration {
    ///     level = "ERROR"
    ///   }
    /// }
    /// ```
    PIPE_WITHOUT_LOG = "pipe-without-log" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &[],
        run: pipe_without_log,
    }
}

fn pipe_without_log(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::Schedule).filter(|node| node.has("pipe")) {
        findings.unless_on(node, "logging", || {
            PIPE_WITHOUT_LOG
                .on(node, "logging", format!("`{}` logs nothing", node.name))
                .fix_if(log_errors(app, node))
        });
    }
}

fn log_errors(app: &App, node: &Node) -> Option<Fix> {
    let group = log_group(app, node, "/aws/vendedlogs/pipes/");
    let destination = Data::map([("LogGroupArn", group.attribute("Arn"))]);
    let log = Data::map([("Level", "ERROR".into()), ("CloudwatchLogsLogDestination", destination)]);
    let patch = put_property(node, &["LogConfiguration"], log)?;
    Some(risky_with("log errors", group, [patch]))
}
