//! Who asks for what, and what is known about the circumstances.
use std::collections::BTreeMap;

use crate::{Lookup, Pattern};

/// A request to a service.
#[derive(Debug, Clone)]
pub struct Request {
    pub caller: Caller,
    /// `s3:GetObject`.
    pub action: String,
    /// Literal, or with symbols of the template; with wildcards, all of the resources that it stands for are asked for.
    /// For actions that know no resources, [`Request::everything`].
    pub resource: Pattern,
    /// The account of the resource; many ARNs do not name it.
    pub account: Pattern,
    pub context: Context,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Caller {
    /// Nobody signed the request.
    Anonymous,
    /// A service on its own behalf: `lambda.amazonaws.com`.
    Service(String),
    /// Somebody whom an outside provider vouches for; the provider's ARN or name.
    Federated(String),
    /// An ARN: of a role, the session of one, a user, the session of a federated user, an account's root.
    Identity(Pattern),
}

/// The condition keys of a request. Keys have no case.
#[derive(Debug, Clone, Default)]
pub struct Context {
    keys: BTreeMap<String, Values>,
    /// What is not listed may still be there.
    open: bool,
}

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    One(String),
    /// A key that can have several values, however many it has now.
    Many(Vec<String>),
    /// The request does not have it.
    Missing,
    Unknown,
}

impl Request {
    /// The resource of actions that know none.
    #[must_use]
    pub fn everything() -> Pattern {
        Pattern::literal("*")
    }

    /// A request of an identity for one resource of its own account, of which nothing else is known.
    #[must_use]
    pub fn new(caller: &str, action: &str, resource: &str) -> Self {
        let caller = Caller::identity(caller);
        let account = caller.account().unwrap_or_default();
        Self {
            caller,
            action: action.to_owned(),
            resource: Pattern::literal(resource),
            account,
            context: Context::open(),
        }
    }
}

impl Caller {
    /// A caller by its ARN.
    #[must_use]
    pub fn identity(arn: &str) -> Self {
        Self::Identity(Pattern::literal(arn))
    }

    /// The account of an ARN.
    #[must_use]
    pub fn account(&self) -> Option<Pattern> {
        let Self::Identity(arn) = self else { return None };
        let account = super::arn::part(arn, 4)?;
        (!account.pieces.is_empty()).then_some(account)
    }
}

impl Context {
    /// Exactly the keys that are set.
    #[must_use]
    pub fn closed() -> Self {
        Self::default()
    }

    /// Keys that are not set are unknown.
    #[must_use]
    pub fn open() -> Self {
        Self { keys: BTreeMap::new(), open: true }
    }

    #[must_use]
    pub fn with(mut self, key: &str, values: Values) -> Self {
        self.keys.insert(key.to_ascii_lowercase(), values);
        self
    }

    /// A key with one value.
    #[must_use]
    pub fn one(self, key: &str, value: &str) -> Self {
        self.with(key, Values::One(value.to_owned()))
    }

    pub(super) fn get(&self, key: &str) -> Values {
        match self.keys.get(&key.to_ascii_lowercase()) {
            Some(values) => values.clone(),
            None if self.open => Values::Unknown,
            None => Values::Missing,
        }
    }

    /// What a policy variable stands for; a key with several values stands for nothing.
    pub(super) fn look_up(&self, variable: &str) -> Lookup {
        match self.get(variable) {
            Values::One(value) => Lookup::Value(value),
            Values::Many(_) | Values::Missing => Lookup::Missing,
            Values::Unknown => Lookup::Unknown,
        }
    }
}
