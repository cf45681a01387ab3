//! This schedule starts its target every minute.
use crate::data::rates::minutes_between;
use crate::prelude::*;

check! {
    /// # Schedule that starts every minute
    ///
    /// This schedule starts its target every minute.
    ///
    /// ## Why it matters
    ///
    /// That is 43,200 starts a month. When the work takes longer than a minute, runs overlap; when it
    /// fails, retries double them.
    ///
    /// ## What to do
    ///
    /// Use events instead of polling, or a longer interval.
    ///
    /// ```yaml fires
    /// Store:
    ///   Type: AWS::Events::Rule
    ///   Properties: { ScheduleExpression: rate(1 minute) }
    /// ```
    /// ```hcl fires
    /// resource "aws_cloudwatch_event_rule" "store" {
    ///   schedule_expression = "cron(* * * * ? *)"
    /// }
    /// ```
    /// ```sam fires
    /// Job:
    ///   Type: AWS::Serverless::Function
    ///   Properties:
    ///     Handler: a.b
    ///     Runtime: python3.13
    ///     InlineCode: x
    ///     Events: { Tick: { Type: Schedule, Properties: { Schedule: rate(1 minute) } } }
    /// ```
    /// ```yaml quiet
    /// Store:
    ///   Type: AWS::Events::Rule
    ///   Properties: { ScheduleExpression: rate(15 minutes) }
    /// ```
    /// ```hcl quiet
    /// resource "aws_cloudwatch_event_rule" "store" {
    ///   schedule_expression = "rate(1 hour)"
    /// }
    /// ```
    FREQUENT_SCHEDULE = "frequent-schedule" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        fix: Risky,
        controls: &["CWE-770", "OWASP-SLS:S6", "CSA:SAS-8"],
        also_known_as: &[],
        run: frequent_schedule,
    }
}

fn frequent_schedule(app: &App, findings: &mut Findings) {
    for node in app.any(&[Kind::EventRule, Kind::Schedule, Kind::Trigger]) {
        // The trigger that a rule or schedule makes says the same again.
        if app.targets(node, Relation::FedBy).any(|source| source.kind != Kind::EventBus) {
            continue;
        }
        let off = node.flag_or("enabled", true).is_false();
        if !off && node.text("schedule").and_then(minutes_between).is_some_and(|minutes| minutes <= 1) {
            let slower = node.get("schedule").map(|schedule| schedule.rewrite("rate(5 minutes)"));
            let fix = slower.map(|patch| Fix::risky("start every five minutes", patch));
            findings.push(
                FREQUENT_SCHEDULE
                    .on(node, "schedule", format!("`{}` starts every minute", node.name))
                    .fix_if(fix),
            );
        }
    }
}
