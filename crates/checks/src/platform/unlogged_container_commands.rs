//! A cluster that does not record commands run inside its containers.
use crate::prelude::*;

check! {
    /// # Container commands are not recorded
    ///
    /// Nobody sees what is typed inside the containers.
    ///
    /// ## Why it matters
    ///
    /// ECS Exec opens a shell in a running container. Without a record, misuse leaves no trace.
    ///
    /// ## What to do
    ///
    /// Use the logging `DEFAULT` or `OVERRIDE`.
    ///
    /// ```yaml fires
    /// Cluster: { Type: AWS::ECS::Cluster, Properties: { Configuration: { ExecuteCommandConfiguration: { Logging: NONE } } } }
    /// ```
    /// ```yaml quiet
    /// Cluster: { Type: AWS::ECS::Cluster, Properties: { Configuration: { ExecuteCommandConfiguration: { Logging: DEFAULT } } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ecs_cluster" "c" {
    ///   configuration {
    ///     execute_command_configuration {
    ///       logging = "NONE"
    ///     }
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ecs_cluster" "c" {
    ///   name = "c"
    /// }
    /// ```
    UNLOGGED_CONTAINER_COMMANDS = "unlogged-container-commands" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_223"],
        run: unlogged_container_commands,
    }
}

fn unlogged_container_commands(app: &App, findings: &mut Findings) {
    for cluster in app.all(Kind::Container) {
        findings.when(cluster.is("exec_logging", "NONE"), || {
            UNLOGGED_CONTAINER_COMMANDS
                .on(cluster, "exec_logging", format!("`{}` does not record commands", cluster.name))
                .fix(Fix::safe("record commands", cluster.set("exec_logging", "DEFAULT")))
        });
    }
}
