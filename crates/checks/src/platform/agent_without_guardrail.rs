//! An agent without a guardrail.
use crate::prelude::*;

check! {
    /// # Agent without guardrail
    ///
    /// Nothing filters what this agent is told, or what it answers.
    ///
    /// ## Why it matters
    ///
    /// Instructions hidden in mail, documents and web pages make an agent call its functions for
    /// somebody else. A guardrail refuses the known kinds, and masks personal data.
    ///
    /// ## What to do
    ///
    /// Create a guardrail with prompt attack filters, and name it in the agent.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::Bedrock::Agent, Properties: { AgentName: a } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::Bedrock::Agent, Properties: { GuardrailConfiguration: { GuardrailIdentifier: g, GuardrailVersion: "1" } } }
    /// ```
    /// ```hcl fires
    /// resource "aws_bedrockagent_agent" "x" {
    ///   agent_name = "a"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_bedrockagent_agent" "x" {
    ///   guardrail_configuration {
    ///     guardrail_identifier = "g"
    ///     guardrail_version    = "1"
    ///   }
    /// }
    /// ```
    AGENT_WITHOUT_GUARDRAIL = "agent-without-guardrail" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-1427", "OWASP-SLS:S1", "CSA:SAS-1"],
        also_known_as: &["CKV_AWS_383"],
        run: agent_without_guardrail,
    }
}

fn agent_without_guardrail(app: &App, findings: &mut Findings) {
    for agent in app.of_type(&["AWS::Bedrock::Agent", "aws_bedrockagent_agent"]) {
        findings.unless_set(agent, "guardrail", || {
            AGENT_WITHOUT_GUARDRAIL.at(agent, format!("nothing filters what `{}` is told", agent.name))
        });
    }
}
