//! Findings and graphs as text: for a terminal, a pull request, a browser and
//! for other programs.
//!
//! Every function here takes data and returns a `String`. A [`Scan`] is what
//! the six scan formats show; [`fingerprint`] and [`Baseline`] tell findings
//! apart from one scan to the next.
//!
//! Names, messages and snippets come from files that nobody here wrote: each
//! format makes them harmless, and none shows what looks like a secret.
//!
//! Deliberately absent: input and output, a clock, the choice of what counts.
mod baseline;
mod identity;
mod mask;
mod scan;
mod visible;

pub use baseline::{Baseline, ReadBaselineError};
pub use identity::{fingerprint, fingerprints, sort};
pub use scan::{Colour, Detail, Look, Scan};
