//! A container with full rights over its host.
use crate::prelude::*;

check! {
    /// # Privileged container
    ///
    /// A container of this task has full rights over its host.
    ///
    /// ## Why it matters
    ///
    /// Code in a privileged container can leave it, and read the data and credentials of everything
    /// else on the machine.
    ///
    /// ## What to do
    ///
    /// Remove `privileged`, and add the single Linux capability that is needed.
    ///
    /// ```yaml fires
    /// Task: { Type: AWS::ECS::TaskDefinition, Properties: { ContainerDefinitions: [ { Name: c, Image: i, Privileged: true } ] } }
    /// ```
    /// ```yaml quiet
    /// Task: { Type: AWS::ECS::TaskDefinition, Properties: { ContainerDefinitions: [ { Name: c, Image: i } ] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ecs_task_definition" "t" {
    ///   container_definitions = jsonencode([{ name = "c", image = "i", privileged = true }])
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ecs_task_definition" "t" {
    ///   container_definitions = jsonencode([{ name = "c", image = "i" }])
    /// }
    /// ```
    PRIVILEGED_CONTAINER = "privileged-container" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-250", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_334"],
        run: privileged_container,
    }
}

fn privileged_container(app: &App, findings: &mut Findings) {
    for task in app.all(Kind::Container) {
        for container in task.list("containers") {
            let privileged = container.get("privileged").map_or(Tri::False, Value::truth);
            findings.when(privileged, || {
                PRIVILEGED_CONTAINER
                    .at(task, format!("a container of `{}` has full rights over its host", task.name))
                    .at(container.at)
                    .fix_if(
                        container
                            .get("privileged")
                            .map(|value| Fix::risky("take them away", value.rewrite(false))),
                    )
            });
        }
    }
}
