//! Data that others choose decides which host the function sends a request to.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # Server-side request forgery
    ///
    /// Data that others choose decides which host the function sends a request to.
    ///
    /// ## Why it matters
    ///
    /// The function stands where the sender does not: inside of a VPC, on an allow-list, next to internal
    /// services. They use it to reach those, and to read the answers.
    ///
    /// ## What to do
    ///
    /// Choose the host in the code, and let the data choose only a path below it. Where users give
    /// addresses, compare the host with a list.
    ///
    /// ```python fires
    /// import requests
    ///
    /// def handler(event, context):
    ///     answer = requests.get(event["queryStringParameters"]["url"], timeout=5)
    ///     return {"body": answer.text}
    /// ```
    /// ```python quiet
    /// import requests
    ///
    /// def handler(event, context):
    ///     city = event["queryStringParameters"]["city"]
    ///     answer = requests.get("https://weather.example/v1", params={"city": city}, timeout=5)
    ///     return {"body": answer.text}
    /// ```
    /// ```javascript fires
    /// const axios = require("axios");
    ///
    /// exports.handler = async (event) => {
    ///   const { data } = await axios.get(JSON.parse(event.body).callback);
    ///   return { body: data };
    /// };
    /// ```
    /// ```javascript quiet
    /// const axios = require("axios");
    ///
    /// exports.handler = async (event) => {
    ///   const id = encodeURIComponent(event.pathParameters.id);
    ///   const { data } = await axios.get(`https://items.example/${id}`);
    ///   return { body: data };
    /// };
    /// ```
    SERVER_SIDE_REQUEST_FORGERY = "server-side-request-forgery" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-918", "OWASP-API-2023:API7", "CSA:SAS-1"],
        also_known_as: &[],
        run: server_side_request_forgery,
    }
}

fn server_side_request_forgery(app: &App, findings: &mut Findings) {
    flows(app, findings, &SERVER_SIDE_REQUEST_FORGERY, SinkKind::Request, "chooses where a request goes");
}
