//! A container cluster without container insights.
use crate::prelude::*;

check! {
    /// # Cluster without container insights
    ///
    /// Nobody sees how the containers of this cluster do.
    ///
    /// ## Why it matters
    ///
    /// Restarts in a loop and a container that suddenly talks a lot show in its metrics first.
    ///
    /// ## What to do
    ///
    /// Set `containerInsights` to `enabled` or `enhanced`.
    ///
    /// ```yaml fires
    /// Cluster: { Type: AWS::ECS::Cluster }
    /// ```
    /// ```yaml quiet
    /// Cluster: { Type: AWS::ECS::Cluster, Properties: { ClusterSettings: [ { Name: containerInsights, Value: enabled } ] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_ecs_cluster" "c" {
    ///   name = "c"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_ecs_cluster" "c" {
    ///   name = "c"
    ///   setting {
    ///     name  = "containerInsights"
    ///     value = "enabled"
    ///   }
    /// }
    /// ```
    CLUSTER_WITHOUT_INSIGHTS = "cluster-without-insights" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_65"],
        run: cluster_without_insights,
    }
}

fn cluster_without_insights(app: &App, findings: &mut Findings) {
    for cluster in app.all(Kind::Container).filter(|node| node.is("type", "cluster").is_true()) {
        let setting = cluster
            .list("insights")
            .iter()
            .find(|setting| setting.get("name").and_then(Value::as_str) == Some("containerInsights"));
        let on = setting.and_then(|setting| setting.get("value")).map_or(Tri::False, |value| {
            match value.as_str() {
                Some(text) => matches!(text, "enabled" | "enhanced").into(),
                None => Tri::Unknown,
            }
        });
        findings.when(!on, || {
            CLUSTER_WITHOUT_INSIGHTS.at(cluster, format!("`{}` has no container insights", cluster.name))
        });
    }
}
