//! A user's console password stands in the template as plain text.
use crate::prelude::*;
use crate::repair::ask_for;

check! {
    /// # Password written in the template
    ///
    /// A user's console password stands in the template as plain text.
    ///
    /// ## Why it matters
    ///
    /// Everyone who reads the repository or the stack has the password, also years later.
    ///
    /// ## What to do
    ///
    /// Take it from a parameter with `NoEcho` or from a secret, and demand a change at first sign-in.
    ///
    /// ```yaml fires
    /// U: { Type: AWS::IAM::User, Properties: { LoginProfile: { Password: Summer2024ab } } }
    /// ```
    /// ```yaml quiet
    /// U: { Type: AWS::IAM::User, Properties: { LoginProfile: { Password: '{{resolve:secretsmanager:login:SecretString:password}}' } } }
    /// ```
    PASSWORD_IN_TEMPLATE = "password-in-template" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &["F51"],
        run: password_in_template,
    }
}

fn password_in_template(app: &App, findings: &mut Findings) {
    for user in app.all(Kind::User) {
        let password = user.get("login").and_then(|login| login.get("Password"));
        let Some(password) = password else { continue };
        if password.as_str().is_some_and(|text| !text.is_empty() && !text.contains("{{resolve:")) {
            let message = format!("the password of `{}` stands in the template", user.name);
            findings.push(
                PASSWORD_IN_TEMPLATE
                    .at(user, message)
                    .at(password.at)
                    .fix_if(ask_for(user, "password", password)),
            );
        }
    }
}
