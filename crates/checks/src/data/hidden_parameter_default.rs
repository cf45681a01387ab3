//! A hidden parameter whose value stands in the template.
use crate::prelude::*;

check! {
    /// # Default of a hidden parameter
    ///
    /// This parameter hides its value, and the template holds one in plain text.
    ///
    /// ## Why it matters
    ///
    /// `NoEcho` keeps a value out of consoles and logs. A default stands in the repository for
    /// everyone who can read it, and every stack that is given nothing else runs with it: the same
    /// password, known to all.
    ///
    /// ## What to do
    ///
    /// Take the default away, so that each deployment has to give a value, or read the value from Secrets
    /// Manager with `{{resolve:secretsmanager:…}}`.
    ///
    /// ```yaml fires
    /// Parameters:
    ///   Password: { Type: String, NoEcho: true, Default: correct-horse-battery }
    /// Resources:
    ///   Db: { Type: AWS::RDS::DBInstance, Properties: { MasterUserPassword: !Ref Password } }
    /// ```
    /// ```yaml quiet
    /// Parameters:
    ///   Password: { Type: String, NoEcho: true }
    ///   Empty: { Type: String, NoEcho: true, Default: "" }
    ///   Shown: { Type: String, Default: correct-horse-battery }
    /// Resources:
    ///   Db: { Type: AWS::RDS::DBInstance, Properties: { MasterUserPassword: !Ref Password } }
    /// ```
    HIDDEN_PARAMETER_DEFAULT = "hidden-parameter-default" {
        since: "0.1.0",
        severity: Medium,
        confidence: Likely,
        fix: Risky,
        controls: &["CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: hidden_parameter_default,
    }
}

fn hidden_parameter_default(app: &App, findings: &mut Findings) {
    for parameter in app.all(Kind::TemplateParameter) {
        findings.when(parameter.flag("hidden") & parameter.flag("has_default"), || {
            let message = format!("`{}` hides its value, which stands in the template", parameter.name);
            HIDDEN_PARAMETER_DEFAULT
                .on(parameter, "has_default", message)
                .fix(Fix::risky("ask for the value at each deployment", parameter.unset("has_default")))
        });
    }
}
