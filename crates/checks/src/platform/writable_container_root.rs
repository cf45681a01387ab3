//! A container that may change its own files.
use crate::prelude::*;
use crate::repair::is_terraform;

check! {
    /// # Writable container file system
    ///
    /// A container of this task may write to its own image's files.
    ///
    /// ## Why it matters
    ///
    /// An intruder drops tools and changes programs. A read-only root stops most of that.
    ///
    /// ## What to do
    ///
    /// Set `readonlyRootFilesystem`, and mount a volume where the application writes.
    ///
    /// ```yaml fires
    /// Task: { Type: AWS::ECS::TaskDefinition, Properties: { ContainerDefinitions: [ { Name: c, Image: i } ] } }
    /// ```
    /// ```yaml quiet
    /// Task: { Type: AWS::ECS::TaskDefinition, Properties: { ContainerDefinitions: [ { Name: c, Image: i, ReadonlyRootFilesystem: true } ] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ecs_task_definition" "t" {
    ///   container_definitions = jsonencode([{ name = "c", image = "i" }])
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ecs_task_definition" "t" {
    ///   container_definitions = jsonencode([{ name = "c", image = "i", readonlyRootFilesystem = true }])
    /// }
    /// ```
    WRITABLE_CONTAINER_ROOT = "writable-container-root" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-732", "OWASP-SLS:S3", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_336"],
        run: writable_container_root,
    }
}

fn writable_container_root(app: &App, findings: &mut Findings) {
    for task in app.all(Kind::Container) {
        let containers = task.list("containers").iter().map(|container| {
            if container.is_unknown() {
                return Tri::True & Tri::Unknown;
            }
            container.get("read_only").map_or(Tri::False, Value::truth)
        });
        findings.when(!Tri::all(containers), || {
            WRITABLE_CONTAINER_ROOT
                .on(task, "containers", format!("a container of `{}` may change its own files", task.name))
                .fix_if(read_only(task))
        });
    }
}

fn read_only(task: &Node) -> Option<Fix> {
    // Container definitions are JSON in Terraform.
    let name = if is_terraform(task) { "readonlyRootFilesystem" } else { "ReadonlyRootFilesystem" };
    let writable = |container: &&Value| {
        !container.entries().is_empty() && !container.get("read_only").is_some_and(|on| on.truth().is_true())
    };
    let mut patches =
        task.list("containers").iter().filter(writable).map(|container| container.put(&[name], true));
    let first = Fix::risky("make it read-only", patches.next()?);
    Some(patches.fold(first, Fix::and))
}
