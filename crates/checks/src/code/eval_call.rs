//! A text that is made at run time is run as code.
use crate::code::shared::{calls, text};
use crate::prelude::*;

check! {
    /// # Evaluated text
    ///
    /// A text that is made at run time is run as code.
    ///
    /// ## Why it matters
    ///
    /// Nobody can read in the source what will run. When any part of the text comes from outside, its
    /// sender writes the program.
    ///
    /// ## What to do
    ///
    /// Parse data (`json.loads`, `JSON.parse`, `ast.literal_eval`), and choose functions from a table by
    /// name.
    ///
    /// ```python fires
    /// import os
    ///
    /// def handler(event, context):
    ///     return eval(os.environ["RULE"])
    /// ```
    /// ```python quiet
    /// import ast
    /// import os
    ///
    /// def handler(event, context):
    ///     return ast.literal_eval(os.environ["RULE"])
    /// ```
    /// ```javascript fires
    /// exports.handler = async () => eval(process.env.RULE);
    /// ```
    /// ```javascript quiet
    /// exports.handler = async () => eval("1 + 1");
    /// ```
    EVAL_CALL = "eval-call" {
        since: "0.1.0",
        severity: Low,
        confidence: Possible,
        fix: Risky,
        controls: &["CWE-95", "OWASP-SLS:S1", "CSA:SAS-1"],
        also_known_as: &["B307"],
        run: eval_call,
    }
}

const EVALUATORS: &[&str] = &[
    "eval",
    "exec",
    "builtins.eval",
    "builtins.exec",
    "globalThis.eval",
    "Function",
    "vm.runInContext",
    "vm.runInNewContext",
    "vm.runInThisContext",
    "vm.Script",
];

fn eval_call(app: &App, findings: &mut Findings) {
    for seen in calls(app).filter(|seen| seen.is(EVALUATORS)) {
        let first = seen.call.positional(0);
        if first.is_some_and(|argument| text(&argument.value).is_none()) {
            findings.push(
                seen.finding(&EVAL_CALL, format!("`{}` runs a text that is not a constant", seen.call.api))
                    .fix_if(
                        (seen.call.api == "eval" && !seen.is_python()).then(|| {
                            Fix::risky("read plain values only", seen.called_otherwise("JSON.parse"))
                        }),
                    ),
            );
        }
    }
}
