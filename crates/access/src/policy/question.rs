//! What is asked, and what comes back.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use serde::Serialize;

use crate::Identity;

/// May this request pass?
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub identity: Option<&'a Identity>,
    /// The route's name (`GET /orders/{id}`); empty when no route fits, which is denied.
    pub route: &'a str,
    /// In upper case.
    pub method: &'a str,
    /// Decoded and put in order, as the gateway matched it.
    pub path: &'a str,
    /// Values of the route's parameters, decoded.
    pub parameters: &'a [(&'a str, &'a str)],
    pub host: &'a str,
    /// The client.
    pub address: IpAddr,
    /// Seconds since 1970-01-01.
    pub now: u64,
    /// The client showed a certificate that was verified.
    pub mutual_tls: bool,
}

impl<'a> Question<'a> {
    /// A parameter's value.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(one, _)| *one == name).map(|(_, value)| *value)
    }
}

/// The answer, with what led to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Decision {
    pub allowed: bool,
    /// The policies that decided: those that permit when allowed; those that forbid, when one does.
    pub policies: Vec<Determining>,
    /// What would have to be there for the table to allow it.
    pub missing: Vec<Missing>,
    /// Policies that could not be evaluated, a request that does not fit the schema. Any of them denies.
    pub errors: Vec<String>,
}

/// A policy that decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Determining {
    /// Its `@id`, or the file's name with the policy's number.
    pub id: String,
    pub effect: Effect,
    /// File and line.
    pub at: String,
    pub annotations: BTreeMap<String, String>,
}

/// Which parts of a policy fit a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Near {
    pub id: String,
    pub effect: Effect,
    /// File and line.
    pub at: String,
    pub principal: bool,
    pub action: bool,
    pub resource: bool,
    /// `when` and `unless`; only looked at when the other parts fit.
    pub conditions: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    Permit,
    Forbid,
}

/// What somebody lacks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Missing {
    /// No route fits, or none that is configured.
    Route,
    Identity,
    /// All of these.
    Scopes(BTreeSet<String>),
    /// One of these.
    AnyScope(BTreeSet<String>),
    Role(BTreeSet<String>),
    Group(BTreeSet<String>),
    Method(BTreeSet<String>),
    Issuer(BTreeSet<String>),
    Claim(String),
    /// The claim that must equal the route's parameter.
    Own {
        claim: String,
        parameter: String,
    },
    /// One of these values of `acr`.
    Acr(BTreeSet<String>),
    /// All of these values of `amr`.
    Amr(BTreeSet<String>),
    /// The authentication is older than so many seconds, or its time is not known.
    Fresh(u64),
    /// A token that is bound to a key of the client.
    Bound,
    /// None of the OpenAPI operation's security requirements holds.
    Requirement,
    /// No Cedar policy permits it.
    Permit,
}

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |names: &BTreeSet<String>| {
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Route => write!(formatter, "a route that is configured"),
            Self::Identity => write!(formatter, "an identity: nobody is authenticated"),
            Self::Scopes(names) => write!(formatter, "scope {}", list(names)),
            Self::AnyScope(names) => write!(formatter, "one of the scopes {}", list(names)),
            Self::Role(names) => write!(formatter, "one of the roles {}", list(names)),
            Self::Group(names) => write!(formatter, "one of the groups {}", list(names)),
            Self::Method(names) => write!(formatter, "authentication by one of {}", list(names)),
            Self::Issuer(names) => write!(formatter, "one of the issuers {}", list(names)),
            Self::Claim(name) => write!(formatter, "an accepted value of the claim `{name}`"),
            Self::Own { claim, parameter } => {
                write!(formatter, "a claim `{claim}` that equals the route's `{{{parameter}}}`")
            }
            Self::Acr(names) => {
                write!(formatter, "authentication of one of the classes (acr) {}", list(names))
            }
            Self::Amr(names) => {
                write!(formatter, "authentication with all of the methods (amr) {}", list(names))
            }
            Self::Fresh(seconds) => write!(formatter, "an authentication of the last {seconds} s"),
            Self::Bound => write!(formatter, "a token that is bound to a key of the client"),
            Self::Requirement => write!(formatter, "any of the operation's security requirements"),
            Self::Permit => write!(formatter, "a Cedar policy that permits it"),
        }
    }
}

impl Decision {
    pub(crate) fn denied(missing: Missing) -> Self {
        Self { missing: vec![missing], ..Self::default() }
    }

    /// The status of a refusal: 401 when another or a stronger authentication could help, else 403.
    #[must_use]
    pub fn status(&self) -> u16 {
        let helps = |missing: &Missing| {
            matches!(
                missing,
                Missing::Identity
                    | Missing::Acr(_)
                    | Missing::Amr(_)
                    | Missing::Fresh(_)
                    | Missing::Method(_)
            )
        };
        if self.missing.iter().any(helps) { 401 } else { 403 }
    }

    /// The value of `WWW-Authenticate`: step-up by RFC 9470, section 3; missing scopes by RFC 6750, section 3.
    /// `None` when no credential would help.
    #[must_use]
    pub fn challenge(&self) -> Option<String> {
        if self.allowed {
            return None;
        }
        let mut parameters = Vec::new();
        let mut scopes = BTreeSet::new();
        let mut is_identity = false;
        for missing in &self.missing {
            match missing {
                Missing::Identity => is_identity = true,
                Missing::Acr(names) => parameters.push(format!("acr_values=\"{}\"", tokens(names))),
                Missing::Fresh(seconds) => parameters.push(format!("max_age=\"{seconds}\"")),
                Missing::Amr(_) => {
                    parameters.push("error_description=\"another factor is needed\"".to_owned())
                }
                Missing::Scopes(names) | Missing::AnyScope(names) => scopes.extend(names.iter().cloned()),
                _ => {}
            }
        }
        let error = |code: &str, rest: String| Some(format!("Bearer error=\"{code}\", {rest}"));
        if is_identity {
            let scope = tokens(&scopes);
            return Some(if scope.is_empty() {
                "Bearer".to_owned()
            } else {
                format!("Bearer scope=\"{scope}\"")
            });
        }
        if !parameters.is_empty() {
            return error("insufficient_user_authentication", parameters.join(", "));
        }
        if self.status() == 401 {
            return Some("Bearer".to_owned());
        }
        if scopes.is_empty() {
            None
        } else {
            error("insufficient_scope", format!("scope=\"{}\"", tokens(&scopes)))
        }
    }
}

/// Names with a space between, without characters that would end a quoted string.
fn tokens(names: &BTreeSet<String>) -> String {
    let is_plain = |c: &char| c.is_ascii_graphic() && *c != '"' && *c != '\\';
    let plain = |name: &String| name.chars().filter(is_plain).collect::<String>();
    names.iter().map(plain).collect::<Vec<_>>().join(" ")
}
