//! The name of a module to load is made at run time.
use crate::code::shared::calls;
use crate::prelude::*;

check! {
    /// # Import of a name made at run time
    ///
    /// The name of a module to load is made at run time.
    ///
    /// ## Why it matters
    ///
    /// Nobody can tell from the source what will be loaded, and no tool can tell which packages are used.
    /// When the name comes from outside, its sender chooses the code.
    ///
    /// ## What to do
    ///
    /// Load modules by name, and choose between them in a table.
    ///
    /// ```python fires
    /// import importlib
    /// import os
    ///
    /// def handler(event, context):
    ///     return importlib.import_module(os.environ["PLUGIN"]).run(event)
    /// ```
    /// ```python quiet
    /// import importlib
    ///
    /// def handler(event, context):
    ///     return importlib.import_module("json").dumps(event)
    /// ```
    /// ```javascript fires
    /// exports.handler = async (event) => require(process.env.PLUGIN)(event);
    /// ```
    /// ```javascript quiet
    /// exports.handler = async (event) => require("util").inspect(event);
    /// ```
    DYNAMIC_IMPORT = "dynamic-import" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        controls: &["CWE-829", "CSA:SAS-6"],
        also_known_as: &[],
        run: dynamic_import,
    }
}

fn dynamic_import(app: &App, findings: &mut Findings) {
    let loaders = &["importlib.import_module", "importlib.__import__", "__import__", "require", "import"];
    for seen in calls(app).filter(|seen| seen.is(loaders)) {
        let name = seen.call.positional(0).map(|argument| &argument.value);
        // A path of which only the end is open still names one folder.
        let is_open = name.is_some_and(|name| !matches!(name, Data::Text(_) | Data::Joined(_)));
        if is_open {
            findings.push(
                seen.finding(&DYNAMIC_IMPORT, format!("`{}` loads a name made at run time", seen.call.api)),
            );
        }
    }
}
