//! A target group whose health is asked for at no path.
use crate::prelude::*;

check! {
    /// # Target group without health check
    ///
    /// The health check does not say which path to ask for.
    ///
    /// ## Why it matters
    ///
    /// Without a path of its own the check asks for `/`, which may answer from a cache or a redirect
    /// while the application behind is broken.
    ///
    /// ## What to do
    ///
    /// Name a path that looks at what the application needs.
    ///
    /// ```yaml fires
    /// Group: { Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: { Protocol: HTTP, Port: 80 } }
    /// ```
    /// ```yaml quiet
    /// Group: { Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: { Protocol: HTTP, Port: 80, HealthCheckPath: /health } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lb_target_group" "g" {
    ///   protocol = "HTTP"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lb_target_group" "g" {
    ///   protocol = "HTTP"
    ///   health_check {
    ///     path = "/health"
    ///   }
    /// }
    /// ```
    TARGET_GROUP_WITHOUT_HEALTH_CHECK = "target-group-without-health-check" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        controls: &["CWE-754", "OWASP-SLS:S9", "CSA:SAS-8"],
        also_known_as: &["CKV_AWS_261"],
        run: target_group_without_health_check,
    }
}

fn target_group_without_health_check(app: &App, findings: &mut Findings) {
    for group in app.all(Kind::TargetGroup) {
        let web = group.is("protocol", "HTTP") | group.is("protocol", "HTTPS");
        let missing = Tri::from(!group.has("health_path"));
        findings.when(web & missing, || {
            TARGET_GROUP_WITHOUT_HEALTH_CHECK
                .at(group, format!("the health check of `{}` names no path", group.name))
        });
    }
}
