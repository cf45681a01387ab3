//! Nothing in the template starts this function.
use crate::prelude::*;

check! {
    /// # Function that nothing starts
    ///
    /// Nothing in the template starts this function.
    ///
    /// ## Why it matters
    ///
    /// Code that nobody uses keeps its permissions and its old libraries, and nobody patches it.
    ///
    /// ## What to do
    ///
    /// Delete the function, or add its trigger to the template.
    ///
    /// ```yaml fires
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    /// ```
    /// ```yaml quiet
    /// F:
    ///   Type: AWS::Lambda::Function
    ///   Properties:
    ///     Handler: app.handler
    ///     Runtime: python3.14
    ///     Role: arn:aws:iam::123456789012:role/worker
    ///     Code: { S3Bucket: code, S3Key: app.zip }
    /// P: { Type: AWS::Lambda::Permission, Properties: { FunctionName: !Ref F, Action: lambda:InvokeFunction, Principal: s3.amazonaws.com, SourceArn: 'arn:aws:s3:::b' } }
    /// ```
    FUNCTION_WITHOUT_TRIGGER = "function-without-trigger" {
        since: "0.1.0",
        severity: Info,
        confidence: Possible,
        controls: &["CWE-1164", "OWASP-SLS:S9", "CSA:SAS-11"],
        also_known_as: &[],
        run: function_without_trigger,
    }
}

fn function_without_trigger(app: &App, findings: &mut Findings) {
    const STARTS: &[Relation] = &[
        Relation::Triggers,
        Relation::Invokes,
        Relation::Grants,
        Relation::SendsTo,
        Relation::DeadLetters,
        Relation::Protects,
        Relation::Uses,
    ];
    for function in app.functions() {
        let mut incoming = app.edges.iter().filter(|edge| edge.to == function.id);
        if !incoming.any(|edge| STARTS.contains(&edge.relation)) {
            findings.push(
                FUNCTION_WITHOUT_TRIGGER.at(function, format!("nothing here starts `{}`", function.name)),
            );
        }
    }
}
