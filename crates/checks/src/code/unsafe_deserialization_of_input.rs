//! Data that others choose is read by a deserializer that can run code.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # Unsafe deserialization of input
    ///
    /// Data that others choose is read by a deserializer that can run code.
    ///
    /// ## Why it matters
    ///
    /// Formats such as pickle, full YAML and `node-serialize` describe objects together with what builds
    /// them. A crafted text runs commands while it is being read.
    ///
    /// ## What to do
    ///
    /// Exchange data as JSON and check it against a schema. For YAML use `yaml.safe_load`.
    ///
    /// ```python fires
    /// import base64
    /// import pickle
    ///
    /// def handler(event, context):
    ///     cart = pickle.loads(base64.b64decode(event["body"]))
    ///     return {"body": str(len(cart))}
    /// ```
    /// ```python quiet
    /// import json
    ///
    /// def handler(event, context):
    ///     cart = json.loads(event["body"])
    ///     return {"body": str(len(cart))}
    /// ```
    /// ```javascript fires
    /// const serialize = require("node-serialize");
    ///
    /// exports.handler = async (event) => {
    ///   const order = serialize.unserialize(event.body);
    ///   return { body: String(order.id) };
    /// };
    /// ```
    /// ```javascript quiet
    /// exports.handler = async (event) => {
    ///   const order = JSON.parse(event.body);
    ///   return { body: String(Number(order.id)) };
    /// };
    /// ```
    UNSAFE_DESERIALIZATION_OF_INPUT = "unsafe-deserialization-of-input" {
        since: "0.1.0",
        severity: Critical,
        confidence: Likely,
        controls: &["CWE-502", "OWASP-SLS:S8", "CSA:SAS-1"],
        also_known_as: &[],
        run: unsafe_deserialization_of_input,
    }
}

fn unsafe_deserialization_of_input(app: &App, findings: &mut Findings) {
    flows(app, findings, &UNSAFE_DESERIALIZATION_OF_INPUT, SinkKind::Deserialize, "is turned into objects");
}
