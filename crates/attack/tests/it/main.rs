//! Attacks against an application that has every weakness, and against its twin that has none.
#[cfg(test)]
mod application;
#[cfg(test)]
mod weaknesses;
