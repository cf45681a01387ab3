//! A web framework runs in its debug mode.
use crate::code::shared::calls;
use crate::prelude::*;

check! {
    /// # Debug mode on
    ///
    /// A web framework runs in its debug mode.
    ///
    /// ## Why it matters
    ///
    /// Errors are answered with the source around them, variables and settings. Some debuggers let the
    /// visitor run code.
    ///
    /// ## What to do
    ///
    /// Leave debug mode off in what is deployed, or read it from a variable that only development sets.
    ///
    /// ```python fires
    /// from fastapi import FastAPI
    /// from mangum import Mangum
    ///
    /// app = FastAPI(debug=True)
    /// handler = Mangum(app)
    /// ```
    /// ```python quiet
    /// from fastapi import FastAPI
    /// from mangum import Mangum
    ///
    /// app = FastAPI()
    /// handler = Mangum(app)
    /// ```
    DEBUG_MODE_ON = "debug-mode-on" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-489", "CWE-215", "OWASP-SLS:S6", "CSA:SAS-10"],
        also_known_as: &["B201"],
        run: debug_mode_on,
    }
}

const APPLICATIONS: &[&str] = &[
    "fastapi.FastAPI",
    "starlette.applications.Starlette",
    "flask.Flask().run",
    "quart.Quart().run",
    "sanic.Sanic().run",
    "bottle.run",
    "bottle.debug",
    "chalice.Chalice",
];

fn debug_mode_on(app: &App, findings: &mut Findings) {
    for seen in calls(app) {
        let is_on = seen.is(APPLICATIONS) && seen.switched("debug", true);
        let is_set = seen.is(&["flask.Flask().debug=", "chalice.Chalice().debug="])
            && seen.call.positional(0).is_some_and(|argument| argument.value == Data::Bool(true));
        if is_on || is_set {
            findings.push(
                seen.finding(&DEBUG_MODE_ON, "visitors see how the application works inside").fix_if(
                    seen.rewrite("switch it off", if is_set { 0 } else { usize::MAX }, "debug", "False"),
                ),
            );
        }
    }
}
