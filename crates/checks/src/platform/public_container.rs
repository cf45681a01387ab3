//! A container service with public addresses.
use crate::prelude::*;
use crate::repair::is_terraform;

check! {
    /// # Public container
    ///
    /// Tasks of this service get public addresses.
    ///
    /// ## Why it matters
    ///
    /// With a public address the security group is the only thing between the containers and the
    /// internet.
    ///
    /// ## What to do
    ///
    /// Run tasks in private subnets behind a load balancer.
    ///
    /// ```yaml fires
    /// Service: { Type: AWS::ECS::Service, Properties: { NetworkConfiguration: { AwsvpcConfiguration: { AssignPublicIp: ENABLED, Subnets: [ s ] } } } }
    /// ```
    /// ```yaml quiet
    /// Service: { Type: AWS::ECS::Service, Properties: { NetworkConfiguration: { AwsvpcConfiguration: { Subnets: [ s ] } } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ecs_service" "s" {
    ///   network_configuration {
    ///     assign_public_ip = true
    ///     subnets          = ["s"]
    ///   }
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ecs_service" "s" {
    ///   name = "s"
    /// }
    /// ```
    PUBLIC_CONTAINER = "public-container" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-284", "OWASP-SLS:S5", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_333"],
        run: public_container,
    }
}

fn public_container(app: &App, findings: &mut Findings) {
    for service in app.all(Kind::Container) {
        let off = if is_terraform(service) { Data::Bool(false) } else { "DISABLED".into() };
        findings.when(service.flag("public_address"), || {
            let text = format!("tasks of `{}` get public addresses", service.name);
            PUBLIC_CONTAINER
                .on(service, "public_address", text)
                .fix(Fix::risky("give them none", service.set("public_address", off)))
        });
    }
}
