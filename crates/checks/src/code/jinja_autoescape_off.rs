//! Templates are rendered without escaping what is put into them.
use crate::code::shared::calls;
use crate::prelude::*;

check! {
    /// # Jinja without escaping
    ///
    /// Templates are rendered without escaping what is put into them.
    ///
    /// ## Why it matters
    ///
    /// Jinja does not escape unless it is told to. In a page, every value that somebody else wrote is then
    /// a part of the page.
    ///
    /// ## What to do
    ///
    /// Give `autoescape=select_autoescape()`, or `autoescape=True` where every template is a page.
    ///
    /// ```python fires
    /// from jinja2 import Environment, FileSystemLoader
    ///
    /// pages = Environment(loader=FileSystemLoader("pages"))
    ///
    /// def handler(event, context):
    ///     return pages.get_template("home.html").render(name="x")
    /// ```
    /// ```python quiet
    /// from jinja2 import Environment, FileSystemLoader, select_autoescape
    ///
    /// pages = Environment(loader=FileSystemLoader("pages"), autoescape=select_autoescape())
    ///
    /// def handler(event, context):
    ///     return pages.get_template("home.html").render(name="x")
    /// ```
    JINJA_AUTOESCAPE_OFF = "jinja-autoescape-off" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        fix: Risky,
        controls: &["CWE-79", "CWE-116", "OWASP-SLS:S7", "CSA:SAS-1"],
        also_known_as: &["B701"],
        run: jinja_autoescape_off,
    }
}

fn jinja_autoescape_off(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        if !seen.is(&["jinja2.Environment", "jinja2.environment.Environment"]) {
            continue;
        }
        let is_off = seen.switched("autoescape", false);
        if is_off || !seen.may_have("autoescape") {
            let mut finding = seen.finding(&JINJA_AUTOESCAPE_OFF, "templates are rendered without escaping");
            if let Some(argument) = seen.keyword("autoescape").filter(|_| is_off) {
                let patch = model::Patch::Replace { at: argument.at, text: "autoescape=True".to_owned() };
                finding = finding.fix(Fix::risky("escape values", patch));
            }
            if !is_off {
                let patch = seen.with_argument("autoescape=True");
                finding = finding.fix_if(patch.map(|patch| Fix::risky("escape values", patch)));
            }
            findings.push(finding);
        }
    }
}
