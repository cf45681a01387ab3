//! XML that others send is read by a parser that resolves entities.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # XML external entity
    ///
    /// XML that others send is read by a parser that resolves entities.
    ///
    /// ## Why it matters
    ///
    /// An entity names a file or an address, and the parser puts its content into the document:
    /// `/proc/self/environ` with the credentials of the function, or what an internal service answers.
    ///
    /// ## What to do
    ///
    /// Turn entities off (`resolve_entities=False`, no `noent`), or read XML with `defusedxml`.
    ///
    /// ```python fires
    /// from lxml import etree
    ///
    /// def handler(event, context):
    ///     tree = etree.fromstring(event["body"])
    ///     return {"body": tree.findtext("name")}
    /// ```
    /// ```python quiet
    /// from lxml import etree
    ///
    /// def handler(event, context):
    ///     parser = etree.XMLParser(resolve_entities=False)
    ///     tree = etree.fromstring(event["body"], parser)
    ///     return {"body": tree.findtext("name")}
    /// ```
    /// ```javascript fires
    /// const libxml = require("libxmljs");
    ///
    /// exports.handler = async (event) => {
    ///   const tree = libxml.parseXml(event.body, { noent: true });
    ///   return { body: tree.root().name() };
    /// };
    /// ```
    /// ```javascript quiet
    /// const libxml = require("libxmljs");
    ///
    /// exports.handler = async (event) => {
    ///   const tree = libxml.parseXml(event.body);
    ///   return { body: tree.root().name() };
    /// };
    /// ```
    XML_EXTERNAL_ENTITY = "xml-external-entity" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-611", "OWASP-SLS:S4", "CSA:SAS-1"],
        also_known_as: &[],
        run: xml_external_entity,
    }
}

fn xml_external_entity(app: &App, findings: &mut Findings) {
    flows(app, findings, &XML_EXTERNAL_ENTITY, SinkKind::Xml, "is parsed as XML with entities");
}
