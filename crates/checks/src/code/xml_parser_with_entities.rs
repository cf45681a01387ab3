//! An XML parser is told to resolve entities or to load from the network.
use crate::code::shared::{Seen, calls, name_of};
use crate::prelude::*;

check! {
    /// # XML parser with entities
    ///
    /// An XML parser is told to resolve entities or to load from the network.
    ///
    /// ## Why it matters
    ///
    /// A document can then name files and addresses of the function, and the parser reads them into the
    /// document.
    ///
    /// ## What to do
    ///
    /// Leave entities off: `etree.XMLParser(resolve_entities=False)`, `parseXml(text)` without `noent`.
    ///
    /// ```python fires
    /// from lxml import etree
    ///
    /// PARSER = etree.XMLParser(resolve_entities=True, no_network=False)
    ///
    /// def handler(event, context):
    ///     return etree.parse("/opt/rules.xml", PARSER).getroot().tag
    /// ```
    /// ```python quiet
    /// from lxml import etree
    ///
    /// PARSER = etree.XMLParser(resolve_entities=False)
    ///
    /// def handler(event, context):
    ///     return etree.parse("/opt/rules.xml", PARSER).getroot().tag
    /// ```
    /// ```javascript fires
    /// const fs = require("fs");
    /// const libxml = require("libxmljs2");
    ///
    /// exports.handler = async () => {
    ///   return libxml.parseXml(fs.readFileSync("/opt/rules.xml", "utf8"), { noent: true }).root().name();
    /// };
    /// ```
    /// ```javascript quiet
    /// const fs = require("fs");
    /// const libxml = require("libxmljs2");
    ///
    /// exports.handler = async () => {
    ///   return libxml.parseXml(fs.readFileSync("/opt/rules.xml", "utf8")).root().name();
    /// };
    /// ```
    XML_PARSER_WITH_ENTITIES = "xml-parser-with-entities" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-611", "CWE-827", "OWASP-SLS:S4", "CSA:SAS-1"],
        also_known_as: &[],
        run: xml_parser_with_entities,
    }
}

fn xml_parser_with_entities(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let is_lxml = seen.under(&["lxml"], &["XMLParser", "XMLPullParser", "ETCompatXMLParser"])
            && (seen.switched("resolve_entities", true)
                || seen.switched("no_network", false)
                || seen.switched("load_dtd", true));
        let is_libxml = seen.of(&["libxmljs", "libxmljs2"])
            && (seen.switched("noent", true) || seen.switched("replaceEntities", true));
        let is_sax = seen.under(&["xml.sax"], &["setFeature"])
            && seen.call.positional(0).and_then(|argument| name_of(&argument.value)).is_some_and(is_external)
            && seen.call.positional(1).is_some_and(|argument| argument.value != Data::Bool(false));
        if is_lxml || is_libxml || is_sax {
            findings.push(
                seen.finding(
                    &XML_PARSER_WITH_ENTITIES,
                    format!("`{}` resolves what documents name", seen.call.api),
                )
                .fix_if(resolve_none(&seen)),
            );
        }
    }
}

fn is_external(feature: &str) -> bool {
    feature.ends_with("feature_external_ges") || feature.ends_with("feature_external_pes")
}

fn resolve_none(seen: &Seen<'_>) -> Option<Fix> {
    let switches = [("resolve_entities", true), ("no_network", false), ("load_dtd", true)];
    let wrong = switches.into_iter().filter(|(name, is)| seen.switched(name, *is));
    let mut patches = Vec::new();
    for (name, is) in wrong {
        patches.push(seen.rewritten(usize::MAX, name, if is { "False" } else { "True" })?);
    }
    let mut patches = patches.into_iter();
    let first = Fix::risky("resolve nothing", patches.next()?);
    Some(patches.fold(first, Fix::and))
}
