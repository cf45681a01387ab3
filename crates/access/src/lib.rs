//! Who may: tokens, keys, signatures, Cedar, limits, block lists.
//!
//! Decisions are pure: keys, claims, the moment go in, a decision comes out. What must be fetched (keys of an issuer,
//! an introspection) is a request that the caller sends and an answer that it hands back ([`exchange`]).
//!
//! INVARIANT: what cannot be decided is denied.
pub mod block;
pub mod encode;
pub mod exchange;
pub mod fingerprint;
pub mod identity;
pub mod json;
mod moment;
pub mod replay;
pub mod secret;
#[cfg(test)]
mod testing;

// who somebody is
pub mod certificate;
pub mod dpop;
pub mod jwks;
pub mod jwt;
pub mod key;
pub mod oauth;
pub mod oidc;
pub mod session;
pub mod signature;

// what they may do, and how often
#[cfg(feature = "cedar")]
pub mod cedar;
pub mod concurrency;
pub mod limit;
pub mod policy;
pub mod quota;

// what several gateways know together
pub mod shared;

pub use exchange::{Answer, Ask};
pub use identity::{Authentication, Identity, Method};
pub use secret::{Secret, SecretFrom};
