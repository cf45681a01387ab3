//! Executions of a state machine are not traced.
use crate::prelude::*;

check! {
    /// # Workflow without tracing
    ///
    /// Executions of a state machine are not traced.
    ///
    /// ## Why it matters
    ///
    /// Without traces it takes long to see which step called what, during an incident too.
    ///
    /// ## What to do
    ///
    /// Set `TracingConfiguration.Enabled`.
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
    ///     TracingConfiguration: { Enabled: true }
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
    ///   tracing_configuration {
    ///     enabled = true
    ///   }
    /// }
    /// ```
    UNTRACED_STATE_MACHINE = "untraced-state-machine" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Safe,
        controls: &["CWE-778", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &["CKV_AWS_284"],
        run: untraced_state_machine,
    }
}

fn untraced_state_machine(app: &App, findings: &mut Findings) {
    for machine in app.all(Kind::StateMachine) {
        let wrong = !machine.flag("tracing");
        findings.when(wrong, || {
            UNTRACED_STATE_MACHINE
                .on(machine, "tracing", format!("`{}` is not traced", machine.name))
                .fix(Fix::safe("trace executions", machine.set("tracing", true)))
        });
    }
}
