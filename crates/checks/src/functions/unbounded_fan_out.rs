//! A map of a state machine runs any number of steps at once.
use crate::prelude::*;

check! {
    /// # Unbounded fan-out
    ///
    /// A map of a state machine runs any number of steps at once.
    ///
    /// ## Why it matters
    ///
    /// A long list in the input starts as many calls as the service allows, and drowns what lies
    /// behind.
    ///
    /// ## What to do
    ///
    /// Set `MaxConcurrency` of the map.
    ///
    /// ```yaml fires
    /// M:
    ///   Type: AWS::StepFunctions::StateMachine
    ///   Properties:
    ///     RoleArn: arn:aws:iam::123456789012:role/r
    ///     DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Map","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}},"End":true}}}'
    /// ```
    /// ```yaml quiet
    /// M:
    ///   Type: AWS::StepFunctions::StateMachine
    ///   Properties:
    ///     RoleArn: arn:aws:iam::123456789012:role/r
    ///     DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Map","MaxConcurrency":5,"ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Pass","End":true}}},"End":true}}}'
    /// ```
    UNBOUNDED_FAN_OUT = "unbounded-fan-out" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        controls: &["CWE-770", "OWASP-SLS:S8", "CSA:SAS-8"],
        also_known_as: &[],
        run: unbounded_fan_out,
    }
}

fn unbounded_fan_out(app: &App, findings: &mut Findings) {
    for machine in app.all(Kind::StateMachine) {
        let wrong = (!machine.list("maps_unbounded").is_empty()).into();
        findings.when(wrong, || {
            UNBOUNDED_FAN_OUT.on(
                machine,
                "definition",
                format!("`{}` has a map without a limit of concurrency", machine.name),
            )
        });
    }
}
