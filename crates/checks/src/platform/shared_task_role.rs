//! A task that runs as the role that starts it.
use crate::prelude::*;

check! {
    /// # Task role is also the execution role
    ///
    /// The application has the permissions that are meant for starting it.
    ///
    /// ## Why it matters
    ///
    /// The execution role may pull images and read the secrets of the task. Code that was broken into
    /// can then do the same.
    ///
    /// ## What to do
    ///
    /// Make a role for the application with what it needs, and keep the execution role for ECS.
    ///
    /// ```yaml fires
    /// Task: { Type: AWS::ECS::TaskDefinition, Properties: { TaskRoleArn: r, ExecutionRoleArn: r } }
    /// ```
    /// ```yaml quiet
    /// Task: { Type: AWS::ECS::TaskDefinition, Properties: { TaskRoleArn: r, ExecutionRoleArn: e } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ecs_task_definition" "t" {
    ///   task_role_arn      = "r"
    ///   execution_role_arn = "r"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ecs_task_definition" "t" {
    ///   task_role_arn      = "r"
    ///   execution_role_arn = "e"
    /// }
    /// ```
    SHARED_TASK_ROLE = "shared-task-role" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_249"],
        run: shared_task_role,
    }
}

fn shared_task_role(app: &App, findings: &mut Findings) {
    for task in app.all(Kind::Container).filter(|node| node.is("type", "task").is_true()) {
        let (Some(role), Some(execution)) = (task.get("role"), task.get("execution_role")) else { continue };
        if role.data == execution.data {
            findings.push(SHARED_TASK_ROLE.on(
                task,
                "role",
                format!("`{}` runs as the role that starts it", task.name),
            ));
        }
    }
}
