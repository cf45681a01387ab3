//! The code of a function could not be read, or only a part of it.
use model::Coverage;

use crate::prelude::*;

check! {
    /// # Code not analysed
    ///
    /// The code of a function could not be read, or only a part of it.
    ///
    /// ## Why it matters
    ///
    /// Findings about code are silent on what was not read. This is no statement that the code is safe.
    ///
    /// ## What to do
    ///
    /// Scan the folder that holds the code, or the repository before it is built. For languages that are
    /// not analysed use a tool for that language.
    ///
    /// ```sam fires
    /// Shop:
    ///   Type: AWS::Serverless::Function
    ///   Properties: { Runtime: java21, Handler: shop.Main::handle, CodeUri: build/ }
    /// ```
    /// ```python quiet
    /// def handler(event, context):
    ///     return {"statusCode": 200}
    /// ```
    CODE_NOT_ANALYSED = "code-not-analysed" {
        since: "0.1.0",
        severity: Info,
        confidence: Certain,
        controls: &["CWE-1059", "CSA:SAS-3"],
        also_known_as: &[],
        run: code_not_analysed,
    }
}

fn code_not_analysed(app: &App, findings: &mut Findings) {
    for code in &app.code {
        let (how, why) = match &code.coverage {
            Coverage::Whole => continue,
            Coverage::Partial(why) => ("only in part", why),
            Coverage::None(why) => ("not", why),
        };
        if let Some(node) = app.node(code.function) {
            let message = format!("the code of `{}` was read {how}: {why}", node.name);
            findings.push(CODE_NOT_ANALYSED.at(node, message));
        }
    }
}
