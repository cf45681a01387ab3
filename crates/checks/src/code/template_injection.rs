//! Data that others choose is compiled as a template.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # Template injection
    ///
    /// Data that others choose is compiled as a template.
    ///
    /// ## Why it matters
    ///
    /// A template is a program. Expressions in it reach the objects of the language, and from them
    /// commands, files and the environment.
    ///
    /// ## What to do
    ///
    /// Keep templates in files of the application and give the data as variables.
    ///
    /// ```python fires
    /// from jinja2 import Template
    ///
    /// def handler(event, context):
    ///     return {"body": Template("Hello " + event["queryStringParameters"]["name"]).render()}
    /// ```
    /// ```python quiet
    /// from jinja2 import Environment
    ///
    /// template = Environment(autoescape=True).from_string("Hello {{ name }}")
    ///
    /// def handler(event, context):
    ///     return {"body": template.render(name=event["queryStringParameters"]["name"])}
    /// ```
    /// ```javascript fires
    /// const ejs = require("ejs");
    ///
    /// exports.handler = async (event) => {
    ///   return { body: ejs.render(JSON.parse(event.body).layout, {}) };
    /// };
    /// ```
    /// ```javascript quiet
    /// const ejs = require("ejs");
    ///
    /// exports.handler = async (event) => {
    ///   return { body: ejs.render("Hello <%= name %>", { name: JSON.parse(event.body).name }) };
    /// };
    /// ```
    TEMPLATE_INJECTION = "template-injection" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-1336", "OWASP-SLS:S1", "CSA:SAS-1"],
        also_known_as: &[],
        run: template_injection,
    }
}

fn template_injection(app: &App, findings: &mut Findings) {
    flows(app, findings, &TEMPLATE_INJECTION, SinkKind::Template, "is compiled as a template");
}
