//! A state machine writes no logs.
use crate::prelude::*;

check! {
    /// # Workflow without logs
    ///
    /// A state machine writes no logs.
    ///
    /// ## Why it matters
    ///
    /// Executions of an EXPRESS workflow leave no history at all; those of a STANDARD one are kept for
    /// 90 days only.
    ///
    /// ## What to do
    ///
    /// Set `LoggingConfiguration` with level `ERROR` or `ALL` and a log group.
    ///
    /// ```yaml fires
    /// M:
    ///   Type: AWS::StepFunctions::StateMachine
    ///   Properties:
    ///     RoleArn: arn:aws:iam::123456789012:role/r
    ///     DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:lambda:eu-west-1:123456789012:function:f","End":true}}}'
    /// ```
    /// ```yaml quiet
    /// M:
    ///   Type: AWS::StepFunctions::StateMachine
    ///   Properties:
    ///     RoleArn: arn:aws:iam::123456789012:role/r
    ///     LoggingConfiguration: { Level: ERROR, Destinations: [{ CloudWatchLogsLogGroup: { LogGroupArn: x } }] }
    ///     DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:lambda:eu-west-1:123456789012:function:f","End":true}}}'
    /// ```
    /// ```hcl fires
    /// resource "aws_sfn_state_machine" "m" {
    ///   name       = "m"
    ///   role_arn   = "arn:aws:iam::123456789012:role/r"
    ///   definition = "{}"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_sfn_state_machine" "m" {
    ///   name       = "m"
    ///   role_arn   = "arn:aws:iam::123456789012:role/r"
    ///   definition = "{}"
    ///   logging_configuration {
    ///     level           = "ALL"
    ///     log_destination = "arn:aws:logs:eu-west-1:123456789012:log-group:m:*"
    ///   }
    /// }
    /// ```
    UNLOGGED_STATE_MACHINE = "unlogged-state-machine" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["STEP_FUNCTIONS_STATE_MACHINE_LOGGING_ENABLED"],
        run: unlogged_state_machine,
    }
}

fn unlogged_state_machine(app: &App, findings: &mut Findings) {
    for machine in app.all(Kind::StateMachine) {
        let wrong = machine.is("log_level", "OFF") | (!machine.has("log_level")).into();
        findings.when(wrong, || {
            UNLOGGED_STATE_MACHINE
                .on(machine, "log_level", format!("`{}` writes no logs", machine.name))
                .fix(Fix::safe("log errors", machine.set("log_level", "ERROR")))
        });
    }
}
