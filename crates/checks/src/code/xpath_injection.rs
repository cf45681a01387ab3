//! Data that others choose becomes part of an XPath query.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # XPath injection
    ///
    /// Data that others choose becomes part of an XPath query.
    ///
    /// ## Why it matters
    ///
    /// The sender changes which nodes the query finds, and reads parts of the document that were not meant
    /// for them.
    ///
    /// ## What to do
    ///
    /// Use variables of the query (`tree.xpath("//user[@name=$name]", name=name)`).
    ///
    /// ```python fires
    /// from lxml import etree
    ///
    /// TREE = etree.parse("users.xml")
    ///
    /// def handler(event, context):
    ///     name = event["queryStringParameters"]["name"]
    ///     return {"body": str(TREE.xpath("//user[@name='" + name + "']/mail"))}
    /// ```
    /// ```python quiet
    /// from lxml import etree
    ///
    /// TREE = etree.parse("users.xml")
    ///
    /// def handler(event, context):
    ///     name = event["queryStringParameters"]["name"]
    ///     return {"body": str(TREE.xpath("//user[@name=$name]/mail", name=name))}
    /// ```
    /// ```javascript fires
    /// const xpath = require("xpath");
    ///
    /// exports.handler = async (event) => {
    ///   return xpath.select("//user[@id='" + event.pathParameters.id + "']", globalThis.tree);
    /// };
    /// ```
    /// ```javascript quiet
    /// const xpath = require("xpath");
    ///
    /// exports.handler = async (event) => {
    ///   return xpath.select("//user[@id='" + Number(event.pathParameters.id) + "']", globalThis.tree);
    /// };
    /// ```
    XPATH_INJECTION = "xpath-injection" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        controls: &["CWE-643", "OWASP-SLS:S1", "CSA:SAS-1"],
        also_known_as: &[],
        run: xpath_injection,
    }
}

fn xpath_injection(app: &App, findings: &mut Findings) {
    flows(app, findings, &XPATH_INJECTION, SinkKind::XPath, "becomes part of an XPath query");
}
