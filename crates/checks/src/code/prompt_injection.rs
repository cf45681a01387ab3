//! Text that others choose becomes part of what a language model is asked.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # Prompt injection
    ///
    /// Text that others choose becomes part of what a language model is asked.
    ///
    /// ## Why it matters
    ///
    /// The text can tell the model to ignore its instructions: to give away what else is in the prompt, or
    /// to call the tools that it has. Whatever the model answers is then chosen by the sender too.
    ///
    /// ## What to do
    ///
    /// Keep instructions apart from data (a system prompt), limit what the tools of the model may do to
    /// what the sender may do, and treat its answers as input. A guardrail helps, but is no boundary.
    ///
    /// ```python fires
    /// import json
    /// import boto3
    ///
    /// client = boto3.client("bedrock-runtime")
    ///
    /// def handler(event, context):
    ///     question = json.loads(event["body"])["question"]
    ///     body = json.dumps({"prompt": "Answer as a clerk: " + question})
    ///     client.invoke_model(modelId="m", body=body)
    /// ```
    /// ```python quiet
    /// import json
    /// import boto3
    ///
    /// client = boto3.client("bedrock-runtime")
    ///
    /// def handler(event, context):
    ///     days = int(json.loads(event["body"])["days"])
    ///     body = json.dumps({"prompt": f"Summarise the last {days} days"})
    ///     client.invoke_model(modelId="m", body=body)
    /// ```
    PROMPT_INJECTION = "prompt-injection" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        controls: &["CWE-1427", "CSA:SAS-1"],
        also_known_as: &[],
        run: prompt_injection,
    }
}

fn prompt_injection(app: &App, findings: &mut Findings) {
    flows(app, findings, &PROMPT_INJECTION, SinkKind::Prompt, "becomes part of a prompt");
}
