//! A task that sees the processes of its host.
use crate::prelude::*;

check! {
    /// # Processes of the host are shared
    ///
    /// Containers of this task see every process of their host.
    ///
    /// ## Why it matters
    ///
    /// They can read the environment of other tasks, with the secrets in it, and end their processes.
    ///
    /// ## What to do
    ///
    /// Remove `pidMode: host`.
    ///
    /// ```yaml fires
    /// Task: { Type: AWS::ECS::TaskDefinition, Properties: { PidMode: host } }
    /// ```
    /// ```yaml quiet
    /// Task: { Type: AWS::ECS::TaskDefinition, Properties: { PidMode: task } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ecs_task_definition" "t" {
    ///   pid_mode = "host"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ecs_task_definition" "t" {
    ///   family = "t"
    /// }
    /// ```
    HOST_PROCESSES_SHARED = "host-processes-shared" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-653", "OWASP-SLS:S5", "CSA:SAS-4"],
        also_known_as: &["CKV_AWS_335"],
        run: host_processes_shared,
    }
}

fn host_processes_shared(app: &App, findings: &mut Findings) {
    for task in app.all(Kind::Container) {
        let inline = task
            .list("containers")
            .iter()
            .map(|container| Tri::from(container.get("pid").and_then(Value::as_str) == Some("host")));
        findings.when(task.is("pid", "host") | Tri::any(inline), || {
            HOST_PROCESSES_SHARED
                .on(task, "pid", format!("`{}` sees the processes of its host", task.name))
                .fix_if(leave_the_host(task))
        });
    }
}

fn leave_the_host(task: &Node) -> Option<Fix> {
    let title = "see its own processes only";
    if task.has("pid") {
        return Some(Fix::risky(title, task.set("pid", "task")));
    }
    let host = task.list("containers").iter().filter_map(|container| container.get("pid"));
    let mut patches = host.filter(|pid| pid.as_str() == Some("host")).map(|pid| pid.rewrite("task"));
    let first = Fix::risky(title, patches.next()?);
    Some(patches.fold(first, Fix::and))
}
