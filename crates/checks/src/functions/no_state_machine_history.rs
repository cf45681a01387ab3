//! The logs of a state machine do not hold inputs and outputs of its steps.
use crate::prelude::*;

check! {
    /// # Workflow without history of data
    ///
    /// The logs of a state machine do not hold inputs and outputs of its steps.
    ///
    /// ## Why it matters
    ///
    /// When a step was fed something bad, the logs do not say what. Leave data out where it is
    /// personal, and say so in an exception.
    ///
    /// ## What to do
    ///
    /// Set `LoggingConfiguration.IncludeExecutionData`.
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
    ///     LoggingConfiguration: { Level: ALL, IncludeExecutionData: true }
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
    ///     level                  = "ALL"
    ///     include_execution_data = true
    ///   }
    /// }
    /// ```
    NO_STATE_MACHINE_HISTORY = "no-state-machine-history" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_285"],
        run: no_state_machine_history,
    }
}

fn no_state_machine_history(app: &App, findings: &mut Findings) {
    for machine in app.all(Kind::StateMachine) {
        let wrong = !machine.flag("log_data");
        findings.when(wrong, || {
            NO_STATE_MACHINE_HISTORY
                .on(machine, "log_data", format!("`{}` logs no inputs and outputs", machine.name))
                .fix(Fix::risky("log inputs and outputs", machine.set("log_data", true)))
        });
    }
}
