//! A function whose logs nobody keeps in bounds.
use crate::prelude::*;
use crate::repair::{is_terraform, log_group, risky_with};

check! {
    /// # Function without a log group
    ///
    /// The function's log group is not part of the application.
    ///
    /// ## Why it matters
    ///
    /// Lambda then makes the group at the first call: without a retention, without a key, and it
    /// stays when the application is removed.
    ///
    /// ## What to do
    ///
    /// Declare the group `/aws/lambda/NAME` with a retention, or name a group in the function's
    /// logging configuration.
    ///
    /// ```yaml fires
    /// Fn: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.13 } }
    /// ```
    /// ```yaml quiet
    /// Fn: { Type: AWS::Lambda::Function, Properties: { Runtime: python3.13 } }
    /// Logs: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: !Sub "/aws/lambda/${Fn}", RetentionInDays: 30 } }
    /// ```
    /// ```hcl fires
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   role          = "r"
    /// }
    /// ```
    /// ```hcl quiet
    /// resource "aws_lambda_function" "f" {
    ///   function_name = "f"
    ///   role          = "r"
    /// }
    ///
    /// resource "aws_cloudwatch_log_group" "l" {
    ///   name              = "/aws/lambda/f"
    ///   retention_in_days = 30
    /// }
    /// ```
    FUNCTION_WITHOUT_LOG_GROUP = "function-without-log-group" {
        since: "0.1.0",
        severity: Low,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-779", "OWASP-SLS:S10", "CSA:SAS-5"],
        also_known_as: &[],
        run: function_without_log_group,
    }
}

fn function_without_log_group(app: &App, findings: &mut Findings) {
    let groups: Vec<&Value> = app.all(Kind::LogGroup).filter_map(|group| group.get("name")).collect();
    for function in app.functions().filter(|function| !function.has("log_group") && !function.implicit) {
        let name = function.get("name").map(Value::display);
        let declared = groups.iter().any(|group| {
            let mut found = Vec::new();
            group.references(&mut found);
            let text = group.display();
            found.iter().any(|(reference, _)| reference.target == function.name)
                || name.as_ref().is_some_and(|name| text.ends_with(&format!("/{name}")))
        });
        if !declared {
            findings.push(
                FUNCTION_WITHOUT_LOG_GROUP
                    .at(function, format!("the logs of `{}` are kept for ever", function.name))
                    .fix(own_log_group(app, function)),
            );
        }
    }
}

/// A group with a name of its own: the one that Lambda makes by itself may be there already.
fn own_log_group(app: &App, function: &Node) -> Fix {
    let group = log_group(app, function, "");
    let name = if is_terraform(function) { group.attribute("Name") } else { Data::reference(&group.name) };
    // Terraform asks for the format beside it.
    let format =
        (is_terraform(function) && !function.has("log_format")).then(|| function.set("log_format", "Text"));
    let patches = [function.set("log_group", name)].into_iter().chain(format);
    risky_with("log to a group that ends after a year", group, patches)
}
