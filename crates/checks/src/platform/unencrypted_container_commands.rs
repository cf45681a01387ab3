//! A cluster whose command channel has no customer key.
use crate::prelude::*;
use crate::repair::with_own_key_and;

check! {
    /// # Container commands without customer key
    ///
    /// Commands run inside containers, or their logs, are not encrypted with a key of yours.
    ///
    /// ## Why it matters
    ///
    /// What is typed in a shell holds passwords and data. A key of your own decides who may see it.
    ///
    /// ## What to do
    ///
    /// Name a KMS key for the channel, and encrypt the logs.
    ///
    /// ```yaml fires
    /// Cluster: { Type: AWS::ECS::Cluster, Properties: { Configuration: { ExecuteCommandConfiguration: { Logging: OVERRIDE } } } }
    /// ```
    /// ```yaml quiet
    /// Cluster:
    ///   Type: AWS::ECS::Cluster
    ///   Properties: { Configuration: { ExecuteCommandConfiguration: { KmsKeyId: k, Logging: OVERRIDE, LogConfiguration: { CloudWatchEncryptionEnabled: true } } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ecs_cluster" "c" {
    ///   configuration {
    ///     execute_command_configuration {
    ///       logging = "OVERRIDE"
    ///     }
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ecs_cluster" "c" {
    ///   name = "c"
    /// }
    /// ```
    UNENCRYPTED_CONTAINER_COMMANDS = "unencrypted-container-commands" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_224"],
        run: unencrypted_container_commands,
    }
}

fn unencrypted_container_commands(app: &App, findings: &mut Findings) {
    for cluster in app.all(Kind::Container).filter(|cluster| cluster.has("exec")) {
        if cluster.is("exec_logging", "NONE").is_true() {
            continue;
        }
        let logs = cluster.flag("exec_logs_encrypted") | cluster.flag("exec_bucket_encrypted");
        findings.when(!(Tri::from(cluster.has("exec_key")) & logs), || {
            UNENCRYPTED_CONTAINER_COMMANDS
                .on(
                    cluster,
                    "exec",
                    format!("commands of `{}` are not encrypted with a key of yours", cluster.name),
                )
                .fix(with_own_key_and(
                    app,
                    cluster,
                    "exec_key",
                    "encrypt with a customer key",
                    [cluster.set("exec_logs_encrypted", true)],
                ))
        });
    }
}
