//! Agent without customer key.
use crate::prelude::*;
use crate::repair::with_own_key;

check! {
    /// # Agent without customer key
    ///
    /// The agent and its sessions are not encrypted with a key of yours.
    ///
    /// ## Why it matters
    ///
    /// A key of your own decides who may read instructions and conversations, and records who did.
    ///
    /// ## What to do
    ///
    /// Name a KMS key.
    ///
    /// ```yaml fires
    /// X: { Type: AWS::Bedrock::Agent, Properties: { Tags: [] } }
    /// ```
    /// ```yaml quiet
    /// X: { Type: AWS::Bedrock::Agent, Properties: { CustomerEncryptionKeyArn: k } }
    /// ```
    /// ```hcl fires
    /// resource "aws_bedrockagent_agent" "x" {
    ///   tags = {}
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_bedrockagent_agent" "x" {
    ///   customer_encryption_key_arn = "k"
    /// }
    /// ```
    AGENT_WITHOUT_KEY = "agent-without-key" {
        since: "0.1.0",
        severity: Low,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-311", "OWASP-SLS:S6", "CSA:SAS-3"],
        also_known_as: &["CKV_AWS_373"],
        run: agent_without_key,
    }
}

fn agent_without_key(app: &App, findings: &mut Findings) {
    for node in app.of_type(&["AWS::Bedrock::Agent", "aws_bedrockagent_agent"]) {
        findings.unless_set(node, "key", || {
            AGENT_WITHOUT_KEY.at(node, format!("`{}` has no customer key", node.name)).fix(with_own_key(
                app,
                node,
                "key",
                "encrypt with a customer key",
            ))
        });
    }
}
