//! An alarm that tells nobody.
use crate::prelude::*;
use crate::repair::{free_name, is_terraform};

check! {
    /// # Alarm without action
    ///
    /// The alarm changes its colour, and that is all.
    ///
    /// ## Why it matters
    ///
    /// An alarm that nobody is told of is found after the incident.
    ///
    /// ## What to do
    ///
    /// Name a topic, or another action, for the alarm state. A part of a composite alarm needs none.
    ///
    /// ```yaml fires
    /// Alarm: { Type: AWS::CloudWatch::Alarm, Properties: { Namespace: n, MetricName: m } }
    /// ```
    /// ```yaml quiet
    /// Alarm: { Type: AWS::CloudWatch::Alarm, Properties: { Namespace: n, MetricName: m, AlarmActions: [ t ] } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudwatch_metric_alarm" "a" {
    ///   namespace = "n"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudwatch_metric_alarm" "a" {
    ///   alarm_actions = ["t"]
    /// }
    /// ```
    ALARM_WITHOUT_ACTION = "alarm-without-action" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &[],
        run: alarm_without_action,
    }
}

fn alarm_without_action(app: &App, findings: &mut Findings) {
    for alarm in app.all(Kind::Alarm) {
        if alarm.list("actions").is_empty() {
            findings.push(
                ALARM_WITHOUT_ACTION
                    .at(alarm, format!("`{}` tells nobody", alarm.name))
                    .fix(tell_a_topic(app, alarm)),
            );
        }
    }
}

/// The topic that other alarms tell, else a new one.
fn tell_a_topic(app: &App, alarm: &Node) -> Fix {
    let title = "tell a topic";
    let others = app.all(Kind::Alarm).flat_map(|other| other.list("actions"));
    if let Some(topic) = others.into_iter().find(|action| action.as_ref().is_some()) {
        return Fix::risky(title, alarm.set("actions", Data::list([topic.data.clone()])));
    }
    let topic = NewNode::new(alarm, free_name(app, "Alarms"), ["AWS::SNS::Topic", "aws_sns_topic"]);
    let target = if is_terraform(alarm) { topic.attribute("Arn") } else { Data::reference(&topic.name) };
    Fix::risky(title, topic.create()).and(alarm.set("actions", Data::list([target])))
}
