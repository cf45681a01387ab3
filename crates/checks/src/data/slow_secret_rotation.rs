//! This rotation leaves a secret unchanged for more than 90 days.
use super::rates::minutes_between;
use crate::prelude::*;

check! {
    /// # Secret that rotates less than every 90 days
    ///
    /// This rotation leaves a secret unchanged for more than 90 days.
    ///
    /// ## Why it matters
    ///
    /// A secret that leaked stays useful until it changes.
    ///
    /// ## What to do
    ///
    /// Rotate at least every 90 days.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::SecretsManager::RotationSchedule
    ///   Properties: { SecretId: s, RotationRules: { AutomaticallyAfterDays: 180 } }
    /// ```
    /// ```hcl fires
    /// resource "aws_secretsmanager_secret_rotation" "store" {
    ///   secret_id = "s"
    ///   rotation_rules {
    ///     automatically_after_days = 365
    ///   }
    /// }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::SecretsManager::RotationSchedule
    ///   Properties: { SecretId: s, RotationRules: { AutomaticallyAfterDays: 30 } }
    /// ```
    /// ```hcl quiet
    /// resource "aws_secretsmanager_secret_rotation" "store" {
    ///   secret_id = "s"
    ///   rotation_rules {
    ///     schedule_expression = "rate(30 days)"
    ///   }
    /// }
    /// ```
    SLOW_SECRET_ROTATION = "slow-secret-rotation" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-262", "OWASP-SLS:S2", "CSA:SAS-7"],
        also_known_as: &["CKV_AWS_304", "SECRETSMANAGER_SECRET_PERIODIC_ROTATION"],
        run: slow_secret_rotation,
    }
}

fn slow_secret_rotation(app: &App, findings: &mut Findings) {
    for node in app.all(Kind::SecretRotation) {
        let by_days = node
            .get("days")
            .map_or(Tri::False, |days| days.as_int().map_or(Tri::Unknown, |days| (days <= 90).into()));
        let by_schedule = node.get("schedule").map_or(Tri::False, is_often_enough);
        findings.when(!(by_days | by_schedule), || {
            SLOW_SECRET_ROTATION
                .on(node, "days", format!("`{}` rotates less than every 90 days", node.name))
                .fix(Fix::risky("rotate every month", node.set("days", 30)))
        });
    }
}

/// Cron expressions are at most a year apart, and mostly a month: taken as often enough.
fn is_often_enough(schedule: &Value) -> Tri {
    match schedule.as_str() {
        Some(text) if text.starts_with("cron(") => Tri::True,
        Some(text) => minutes_between(text).is_some_and(|minutes| minutes <= 90 * 24 * 60).into(),
        None => Tri::Unknown,
    }
}
