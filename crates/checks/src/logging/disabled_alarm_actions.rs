//! An alarm that does nothing when it goes off.
use crate::prelude::*;

check! {
    /// # Alarm with actions switched off
    ///
    /// The alarm goes off, and nobody hears it.
    ///
    /// ## Why it matters
    ///
    /// Actions are switched off for maintenance, and stay off.
    ///
    /// ## What to do
    ///
    /// Switch the actions on.
    ///
    /// ```yaml fires
    /// Alarm: { Type: AWS::CloudWatch::Alarm, Properties: { Namespace: n, MetricName: m, ActionsEnabled: false } }
    /// ```
    /// ```yaml quiet
    /// Alarm: { Type: AWS::CloudWatch::Alarm, Properties: { Namespace: n, MetricName: m } }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudwatch_metric_alarm" "a" {
    ///   actions_enabled = false
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudwatch_metric_alarm" "a" {
    ///   namespace = "n"
    /// }
    /// ```
    DISABLED_ALARM_ACTIONS = "disabled-alarm-actions" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_319"],
        run: disabled_alarm_actions,
    }
}

fn disabled_alarm_actions(app: &App, findings: &mut Findings) {
    for alarm in app.all(Kind::Alarm) {
        findings.when(!alarm.flag_or("actions_enabled", true), || {
            DISABLED_ALARM_ACTIONS
                .on(alarm, "actions_enabled", format!("nobody hears `{}`", alarm.name))
                .fix(Fix::safe("switch its actions on", alarm.set("actions_enabled", true)))
        });
    }
}
