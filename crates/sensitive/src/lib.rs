//! Secrets and personal data in text: bytes in, places out.
//!
//! One engine serves the scanner today, and logs and responses at run time later. One pass of a
//! multi-pattern automaton finds the few places worth a look; each is judged inside of a window of
//! fixed size around it. Therefore a whole text and the same text in chunks give the same matches.
//!
//! What is found is told by its detector, its place, a masked preview and a keyed hash.
//!
//! INVARIANT: cost is linear in the input, and a stream holds at most one chunk and one window.
//! INVARIANT: no value of a secret is in any type of this crate that can be printed or stored.
//!
//! Deliberately absent: files, the network (nothing is tried out), a clock (expiry is not judged).
mod attach;
mod checksum;
mod digest;
mod engine;
mod guided;
mod judge;
mod mask;
mod names;
mod personal;
mod place;
mod providers;
mod structure;
mod trigger;
mod vendors;
mod view;
mod words;

pub use attach::{Limits, Settings, attach, is_binary, read_text};
pub use digest::HashKey;
pub use engine::{Class, Match, Scanner, Wanted, scan};
pub use guided::named;
pub use mask::{Masker, mask};
pub use names::{Promise, promise};
pub use place::{Place, Syntax};

#[cfg(test)]
mod tests;
