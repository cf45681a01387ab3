//! A SAM policy template is given `*` instead of a resource.
use model::PolicyOrigin;

use super::data_resource_wildcard::everything_of_a_service;
use crate::prelude::*;

check! {
    /// # Policy template for everything
    ///
    /// A SAM policy template is given `*` instead of a resource.
    ///
    /// ## Why it matters
    ///
    /// Policy templates exist to name one table, bucket or queue. With `*` the function may read and change
    /// every one of the account, those of other applications too: whoever takes over the function has them all.
    ///
    /// ## What to do
    ///
    /// Name the resource: `TableName: !Ref Orders`.
    ///
    /// ```sam fires
    /// F:
    ///   Type: AWS::Serverless::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     CodeUri: s3://code/app.zip
    ///     Policies: [{ DynamoDBCrudPolicy: { TableName: "*" } }]
    /// ```
    /// ```sam quiet
    /// F:
    ///   Type: AWS::Serverless::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     CodeUri: s3://code/app.zip
    ///     Policies: [{ DynamoDBCrudPolicy: { TableName: orders } }]
    /// ```
    WILDCARD_POLICY_TEMPLATE = "wildcard-policy-template" {
        since: "0.1.0",
        severity: Medium,
        confidence: Certain,
        controls: &["CWE-732", "CWE-250", "OWASP-SLS:S5", "CSA:SAS-5"],
        also_known_as: &[],
        run: wildcard_policy_template,
    }
}

fn wildcard_policy_template(app: &App, findings: &mut Findings) {
    for function in app.functions() {
        for policy in function.own_policies() {
            let PolicyOrigin::Template(name) = &policy.origin else { continue };
            // Some templates list everything of a kind beside the one resource that they are about.
            let covered: Option<Vec<String>> =
                policy.statements.iter().map(everything_of_a_service).collect();
            let Some(found) = covered.and_then(|all| all.into_iter().next()) else { continue };
            let message = format!("`{}` has `{name}` for everything: `{found}`", function.name);
            findings.push(WILDCARD_POLICY_TEMPLATE.at(function, message).at(policy.at));
        }
    }
}
