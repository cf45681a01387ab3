//! Code that stands in the template (`Code.ZipFile`, `InlineCode`): written as CloudFormation does it, in a file named `index`.
use super::Function;
use crate::runtimes::put;
use std::path::Path;

/// What CloudFormation puts beside such code for custom resources: AWS documents the functions, the texts are ours.
const PYTHON: &str = include_str!("../../runtimes/python/cfnresponse.py");
const NODE: &str = include_str!("../../runtimes/node/cfn-response.js");

/// Writes a function's code below a folder, and makes that its own.
pub(super) fn write(function: &mut Function, folder: &Path) -> std::io::Result<()> {
    let text = function.inline.clone().unwrap_or_default();
    let own = folder.join(&function.node);
    std::fs::create_dir_all(&own)?;
    if function.runtime.starts_with("python") {
        put(&own.join("index.py"), text.as_bytes())?;
        put(&own.join("cfnresponse.py"), PYTHON.as_bytes())?;
    } else if function.runtime.starts_with("nodejs") {
        put(&own.join(if is_module(&text) { "index.mjs" } else { "index.js" }), text.as_bytes())?;
        let package = own.join("node_modules/cfn-response");
        std::fs::create_dir_all(&package)?;
        put(&package.join("index.js"), NODE.as_bytes())?;
    } else {
        function.missing = Some(format!(
            "its code stands in the template, which is for Python and Node.js, not `{}`",
            function.runtime
        ));
    }
    function.folder = own;
    Ok(())
}

/// Whether it is written as an ES module.
fn is_module(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("import ") || line.starts_with("export "))
}
