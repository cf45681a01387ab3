//! A step of a state machine neither retries nor catches a failure.
use crate::prelude::*;

check! {
    /// # Step without error handling
    ///
    /// A step of a state machine neither retries nor catches a failure.
    ///
    /// ## Why it matters
    ///
    /// One failed call ends the whole execution, half done: money taken and nothing sent.
    ///
    /// ## What to do
    ///
    /// Add `Retry` for what passes, and `Catch` that undoes or reports the rest.
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
    ///     DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:lambda:eu-west-1:123456789012:function:f","Retry":[{"ErrorEquals":["States.ALL"]}],"End":true}}}'
    /// ```
    UNHANDLED_STATE_FAILURE = "unhandled-state-failure" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        controls: &["CWE-755", "CWE-703", "OWASP-SLS:S10", "CSA:SAS-10"],
        also_known_as: &[],
        run: unhandled_state_failure,
    }
}

fn unhandled_state_failure(app: &App, findings: &mut Findings) {
    for machine in app.all(Kind::StateMachine) {
        let wrong = (!machine.list("unhandled").is_empty()).into();
        findings.when(wrong, || {
            UNHANDLED_STATE_FAILURE.on(
                machine,
                "definition",
                format!("`{}` has steps that handle no failure", machine.name),
            )
        });
    }
}
