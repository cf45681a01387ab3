//! An application in which no alarm watches the functions.
use crate::prelude::*;

check! {
    /// # Unwatched functions
    ///
    /// No alarm goes off when functions fail.
    ///
    /// ## Why it matters
    ///
    /// Errors, throttles and sudden floods of calls are the first sign of an attack, a bug or a bill.
    /// Somebody should hear of them before a customer tells.
    ///
    /// ## What to do
    ///
    /// Add alarms on `Errors` and `Throttles` of the functions that matter, with an action that
    /// reaches people.
    ///
    /// ```yaml fires
    /// Fn: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.13 } }
    /// ```
    /// ```yaml quiet
    /// Fn: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.13 } }
    /// Alarm: { Type: AWS::CloudWatch::Alarm, Properties: { Namespace: AWS/Lambda, MetricName: Errors, ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 1 } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   role          = "r"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   role          = "r"
    /// }
    ///
    /// resource "aws_cloudwatch_metric_alarm" "a" {
    ///   namespace   = "AWS/Lambda"
    ///   metric_name = "Errors"
    /// }
    /// ```
    UNWATCHED_FUNCTIONS = "unwatched-functions" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &[],
        run: unwatched_functions,
    }
}

fn unwatched_functions(app: &App, findings: &mut Findings) {
    // One finding for the application: alarms are often written once for all functions.
    let Some(first) = app.functions().find(|function| !function.implicit) else { return };
    let watched = app.all(Kind::Alarm).any(|alarm| {
        let own =
            alarm.get("namespace").is_none_or(|name| name.display() == "AWS/Lambda" || name.is_unknown());
        own || alarm.has("metrics")
    });
    if !watched {
        let count = app.functions().count();
        let text = format!("no alarm watches the {count} functions of this application");
        findings.push(UNWATCHED_FUNCTIONS.at(first, text));
    }
}
