//! Facts that several checks share: dated tables and words.
pub(crate) mod runtimes;
pub(crate) mod secrets;
