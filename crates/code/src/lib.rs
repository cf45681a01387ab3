//! Handler source to facts: what a function calls, where its input ends, what it loads.
//!
//! A front end for each language lowers source text to one small language ([`ir`]); one abstract
//! interpreter runs that from the handler on, with the event as a value that others choose. Nothing
//! of the scanned folder is executed.
//!
//! Deliberately absent: judgement. Facts ([`model::FunctionCode`]) have spans; `checks` decides.
//!
//! INVARIANT: cost is bounded by [`Limits`], whatever the source says; what is left out is told.
mod across;
mod attach;
mod bind;
mod exposure;
mod facts;
mod heap;
mod interpret;
pub mod ir;
mod javascript;
mod limits;
mod locate;
mod models;
mod parallel;
mod program;
mod python;
mod stored;
mod taint;
#[cfg(test)]
mod testing;
mod value;

pub use attach::attach;
pub use limits::Limits;

#[cfg(test)]
mod tests;
