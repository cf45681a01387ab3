//! Data that others choose names the properties that are set on an object.
use model::SinkKind;

use crate::code::shared::flows;
use crate::prelude::*;

check! {
    /// # Prototype pollution
    ///
    /// Data that others choose names the properties that are set on an object.
    ///
    /// ## Why it matters
    ///
    /// With a key such as `__proto__` the sender gives every object of the process a property of their
    /// choice: `isAdmin`, an option of a library, a command. It stays for later invocations.
    ///
    /// ## What to do
    ///
    /// Copy the fields that you expect by name, or check the data against a schema that refuses other keys.
    ///
    /// ```javascript fires
    /// const _ = require("lodash");
    ///
    /// const settings = {};
    ///
    /// exports.handler = async (event) => {
    ///   _.merge(settings, JSON.parse(event.body));
    ///   return { body: "ok" };
    /// };
    /// ```
    /// ```javascript quiet
    /// const _ = require("lodash");
    ///
    /// const settings = {};
    ///
    /// exports.handler = async (event) => {
    ///   const { theme } = JSON.parse(event.body);
    ///   _.merge(settings, { theme: String(theme) });
    ///   return { body: "ok" };
    /// };
    /// ```
    PROTOTYPE_POLLUTION = "prototype-pollution" {
        since: "0.1.0",
        severity: High,
        confidence: Likely,
        controls: &["CWE-1321", "OWASP-SLS:S8", "CSA:SAS-1"],
        also_known_as: &[],
        run: prototype_pollution,
    }
}

fn prototype_pollution(app: &App, findings: &mut Findings) {
    flows(app, findings, &PROTOTYPE_POLLUTION, SinkKind::Prototype, "names properties that are set");
}
