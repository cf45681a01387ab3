//! Stronger authentication on demand (RFC 9470): what a route asks for, and the challenge that says so.
use std::collections::BTreeSet;

use serde::Deserialize;

use crate::identity::Identity;

/// What a route asks of how somebody was authenticated.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Requirement {
    /// One of these `acr` values, the preferred first. Empty: any.
    pub contexts: Vec<String>,
    /// All of these `amr` values (RFC 8176), for example `["mfa"]`.
    pub methods: BTreeSet<String>,
    /// How long ago the user may have been authenticated, in seconds.
    pub age_seconds_max: Option<u64>,
    /// The credential must be bound to a key that the client holds.
    pub bound: bool,
    /// Scopes that must all be there (RFC 6750, section 3.1).
    pub scopes: BTreeSet<String>,
}

/// What is not met.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepUpError {
    #[error("authenticated as `{}`; one of {} is asked for", .found.as_deref().unwrap_or("unknown"), .wanted.join(", "))]
    Context { found: Option<String>, wanted: Vec<String> },
    #[error("authenticated without `{0}`")]
    Method(String),
    #[error("authenticated {} seconds ago; {max} is the most", .age.map_or("unknown".to_owned(), |age| age.to_string()))]
    Age { age: Option<u64>, max: u64 },
    #[error("the credential is not bound to a key")]
    NotBound,
    #[error("the scopes {} are missing", .0.join(" "))]
    Scope(Vec<String>),
}

/// What must be met, and how to tell the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// For the operator.
    pub reason: StepUpError,
    pub status: u16,
    /// For the header `WWW-Authenticate`.
    pub header: String,
}

impl Requirement {
    /// Checks an identity at a moment. What an identity does not tell counts as not met.
    pub fn check(&self, identity: &Identity, now: u64) -> Result<(), Challenge> {
        self.unmet(identity, now).map_or(Ok(()), |reason| Err(self.challenge(reason)))
    }

    fn unmet(&self, identity: &Identity, now: u64) -> Option<StepUpError> {
        let shown = &identity.authentication;
        if !self.contexts.is_empty() && !shown.context.as_ref().is_some_and(|acr| self.contexts.contains(acr))
        {
            let found = shown.context.clone();
            return Some(StepUpError::Context { found, wanted: self.contexts.clone() });
        }
        if let Some(method) = self.methods.difference(&shown.methods).next() {
            return Some(StepUpError::Method(method.clone()));
        }
        if let Some(max) = self.age_seconds_max {
            // a moment to come is an error of the issuer, not a fresh login; a minute is left for clocks
            let age = shown
                .time
                .filter(|time| *time <= now.saturating_add(60))
                .map(|time| now.saturating_sub(time));
            if age.is_none_or(|age| age > max) {
                return Some(StepUpError::Age { age, max });
            }
        }
        if self.bound && !shown.bound {
            return Some(StepUpError::NotBound);
        }
        let missing: Vec<String> = self.scopes.difference(&identity.scopes).cloned().collect();
        (!missing.is_empty()).then_some(StepUpError::Scope(missing))
    }

    fn challenge(&self, reason: StepUpError) -> Challenge {
        let header = match &reason {
            StepUpError::Scope(_) => {
                let scopes: Vec<&str> = self.scopes.iter().map(String::as_str).collect();
                challenge("insufficient_scope", &[("scope", &scopes.join(" "))])
            }
            StepUpError::NotBound => challenge("invalid_token", &[]),
            _ => {
                let contexts = self.contexts.join(" ");
                let age = self.age_seconds_max.map(|seconds| seconds.to_string()).unwrap_or_default();
                challenge(
                    "insufficient_user_authentication",
                    &[
                        ("error_description", "a different authentication level is required"),
                        ("acr_values", &contexts),
                        ("max_age", &age),
                    ],
                )
            }
        };
        let status = if matches!(reason, StepUpError::Scope(_)) { 403 } else { 401 };
        Challenge { reason, status, header }
    }
}

fn challenge(error: &str, members: &[(&str, &str)]) -> String {
    crate::oauth::www_authenticate("Bearer", Some(error), members)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::{Authentication, Method};

    fn identity(context: Option<&str>, methods: &[&str], time: Option<u64>) -> Identity {
        Identity {
            subject: "alice".to_owned(),
            issuer: "i".to_owned(),
            method: Method::Jwt,
            scopes: ["read".to_owned()].into(),
            roles: BTreeSet::new(),
            groups: BTreeSet::new(),
            authentication: Authentication {
                context: context.map(str::to_owned),
                methods: methods.iter().map(|m| (*m).to_owned()).collect(),
                time,
                bound: false,
            },
            claims: std::collections::BTreeMap::new(),
            expires: None,
            credential: "c".to_owned(),
        }
    }

    fn told(requirement: &Requirement, identity: &Identity) -> String {
        match requirement.check(identity, 1000) {
            Ok(()) => "met".to_owned(),
            Err(challenge) => format!("{} {}\n{}", challenge.status, challenge.reason, challenge.header),
        }
    }

    #[test]
    fn what_is_not_told_is_not_met() {
        let requirement = Requirement {
            contexts: vec!["phr".to_owned(), "mfa".to_owned()],
            methods: ["otp".to_owned()].into(),
            age_seconds_max: Some(300),
            ..Requirement::default()
        };
        let told = [
            told(&requirement, &identity(None, &[], None)),
            told(&requirement, &identity(Some("pwd"), &["otp"], Some(1000))),
            told(&requirement, &identity(Some("mfa"), &["pwd"], Some(1000))),
            told(&requirement, &identity(Some("mfa"), &["otp", "pwd"], None)),
            told(&requirement, &identity(Some("mfa"), &["otp"], Some(699))),
            told(&requirement, &identity(Some("mfa"), &["otp"], Some(5000))),
            told(&requirement, &identity(Some("mfa"), &["otp"], Some(700))),
        ];
        expect_test::expect![[r#"
            401 authenticated as `unknown`; one of phr, mfa is asked for
            Bearer error="insufficient_user_authentication", error_description="a different authentication level is required", acr_values="phr mfa", max_age="300"
            401 authenticated as `pwd`; one of phr, mfa is asked for
            Bearer error="insufficient_user_authentication", error_description="a different authentication level is required", acr_values="phr mfa", max_age="300"
            401 authenticated without `otp`
            Bearer error="insufficient_user_authentication", error_description="a different authentication level is required", acr_values="phr mfa", max_age="300"
            401 authenticated unknown seconds ago; 300 is the most
            Bearer error="insufficient_user_authentication", error_description="a different authentication level is required", acr_values="phr mfa", max_age="300"
            401 authenticated 301 seconds ago; 300 is the most
            Bearer error="insufficient_user_authentication", error_description="a different authentication level is required", acr_values="phr mfa", max_age="300"
            401 authenticated unknown seconds ago; 300 is the most
            Bearer error="insufficient_user_authentication", error_description="a different authentication level is required", acr_values="phr mfa", max_age="300"
            met"#]]
        .assert_eq(&told.join("\n"));
    }

    #[test]
    fn scopes_and_binding() {
        let scopes =
            Requirement { scopes: ["read".to_owned(), "pay".to_owned()].into(), ..Requirement::default() };
        let bound = Requirement { bound: true, ..Requirement::default() };
        let who = identity(None, &[], None);
        expect_test::expect![[r#"
            403 the scopes pay are missing
            Bearer error="insufficient_scope", scope="pay read"
            401 the credential is not bound to a key
            Bearer error="invalid_token""#]]
        .assert_eq(&[told(&scopes, &who), told(&bound, &who)].join("\n"));
    }
}
