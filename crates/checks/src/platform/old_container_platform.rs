//! A Fargate service on a fixed platform version.
use crate::prelude::*;

check! {
    /// # Old container platform
    ///
    /// The service stays on an old platform version.
    ///
    /// ## Why it matters
    ///
    /// New platform versions bring fixes of the kernel and the container runtime. A fixed version
    /// gets none.
    ///
    /// ## What to do
    ///
    /// Use `LATEST`, or say nothing.
    ///
    /// ```yaml fires
    /// Service: { Type: AWS::ECS::Service, Properties: { LaunchType: FARGATE, PlatformVersion: 1.3.0 } }
    /// ```
    /// ```yaml quiet
    /// Service: { Type: AWS::ECS::Service, Properties: { LaunchType: FARGATE } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ecs_service" "s" {
    ///   launch_type      = "FARGATE"
    ///   platform_version = "1.3.0"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ecs_service" "s" {
    ///   launch_type = "FARGATE"
    /// }
    /// ```
    OLD_CONTAINER_PLATFORM = "old-container-platform" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-1104", "OWASP-SLS:S9", "CSA:SAS-11"],
        also_known_as: &["CKV_AWS_332"],
        run: old_container_platform,
    }
}

fn old_container_platform(app: &App, findings: &mut Findings) {
    for service in app.all(Kind::Container).filter(|node| node.is("launch", "FARGATE").is_true()) {
        let fixed = Tri::from(service.has("platform")) & !service.is("platform", "LATEST");
        findings.when(fixed, || {
            OLD_CONTAINER_PLATFORM
                .on(service, "platform", format!("`{}` stays on an old platform", service.name))
                .fix(Fix::risky("use the latest", service.set("platform", "LATEST")))
        });
    }
}
