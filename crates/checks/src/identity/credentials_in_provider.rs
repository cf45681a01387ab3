//! The keys that Terraform deploys with stand in its configuration.
use crate::facts::secrets::known_format;
use crate::prelude::*;
use crate::repair::ask_for;

check! {
    /// # Credentials written in a provider
    ///
    /// The keys that Terraform deploys with stand in its configuration.
    ///
    /// ## Why it matters
    ///
    /// Who deploys may do nearly everything in the account. Everyone who can read the repository can
    /// do it too, from anywhere, and the history keeps the keys.
    ///
    /// ## What to do
    ///
    /// Leave both arguments out, and sign in from outside: a role that the pipeline assumes, a
    /// profile, or the environment. Delete the keys that were written.
    ///
    /// ```hcl fires
    /// provider "aws" {
    ///   region     = "eu-west-1"
    ///   access_key = "AKIAIOSFODNN7EXAMPLE"
    ///   secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    /// }
    /// ```
    /// ```hcl quiet
    /// provider "aws" {
    ///   region = "eu-west-1"
    /// }
    /// provider "aws" {
    ///   alias      = "local"
    ///   access_key = "test"
    ///   secret_key = "test"
    /// }
    /// ```
    CREDENTIALS_IN_PROVIDER = "credentials-in-provider" {
        since: "0.1.0",
        severity: High,
        confidence: Certain,
        fix: Risky,
        controls: &["CWE-798", "OWASP-SLS:S3", "CSA:SAS-7"],
        also_known_as: &[],
        run: credentials_in_provider,
    }
}

fn credentials_in_provider(app: &App, findings: &mut Findings) {
    for provider in app.of_type(&["provider.aws"]) {
        let written = ["client_secret", "access_key"]
            .into_iter()
            .find_map(|attr| Some((attr, known_format(provider.text(attr)?)?)));
        if let Some((attr, what)) = written {
            let message = format!("`{}` holds {what}", provider.name);
            findings.push(CREDENTIALS_IN_PROVIDER.on(provider, attr, message).fix_if(ask(provider)));
        }
    }
}

fn ask(provider: &Node) -> Option<Fix> {
    let asked = |attr: &str, name: &str| ask_for(provider, name, provider.get(attr)?);
    let fix = asked("access_key", "access key");
    let Some(secret) = asked("client_secret", "secret key") else { return fix };
    let Some(fix) = fix else { return Some(secret) };
    Some(secret.patches.into_iter().fold(fix, Fix::and))
}
