//! The guard inside of a function: between the platform and the runtime, and around the runtime's process.
//!
//! ```text
//! platform  <->  proxy  ->  event: recognise, verify, authorize, validate, inspect, limit   ->  runtime (in its sandbox,
//!                       <-  answer: validate, encode, mask, headers                         <-   with hooks, no real address)
//!                logs   <-  redact                                                          <-   stdout, stderr
//! ```
//!
//! Small and static: no analyzer, no database, no asynchronous run time: blocking calls on a few threads, since one
//! invocation at a time is what a function does.
//!
//! INVARIANT: what cannot be decided is refused, unless the policy's mode says `detect`.
//! INVARIANT: what a platform does not allow is detected and told, never assumed.
pub mod around;
pub mod bundle;
pub mod child;
mod clock;
pub mod command;
pub mod egress;
pub mod events;
mod fetch;
pub mod hooks;
pub mod inspect;
pub mod invocation;
pub mod isolation;
mod lambda;
mod logs;
mod names;
pub mod occurrence;
pub mod os;
mod pace;
pub mod package;
mod pair;
pub mod part;
pub mod places;
pub mod preload;
pub mod probe;
pub mod run;
pub mod sandbox;
pub mod settings;

pub use invocation::{Answer, Invocation, Outcome, Refusal};
pub use occurrence::{Action, Layer, Occurrence, Report};
pub use part::{Aftermath, Part, Preparation};
pub use places::Places;
