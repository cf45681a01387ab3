//! Attacks and honest clients against a gateway that runs.
mod framing;
mod limits;
mod passing;
mod streams;
mod support;
mod who;
