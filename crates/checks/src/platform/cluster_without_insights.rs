//! A container cluster without container insights.
use crate::prelude::*;
use crate::repair::{is_terraform, put_property};

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
        fix: Safe,
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
            CLUSTER_WITHOUT_INSIGHTS
                .at(cluster, format!("`{}` has no container insights", cluster.name))
                .fix_if(switch_on(cluster, setting))
        });
    }
}

fn switch_on(cluster: &Node, setting: Option<&Value>) -> Option<Fix> {
    let title = "switch them on";
    if let Some(value) = setting.and_then(|setting| setting.get("value")) {
        return Some(Fix::safe(title, value.rewrite("enabled")));
    }
    if is_terraform(cluster) {
        let setting = Data::map([("name", "containerInsights".into()), ("value", "enabled".into())]);
        let patch =
            model::Patch::Put { at: cluster.span, path: vec!["setting"], value: Data::list([setting]) };
        return cluster.list("insights").is_empty().then(|| Fix::safe(title, patch));
    }
    let setting = Data::map([("Name", "containerInsights".into()), ("Value", "enabled".into())]);
    if let Some(settings) = cluster.get("insights") {
        return Some(Fix::safe(title, settings.put(&[], setting)));
    }
    put_property(cluster, &["ClusterSettings"], Data::list([setting])).map(|patch| Fix::safe(title, patch))
}
